"""Coherent variables and flares: periods, shapes, amplitudes."""

import numpy as np
import pytest

from astro_dl.observations.light_curves.pulsation import PERIODIC_VARIABLES, flares, periodic_shapes

TIME = 1325 + np.arange(0, 20, 0.01)


def dominant_period(shape):
    power = np.abs(np.fft.rfft(shape - shape.mean(), 16 * len(TIME))) ** 2
    return 1 / np.fft.rfftfreq(16 * len(TIME), 0.01)[power.argmax()]


@pytest.mark.parametrize("name", PERIODIC_VARIABLES)
def test_shapes_have_their_period_and_about_unit_semi_amplitude(name):
    period = np.linspace(0.7, 1.1, 12)
    shapes = periodic_shapes(np.full(12, name), TIME, period, np.random.default_rng(0))
    assert shapes.dtype == np.float32
    expected = period / 2 if name == "distorted_binary" else period
    found = np.array([dominant_period(shape) for shape in shapes])
    np.testing.assert_allclose(found, expected, rtol=0.01)
    swing = np.ptp(shapes, axis=1) / 2
    assert (swing > 0.5).all()
    assert (swing < 1.6).all()


def test_one_mode_repeats_and_many_modes_beat():
    rng = np.random.default_rng(1)
    one = periodic_shapes(np.array(["radial_pulsator"]), TIME, np.array([0.5]), rng)[0]
    np.testing.assert_allclose(one[:1000], one[1000:], atol=0.01)
    many = periodic_shapes(np.full(20, "delta_scuti"), TIME, np.full(20, 0.5), rng)
    assert np.median(np.abs(many[:, :1000] - many[:, 1000:]).max(axis=1)) > 0.2


def test_radial_pulsators_rise_faster_than_they_fall():
    rng = np.random.default_rng(2)
    shapes = periodic_shapes(np.full(20, "radial_pulsator"), TIME, np.full(20, 2.0), rng)
    brightness = np.diff(-shapes, axis=1)
    assert (brightness.max(axis=1) > 1.1 * -brightness.min(axis=1)).all()


def test_flares_rise_and_decay_with_unit_peak_at_the_rate_asked_for():
    rng = np.random.default_rng(3)
    rate = np.r_[np.zeros(20), np.full(20, 0.4)]
    shapes = flares(TIME, 40, rate, rng)
    assert not shapes[:20].any()
    np.testing.assert_allclose(shapes[20:].max(axis=1), 1, rtol=1e-6)
    assert shapes.min() >= 0
    after_less_before = np.roll(shapes, -3, axis=1) - np.roll(shapes, 3, axis=1)
    rows, peaks = np.arange(20, 40), shapes[20:].argmax(axis=1)
    assert np.median(after_less_before[rows, peaks]) > 0
    starts = np.sum((shapes[20:, 1:] > 0) & (shapes[20:, :-1] == 0))
    assert 0.5 < starts / (20 * 20 * 0.4) < 1.1
