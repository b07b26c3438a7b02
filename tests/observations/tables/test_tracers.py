"""Tables of tracers: which column is meant, and where a tracer lies."""

import numpy as np
import pytest
from astropy import units as u
from astropy.table import Table

from astro_dl.core.errors import UsageError
from astro_dl.observations.tables.tracers import TracerTable, first_of_each, some_rows

NAMES = {
    "radius": ("radius", "r"),
    "ra": ("ra",),
    "dec": ("dec",),
    "redshift": ("z",),
    "velocity": ("v",),
}
CENTRE = "10,0"


@pytest.fixture
def places():
    return Table({"ra": [10.0, 10.1], "dec": [0.1, 0.0], "r": [17.5, 18.5]})


def tracers(table, **named):
    return TracerTable(table, NAMES, named, "stars.fits")


@pytest.mark.parametrize("unit", [None, "mag"])
def test_magnitudes_beside_places_are_no_radii(places, unit):
    places["r"].unit = unit
    radii, by_mean = tracers(places).radii(CENTRE, "")
    np.testing.assert_allclose(radii.to_value(u.deg), 0.1, rtol=1e-5)
    assert not by_mean


def test_radii_beside_places_are_those_of_their_column_unless_places_are_named(places):
    places["r"].unit = "arcmin"
    assert tracers(places).radii(CENTRE, "")[0][0] == 17.5 * u.arcmin
    places["r"].unit = None
    assert tracers(places).radii(CENTRE, "arcsec")[0][0] == 17.5 * u.arcsec
    named = tracers(places, ra="ra", dec="dec").radii(CENTRE, "arcsec")[0]
    np.testing.assert_allclose(named.to_value(u.deg), 0.1, rtol=1e-5)
    with pytest.raises(UsageError, match="has no unit"):
        tracers(places, radius="r").radii(CENTRE, "")


def test_of_columns_that_differ_in_case_none_is_taken_unasked(places):
    places["R"] = [1.0, 2.0] * u.arcmin
    with pytest.raises(UsageError, match="may be any of r, R"):
        tracers(places).radii(CENTRE, "")
    assert tracers(places, radius="R").radii(CENTRE, "")[0][1] == 2 * u.arcmin


def test_a_column_that_is_named_comes_before_one_that_is_found():
    table = Table({"z": [1.0], "v": [2.0], "w": [3.0]})
    assert tracers(table).either("redshift", "velocity") == "redshift"
    assert tracers(table, velocity="w").either("redshift", "velocity") == "velocity"
    assert tracers(table[["w"]]).either("redshift", "velocity") is None


@pytest.mark.parametrize("centre", ["nan,1", "1,nan", "inf,0"])
def test_a_centre_is_of_finite_numbers(places, centre):
    with pytest.raises(UsageError, match="two numbers in degrees"):
        tracers(places).radii(centre, "")


def test_rows_are_left_out_by_the_seed_alone():
    np.testing.assert_array_equal(some_rows(5, 5, 0), np.arange(5))
    first = some_rows(50, 10, 3)
    assert len(set(first)) == 10
    assert (np.diff(first) > 0).all()
    np.testing.assert_array_equal(some_rows(50, 10, 3), first)
    assert not np.array_equal(some_rows(50, 10, 4), first)


def test_copies_of_rows_are_known_by_all_their_numbers():
    fresh = first_of_each(np.array([1.0, 1.0, 1.0, 2.0]), np.array([5.0, 6.0, 5.0, 5.0]))
    np.testing.assert_array_equal(fresh, [True, True, False, True])
