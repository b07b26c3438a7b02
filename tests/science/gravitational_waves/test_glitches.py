import numpy as np
import pytest
from astropy import units as u

from astro_dl.core.errors import UsageError
from astro_dl.science.gravitational_waves.glitches import GLITCHES, draw_glitches

RATE, DURATION = 2048, 4.0


def drawn(kinds, n=60, seed=1):
    return draw_glitches(kinds, n, RATE, DURATION, (1.5, 2.5), np.random.default_rng(seed))


@pytest.mark.parametrize("kind", GLITCHES)
def test_shapes_have_unit_peak_and_power_where_the_table_says(kind):
    shapes, parameters = drawn([kind])
    _, frequency_range, duration_range = GLITCHES[kind]
    assert shapes.shape == (60, 8192)
    assert shapes.dtype == np.float32
    np.testing.assert_allclose(np.abs(shapes).max(axis=1), 1, rtol=1e-6)
    for name, (low, high) in (("frequency", frequency_range), ("duration", duration_range)):
        assert low <= parameters[name].min() < parameters[name].max() <= high
    assert parameters["frequency"].unit == u.Hz
    power = shapes.astype(np.float64) ** 2
    time = np.arange(8192) / RATE
    center = np.sum(power * time, axis=1) / np.sum(power, axis=1)
    assert np.abs(center - parameters["time"]).max() < (0.5 if kind == "scattered_light" else 0.02)


def test_sine_gaussians_peak_at_their_frequency():
    shapes, parameters = drawn(["sine_gaussian"])
    spectrum = np.abs(np.fft.rfft(shapes))
    peak = np.fft.rfftfreq(8192, 1 / RATE)[spectrum.argmax(axis=1)]
    many_cycles = parameters["frequency"] * parameters["duration"] > 1
    assert np.sum(many_cycles) > 10
    np.testing.assert_allclose(peak[many_cycles], parameters["frequency"][many_cycles], rtol=0.03)


def test_blips_are_short_and_broad():
    shapes, _ = drawn(["blip"])
    power = shapes.astype(np.float64) ** 2
    long_lasting = np.sum(power > 1e-3, axis=1) / RATE
    assert long_lasting.max() < 0.05


def test_scattered_light_never_exceeds_its_fringe_frequency():
    shapes, parameters = drawn(["scattered_light"])
    power = np.abs(np.fft.rfft(shapes)) ** 2
    frequencies = np.fft.rfftfreq(8192, 1 / RATE)
    above = frequencies > 1.3 * np.asarray(parameters["frequency"])[:, None] + 5
    assert np.max(np.sum(power * above, axis=1) / np.sum(power, axis=1)) < 0.01


def test_kinds_are_mixed_and_reproducible():
    shapes, parameters = drawn(list(GLITCHES), n=300)
    again, _ = drawn(list(GLITCHES), n=300)
    np.testing.assert_array_equal(shapes, again)
    counts = [np.sum(parameters["kind"] == kind) for kind in GLITCHES]
    assert min(counts) > 60
    assert not np.array_equal(shapes, drawn(list(GLITCHES), n=300, seed=2)[0])


def test_unknown_kind_is_refused_with_the_nearest():
    with pytest.raises(UsageError, match="blip"):
        drawn(["blib"])
