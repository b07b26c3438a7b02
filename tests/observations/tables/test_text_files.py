"""Tables of text as spreadsheets, databases and observatories write them."""

import gzip

import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.observations.tables.columns import read_columns
from astro_dl.observations.tables.read import read_table

LAYOUTS = {
    "plain.csv": b"u,g\n18.5,17.25\n19.5,18.75\n",
    "bom.csv": b"\xef\xbb\xbfu,g\n18.5,17.25\n19.5,18.75\n",
    "carriage.csv": b"u,g\r\n18.5,17.25\r\n19.5,18.75\r\n",
    "old_mac.csv": b"u,g\r18.5,17.25\r19.5,18.75\r",
    "semicolons.csv": b"u;g\n18,5;17,25\n19,5;18,75\n",
    "wide.csv": "u,g\n18.5,17.25\n19.5,18.75\n".encode("utf-16"),
    "comments.csv": b"# of night 7\n# seeing, clouds\nu,g\n18.5,17.25\n# later\n19.5,18.75\n",
    "casjobs.csv": b"#Table1\nu,g\n18.5,17.25\n19.5,18.75\n",
    "blank.csv": b"\n\n\nu,g\n18.5,17.25\n\n19.5,18.75\n\n",
    "spaces.csv": b" u , g \n 18.5, 17.25\n 19.5, 18.75\n",
    "tabs.tsv": b"u\tg\n18.5\t17.25\n19.5\t18.75\n",
    "blanks.dat": b"# u g\n18.5   17.25\n19.5   18.75\n",
    "bars.txt": b"u|g\n18.5|17.25\n19.5|18.75\n",
    "framed.txt": b"|   u|    g|\n|18.5|17.25|\n|19.5|18.75|\n",
    "commented.ipac": b"\\ of night 7\n|   u  |   g   |\n|double|double |\n  18.5   17.25 \n"
    b"  19.5   18.75 \n",
    "ipac.tbl": b"|   u  |   g   |\n|double|double |\n  18.5   17.25 \n  19.5   18.75 \n",
    "long.csv": b"u,g,note\n18.5,17.25," + b"x" * 200_000 + b"\n19.5,18.75,\n",
    "foreign.csv": "u,g,nom\n18.5,17.25,Équatoriale\n19.5,18.75,星\n".encode(),
}


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("packed", [False, True])
def test_every_layout_gives_the_same_numbers(tmp_path, name, packed):
    path = tmp_path / (f"{name}.gz" if packed else name)
    path.write_bytes(gzip.compress(LAYOUTS[name]) if packed else LAYOUTS[name])
    found = read_columns(read_table(path), ("u", "g"))
    np.testing.assert_array_equal(found["u"], [18.5, 19.5])
    np.testing.assert_array_equal(found["g"], [17.25, 18.75])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"u,g\n1.5,2.5\n3.5,4.5,5.5\n", "line 3 has 3 cells"),
        (b'u,g\n"1.5,2.5\n3.5,4.5\n', "quotation mark"),
        (b"u,g\n1.5,\xff\n", r"a\.csv: .*UTF-8"),
        (b"u,u\n1,2\n", "2 columns are called 'u'"),
        (b"u,g\n1.5,\0\n", "NUL"),
    ],
)
def test_damaged_text_is_refused_by_line(tmp_path, content, message):
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(UsageError, match=message):
        read_table(tmp_path / "a.csv")
