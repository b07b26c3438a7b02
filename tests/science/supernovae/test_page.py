"""What the page on supernovae shows runs as it stands there."""

import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from astropy.table import Table

from astro_dl.cli.main import main

TEXT = (Path(__file__).parents[3] / "docs" / "supernovae.md").read_text("utf-8")
COMMANDS = [
    shlex.split(line)[1:]
    for block in re.findall(r"^```sh\n(.*?)^```", TEXT, re.M | re.S)
    for line in block.splitlines()
]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return a folder with a file of SNANA, a long table in nJy and a table of hosts."""
    monkeypatch.chdir(tmp_path)
    rows = [
        (56_200.2 + day, band, 60 * np.exp(-(((day - 20) / 15) ** 2))) for day in range(0, 60, 5)
        for band in "griz"
    ]  # fmt: skip
    lines = ["SURVEY: DES", "SNID: 7", "VARLIST: MJD BAND FLUXCAL FLUXCALERR"]
    lines += [f"OBS: {day} {band} {flux} 3.0" for day, band, flux in rows]
    Path("sn7.dat").write_text("\n".join(lines))
    table = Table(rows=rows, names=("mjd", "band", "flux"))
    table["flux"] *= 36.3
    table["flux_err"] = 3 * 36.3
    table["id"] = "a"
    table.write("alerts.csv")
    Table({"id": ["a"], "redshift": [0.4], "redshift_error": [0.03]}).write("hosts.csv")
    return tmp_path


def test_the_commands_do_what_the_page_says(folder):
    assert [main(words) for words in COMMANDS] == [0] * len(COMMANDS)
    whole, nights = Table.read("classes.ecsv"), Table.read("nights.ecsv")
    assert list(whole["id"]) == ["7"]
    assert "host_redshift_unknown" in whole["flags"][0]
    assert len(nights) == 11
    assert "host_redshift_unknown" not in nights["flags"][-1]
    probabilities = [nights[f"p_{name}"] for name in ("Ia", "Ibc", "II")]
    np.testing.assert_allclose(np.sum(probabilities, axis=0), 1, atol=1e-4)
    assert len(list(Path("pages").glob("*.png"))) == 1
