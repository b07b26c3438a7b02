"""Whitening: dividing strain by the amplitude spectral density of the noise.

Everything here is linear, and one multiplication in the frequency domain, so that a simulation can
be written as spectrum × response, inverse transform, crop.
"""

from functools import lru_cache

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft
from scipy.ndimage import find_objects, label

from astro_dl.core.errors import UsageError


def whitening_filter(
    psd: np.ndarray,
    sample_rate: float,
    duration: float,
    filter_seconds: float = 0.5,
    low_frequency: float = 20.0,
    high_frequency: float | None = None,
) -> np.ndarray:
    """Return the zero-phase frequency response that whitens strain.

    The inverse amplitude spectral density is held constant outside the band, its impulse response
    is cut to ``filter_seconds`` by a Hann window (inverse-spectrum truncation, Allen et al. 2012,
    Phys. Rev. D 85, 122006, section VII), and the band-pass is applied last, so that the noise
    outside the band is removed however steep it is.

    The scale is √(2 / (S f_s)): noise of this PSD comes out with unit variance per sample where
    the band is full (else with the fraction of the band), and the sum over samples of the product
    of two whitened signals is their inner product 4 Re ∫ a b* / S df. The norm of a whitened signal
    is its optimal signal-to-noise ratio.

    Parameters
    ----------
    psd : ndarray
        One-sided PSD (..., F) [1/Hz] on ``rfftfreq(N, 1 / sample_rate)``; infinite where there is
        nothing to be used.
    sample_rate : float
        Sampling rate [Hz].
    duration : float
        Length of the series to be whitened [s], N = duration × sample_rate samples (even).
    filter_seconds : float, default 0.5
        Length of the impulse response [s]: half of it is spoilt at either end of a series.
    low_frequency, high_frequency : float, default 20.0 and None
        Band [Hz]; see `band_pass`.

    Returns
    -------
    ndarray
        (..., F) float64.

    Raises
    ------
    UsageError
        If the lengths, the band or the PSD don't fit.
    """
    samples, half = round(duration * sample_rate), round(filter_seconds * sample_rate / 2)
    bins = samples // 2 + 1
    if samples % 2 or psd.shape[-1] != bins:
        raise UsageError(
            f"a PSD of {psd.shape[-1]} bins doesn't fit {duration:g} s at {sample_rate:g} Hz; "
            f"wanted are N/2 + 1 = {bins} bins of an even number of samples"
        )
    if not 0 < 2 * half <= samples:
        raise UsageError(
            f"a whitening filter of {filter_seconds:g} s doesn't fit a series of {duration:g} s"
        )
    if not np.all(psd[..., 1:] > 0):
        raise UsageError("a PSD must be positive everywhere; this one has zeros, negatives or NaN")
    band = band_pass(
        np.arange(bins) / duration, low_frequency, high_frequency, width=2 / filter_seconds
    )
    inverse = np.sqrt(2 / (psd * sample_rate))
    first = int(np.ceil(low_frequency * duration))
    last = bins - 1 if high_frequency is None else int(high_frequency * duration)
    impulse = irfft(inverse[..., np.clip(np.arange(bins), first, last)], n=samples)
    window = np.cos(np.pi / 2 * np.arange(half + 1) / half) ** 2
    kept = np.zeros_like(impulse)
    kept[..., : half + 1] = impulse[..., : half + 1] * window
    kept[..., samples - half :] = impulse[..., samples - half :] * window[:0:-1]
    return rfft(kept).real * band


def band_pass(
    frequencies: np.ndarray,
    low_frequency: float,
    high_frequency: float | None = None,
    width: float = 4.0,
) -> np.ndarray:
    """Return the response of a band-pass with smooth edges.

    An edge of ``width`` is centred on the stated frequency, where the power is halved, and the
    powers above and below sum to one, so that as much power is let through as by a sharp edge.

    Parameters
    ----------
    frequencies : ndarray
        Frequencies [Hz].
    low_frequency : float
        Lower edge [Hz].
    high_frequency : float, optional
        Upper edge [Hz]; default none.
    width : float, default 4.0
        Width of the edges [Hz].

    Returns
    -------
    ndarray
        Response from 0 to 1, float64.

    Raises
    ------
    UsageError
        If the band is empty or reaches beyond the frequencies.
    """
    top = frequencies[-1] if high_frequency is None else high_frequency
    if not 0 < low_frequency < top <= frequencies[-1]:
        raise UsageError(
            f"the band {low_frequency:g} to {top:g} Hz is empty or not within 0 to "
            f"{frequencies[-1]:g} Hz, the Nyquist frequency"
        )
    response = _edge((frequencies - low_frequency) / width)
    if high_frequency is not None:
        response = response * _edge((high_frequency - frequencies) / width)
    return response


def whiten(strain: np.ndarray, response: np.ndarray) -> np.ndarray:
    """Return the whitened series; both ends are spoilt by half the filter's length.

    Parameters
    ----------
    strain : ndarray
        Series (..., N), N even.
    response : ndarray
        (..., N/2 + 1), from `whitening_filter`.

    Returns
    -------
    ndarray
        (..., N) float32, in units of the noise's standard deviation.
    """
    spectrum = rfft(np.asarray(strain, dtype=np.float64)) * response
    return irfft(spectrum, n=strain.shape[-1]).astype(np.float32)


def high_pass(
    strain: np.ndarray, valid: np.ndarray, sample_rate: float, frequency: float
) -> np.ndarray:
    """Return strain without what drifts, as by a Butterworth filter of fourth order, twice.

    The drifts of a detector are 10⁵ standard deviations of the noise in its band and more; where
    strain is cut, what is left of them rings through the band.

    Parameters
    ----------
    strain : ndarray
        Series (N,).
    valid : ndarray of bool
        (N,) where there is strain: each stretch is filtered by itself, and the rest becomes zero,
        as do stretches that are shorter than the filter's memory.
    sample_rate, frequency : float
        [Hz]; half the power is let through at this frequency, and 0.996 of it at twice as high.
    """
    memory = round(2 * sample_rate / frequency)
    passed = np.zeros(len(strain))
    whole = [(slice(0, len(strain)),)]
    for (stretch,) in whole if valid.all() else find_objects(label(valid)[0]):
        samples = stretch.stop - stretch.start
        if samples > memory:
            # A drift goes on beyond its ends, so that none is cut where the transform begins anew.
            longer = np.pad(strain[stretch], memory, mode="reflect", reflect_type="odd")
            length = next_fast_len(len(longer), real=True)
            spectrum = rfft(longer, length) * _high_pass_response(length, sample_rate / frequency)
            passed[stretch] = irfft(spectrum, length)[memory : memory + samples]
    return passed


@lru_cache(maxsize=4)
def _high_pass_response(length: int, rate: float) -> np.ndarray:
    ratio = np.arange(length // 2 + 1) * rate / length
    eighth = np.square(np.square(np.square(ratio)))
    return eighth / (1 + eighth)


def crop(series: np.ndarray, sample_rate: float, start: float, duration: float) -> np.ndarray:
    """Return the part of series (..., N) that begins ``start`` [s] after them, as a view.

    Parameters
    ----------
    series : ndarray
        (..., N).
    sample_rate : float
        Sampling rate [Hz].
    start, duration : float
        Beginning and length of the part [s], rounded to samples.

    Raises
    ------
    UsageError
        If the part is not within the series.
    """
    first, length = round(start * sample_rate), round(duration * sample_rate)
    if first < 0 or first + length > series.shape[-1]:
        raise UsageError(
            f"{duration:g} s from {start:g} s on are not within the series of "
            f"{series.shape[-1] / sample_rate:g} s"
        )
    return series[..., first : first + length]


def _edge(distance: np.ndarray) -> np.ndarray:
    """Rise from 0 at -½ to 1 at ½: power-complementary, with continuous slope (Vorbis window)."""
    response = np.clip(distance + 0.5, 0, 1)
    within = (response > 0) & (response < 1)
    response[within] = np.sin(np.pi / 2 * np.sin(np.pi / 2 * response[within]) ** 2)
    return response
