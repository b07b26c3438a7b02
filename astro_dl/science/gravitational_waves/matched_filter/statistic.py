"""The matched filter over a template bank, and the Bayes statistic that no detector can beat.

Both look at the same numbers: the modulus of the correlation of a window with every template at
every merger time, in units in which noise has unit variance per quadrature. The matched filter
takes the largest; the Bayes statistic averages the likelihood ratio over templates of the prior,
merger times, phase and SNR, which is the Neyman–Pearson optimal ranking for signals of that prior.
"""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import fft
from scipy.ndimage import maximum_filter1d
from scipy.special import gammaln, i0e, ive, logsumexp

from astro_dl.core.errors import UsageError
from astro_dl.science.gravitational_waves.matched_filter.template_bank import TemplateBank

TEMPLATES_PER_BLOCK = 256
SNR_NODES = 96
TABLE_STEP = 1.0 / 1024
TABLE_END = 100.0


def snr_series(x: NDArray[np.float32], bank: TemplateBank) -> NDArray[np.complex64]:
    """Return the complex matched-filter output of every template at every merger time.

    Parameters
    ----------
    x : ndarray
        (n, samples, D) windows of whitened strain of unit variance per sample of a full band.
    bank : TemplateBank
        The templates; their grid must name D detectors.

    Returns
    -------
    ndarray
        (n, D, templates, len(bank.grid.times)) complex64. In noise |z|² is χ² with 2 degrees of
        freedom; a signal of SNR ρ that equals the template adds ρ² to the non-centrality.

    Raises
    ------
    UsageError
        If the windows do not fit the bank's grid.
    """
    return np.stack(
        [bank.conjugates @ filtered * bank.inverse_norms for filtered in _filtered(x, bank)]
    )


def matched_filter_statistic(x: NDArray[np.float32], bank: TemplateBank) -> NDArray[np.float64]:
    """Return the largest matched-filter SNR over templates, merger times and phase.

    Parameters
    ----------
    x : ndarray
        (n, samples, D) windows of whitened strain.
    bank : TemplateBank
        The templates; their grid must name D detectors.

    Returns
    -------
    ndarray
        (n,) max |z|; for several detectors the largest √(Σ |z|²) of one template, its merger in
        each detector within the delay of that in the first.

    Raises
    ------
    UsageError
        If the windows do not fit the bank's grid.
    """
    reach, blocks = bank.grid.reach, _blocks(bank)
    peaks = [
        max(
            float(np.max(sum(map(_loudest, _powers(filtered, bank, block), reach))))
            for block in blocks
        )
        for filtered in _filtered(x, bank)
    ]
    return np.sqrt(np.array(peaks))


def bayes_statistic(
    x: NDArray[np.float32], bank: TemplateBank, snr_prior: tuple[float, float] = (5.0, 15.0)
) -> NDArray[np.float64]:
    """Return the logarithm of the likelihood ratio of signal to noise, averaged over the prior.

    Parameters
    ----------
    x : ndarray
        (n, samples, D) windows of whitened strain.
    bank : TemplateBank
        Templates drawn from the prior; their grid must name D detectors and cover the prior range
        of merger times.
    snr_prior : tuple of float, default (5, 15)
        Range of the uniform prior of the (network) SNR.

    Returns
    -------
    ndarray
        (n,) ln ⟨exp(−ρ²/2) I₀(ρ |z|)⟩. For one detector it is the optimal ranking. For several, the
        prior of relative amplitudes and phases is taken as isotropic (less is known than in truth),
        that of the second detector's delay as uniform, and the delay of a third is maximised over:
        close to the optimum, but no strict bound.

    Raises
    ------
    UsageError
        If the windows do not fit the bank's grid, or the SNR prior is not an ordered range.
    """
    low, high = map(float, snr_prior)
    grid = bank.grid
    table = _likelihood_table(low, high, len(grid.delays))
    delays = 2 * grid.reach[1] + 1 if len(grid.delays) > 1 else 1
    prior = np.log(bank.weights / bank.weights.sum() / (grid.lags * delays))
    log_weights = prior.astype(np.float32)[:, None]
    result = []
    for filtered in _filtered(x, bank):
        parts = [
            _log_sum(power, log_weights[block], table, high)
            for block in _blocks(bank)
            for power in _delayed(_powers(filtered, bank, block), grid.reach, grid.lags)
        ]
        result.append(logsumexp(parts))
    return np.array(result)


def log_likelihood_ratio(
    snr: ArrayLike, snr_prior: tuple[float, float], detectors: int = 1
) -> NDArray[np.float64]:
    """Return the log likelihood ratio of a known waveform of unknown phase and SNR.

    Parameters
    ----------
    snr : array_like
        Matched-filter SNR, √(Σ |z|²) over detectors.
    snr_prior : tuple of float
        Range of the uniform prior of the optimal SNR ρ.
    detectors : int, default 1
        Number of detectors D, over whose complex amplitudes the prior is isotropic.

    Returns
    -------
    ndarray
        ln ⟨exp(−ρ²/2) Γ(D) (2/ρz)^(D−1) I_{D−1}(ρz)⟩_ρ; for one detector ln ⟨exp(−ρ²/2) I₀(ρz)⟩_ρ.

    Raises
    ------
    UsageError
        If the SNR prior is not an ordered range of positive numbers.
    """
    low, high = snr_prior
    if not 0 <= low <= high:
        raise UsageError(f"the SNR prior must be an ordered range, not {snr_prior}")
    nodes, weights = np.polynomial.legendre.leggauss(SNR_NODES if high > low else 1)
    rho = (low + high) / 2 + (high - low) / 2 * nodes
    z = np.asarray(snr, dtype=float)[..., None]
    order = detectors - 1
    product = np.maximum(rho * z, 1e-6)
    exponent = (
        product
        - rho**2 / 2
        + np.log(ive(order, product) if order else i0e(product))
        + gammaln(detectors)
        + order * np.log(2.0 / product)
    )
    return logsumexp(exponent, axis=-1, b=weights / 2)


def _filtered(x: NDArray[np.float32], bank: TemplateBank) -> Iterator[NDArray[np.complex64]]:
    """Yield the (D, rank, lags) correlations of each window with the basis."""
    grid = bank.grid
    shape = (grid.samples, len(grid.delays))
    if x.ndim != 3 or x.shape[1:] != shape:
        raise UsageError(f"windows must have shape (n, {shape[0]}, {shape[1]}), not {x.shape}")
    for window in x:
        series = np.ascontiguousarray(window.T, np.float32)
        spectrum = fft.rfft(series, 2 * grid.bins, axis=-1)[:, None, : grid.bins]
        correlated = fft.ifft(
            spectrum * bank.filters, grid.inverse_length, axis=-1, overwrite_x=True
        )
        yield correlated[..., : len(grid.times)]


def _powers(
    filtered: NDArray[np.complex64], bank: TemplateBank, block: slice
) -> list[NDArray[np.float32]]:
    """Return |z|² of each detector for a block of templates, (templates, lags + 2 reach)."""
    grid = bank.grid
    margin = max(grid.reach)
    powers = []
    for series, reach in zip(filtered, grid.reach, strict=True):
        wide = slice(margin - reach, margin + grid.lags + reach)
        snr = np.abs(bank.conjugates[block] @ series[:, wide])
        snr *= bank.inverse_norms[block, wide]
        powers.append(np.square(snr, out=snr))
    return powers


def _loudest(power: NDArray[np.float32], reach: int) -> NDArray[np.float32]:
    """Return the largest |z|² within the delay of every lag of the first detector."""
    if reach == 0:
        return power
    return maximum_filter1d(power, 2 * reach + 1, axis=-1)[:, reach:-reach]


def _delayed(
    powers: list[NDArray[np.float32]], reach: tuple[int, ...], lags: int
) -> list[NDArray[np.float32]]:
    """Return Σ |z|² for each delay of the second detector, with the loudest of any further one."""
    first, *others = powers
    if not others:
        return [first]
    for power, far in zip(others[1:], reach[2:], strict=True):
        first = first + _loudest(power, far)
    return [first + others[0][:, shift : shift + lags] for shift in range(2 * reach[1] + 1)]


def _blocks(bank: TemplateBank) -> list[slice]:
    """Return the blocks of templates whose output fits a core's cache."""
    starts = range(0, len(bank), TEMPLATES_PER_BLOCK)
    return [slice(start, start + TEMPLATES_PER_BLOCK) for start in starts]


@lru_cache(maxsize=16)
def _likelihood_table(low: float, high: float, detectors: int) -> NDArray[np.float32]:
    """Return the log likelihood ratio on a fine grid of SNR."""
    # Takes a third of a second to import, which a search of strain would wait for.
    from scipy.interpolate import CubicSpline

    coarse = np.arange(0.0, TABLE_END + 1.0, 1.0 / 32)
    spline = CubicSpline(coarse, log_likelihood_ratio(coarse, (low, high), detectors))
    return spline(np.arange(TABLE_STEP / 2, TABLE_END, TABLE_STEP)).astype(np.float32)


def _log_sum(
    power: NDArray[np.float32],
    log_weights: NDArray[np.float32],
    table: NDArray[np.float32],
    slope: float,
) -> float:
    """Return the logarithm of the weighted sum of the likelihood ratios of these |z|².

    Beyond the table their logarithm grows linearly, by the largest SNR of the prior.
    """
    snr = np.sqrt(power)
    logs = table.take((snr * np.float32(1 / TABLE_STEP)).astype(np.intp), mode="clip")
    if snr.max() >= TABLE_END:
        logs += np.float32(slope) * np.maximum(snr - np.float32(TABLE_END), 0)
    logs += log_weights
    peak = logs.max()
    logs -= peak
    return float(peak) + float(np.log(np.exp(logs, out=logs).sum()))
