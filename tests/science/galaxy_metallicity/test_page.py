"""What the page on metallicities shows runs as it stands there."""

import pytest
from astropy.table import Table

from tests.pages import run_commands
from tests.science.galaxy_metallicity.stand_in import galaxy, write_galaxy


@pytest.mark.slow
def test_the_page_runs(tmp_path):
    write_galaxy(tmp_path / "galaxy.fits", galaxy(64))
    run_commands(tmp_path, "galaxy_metallicity.md")
    table = Table.read(tmp_path / "metallicity.ecsv")
    assert {"metallicity", "metallicity_std", "magnitude_r"} <= set(table.colnames)
    assert (tmp_path / "figures" / "galaxies.png").is_file()
