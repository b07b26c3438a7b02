"""Keplerian orbits against Kepler's laws and their own definitions."""

import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.observations.light_curves.eclipses import cadences_near, eclipse, transit_light_curves
from astro_dl.observations.light_curves.orbit import (
    Orbit,
    eccentric_anomaly,
    eclipse_half_width,
    secondary_epoch,
    semi_major_axis_ratio,
    sky_position,
    transit_duration,
)


@pytest.fixture(scope="module")
def orbits():
    rng = np.random.default_rng(1)
    n = 60
    axis = rng.uniform(3, 40, n)
    return Orbit.of(
        period_d=rng.uniform(0.5, 20, n),
        epoch_d=rng.uniform(0, 5, n),
        semi_major_axis_ratio=axis,
        impact_parameter=rng.random(n),
        eccentricity=rng.uniform(0, 0.8 * (1 - 1.5 / axis)) * (np.arange(n) % 3 > 0),
        argument_of_periastron=rng.uniform(0, 2 * np.pi, n),
    )


def test_eccentric_anomaly_solves_keplers_equation():
    mean, e = np.meshgrid(np.linspace(-20, 20, 401), [0, 0.1, 0.5, 0.9, 0.99])
    anomaly = eccentric_anomaly(mean, e)
    np.testing.assert_allclose(anomaly - e * np.sin(anomaly), mean, atol=1e-11)


def test_semi_major_axis_of_the_earth_and_of_a_hot_jupiter():
    assert semi_major_axis_ratio(365.25, 1.0) == pytest.approx(215.03, rel=1e-3)
    assert semi_major_axis_ratio(8.0, 8.0) == pytest.approx(4 * 2 * semi_major_axis_ratio(1, 1))


def test_separation_at_conjunction_is_the_impact_parameter(orbits):
    separation, towards, _ = sky_position(orbits, orbits.epoch_d)
    np.testing.assert_allclose(separation, orbits.impact_parameter, atol=1e-6)
    assert (towards > 0).all()
    behind = sky_position(orbits, secondary_epoch(orbits))
    assert (behind[1] < 0).all()
    circular = orbits.eccentricity == 0
    np.testing.assert_allclose(behind[0][circular], orbits.impact_parameter[circular], atol=1e-6)


def test_position_is_periodic_and_obeys_the_law_of_areas(orbits):
    time = np.linspace(0, 1, 4001) * orbits.period_d[:, None]
    separation, towards, distance = sky_position(orbits[:, None], time)
    turned = sky_position(orbits[:, None], time + 7 * orbits.period_d[:, None])
    np.testing.assert_allclose(turned[0], separation, rtol=1e-7, atol=1e-6)
    extent = np.sqrt(separation**2 + towards**2) / orbits.semi_major_axis_ratio[:, None]
    np.testing.assert_allclose(extent, distance, rtol=1e-9)
    # The mean over time of r² is a² (1 + 3e²/2).
    mean = np.trapezoid(distance**2, time, axis=1) / orbits.period_d
    np.testing.assert_allclose(mean, 1 + 1.5 * orbits.eccentricity**2, rtol=1e-3)


def test_circular_transits_are_symmetric_and_repeat():
    time = 10 + np.linspace(-0.2, 0.2, 101)
    orbit = Orbit.of(3.0, 10.0, 8.0, 0.3)
    flux = transit_light_curves(time, orbit, 0.1, 0.4, 0.25)[0]
    np.testing.assert_allclose(flux, flux[::-1], atol=1e-7)
    later = transit_light_curves(time + 12, orbit, 0.1, 0.4, 0.25)[0]
    np.testing.assert_allclose(flux, later, atol=1e-7)
    assert flux.min() < 0.99
    far_side = transit_light_curves(time + 1.5, orbit, 0.1, 0.4, 0.25)[0]
    np.testing.assert_array_equal(far_side, 1)


def test_duration_spans_first_to_fourth_contact():
    orbit = Orbit.of([3.0, 11.0, 5.0], 0.0, [9.0, 20.0, 30.0], [0.0, 0.5, 0.9])
    duration = transit_duration(orbit, 0.1)
    for sign in (-0.5, 0.5):
        contact, _, _ = sky_position(orbit, sign * duration)
        np.testing.assert_allclose(contact, 1.1, rtol=1e-9)
    assert transit_duration(Orbit.of(3.0, 0.0, 9.0, 1.2), 0.1) == 0


def test_no_eclipse_lies_outside_the_span_about_conjunction(orbits):
    time = np.arange(0, 20, 0.004)
    for secondary in (False, True):
        epoch = secondary_epoch(orbits) if secondary else orbits.epoch_d
        before, after = eclipse_half_width(orbits, 1.2, secondary)
        rows, columns = cadences_near(time, orbits.period_d, epoch, before, after)
        near = np.zeros((60, len(time)), bool)
        near[rows, columns] = True
        separation, towards, _ = sky_position(orbits[:, None], time)
        eclipsed = (separation < 1.2) & ((towards < 0) if secondary else (towards > 0))
        assert eclipsed.any()
        assert not (eclipsed & ~near).any()
        assert near.mean() < 0.3


def test_cadences_near_equals_folding():
    time = 0.00123 + np.arange(0, 10, 0.01)
    period, epoch = np.array([2.0, 3.3, 50.0, 0.7]), np.array([-4.5, 8.0, 4.0, 90.1])
    before, after = np.array([0.1, 0.3, 1.0, 0.05]), np.array([0.2, 0.1, 0.5, 0.05])
    rows, columns = cadences_near(time, period, epoch, before, after)
    found = np.zeros((4, len(time)), bool)
    found[rows, columns] = True
    phase = (time - epoch[:, None] + before[:, None]) % period[:, None]
    expected = phase <= (before + after)[:, None]
    np.testing.assert_array_equal(found, expected)
    assert found.any(axis=1).all()


def test_eclipse_of_the_companion_is_the_mirror_image():
    """The roles of both bodies exchanged, half a turn later."""
    time = np.linspace(-0.5, 0.5, 301)
    behind = eclipse(time + 2.0, Orbit.of(4.0, 0.0, 6.0, 0.4), 0.5, 0.4, 0.2, secondary=True)
    swapped = eclipse(time, Orbit.of(4.0, 0.0, 12.0, 0.8), 2.0, 0.4, 0.2)
    np.testing.assert_array_equal(behind.columns, swapped.columns)
    np.testing.assert_allclose(behind.flux, swapped.flux, atol=1e-9)
    assert behind.flux.min() < 0.1


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"period_d": 0}, "period_d is 0.0; it must be positive"),
        ({"semi_major_axis_ratio": -1}, "semi_major_axis_ratio is -1.0"),
        ({"eccentricity": 1.0}, "eccentricity must lie within 0 and 0.99"),
    ],
)
def test_refuses_impossible_orbits(values, message):
    with pytest.raises(UsageError, match=message):
        Orbit.of(**{"period_d": 1, "epoch_d": 0, "semi_major_axis_ratio": 5} | values)
