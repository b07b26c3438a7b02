"""Populations of stars, planets and binaries: physical consistency and selection."""

import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.observations.light_curves.orbit import semi_major_axis_ratio, transit_duration
from astro_dl.science.transits.simulation.priors import (
    BinaryPrior,
    Detectability,
    draw_binaries,
    draw_planets,
    draw_stars,
)

SECTOR = Detectability(1325.0, 27.4, (8.0, 1e5))
N = 400


@pytest.fixture(scope="module")
def stars():
    return draw_stars(N, np.random.default_rng(0))


@pytest.fixture(scope="module")
def planets():
    return draw_planets(N, SECTOR, np.random.default_rng(1))


@pytest.fixture(scope="module")
def binaries():
    return draw_binaries(N, SECTOR, np.random.default_rng(2))


def test_stars_fill_the_magnitude_range_and_look_like_stars(stars):
    assert stars.magnitude.min() > 7
    assert stars.magnitude.max() < 13.5
    assert np.median(stars.magnitude) > 11
    assert stars.radius.min() > 0.1
    assert 4 < np.median(stars.surface_gravity) < 4.6
    assert 5300 < np.median(stars.temperature_k) < 6300
    giants = draw_stars(N, np.random.default_rng(3), giant_fraction=1.0)
    assert giants.surface_gravity.max() < 3.8


def test_axes_follow_from_the_stellar_density(planets, binaries):
    stars, planet = planets
    density = stars.mass / stars.radius**3
    expected = semi_major_axis_ratio(planet.orbit.period_d, density)
    np.testing.assert_allclose(planet.orbit.semi_major_axis_ratio, expected)
    stars, binary = binaries
    both = stars.mass / stars.radius**3 * (1 + binary.mass_ratio)
    expected = semi_major_axis_ratio(binary.orbit.period_d, both)
    np.testing.assert_allclose(binary.orbit.semi_major_axis_ratio, expected)


def test_planets_look_like_the_known_transiting_ones(planets):
    """Medians of the planet candidates of Yu et al. (2019): 4.1 d, 0.11 d, 0.36%."""
    stars, planet = planets
    assert len(stars.mass) == len(planet.radius_ratio) == N
    radius = planet.radius_ratio * stars.radius * 109.1
    assert radius.min() > 1
    assert radius.max() < 30
    assert planet.radius_ratio.max() < 0.25
    assert 2.5 < np.median(planet.orbit.period_d) < 7
    duration = transit_duration(planet.orbit, planet.radius_ratio)
    assert (duration > 0).all()
    assert 0.08 < np.median(duration) < 0.2
    assert 2e-3 < np.median(planet.radius_ratio**2) < 8e-3
    assert (planet.orbit.impact_parameter < 1 + planet.radius_ratio / 2).all()


def test_binaries_eclipse_and_come_in_all_kinds(binaries):
    _, binary = binaries
    assert (binary.orbit.impact_parameter < 1 + binary.radius_ratio).all()
    axis = binary.orbit.semi_major_axis_ratio * (1 - binary.orbit.eccentricity)
    assert ((1 + binary.radius_ratio) / axis < 0.8).all()
    assert 1 < np.median(binary.orbit.period_d) < 6
    for kind in (
        binary.third_light > 0.7,
        binary.third_light == 0,
        binary.orbit.impact_parameter > 1,
        binary.orbit.eccentricity > 0.1,
        binary.radius_ratio > 0.8,
        binary.radius_ratio < 0.3,
    ):
        assert np.mean(kind) > 0.04


def test_only_detectable_systems_are_kept():
    def ratios(snr_range, magnitude_range=(10.0, 12.0)):
        survey = Detectability(1325.0, 27.4, snr_range, magnitude_range)
        stars, planet = draw_planets(100, survey, np.random.default_rng(4))
        assert stars.magnitude.min() > magnitude_range[0]
        assert stars.magnitude.max() < magnitude_range[1]
        return np.median(planet.radius_ratio)

    assert ratios((50.0, 1e5)) > 1.5 * ratios((8.0, 12.0))
    with pytest.raises(UsageError, match="only 0 of 100 systems"):
        ratios((1e8, 1e9))


def test_a_prior_of_binaries_brings_faint_blends_loud_secondaries_and_round_stars(binaries):
    prior = BinaryPrior(10**-3.5, heavy_companion_fraction=1.0, largest_filling=0.4)
    _, usual = binaries
    _, found = draw_binaries(N, SECTOR, np.random.default_rng(2), prior)
    assert (1 - usual.third_light).min() > 0.004
    light = 1 - found.third_light
    assert 10**-3.5 < light.min() < 0.003
    ratio = found.mass_ratio
    assert (ratio.min(), ratio.max()) == (
        pytest.approx(0.5, abs=0.02),
        pytest.approx(0.9, abs=0.02),
    )
    assert np.median(found.surface_brightness_ratio) > np.median(usual.surface_brightness_ratio)
    axis = found.orbit.semi_major_axis_ratio * (1 - found.orbit.eccentricity)
    assert ((1 + found.radius_ratio) / axis).max() < 0.4
