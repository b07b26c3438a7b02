"""Stationary Gaussian detector noise of a given power spectral density."""

from typing import Any

import numpy as np
from scipy.fft import irfft

from astro_dl.data.namespace import namespace_of, standard_normal


def white_noise_spectrum(n: int, bins: int, rng: np.random.Generator) -> np.ndarray:
    """Return discrete Fourier transforms of white noise with unit variance per sample.

    Multiplied by `coloring_filter` and a whitening filter, they become whitened detector noise in
    one product, without ever being strain.

    Parameters
    ----------
    n : int
        Number of series.
    bins : int
        Frequency bins N/2 + 1, for series of an even number N of samples.
    rng : numpy.random.Generator
        Source of randomness; detectors need generators of their own (``rng.spawn``).

    Returns
    -------
    ndarray
        (n, bins) complex64: ``irfft`` of a row gives N samples of mean 0 and variance 1.
    """
    samples = 2 * (bins - 1)
    parts = rng.standard_normal((n, bins, 2), dtype=np.float32)
    parts *= np.float32(np.sqrt(samples / 2))
    spectrum = parts.view(np.complex64)[..., 0]
    edges = [0, bins - 1]
    spectrum[:, edges] = np.sqrt(np.float32(2)) * spectrum[:, edges].real
    return spectrum


def colored_noise_of_tensors(n: int, response: Any, rng: np.random.Generator) -> tuple[Any, Any]:
    """Return `white_noise_spectrum` times a response, as tensors on the device of Keras.

    Parameters
    ----------
    n : int
        Number of series.
    response : tensor
        (bins,) float32.
    rng : numpy.random.Generator
        Gives the seed of the deviates, which are drawn on the device.

    Returns
    -------
    real, imaginary : tensor
        (n, bins) float32.
    """
    xp, bins = namespace_of(response), response.shape[0]
    parts = standard_normal(xp.broadcast_to(response[:, None], (n, bins, 2)), rng)
    deviation = np.full((2, bins), np.sqrt(bins - 1), np.float32)
    deviation[:, [0, -1]] *= [[np.sqrt(2)], [0]]
    real, imaginary = deviation
    return parts[..., 0] * (real * response), parts[..., 1] * (imaginary * response)


def coloring_filter(psd: np.ndarray, sample_rate: float) -> np.ndarray:
    """Return the frequency response that turns unit-variance white noise into strain.

    Parameters
    ----------
    psd : ndarray
        One-sided PSD (..., F) [1/Hz]; where it is infinite there is no strain at all.
    sample_rate : float
        Sampling rate [Hz].

    Returns
    -------
    ndarray
        √(S f_s / 2), float64, of the shape of ``psd``.
    """
    return np.sqrt(np.where(np.isfinite(psd), psd, 0.0) * (sample_rate / 2))


def gaussian_noise(
    psd: np.ndarray, n: int, sample_rate: float, duration: float, rng: np.random.Generator
) -> np.ndarray:
    """Return coloured Gaussian noise, periodic over the duration.

    Parameters
    ----------
    psd : ndarray
        One-sided PSD [1/Hz] on ``rfftfreq(N, 1 / sample_rate)``, N = duration × sample_rate (even):
        (F,) for one detector, (D, F) for several.
    n : int
        Number of series.
    sample_rate : float
        Sampling rate [Hz].
    duration : float
        Length [s].
    rng : numpy.random.Generator
        Source of randomness; each of several detectors draws from its own spawned generator.

    Returns
    -------
    ndarray
        Strain, float64, (n, N) or (n, D, N).
    """
    samples = round(duration * sample_rate)
    if psd.ndim == 2:
        streams = zip(psd, rng.spawn(len(psd)), strict=True)
        parts = [gaussian_noise(one, n, sample_rate, duration, stream) for one, stream in streams]
        return np.stack(parts, axis=1)
    spectrum = white_noise_spectrum(n, len(psd), rng) * coloring_filter(psd, sample_rate)
    return irfft(spectrum, n=samples)
