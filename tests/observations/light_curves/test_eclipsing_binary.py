"""Eclipsing binaries in the limits that can be computed by hand."""

from dataclasses import replace

import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.observations.light_curves.eclipsing_binary import (
    Binary,
    binary_light_curves,
    ellipsoidal_amplitude,
)
from astro_dl.observations.light_curves.orbit import Orbit, secondary_epoch

TIME = np.arange(0, 8, 0.005)


def binary(orbit=None, **values):
    defaults = {
        "radius_ratio": 0.5,
        "surface_brightness_ratio": 0.4,
        "mass_ratio": 1.0,
        "limb_darkening_1": 0.0,
        "limb_darkening_2": 0.0,
        "albedo": 0.0,
        "third_light": 0.0,
    }
    arrays = {name: np.atleast_1d(float(v)) for name, v in (defaults | values).items()}
    return Binary(orbit=orbit or Orbit.of(4.0, 1.0, 10.0, 0.0), **arrays)


def undistorted(**values):
    """A binary so wide that its tides are 1e-9."""
    return binary(Orbit.of(4.0, 1.0, 1e3, 0.0), **values)


def at(curve, time):
    return np.interp(time, TIME, curve)


def test_depths_of_both_eclipses():
    step = 1e-4
    near = np.concatenate([1 + np.arange(-5, 6) * step, 3 + np.arange(-5, 6) * step])
    flux = binary_light_curves(near, undistorted())[0]
    whole = 1 + 0.4 * 0.25
    assert flux[5] == pytest.approx(1 - 0.25 / whole, abs=1e-5)
    assert flux[16] == pytest.approx(1 / whole, abs=1e-5)


def test_dark_companion_makes_a_transit_and_no_secondary():
    flux = binary_light_curves(TIME, binary(surface_brightness_ratio=0))[0]
    assert at(flux, 1.0) == pytest.approx(0.75, abs=2e-3)
    assert np.ptp(flux[np.abs(TIME - 3) < 0.3]) < 1e-3


def test_third_light_dilutes_everything_alike():
    system = binary(mass_ratio=0.8, albedo=0.5)
    alone = binary_light_curves(TIME, system)[0]
    diluted = binary_light_curves(TIME, replace(system, third_light=np.array([0.9])))[0]
    np.testing.assert_allclose(1 - diluted, 0.1 * (1 - alone), atol=2e-7)


def test_tides_double_the_frequency_and_follow_their_amplitude():
    face = Orbit.of(4.0, 1.0, 5.0, 4.0)
    system = binary(face, mass_ratio=0.5, radius_ratio=0.1, surface_brightness_ratio=0)
    flux = binary_light_curves(TIME, system)[0]
    phase = np.exp(-2j * np.pi * (TIME - 1) / 4)
    amplitudes = [2 * np.mean(flux * phase**k).real for k in (1, 2)]
    sin_squared = 1 - (4 / 5) ** 2
    expected = ellipsoidal_amplitude(0.5, 1 / 5, 0.0) * sin_squared
    assert amplitudes[1] == pytest.approx(-expected, rel=1e-3)
    assert abs(amplitudes[0]) < 1e-6
    assert ellipsoidal_amplitude(1.0, 0.1, 0.5) == pytest.approx(1.3e-3, rel=0.01)


def test_reflection_brightens_the_far_side():
    grazing_none = Orbit.of(4.0, 1.0, 10.0, 3.0)
    system = binary(grazing_none, radius_ratio=0.5, surface_brightness_ratio=0, albedo=0.4)
    flux = binary_light_curves(TIME, system)[0]
    sine = np.sqrt(1 - 0.3**2)
    swing = 0.4 * 0.05**2 * sine
    assert at(flux, 3.0) - at(flux, 1.0) == pytest.approx(swing, rel=0.02)


def test_grazing_eclipses_are_v_shaped_and_shallow():
    grazing = binary(Orbit.of(4.0, 1.0, 10.0, 1.4))
    central = binary(Orbit.of(4.0, 1.0, 10.0, 0.0))
    shallow, deep = (1 - binary_light_curves(TIME, b)[0] for b in (grazing, central))
    assert 0 < shallow.max() < 0.2 * deep.max()

    def flatness(loss):
        loss = loss[np.abs(TIME - 1) < 0.5]
        return np.mean(loss[loss > 0.05 * loss.max()] > 0.9 * loss.max())

    assert flatness(deep) > 0.4
    assert flatness(shallow) < 0.3


def test_eccentric_secondary_lies_off_the_middle():
    orbit = Orbit.of(4.0, 1.0, 10.0, 0.0, 0.3, 0.0)
    flux = binary_light_curves(TIME, binary(orbit))[0]
    epoch = secondary_epoch(orbit)[0]
    # Sterne (1940): displacement 2 e cos ω / π of a period, to first order.
    assert epoch - 3.0 == pytest.approx(2 * 0.3 / np.pi * 4, rel=0.05)
    secondary = flux[np.abs(TIME - epoch) < 0.1].min()
    assert secondary < 1 - 0.05
    assert flux[np.abs(TIME - 3.0) < 0.1].min() > 1 - 0.01


def test_equal_stars_cannot_be_told_from_half_the_period():
    system = binary(radius_ratio=1, surface_brightness_ratio=1, mass_ratio=1)
    flux = binary_light_curves(TIME, system)[0]
    first, second = flux[TIME < 2], flux[(TIME >= 2) & (TIME < 4)]
    np.testing.assert_allclose(first, second[: len(first)], atol=1e-6)


def test_refuses_third_light_of_everything():
    with pytest.raises(UsageError, match="third_light"):
        binary(third_light=1.0)
