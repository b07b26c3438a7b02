"""How often the best possible detector finds a signal of given strength in white Gaussian noise.

Closed forms for a signal that is known exactly, known up to its phase, or known to be one of many;
they bracket what matched filters and networks can reach. SNR is always the optimal one: the norm of
the whitened signal.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import chi2, ncx2, norm

from astro_dl.core.errors import UsageError

__all__ = [
    "effective_trials",
    "known_signal_efficiency",
    "known_signal_snr",
    "matched_filter_efficiency",
    "matched_filter_false_alarm_probability",
    "matched_filter_snr",
    "matched_filter_threshold",
]

Floats = NDArray[np.float64]
LARGEST_SNR = 1e3


def known_signal_efficiency(snr: ArrayLike, false_alarm_probability: ArrayLike) -> Floats:
    """Return the detection probability of a signal whose every parameter is known.

    Parameters
    ----------
    snr : array_like
        Optimal signal-to-noise ratio.
    false_alarm_probability : array_like
        Between 0 and 1; broadcast against ``snr``.

    Returns
    -------
    ndarray
        Q(Q⁻¹(α) − ρ), Q being the upper tail of the normal distribution (Kay 1998, eq. 4.14).

    Raises
    ------
    UsageError
        If a false-alarm probability is not within (0, 1).
    """
    return norm.sf(norm.isf(_probability(false_alarm_probability)) - _snr(snr))


def known_signal_snr(efficiency: ArrayLike, false_alarm_probability: ArrayLike) -> Floats:
    """Return the SNR at which a completely known signal is found with this efficiency.

    Parameters
    ----------
    efficiency, false_alarm_probability : array_like
        Between 0 and 1.

    Raises
    ------
    UsageError
        If a probability is not within (0, 1).
    """
    return norm.isf(_probability(false_alarm_probability)) - norm.isf(_probability(efficiency))


def matched_filter_false_alarm_probability(
    threshold: ArrayLike, trials: float = 1.0, detectors: int = 1
) -> Floats:
    """Return how often noise exceeds a threshold on the matched-filter SNR.

    Parameters
    ----------
    threshold : array_like
        Threshold on the modulus |z| (for several detectors, on the root of the sum of |z|²).
    trials : float, default 1
        Effective number of independent templates and times among which the maximum is taken.
    detectors : int, default 1
        Number of detectors whose |z|² are added.

    Returns
    -------
    ndarray
        1 − (1 − P(χ²_{2D} > λ²))^N; for one detector 1 − (1 − exp(−λ²/2))^N.
    """
    single = chi2.sf(np.square(np.asarray(threshold, dtype=float)), 2 * detectors)
    with np.errstate(divide="ignore"):
        return -np.expm1(trials * np.log1p(-single))


def matched_filter_threshold(
    false_alarm_probability: ArrayLike, trials: float = 1.0, detectors: int = 1
) -> Floats:
    """Return the threshold on the matched-filter SNR for a false-alarm probability.

    For one detector and one trial it is √(−2 ln α). Parameters and errors as
    `matched_filter_efficiency`.
    """
    alpha = _probability(false_alarm_probability)
    single = -np.expm1(np.log1p(-alpha) / _trials(trials))
    return np.sqrt(chi2.isf(single, 2 * detectors))


def matched_filter_efficiency(
    snr: ArrayLike,
    false_alarm_probability: ArrayLike,
    trials: float = 1.0,
    detectors: int = 1,
) -> Floats:
    """Return the detection probability of a matched filter that maximises over phase.

    Parameters
    ----------
    snr : array_like
        Optimal signal-to-noise ratio (of the network, for several detectors).
    false_alarm_probability : array_like
        Between 0 and 1; broadcast against ``snr``.
    trials : float, default 1
        Effective number N of independent templates and times searched; 1 for a signal that is
        known up to its phase. The signal raises one of them; the others may still exceed the
        threshold by chance, so that SNR 0 is found with the false-alarm probability.
    detectors : int, default 1
        Number of detectors whose |z|² are added, each with its own unknown phase.

    Returns
    -------
    ndarray
        1 − F(λ²; 2D, ρ²) (1 − P(χ²_{2D} > λ²))^(N−1), F being the non-central χ² distribution; for
        N = D = 1 it is Marcum's Q₁(ρ, λ).

    Raises
    ------
    UsageError
        If a false-alarm probability is not within (0, 1), or trials are fewer than 1.
    """
    power = np.square(matched_filter_threshold(false_alarm_probability, trials, detectors))
    missed = ncx2.cdf(power, 2 * detectors, np.square(_snr(snr)))
    others = np.exp((trials - 1.0) * np.log1p(-chi2.sf(power, 2 * detectors)))
    if trials == 1.0:
        return ncx2.sf(power, 2 * detectors, np.square(_snr(snr)))
    return 1.0 - missed * others


def matched_filter_snr(
    efficiency: ArrayLike,
    false_alarm_probability: ArrayLike,
    trials: float = 1.0,
    detectors: int = 1,
) -> Floats:
    """Return the SNR at which a matched filter finds a signal with this efficiency.

    The inverse of `matched_filter_efficiency` in SNR, by bisection; 0 where the efficiency is not
    above the false-alarm probability. The ratio of its values for two efficiencies at one
    false-alarm probability is the equivalent SNR loss of one method against another.

    Parameters
    ----------
    efficiency, false_alarm_probability : array_like
        Between 0 and 1.
    trials, detectors
        As in `matched_filter_efficiency`.

    Raises
    ------
    UsageError
        If a probability is not within (0, 1), or trials are fewer than 1.
    """
    wanted, alpha = np.broadcast_arrays(
        _probability(efficiency), _probability(false_alarm_probability)
    )
    low, high = np.zeros(wanted.shape), np.full(wanted.shape, LARGEST_SNR)
    for _ in range(60):
        middle = (low + high) / 2
        below = matched_filter_efficiency(middle, alpha, trials, detectors) < wanted
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return (low + high) / 2


def effective_trials(
    noise_statistic: ArrayLike, false_alarm_probability: float = 0.01, detectors: int = 1
) -> float:
    """Return the effective number of independent trials of a maximum over templates and times.

    Parameters
    ----------
    noise_statistic : array_like
        (n,) values of the maximum of |z| in noise.
    false_alarm_probability : float, default 0.01
        Where the distribution of noise is compared; at least ten values should lie above it.
    detectors : int, default 1
        Number of detectors whose |z|² were added.

    Returns
    -------
    float
        N that solves α = 1 − (1 − P(χ²_{2D} > λ²))^N at the sample's own threshold λ.

    Raises
    ------
    UsageError
        If there are too few values for this false-alarm probability.
    """
    values = np.asarray(noise_statistic, dtype=float)
    alpha = float(_probability(false_alarm_probability))
    if values.size * alpha < 10:
        raise UsageError(
            f"{values.size} noise values are too few for a false-alarm probability of {alpha:g}; "
            f"give at least {int(np.ceil(10 / alpha))}"
        )
    threshold = np.quantile(values, 1.0 - alpha)
    return float(np.log1p(-alpha) / np.log1p(-chi2.sf(threshold**2, 2 * detectors)))


def _probability(value: ArrayLike) -> Floats:
    array = np.asarray(value, dtype=float)
    if not np.all((array > 0) & (array < 1)):
        raise UsageError(f"a probability must lie within (0, 1), not {value!r}")
    return array


def _snr(value: ArrayLike) -> Floats:
    array = np.asarray(value, dtype=float)
    if not np.all(array >= 0):
        raise UsageError(f"a signal-to-noise ratio must not be negative, not {value!r}")
    return array


def _trials(value: float) -> float:
    if not value >= 1:
        raise UsageError(f"the effective number of trials must be at least 1, not {value!r}")
    return value
