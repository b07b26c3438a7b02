import numpy as np
import pytest
from astropy import units as u
from astropy.table import QTable, Table

from astro_dl.core.errors import UsageError
from astro_dl.observations.galaxies.positions import read_catalogue


@pytest.mark.parametrize("name", ["a.csv", "a.ecsv", "a.fits", "a.vot"])
def test_tables_of_every_format_give_the_same_positions(tmp_path, name):
    table = Table({"ID": [7, 9], "RAJ2000": [150.0, 151.5], "DEJ2000": [2.0, -3.25]})
    table.write(tmp_path / name, format={"vot": "votable"}.get(name[2:]))
    first, second = read_catalogue(tmp_path / name)
    assert (first.id, first.ra, first.dec) == ("7", 150.0, 2.0)
    assert (second.id, second.ra, second.dec) == ("9", 151.5, -3.25)


def test_hours_are_converted_where_the_unit_says_so(tmp_path):
    QTable({"ra": [10.0] * u.hourangle, "dec": [30.0] * u.arcmin}).write(tmp_path / "a.ecsv")
    (one,) = read_catalogue(tmp_path / "a.ecsv")
    assert (one.id, one.ra, one.dec) == ("1", pytest.approx(150.0), pytest.approx(0.5))


def test_missing_coordinates_are_nan(tmp_path):
    (tmp_path / "a.csv").write_text("ra,dec\n150.0,\n151.0,2.0\n")
    first, second = read_catalogue(tmp_path / "a.csv")
    assert np.isnan(first.dec)
    assert second.dec == 2.0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x,y\n1,2\n", "no column 'ra'; it has x, y"),
        ("ra,dec\n150,95\n", "beyond ±90"),
        ("ra,dec\n10h00m,2\n", "not an angle"),
        ("", "the file is empty"),
    ],
)
def test_unusable_tables_are_refused(tmp_path, text, message):
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(UsageError, match=message):
        read_catalogue(tmp_path / "a.csv")


def test_absent_tables_are_refused(tmp_path):
    with pytest.raises(UsageError, match="no such file"):
        read_catalogue(tmp_path / "a.csv")
