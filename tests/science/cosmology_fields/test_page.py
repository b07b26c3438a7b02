"""What the page on universes from maps shows runs as it stands there."""

import re
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table

from tests.test_readme import run

PAGE = Path(__file__).parents[3] / "docs" / "cosmology_fields.md"
BLOCKS = re.findall(r"^```sh\n(.*?)^```", PAGE.read_text("utf-8"), re.M | re.S)


@pytest.mark.slow
def test_the_page_runs(tmp_path):
    maps = np.random.default_rng(0).normal(0, 0.009, (2, 32, 32)).astype(np.float32)
    fits.PrimaryHDU(maps).writeto(tmp_path / "maps.fits")
    run(tmp_path, "bash", "-euo", "pipefail", "-c", "\n".join(BLOCKS))
    assert 0.1 < Table.read(tmp_path / "posteriors.ecsv")["s_8"][0] < 1.5
    assert Table.read(tmp_path / "samples.hdf5")["w_0_samples"].shape == (1, 1000)
    assert (tmp_path / "figures" / "maps.png").is_file()
    assert (tmp_path / "runs" / "wide" / "card.json").is_file()
