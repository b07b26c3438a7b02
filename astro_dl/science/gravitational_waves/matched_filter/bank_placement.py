"""Which systems a template bank holds: drawn from the prior, or placed for a minimal match.

Banks are functions of hashable settings and a seed, and are kept once made.
"""

from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from astro_dl.core.errors import UsageError
from astro_dl.science.gravitational_waves.matched_filter.statistic import matched_filter_statistic
from astro_dl.science.gravitational_waves.matched_filter.template_bank import (
    LagGrid,
    TemplateBank,
    make_bank,
    reduced_basis,
    window_spectra,
)
from astro_dl.science.gravitational_waves.psd import named_psd
from astro_dl.science.gravitational_waves.waveforms.phenom_d import chirp_mass, imrphenomd
from astro_dl.science.gravitational_waves.whitening import whitening_filter

SEGMENT = 8.0
BASIS_SYSTEMS = 512
PRIOR_DRAWS = 100
BLOCK = 128
MATCH_REACH = 0.02
# So near that float32 holds the square of the strain.
NEAR_MPC = 1e-3


@dataclass(frozen=True)
class TemplateSpace:
    """The prior of binary black holes, and how their strain is conditioned.

    Parameters
    ----------
    mass_1_range, mass_2_range : tuple of float, default (10, 50)
        Ranges of the uniform priors of the two detector-frame masses [M☉].
    spin_range : tuple of float, default (0, 0)
        Range of the uniform prior of both aligned spins.
    psd : str, default "aligo_design"
        Name or path of the noise spectrum; see
        `astro_dl.science.gravitational_waves.psd.named_psd`.
    low_frequency, high_frequency : float, default 20 and None
        Band that is kept [Hz]; None for the upper edge means the Nyquist frequency.
    filter_seconds : float, default 0.5
        Length to which the whitening filter is truncated [s].
    grid : LagGrid
        The window and the merger times.
    """

    mass_1_range: tuple[float, float] = (10.0, 50.0)
    mass_2_range: tuple[float, float] = (10.0, 50.0)
    spin_range: tuple[float, float] = (0.0, 0.0)
    psd: str = "aligo_design"
    low_frequency: float = 20.0
    high_frequency: float | None = None
    filter_seconds: float = 0.5
    grid: LagGrid = field(default_factory=LagGrid)


def draw_systems(space: TemplateSpace, n: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return n systems of the prior.

    Returns
    -------
    ndarray
        (n, 4) mass_1, mass_2 [M☉], spin_1z, spin_2z, the heavier body first.
    """
    masses = np.stack(
        [rng.uniform(*space.mass_1_range, n), rng.uniform(*space.mass_2_range, n)], axis=-1
    )
    spins = rng.uniform(*space.spin_range, (n, 2))
    order = np.argsort(-masses, axis=-1)
    ordered = [np.take_along_axis(values, order, axis=-1) for values in (masses, spins)]
    return np.concatenate(ordered, axis=-1)


def stratified_systems(
    space: TemplateSpace, n: int, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return n systems that sample the prior evenly where templates differ most, with weights.

    Light systems are rare in a prior that is uniform in mass, but their waveforms change fastest.
    Many systems of the prior are ordered by chirp time, ∝ (chirp mass)^(-5/3), the time left to a
    binary of given frequency at leading order, and cut into strata, half of them by number and half
    by chirp time; one system is drawn from each.

    Returns
    -------
    systems : ndarray
        (m, 4) as from `draw_systems`; m is n, less the strata in which no system fell.
    weights : ndarray
        (m,) share of the prior for which each stands; their sum is 1.
    """
    systems = draw_systems(space, PRIOR_DRAWS * n, rng)
    chirp_time = chirp_mass(systems[:, 0], systems[:, 1]) ** (-5 / 3)
    order = np.argsort(chirp_time)
    elapsed = chirp_time[order] - chirp_time[order[0]]
    by_number = np.arange(len(order)) / len(order)
    by_time = elapsed / elapsed[-1] if elapsed[-1] > 0 else by_number
    edges = np.searchsorted((by_number + by_time) / 2, np.arange(1, n) / n)
    edges = np.unique(np.concatenate([[0], edges, [len(order)]]))
    members = np.diff(edges)
    chosen = edges[:-1] + rng.integers(members)
    return systems[order[chosen]], members / len(order)


def whitened_spectra(
    space: TemplateSpace, systems: NDArray[np.float64], segment: float = SEGMENT
) -> NDArray[np.complex64]:
    """Return the whitened waveforms of systems, merger at time 0.

    Parameters
    ----------
    space : TemplateSpace
        Conditioning.
    systems : ndarray
        (n, 4) as from `draw_systems`.
    segment : float, default 8
        Length of the segment [s] whose ``rfftfreq`` grid is used.

    Returns
    -------
    ndarray
        (n, F) complex64.
    """
    rate = space.grid.sample_rate
    frequencies = np.arange(round(segment * rate / 2) + 1) / segment
    response = _response(space, segment)
    mass_1, mass_2, spin_1z, spin_2z = systems.T
    waveforms = imrphenomd(frequencies, mass_1, mass_2, spin_1z, spin_2z, NEAR_MPC)
    return waveforms * response.astype(np.float32)


def prior_bank(
    space: TemplateSpace, n: int = 1000, seed: int = 0, loss: float = 1e-4
) -> TemplateBank:
    """Return a bank of n systems drawn from the prior, as the Bayes statistic averages over.

    Parameters
    ----------
    space : TemplateSpace
        Prior and conditioning.
    n : int, default 1000
        Number of templates.
    seed : int, default 0
        Which draw.
    loss : float, default 1e-4
        Mean fraction of SNR lost by the reduced basis.
    """
    return _prior_bank(space, n, seed, loss)


def placed_bank(
    space: TemplateSpace,
    minimal_match: float = 0.97,
    seed: int = 0,
    *,
    proposals: int = 4000,
    loss: float = 1e-4,
) -> TemplateBank:
    """Return a bank that matches almost every system of the prior to the minimal match.

    Stochastic placement (Harry, Allen & Sathyaprakash 2009, arXiv:0908.2090): systems of the prior
    are proposed in turn, and one is kept if no template kept before matches it. The match is the
    fraction recovered of the SNR inside the window, merger at the middle of its range.

    Parameters
    ----------
    space : TemplateSpace
        Prior and conditioning.
    minimal_match : float, default 0.97
        Between 0 and 1.
    seed : int, default 0
        Which draw.
    proposals : int, default 4000
        Systems drawn; the fewer, the more of the prior may stay uncovered.
    loss : float, default 1e-4
        Mean fraction of SNR lost by the reduced basis.

    Raises
    ------
    UsageError
        If the minimal match is not within (0, 1).
    """
    if not 0 < minimal_match < 1:
        raise UsageError(f"the minimal match must lie within (0, 1), not {minimal_match!r}")
    return _placed_bank(space, minimal_match, seed, proposals, loss)


def unit_signals(
    space: TemplateSpace,
    systems: NDArray[np.float64],
    merger_time: NDArray[np.float64],
    phase: NDArray[np.float64],
) -> NDArray[np.float32]:
    """Return noise-free whitened signals of unit SNR in one detector.

    Parameters
    ----------
    space : TemplateSpace
        Conditioning.
    systems : ndarray
        (n, 4) as from `draw_systems`.
    merger_time, phase : ndarray
        (n,) merger from the start of the window [s], and reference phase [rad].

    Returns
    -------
    ndarray
        (n, samples, 1) float32 of unit norm.
    """
    rate, samples = space.grid.sample_rate, space.grid.samples
    frequencies = np.arange(round(SEGMENT * rate / 2) + 1) / SEGMENT
    windows = np.empty((len(systems), samples, 1), np.float32)
    for start in range(0, len(systems), BLOCK):
        block = slice(start, start + BLOCK)
        spectra = whitened_spectra(space, systems[block])
        shift = np.exp(
            1j * phase[block, None] - 2j * np.pi * merger_time[block, None] * frequencies
        )
        windows[block, :, 0] = np.fft.irfft(spectra * shift, axis=-1)[:, :samples]
    return windows / np.linalg.norm(windows, axis=1, keepdims=True)


def effectualness(
    space: TemplateSpace, bank: TemplateBank, n: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return the fraction of SNR that a bank recovers of random signals of the prior.

    Parameters
    ----------
    space : TemplateSpace
        Prior and conditioning; one detector.
    bank : TemplateBank
        The bank.
    n : int
        Number of signals, with random merger times and phases.
    rng : numpy.random.Generator
        Draws them.

    Returns
    -------
    ndarray
        (n,) between 0 and 1: everything is included, from the spacing of templates and lags to the
        truncation of the basis.
    """
    systems = draw_systems(space, n, rng)
    time, phase = rng.uniform(*space.grid.merger_time, n), rng.uniform(0, 2 * np.pi, n)
    return matched_filter_statistic(unit_signals(space, systems, time, phase), bank)


@lru_cache(maxsize=8)
def _response(space: TemplateSpace, segment: float) -> NDArray[np.float64]:
    rate = space.grid.sample_rate
    psd = named_psd(space.psd, np.arange(round(segment * rate / 2) + 1) / segment)
    return whitening_filter(
        psd, rate, segment, space.filter_seconds, space.low_frequency, space.high_frequency
    )


@lru_cache(maxsize=4)
def _basis(space: TemplateSpace, loss: float) -> NDArray[np.complex64]:
    systems, _ = stratified_systems(space, BASIS_SYSTEMS, np.random.default_rng(BASIS_SYSTEMS))
    spectra = window_spectra(whitened_spectra(space, systems), SEGMENT, space.grid)
    return reduced_basis(spectra, loss)


def _bank(
    space: TemplateSpace,
    systems: NDArray[np.float64],
    loss: float,
    weights: NDArray[np.float64] | None = None,
) -> TemplateBank:
    spectra = whitened_spectra(space, systems)
    basis = _basis(space, loss)
    return make_bank(spectra, SEGMENT, space.grid, systems, weights=weights, basis=basis)


@lru_cache(maxsize=4)
def _prior_bank(space: TemplateSpace, n: int, seed: int, loss: float) -> TemplateBank:
    systems, weights = stratified_systems(space, n, np.random.default_rng(seed))
    return _bank(space, systems, loss, weights)


@lru_cache(maxsize=4)
def _placed_bank(
    space: TemplateSpace, minimal_match: float, seed: int, proposals: int, loss: float
) -> TemplateBank:
    middle = float(np.mean(space.grid.merger_time))
    near = (max(middle - MATCH_REACH, 0.0), min(middle + MATCH_REACH, space.grid.duration))
    local = replace(space, grid=replace(space.grid, merger_time=near, delays=(0.0,), lag_rate=None))
    rng = np.random.default_rng(seed)
    systems = rng.permutation(stratified_systems(space, proposals, rng)[0])
    pool = _bank(local, systems, loss)
    centre = len(local.grid.times) // 2
    kept = np.array([0])
    bank = pool.take(kept)
    for start in range(0, len(pool), BLOCK):
        members = np.arange(start, min(start + BLOCK, len(pool)))
        waveforms = pool.take(members).waveforms(centre).real
        signals = waveforms / np.linalg.norm(waveforms, axis=1, keepdims=True)
        for member, signal in zip(members, signals, strict=True):
            if matched_filter_statistic(signal[None, :, None], bank)[0] < minimal_match:
                kept = np.append(kept, member)
                bank = pool.take(kept)
    return _bank(space, systems[kept], loss)
