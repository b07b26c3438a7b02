"""Spectra of one's own: one grid for all, and what is refused."""

import numpy as np
import pytest
from astropy.table import Table

from astro_dl.cli import main
from astro_dl.core.errors import UsageError
from astro_dl.data.real import real_split
from astro_dl.observations.labelled.setup import Given
from astro_dl.science.own_spectra.setup import own_spectra_config

SMALL = {
    "training.epochs": 2,
    "hyperparameters.filters": [4],
    "hyperparameters.kernel_sizes": 5,
    "evaluation.plots": False,
}


def write(folder, ending=".csv", n=24, first=4000.0):
    """Write spectra with a line of a depth, on slightly different ranges, and labels."""
    rng = np.random.default_rng(0)
    depths = rng.uniform(0.1, 0.8, n)
    (folder / "spectra").mkdir(parents=True, exist_ok=True)
    for k, depth in enumerate(depths):
        wave = np.arange(first + 5 * (k % 3), 4400, 2.0)
        flux = 1e-15 * (wave / 4200) ** (k % 5 - 2)
        flux = flux * (1 - depth * np.exp(-0.5 * ((wave - 4150) / 8) ** 2))
        table = Table({"wavelength": wave, "flux": flux})
        table.write(folder / "spectra" / f"{k:02d}{ending}", overwrite=True)
    labels = Table({"file": [f"{k:02d}{ending}" for k in range(n)], "depth": depths})
    labels.write(folder / "labels.csv", overwrite=True)
    return folder / "spectra", folder / "labels.csv"


def setup(files, labels, **settings):
    return own_spectra_config("cnn1d", Given(files, labels, "depth"), **SMALL, **settings)


def test_three_commands_lead_from_spectra_to_predictions(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path)
    settings = [word for key in SMALL for word in ("--set", f"{key}={SMALL[key]}".lower())]
    words = ["--spectra", "spectra", "--labels", "labels.csv", "--target", "depth"]
    assert main(["train", "cnn1d", *words, "--out", "run", *settings, "--quiet"]) == 0
    quick = ["--set", "evaluation.baselines=false", "--set", "evaluation.bootstrap=10"]
    assert main(["evaluate", "run", "--quiet", *quick]) == 0
    assert main(["predict", "run", "spectra/00.csv", "--out", "out.csv"]) == 0
    assert Table.read("out.csv", format="ascii.csv").colnames == [
        *("id", "depth", "depth_std", "flags")
    ]


def test_the_depth_of_a_line_is_in_the_input_and_the_scale_of_the_flux_is_not(tmp_path):
    config = setup(*write(tmp_path, ".fits"))
    low, high = config.physics["recipe"]["wavelength_range"]
    assert 4000 < low < 4015
    assert 4390 < high < 4402
    examples = real_split(config, "train")
    assert np.abs(examples.x).max() < 11
    lowest = -examples.x[..., 0].min(axis=1)
    assert np.corrcoef(lowest, examples.y[:, 0])[0, 1] > 0.98


def test_a_spectrum_beyond_the_grid_is_refused(tmp_path):
    files, labels = write(tmp_path)
    wave = np.arange(6000.0, 6400, 2)
    Table({"wavelength": wave, "flux": np.ones(len(wave))}).write(files / "00.csv", overwrite=True)
    with pytest.raises(UsageError, match=r"00\.csv: flux in 0% of"):
        real_split(setup(files, labels), "train")


def test_spectra_without_a_range_in_common_are_refused(tmp_path):
    files, labels = write(tmp_path)
    for k in range(12):
        wave = np.arange(6000.0, 6400, 2)
        Table({"wavelength": wave, "flux": np.ones(200)}).write(
            files / f"{k:02d}.csv", overwrite=True
        )
    with pytest.raises(UsageError, match="no range in common"):
        setup(files, labels)
