"""How well a survey measures a magnitude: Ivezić et al. (2019), ApJ 873, 111, section 3.2.1."""

import numpy as np

Array = np.ndarray


def noise_to_signal(magnitude: Array, depth: Array, gamma: Array, floor: float) -> Array:
    """Return the standard deviation of a flux over the flux: eqs. 4 and 5.

    Parameters
    ----------
    magnitude : ndarray
        True magnitudes.
    depth : ndarray
        Magnitude at which the ratio is 0.2, five standard deviations.
    gamma : ndarray
        How much is noise of the source itself: 0.04 for all.
    floor : float
        Standard deviation of bright sources: errors of the calibration [mag].
    """
    x = 10 ** (0.4 * (np.asarray(magnitude) - depth))
    return np.sqrt(_floor_ratio(floor) ** 2 + (0.04 - gamma) * x + gamma * x**2)


def magnitude_errors(ratio: Array) -> Array:
    """Return magnitudes' standard deviations from noise-to-signal ratios."""
    return 2.5 * np.log10(1 + ratio)


def measured_magnitudes(
    magnitude: Array,
    depth: Array,
    gamma: Array,
    floor: float,
    detection_snr: float,
    rng: np.random.Generator,
) -> tuple[Array, Array]:
    """Return magnitudes as measured, and their standard deviations.

    Parameters
    ----------
    magnitude : ndarray, (n, bands)
        True ones; infinite where there is no light.
    depth, gamma, floor
        As in `noise_to_signal`.
    detection_snr : float
        Sources measured with a smaller signal-to-noise ratio are not detected.
    rng : numpy.random.Generator
        Source of the noise, which is Gaussian in flux.

    Returns
    -------
    magnitudes, errors : ndarray, (n, bands)
        Infinite where not detected. The errors are those of the measured magnitudes.
    """
    flux = 10 ** (-0.4 * (np.asarray(magnitude) - depth))
    noise = np.sqrt((_floor_ratio(floor) * flux) ** 2 + (0.04 - gamma) * flux + gamma)
    found = flux + noise * rng.normal(size=flux.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        measured = depth - 2.5 * np.log10(found)
    ratio = noise_to_signal(measured, depth, gamma, floor)
    seen = (found > 0) & (ratio * detection_snr <= 1)
    return np.where(seen, measured, np.inf), np.where(seen, magnitude_errors(ratio), np.inf)


def _floor_ratio(floor: float) -> float:
    return 10 ** (floor / 2.5) - 1
