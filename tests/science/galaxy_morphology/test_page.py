"""What the page on the shapes of galaxies shows runs as it stands there."""

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table
from PIL import Image

from tests.pages import run_commands


@pytest.mark.slow
def test_the_page_runs(tmp_path):
    rng = np.random.default_rng(0)
    fits.PrimaryHDU(rng.normal(size=(3, 70, 70))).writeto(tmp_path / "galaxy.fits")
    picture = rng.integers(0, 255, (69, 69, 3)).astype(np.uint8)
    Image.fromarray(picture).save(tmp_path / "galaxy.png")
    run_commands(tmp_path, "galaxy_morphology.md")
    table = Table.read(tmp_path / "votes.ecsv")
    assert {"f_featured", "f_spiral_q95", "reached_arms"} <= set(table.colnames)
    assert (tmp_path / "figures" / "votes.png").is_file()
