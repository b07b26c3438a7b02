"""What the page on universes from the clustering of galaxies shows runs as it stands there."""

import numpy as np
import pytest
from astropy.table import Table

from astro_dl.science.cosmology_fields.galaxy_power.shells import wave_numbers
from tests.pages import run_commands


@pytest.mark.slow
def test_the_page_runs(tmp_path):
    universe = Table({"k": wave_numbers()})
    for z, power in (("2.00", 90), ("1.48", 95), ("1.05", 100), ("0.54", 110), ("0.00", 120)):
        universe[f"power_z{z}"] = power * wave_numbers() ** -1.3 + 25
    universe.write(tmp_path / "universe.csv")
    run_commands(tmp_path, "cosmology_spectra.md")
    (row,) = Table.read(tmp_path / "posterior.ecsv")
    assert row["omega_m_low"] < row["omega_m"] < row["omega_m_high"]
    assert 0 < row["p_in_distribution"] <= 1
    samples = Table.read(tmp_path / "samples.hdf5")["sigma_8_samples"]
    assert samples.shape == (1, 1000)
    assert ((samples >= 0.6) & (samples <= 1.0)).all()
    assert np.std(samples) > 0
