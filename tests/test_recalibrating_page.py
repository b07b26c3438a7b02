"""The commands of docs/recalibrating.md run, on small files of the names that it uses."""

import shlex

import numpy as np
import pytest
from astropy.table import Table

from astro_dl.cli.main import main
from tests.pages import blocks
from tests.science.finetuned.test_recalibrate import catalogue

COMMANDS = [shlex.split(line)[1:] for line in blocks("recalibrating.md", "sh")[0].splitlines()]


@pytest.mark.slow
def test_the_page_on_recalibration_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, seed in (("mine.fits", 1), ("new.fits", 2)):
        table = Table.read(catalogue(tmp_path / f"whole-{name}", seed))
        # What a network of simulations may be wrong by.
        table["redshift"] = 0.9 * np.asarray(table["spec_z"]) + 0.05
        table.write(name)
    assert all(main(command) == 0 for command in COMMANDS)
    found, truth = Table.read("redshifts.ecsv"), np.asarray(Table.read("new.fits")["redshift"])
    answered = np.isfinite(found["redshift"])
    inside = (truth > found["redshift_q16"]) & (truth < found["redshift_q84"])
    assert np.mean(inside[answered]) == pytest.approx(0.68, abs=0.08)
