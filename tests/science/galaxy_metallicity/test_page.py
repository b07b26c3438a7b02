"""What the page on metallicities shows runs as it stands there."""

import re
from pathlib import Path

import pytest
from astropy.table import Table

from tests.science.galaxy_metallicity.stand_in import galaxy, write_galaxy
from tests.test_readme import run

PAGE = Path(__file__).parents[3] / "docs" / "galaxy_metallicity.md"


@pytest.mark.slow
def test_the_page_runs(tmp_path):
    write_galaxy(tmp_path / "galaxy.fits", galaxy(64))
    blocks = re.findall(r"^```sh\n(.*?)^```", PAGE.read_text("utf-8"), re.M | re.S)
    run(tmp_path, "bash", "-euo", "pipefail", "-c", "\n".join(blocks))
    table = Table.read(tmp_path / "metallicity.ecsv")
    assert {"metallicity", "metallicity_std", "magnitude_r"} <= set(table.colnames)
    assert (tmp_path / "figures" / "galaxies.png").is_file()
