"""The commands of docs/files.md run, and what it names is there."""

import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from astropy.table import Table

from astro_dl.cli.main import main
from astro_dl.core.shipped import shipped_bundles

TEXT = (Path(__file__).parent.parent / "docs" / "files.md").read_text("utf-8")
COMMANDS = [
    shlex.split(line)[1:]
    for block in re.findall(r"^```sh\n(.*?)^```", TEXT, re.M | re.S)
    for line in block.splitlines()
]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return a folder with a table of five stars, one far off, and a file that is no table."""
    monkeypatch.chdir(tmp_path)
    magnitudes = {"u": 19.0, "g": 17.6, "r": 17.0, "i": 16.7, "z": 16.5}
    table = Table({band: value + 0.05 * np.arange(5) for band, value in magnitudes.items()})
    table["u"][4] = 28.0
    table.write("field.csv", format="ascii.csv")
    Path("broken.csv").write_bytes(b"u,g\n\xff\n")
    return tmp_path


def test_the_commands_do_what_the_page_says(folder):
    assert len(COMMANDS) == 3
    assert [main(words) for words in COMMANDS] == [0, 0, 0]
    withheld, kept, both = map(Table.read, ("classes.ecsv", "all_classes.ecsv", "both.ecsv"))
    far = withheld["flags"] == "outside_training_range"
    assert np.flatnonzero(far).tolist() == [4]
    assert np.isnan(withheld["p_star"][4])
    assert np.isfinite(kept["p_star"]).all()
    assert len(both) == 6
    assert both["id"][5] == "broken.csv"
    assert both["flags"][5].startswith("unreadable,broken.csv")
    assert main([*COMMANDS[2][:-1], "stopped.ecsv", "--on-error", "stop"]) == 2
    assert not Path("stopped.ecsv").exists()


def test_every_bundle_of_the_page_is_shipped():
    rows = re.findall(r"^\| [^|]+\| (`[^|]+) \|", TEXT, re.M)
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert len(named) > 8
    assert named <= set(shipped_bundles())
