"""What is measured on maps whose shape is known."""

import numpy as np
import pytest

from astro_dl.science.radio_morphology.features import FEATURES, map_features, minkowski
from astro_dl.science.radio_morphology.inputs import network_input
from astro_dl.science.radio_morphology.measure import (
    is_uncertain,
    map_noise,
    measure,
    source_pixels,
)
from astro_dl.science.radio_morphology.physics import RadioPhysics

PHYSICS = RadioPhysics(size_pixels=96)
SIGMA = 5.4 / 2.3548 / 1.8


def spots(*places, size=96):
    """Return a map of points (x, y, peak) through the beam, about its middle pixel."""
    axis = np.arange(size) - size // 2
    return sum(
        peak * np.exp(-0.5 * ((axis[:, None] - y) ** 2 + (axis - x) ** 2) / SIGMA**2)
        for x, y, peak in places
    )


@pytest.mark.parametrize("apart", [10, 16, 40])
def test_the_ratio_of_a_double_is_that_of_its_formula(apart):
    image = spots((-apart / 2, 0, 60.0), (apart / 2, 0, 60.0))
    found = measure(source_pixels(image, 1.0, PHYSICS), 1.8)
    reach = SIGMA * np.sqrt(2 * np.log(60 / 3))
    extent = apart + 2 * reach
    assert found.fr_ratio == pytest.approx(apart / extent, abs=1.5 / extent)
    assert found.size_arcsec == pytest.approx(1.8 * extent, abs=2.7)
    assert found.components == 2


def test_a_source_brightest_in_its_middle_has_a_small_ratio():
    places = [(x, 0, 60.0 / (1 + abs(x) / 4)) for x in range(-20, 21, 2)]
    assert measure(source_pixels(spots(*places), 1.0, PHYSICS), 1.8).fr_ratio < 0.2


def test_the_bend_is_the_angle_between_the_ends():
    turn = np.radians(60)
    arm = [(3 * k, 0) for k in range(1, 9)]
    other = [(-3 * k * np.cos(turn), 3 * k * np.sin(turn)) for k in range(1, 9)]
    bent = spots(*((x, y, 30.0) for x, y in [(0, 0), *arm, *other]))
    straight = spots(*((x, 0, 30.0) for x in range(-24, 25, 3)))
    found = [measure(source_pixels(one, 1.0, PHYSICS), 1.8) for one in (bent, straight)]
    assert 30 < found[0].bend_degrees < 70
    assert found[1].bend_degrees < 5


def test_measures_do_not_depend_on_the_orientation():
    image = source_pixels(spots((-14, 3, 40.0), (12, -8, 25.0), (0, 2, 20.0)), 1.0, PHYSICS)
    upright = measure(image, 1.8)
    for turns in range(1, 4):
        turned = measure(np.rot90(image, turns), 1.8)
        assert turned.fr_ratio == pytest.approx(upright.fr_ratio)
        assert turned.bend_degrees == pytest.approx(upright.bend_degrees)


def test_faint_islands_are_cut_away_and_bright_ones_keep_their_wings():
    image = spots((0, 0, 20.0), (30, 30, 4.0), (-20, -20, 6.0))
    kept = source_pixels(image, 1.0, PHYSICS)
    assert kept[78, 78] == 0
    assert kept[28, 28] == 0, "smaller than the beam"
    assert kept[48, 48] == pytest.approx(20.0)
    assert kept[kept > 0].min() >= 3.0


def test_the_noise_of_a_clipped_map_is_told_by_its_faintest_pixel():
    rng = np.random.default_rng(0)
    image = spots((0, 0, 50.0)) + 0.5 * rng.normal(size=(96, 96))
    assert map_noise(image) == pytest.approx(0.5, rel=0.05)
    clipped = np.where(image > 1.5, image, 0.0)
    assert map_noise(clipped) == pytest.approx(0.5, rel=0.05)
    assert np.isnan(map_noise(np.zeros((9, 9))))


def test_a_map_and_its_clipped_form_are_the_same_to_a_network():
    image = spots((-9, 0, 50.0), (9, 0, 30.0))
    noise = np.array([0.5])
    clipped = np.where(image > 1.5, image, 0.0)
    inputs = [network_input(PHYSICS, one[None], noise) for one in (image, 7 * clipped)]
    again = network_input(PHYSICS, 7 * clipped[None], 7 * noise)
    np.testing.assert_allclose(inputs[0], again, atol=1e-6)
    assert inputs[0].max() == 1


def test_maps_without_a_source_are_no_input():
    empty = np.random.default_rng(1).normal(size=(1, 96, 96))
    assert np.isnan(network_input(PHYSICS, empty, np.array([1.5]))).all()


def test_functionals_of_known_figures():
    mask = np.zeros((2, 12, 12), bool)
    mask[0, 2:5, 3:8] = True
    mask[1, 1:8, 1:8] = True
    mask[1, 3:6, 3:6] = False
    mask[1, 10, 10] = True
    # a rectangle 3 × 5; a ring of 49 − 9 pixels, with a pixel beside it
    np.testing.assert_array_equal(minkowski(mask), [[15, 16, 1], [41, 28 + 12 + 4, 1]])


def test_straight_sources_near_one_half_are_uncertain():
    kind = np.array(["FRI", "FRI", "FRI", "FRII", "FRII", "bent", "FRI"])
    ratio = np.array([0.2, 0.48, 0.7, 0.52, 0.8, 0.5, np.nan])
    wanted = [False, True, True, True, False, False, True]
    np.testing.assert_array_equal(is_uncertain(kind, ratio, 0.05), wanted)


def test_features_are_one_row_for_each_map():
    maps = np.stack([spots((0, 0, 20.0)), spots((-9, 0, 20.0), (9, 0, 20.0))])
    x = network_input(PHYSICS, maps, np.ones(2))
    features = map_features(PHYSICS, x)
    assert features.shape == (2, len(FEATURES))
    assert features[1, 1] > features[0, 1]
