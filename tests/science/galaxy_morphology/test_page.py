"""What the page on the shapes of galaxies shows runs as it stands there."""

import re
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table
from PIL import Image

from tests.test_readme import run

PAGE = Path(__file__).parents[3] / "docs" / "galaxy_morphology.md"


@pytest.mark.slow
def test_the_page_runs(tmp_path):
    rng = np.random.default_rng(0)
    fits.PrimaryHDU(rng.normal(size=(3, 70, 70))).writeto(tmp_path / "galaxy.fits")
    picture = rng.integers(0, 255, (69, 69, 3)).astype(np.uint8)
    Image.fromarray(picture).save(tmp_path / "galaxy.png")
    blocks = re.findall(r"^```sh\n(.*?)^```", PAGE.read_text("utf-8"), re.M | re.S)
    run(tmp_path, "bash", "-euo", "pipefail", "-c", "\n".join(blocks))
    table = Table.read(tmp_path / "votes.ecsv")
    assert {"f_featured", "f_spiral_q95", "reached_arms"} <= set(table.colnames)
    assert (tmp_path / "figures" / "votes.png").is_file()
