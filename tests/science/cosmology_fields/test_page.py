"""What the page on universes from maps shows runs as it stands there."""

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table

from tests.pages import run_commands


@pytest.mark.slow
def test_the_page_runs(tmp_path):
    maps = np.random.default_rng(0).normal(0, 0.009, (2, 32, 32)).astype(np.float32)
    fits.PrimaryHDU(maps).writeto(tmp_path / "maps.fits")
    run_commands(tmp_path, "cosmology_fields.md")
    assert 0.1 < Table.read(tmp_path / "posteriors.ecsv")["s_8"][0] < 1.5
    assert Table.read(tmp_path / "samples.hdf5")["w_0_samples"].shape == (1, 1000)
    assert (tmp_path / "figures" / "maps.png").is_file()
    assert (tmp_path / "runs" / "wide" / "card.json").is_file()
