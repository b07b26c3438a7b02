"""The pages of docs/ on what things mean, and on tables of one's own, run as they stand there."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from astro_dl.cli.main import main

DOCS = Path(__file__).parent.parent / "docs"
BLOCKS = re.compile(r"^```(sh|python)\n(.*?)^```", re.M | re.S)
CODE = re.compile(r"# ends with the code (\d)$")
MADE = {
    "bundles": ("runs/mine/card.json",),
    "columns": ("classes.ecsv",),
    "how_sure": ("unsure.ecsv", "sets.ecsv"),
    "own_table": ("runs/forest/card.json", "kinds.ecsv"),
    "refusals": ("withheld.ecsv", "kept.ecsv"),
    "simulators": ("examples.hdf5",),
}


def run_line(line):
    """Run a line of a shell; our own commands in this process, where Keras is loaded once."""
    words = shlex.split(line, comments=True)
    if words[0] != "astro-dl":
        subprocess.run(["bash", "-euo", "pipefail", "-c", line], check=True)
        return
    expected = CODE.search(line)
    assert main(words[1:]) == (int(expected[1]) if expected else 0), line


@pytest.mark.slow
@pytest.mark.parametrize("page", MADE)
def test_what_the_page_shows_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for language, text in BLOCKS.findall((DOCS / f"{page}.md").read_text(encoding="utf-8")):
        if language == "python":
            exec(compile(text, page, "exec"), {})
            continue
        for line in text.replace("\\\n", " ").splitlines():
            run_line(line)
    assert [name for name in MADE[page] if not Path(name).exists()] == []
