import numpy as np
import pytest
from scipy.integrate import simpson

from astro_dl.core.errors import UsageError
from astro_dl.science.gravitational_waves.noise import gaussian_noise
from astro_dl.science.gravitational_waves.psd import aligo_design_psd
from astro_dl.science.gravitational_waves.whitening import band_pass, crop, whiten, whitening_filter

RATE, DURATION = 2048, 4.0
FREQUENCIES = np.fft.rfftfreq(int(RATE * DURATION), 1 / RATE)
PSD = aligo_design_psd(FREQUENCIES)
RESPONSE = whitening_filter(PSD, RATE, DURATION)


@pytest.fixture(scope="module")
def whitened_noise():
    strain = gaussian_noise(PSD, 300, RATE, DURATION, np.random.default_rng(1))
    return crop(whiten(strain, RESPONSE), RATE, 0.5, 3.0)


def chirp(frequency_power=-7 / 6, amplitude=1e-22):
    """A Newtonian inspiral amplitude from 15 to 300 Hz with a smooth end, two seconds in."""
    with np.errstate(divide="ignore", invalid="ignore"):
        envelope = np.where(
            FREQUENCIES > 15,
            (FREQUENCIES / 100) ** frequency_power * np.exp(-((FREQUENCIES / 200) ** 4)),
            0,
        )
        inspiral = np.where(FREQUENCIES > 15, 200 * (FREQUENCIES / 20) ** (-5 / 3), 0)
    return amplitude * envelope * np.exp(-2j * np.pi * FREQUENCIES * 2.5 + 0.1j * inspiral)


def test_whitened_noise_has_unit_variance(whitened_noise):
    full_band = 1 - 20 / 1024
    assert whitened_noise.dtype == np.float32
    assert whitened_noise.var() == pytest.approx(full_band, rel=0.005)
    per_sample = whitened_noise.var(axis=0)
    assert per_sample.std() == pytest.approx(full_band * np.sqrt(2 / 300), rel=0.1)


def test_whitened_noise_has_a_flat_spectrum(whitened_noise):
    window = np.hanning(whitened_noise.shape[-1])
    power = np.mean(np.abs(np.fft.rfft(whitened_noise * window)) ** 2, axis=0) / np.sum(window**2)
    frequencies = np.fft.rfftfreq(whitened_noise.shape[-1], 1 / RATE)
    for low in range(24, 1000, 40):
        band = (frequencies >= low) & (frequencies < low + 40)
        assert power[band].mean() == pytest.approx(1, abs=0.03)
    assert power[frequencies < 17].max() < 1e-3


@pytest.mark.parametrize("amplitude", [1e-24, 1e-22])
def test_norm_of_a_whitened_signal_is_its_optimal_snr(amplitude):
    spectrum = chirp(amplitude=amplitude)
    fine = np.linspace(20, 1024, 200001)
    envelope = (fine / 100) ** (-7 / 6) * np.exp(-((fine / 200) ** 4))
    snr = np.sqrt(4 * simpson(amplitude**2 * envelope**2 / aligo_design_psd(fine), x=fine))
    strain = np.fft.irfft(spectrum) * RATE
    norm = np.linalg.norm(whiten(strain, RESPONSE).astype(np.float64))
    assert norm == pytest.approx(snr, rel=0.003)


def test_sum_of_a_product_is_the_inner_product():
    a, b = chirp(), chirp(frequency_power=-0.5)
    in_band = FREQUENCIES > 20
    inner = 4 * np.sum((a * b.conj() / PSD).real[in_band]) / DURATION
    whitened = [whiten(np.fft.irfft(one) * RATE, RESPONSE).astype(np.float64) for one in (a, b)]
    assert np.sum(whitened[0] * whitened[1]) == pytest.approx(inner, rel=0.01)


def test_conditioning_is_linear():
    noise = gaussian_noise(PSD, 1, RATE, DURATION, np.random.default_rng(2))[0]
    signal = np.fft.irfft(chirp()) * RATE
    together = whiten(noise + 3 * signal, RESPONSE)
    apart = whiten(noise, RESPONSE) + 3 * whiten(signal, RESPONSE)
    np.testing.assert_allclose(together, apart, atol=1e-4)


def test_only_the_ends_within_half_a_filter_are_spoilt():
    rng = np.random.default_rng(3)
    strain = gaussian_noise(PSD, 1, RATE, DURATION, rng)[0]
    spoilt = strain.copy()
    spoilt[0] += 1e-18
    difference = np.abs(whiten(spoilt, RESPONSE) - whiten(strain, RESPONSE))
    peak = difference.max()
    assert peak > 100
    assert difference[RATE // 2 : -RATE // 2].max() < 1e-3 * peak


def test_steep_noise_below_the_band_does_not_leak_in():
    wall = PSD * np.where(FREQUENCIES < 15, 1e12, 1)
    strain = gaussian_noise(wall, 4, RATE, DURATION, np.random.default_rng(4))
    whitened = whiten(strain, whitening_filter(wall, RATE, DURATION))
    assert whitened.var() == pytest.approx(1 - 20 / 1024, rel=0.05)


def test_a_long_filter_removes_spectral_lines():
    line = PSD * (1 + 1e4 * np.exp(-0.5 * ((FREQUENCIES - 60) / 0.3) ** 2))
    strain = gaussian_noise(line, 50, RATE, DURATION, np.random.default_rng(5))
    short, long = (
        whiten(strain, whitening_filter(line, RATE, DURATION, filter_seconds=seconds)).var()
        for seconds in (0.5, 4.0)
    )
    assert long == pytest.approx(1 - 20 / 1024, rel=0.03)
    assert short > 1.05 * long


def test_one_filter_per_detector():
    both = whitening_filter(np.stack([PSD, 4 * PSD]), RATE, DURATION)
    np.testing.assert_allclose(both[0], RESPONSE)
    np.testing.assert_allclose(both[1], RESPONSE / 2)


def test_band_pass_halves_the_power_at_its_edges():
    response = band_pass(FREQUENCIES, 30, 400, width=8)
    assert np.interp([30, 400], FREQUENCIES, response) == pytest.approx(np.sqrt(0.5))
    assert np.all(response[(FREQUENCIES >= 34) & (FREQUENCIES <= 396)] == 1)
    assert np.all(response[(FREQUENCIES <= 26) | (FREQUENCIES >= 404)] == 0)
    assert np.sum(response**2) / DURATION == pytest.approx(370, rel=1e-3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((PSD[:-1], RATE, DURATION), "4097 bins"),
        ((PSD, RATE, DURATION, 9.0), "filter of 9 s"),
        ((PSD, RATE, DURATION, 0.5, 0.0), "the band 0 to 1024"),
        ((PSD, RATE, DURATION, 0.5, 20.0, 10.0), "the band 20 to 10"),
        ((PSD, RATE, DURATION, 0.5, 20.0, 4000.0), "the band 20 to 4000"),
        ((np.zeros_like(PSD), RATE, DURATION), "positive"),
    ],
)
def test_unfit_arguments_are_refused(arguments, message):
    with pytest.raises(UsageError, match=message):
        whitening_filter(*arguments)


def test_crop_takes_the_stated_part_or_refuses():
    series = np.arange(20).reshape(2, 10)
    np.testing.assert_array_equal(crop(series, 10, 0.2, 0.3), [[2, 3, 4], [12, 13, 14]])
    with pytest.raises(UsageError, match="not within"):
        crop(series, 10, 0.9, 0.3)
