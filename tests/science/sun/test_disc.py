"""Where regions stand on the disc, against vectors in three dimensions."""

import numpy as np
import pytest

from astro_dl.science.sun.disc import (
    CM2_PER_SQUARE_DEGREE,
    MICROHEMISPHERES_PER_SQUARE_DEGREE,
    limb_darkening,
    line_of_sight,
)

RNG = np.random.default_rng(0)


def on_sphere(longitude, latitude):
    lon, lat = np.radians(longitude), np.radians(latitude)
    return np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def test_a_region_at_the_disc_centre_is_seen_from_above():
    sight = line_of_sight(np.zeros(1), np.array([7.0]), np.array([7.0]))
    np.testing.assert_allclose(
        [sight.west[0], sight.north[0], sight.radial[0]], [0, 0, 1], atol=1e-6
    )


def test_observer_of_a_western_region_stands_to_its_east():
    sight = line_of_sight(np.array([40.0]), np.array([20.0]), np.array([0.0]))
    assert sight.west[0] < 0
    assert sight.north[0] < 0


@pytest.mark.parametrize(("west", "north"), [(6.0, 0.0), (0.0, -5.0), (3.0, 4.0)])
def test_cosine_at_an_offset_is_that_of_the_rotated_position(west, north):
    lon, lat, tip = RNG.uniform(-50, 50), RNG.uniform(-30, 30), RNG.uniform(-7, 7)
    sight = line_of_sight(*(np.array([one]) for one in (lon, lat, tip)))
    found = sight.cosine(np.array([west]), np.array([north]), np.array([0]))
    radial = on_sphere(lon, lat)
    east_west = on_sphere(lon + 90, 0)
    direction = west * east_west + north * np.cross(radial, east_west)
    arc = np.hypot(west, north)
    place = np.cos(np.radians(arc)) * radial + np.sin(np.radians(arc)) * direction / arc
    np.testing.assert_allclose(found, place @ on_sphere(0, tip), atol=1e-6)


def test_the_limb_is_darker_as_measured_across_a_real_region():
    # AR 11158's quiet Sun falls by 4% from 2 to 24 deg west, 14 deg south of the disc's centre.
    assert limb_darkening(np.array(1.0)) == pytest.approx(1.0)
    ratio = limb_darkening(np.cos(np.radians(28.0))) / limb_darkening(np.cos(np.radians(14.3)))
    assert ratio == pytest.approx(0.960, abs=0.005)


def test_units_of_area_agree():
    hemisphere = 2 * np.pi * 6.957e10**2
    per_millionth = CM2_PER_SQUARE_DEGREE / MICROHEMISPHERES_PER_SQUARE_DEGREE
    assert per_millionth == pytest.approx(hemisphere / 1e6)
