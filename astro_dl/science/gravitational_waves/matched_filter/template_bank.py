"""Banks of whitened quadrature templates, cut to the window in which they are searched.

A template is the analytic (complex, one-sided) signal whose real part is the whitened strain of a
binary of reference phase 0. All templates of a bank are written in one short orthonormal basis, the
leading singular vectors of many templates with merger at the same time (Cannon et al. 2010,
arXiv:1005.0012), so that a search filters with the basis and recombines by one matrix product.

The window cuts off the early inspiral, by more the earlier the merger. Every template is therefore
normalised at every merger time by its norm inside the window, which is what SNR means there.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import fft, linalg

from astro_dl.core.errors import UsageError

TAPER_SECONDS = 0.1
BLOCK = 128

Spectra = NDArray[np.complexfloating]
"""(T, F) whitened waveforms on ``rfftfreq`` of a longer segment, merger at time 0."""


@dataclass(frozen=True)
class LagGrid:
    """The window, and the merger times at which templates are laid over it.

    Parameters
    ----------
    sample_rate : float, default 2048
        [Hz].
    duration : float, default 1
        Length of the window [s].
    merger_time : tuple of float, default (0.6, 0.8)
        Earliest and latest merger in the first detector, from the start of the window [s].
    delays : tuple of float, default (0,)
        Per detector, the largest difference of its arrival time from the first one's [s]: 0 for the
        first, then the light travel times.
    lag_rate : float, optional
        Merger times per second [Hz]: the sampling rate (default) or half of it. Half of it loses
        nothing but the density of the lags, templates being one-sided.

    Raises
    ------
    UsageError
        If the merger times do not lie in the window, the first delay is not 0, or the lag rate is
        neither of the two.
    """

    sample_rate: float = 2048.0
    duration: float = 1.0
    merger_time: tuple[float, float] = (0.6, 0.8)
    delays: tuple[float, ...] = (0.0,)
    lag_rate: float | None = None

    def __post_init__(self) -> None:
        first, last = self.merger_time
        if not 0 <= first <= last <= self.duration:
            raise UsageError(
                f"merger times must be ordered and lie in the window of {self.duration:g} s, "
                f"not {self.merger_time}"
            )
        if not self.delays or self.delays[0] != 0 or min(self.delays) < 0:
            raise UsageError(f"delays must be 0 for the first detector and ≥ 0, not {self.delays}")
        if self.lag_rate not in (None, self.sample_rate, self.sample_rate / 2):
            raise UsageError(
                f"lag_rate must be the sampling rate of {self.sample_rate:g} Hz or half of it, "
                f"not {self.lag_rate}"
            )

    @property
    def samples(self) -> int:
        """Number of samples of the window."""
        return round(self.sample_rate * self.duration)

    @property
    def rate(self) -> float:
        """Merger times per second [Hz]."""
        return self.lag_rate or self.sample_rate

    @property
    def reach(self) -> tuple[int, ...]:
        """Per detector, the largest delay in lags, rounded up."""
        return tuple(int(np.ceil(delay * self.rate - 1e-9)) for delay in self.delays)

    @property
    def lags(self) -> int:
        """Number of merger times in the first detector."""
        return max(1, round((self.merger_time[1] - self.merger_time[0]) * self.rate))

    @cached_property
    def times(self) -> NDArray[np.float64]:
        """All merger times [s]: centred on the range, and ``reach`` beyond it on each side."""
        count = self.lags + 2 * max(self.reach)
        offsets = np.arange(count, dtype=np.float64) - (count - 1) / 2
        return sum(self.merger_time) / 2 + offsets / self.rate

    @property
    def bins(self) -> int:
        """Number of positive frequencies of the transform in which windows are correlated."""
        span = self.duration + self.times[-1] - self.times[0] + 2 * TAPER_SECONDS
        return fft.next_fast_len(int(np.ceil(span * self.sample_rate / 2)))

    @property
    def inverse_length(self) -> int:
        """Length of the transform that gives correlations at the lag rate."""
        return self.bins * (2 if self.rate == self.sample_rate else 1)


@dataclass(frozen=True, eq=False)
class TemplateBank:
    """Templates in a reduced basis.

    Parameters
    ----------
    grid : LagGrid
        The window and the merger times.
    systems : ndarray
        (T, 4) mass_1, mass_2 [M☉], spin_1z, spin_2z of the templates; (T, 0) where not known.
    basis : ndarray
        (R, bins) complex64 orthonormal spectra, merger at the first of the grid's times.
    coefficients : ndarray
        (T, R) complex64; templates are ``coefficients @ basis``.
    inverse_norms : ndarray
        (T, len(grid.times)) float32, 1 / norm of the template within the window.
    weights : ndarray
        (T,) prior probabilities of the templates.
    """

    grid: LagGrid
    systems: NDArray[np.float64]
    basis: NDArray[np.complex64]
    coefficients: NDArray[np.complex64]
    inverse_norms: NDArray[np.float32]
    weights: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.coefficients)

    @cached_property
    def filters(self) -> NDArray[np.complex64]:
        """(R, bins) spectra by which the transform of a window is multiplied before inversion."""
        scale = np.float32(np.sqrt(self.grid.bins) * self.grid.inverse_length / self.grid.bins)
        return (np.conj(self.basis) * scale).astype(np.complex64)

    @cached_property
    def conjugates(self) -> NDArray[np.complex64]:
        """(T, R) coefficients by which the filtered windows are recombined."""
        return np.conj(self.coefficients)

    def take(self, indices: NDArray) -> "TemplateBank":
        """Return the bank of these templates only (integers, a mask or a slice)."""
        return replace(
            self,
            systems=self.systems[indices],
            coefficients=self.coefficients[indices],
            inverse_norms=self.inverse_norms[indices],
            weights=self.weights[indices],
        )

    def waveforms(self, lag: int = 0) -> NDArray[np.complex64]:
        """Return the templates as they stand in the window at one of the grid's times.

        Parameters
        ----------
        lag : int, default 0
            Index into ``grid.times``.

        Returns
        -------
        ndarray
            (T, samples) complex64; its real and imaginary parts have a root-mean-square norm of 1.
        """
        grid = self.grid
        frequencies = np.arange(grid.bins) * grid.sample_rate / (2 * grid.bins)
        shift = np.exp(-2j * np.pi * frequencies * (grid.times[lag] - grid.times[0]))
        spectra = (self.coefficients @ self.basis) * shift.astype(np.complex64)
        series = fft.ifft(spectra, 2 * grid.bins, axis=-1)[:, : grid.samples]
        norm = np.sqrt(np.square(np.abs(series)).sum(axis=-1, keepdims=True) / 2)
        return (series / norm).astype(np.complex64)


def make_bank(
    spectra: Spectra,
    segment: float,
    grid: LagGrid,
    systems: NDArray[np.float64] | None = None,
    *,
    weights: NDArray[np.float64] | None = None,
    basis: NDArray[np.complex64] | None = None,
    loss: float = 1e-4,
) -> TemplateBank:
    """Return a bank of the given whitened waveforms.

    Parameters
    ----------
    spectra : ndarray
        (T, F) complex whitened waveforms, strain times whitening response, on the grid
        ``rfftfreq(segment * sample_rate, 1 / sample_rate)`` with merger at time 0; their scale is
        free.
    segment : float
        Length of the segment [s]; longer than the window, so that nothing wraps into it.
    grid : LagGrid
        The window and the merger times.
    systems : ndarray, optional
        (T, 4) parameters of the templates, kept for reference.
    weights : ndarray, optional
        (T,) prior probabilities of the templates, of any sum; equal by default.
    basis : ndarray, optional
        (R, bins) basis to use; by default the one of these templates, see `reduced_basis`.
    loss : float, default 1e-4
        Mean fraction of SNR that the reduced basis may lose.

    Raises
    ------
    UsageError
        If the spectra do not fit the segment, or a template vanishes.
    """
    whole = window_spectra(spectra, segment, grid)
    if basis is None:
        basis = reduced_basis(whole, loss)
    coefficients = whole @ basis.conj().T
    return TemplateBank(
        grid=grid,
        systems=np.empty((len(whole), 0)) if systems is None else np.asarray(systems, float),
        basis=basis,
        coefficients=coefficients,
        inverse_norms=_inverse_norms(coefficients, basis, grid),
        weights=np.ones(len(whole)) if weights is None else np.asarray(weights, float),
    )


def window_spectra(spectra: Spectra, segment: float, grid: LagGrid) -> NDArray[np.complex64]:
    """Return templates as the correlation with windows needs them.

    Each is shifted to merge at the first of the grid's times and kept as it is wherever any lag
    looks at it; beyond, it is tapered to zero so that it stays one-sided.

    Parameters
    ----------
    spectra, segment, grid
        As in `make_bank`.

    Returns
    -------
    ndarray
        (T, bins) complex64 spectra of unit norm.
    """
    half_rate = grid.sample_rate / 2
    length = round(segment * half_rate)
    if spectra.ndim != 2 or spectra.shape[1] != length + 1:
        raise UsageError(
            f"spectra of a segment of {segment:g} s at {grid.sample_rate:g} Hz must have shape "
            f"(templates, {length + 1}), not {spectra.shape}"
        )
    span = grid.times[-1] - grid.times[0]
    if segment < grid.bins / half_rate:
        raise UsageError(
            f"a segment of {segment:g} s is too short for this window; "
            f"give at least {grid.bins / half_rate:.3g} s"
        )
    shift = np.exp(-2j * np.pi * np.arange(length) / segment * grid.times[0])
    seconds = np.arange(grid.bins) / half_rate
    before = seconds - grid.bins / half_rate
    taper = np.maximum(_falling(seconds - grid.duration), _falling(-before - span))
    negative = int(np.ceil((span + TAPER_SECONDS) * half_rate))
    wrapped = np.concatenate([np.arange(grid.bins - negative), np.arange(-negative, 0)])
    result = np.empty((len(spectra), grid.bins), np.complex64)
    for start in range(0, len(spectra), BLOCK):
        block = slice(start, start + BLOCK)
        series = fft.ifft(spectra[block, :length] * shift, axis=-1)
        cut = fft.fft(series[:, wrapped] * taper, axis=-1)
        norm = np.linalg.norm(cut, axis=-1, keepdims=True)
        if not np.all(norm > 0):
            raise UsageError("a template has no power in the window; widen the band or the masses")
        result[block] = cut / norm
    return result


def reduced_basis(
    spectra: NDArray[np.complexfloating], loss: float = 1e-4
) -> NDArray[np.complex64]:
    """Return the orthonormal basis that holds these unit vectors with a mean loss of SNR.

    Parameters
    ----------
    spectra : ndarray
        (T, bins) vectors of unit norm.
    loss : float, default 1e-4
        Mean loss of SNR, 1 − √(1 − residual power).

    Returns
    -------
    ndarray
        (R, bins) complex64, most important vector first.
    """
    _, values, vectors = linalg.svd(spectra, full_matrices=False)
    return np.ascontiguousarray(vectors[: basis_rank(values, loss)], np.complex64)


def basis_rank(values: NDArray[np.floating], loss: float) -> int:
    """Return how many singular values keep the mean loss of SNR of unit vectors below ``loss``."""
    power = np.square(values.astype(float))
    residual = 1.0 - np.cumsum(power) / power.sum()
    return min(int(np.searchsorted(-residual, -2.0 * loss)) + 1, len(power))


def _falling(seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 up to 0 s, then a half cosine down to 0 at the taper's length."""
    phase = np.clip(seconds / TAPER_SECONDS, 0.0, 1.0)
    return 0.5 + 0.5 * np.cos(np.pi * phase)


def _inverse_norms(
    coefficients: NDArray[np.complex64], basis: NDArray[np.complex64], grid: LagGrid
) -> NDArray[np.float32]:
    """Return 1 / norm inside the window of every template at every merger time."""
    window = grid.samples // 2
    starts = (grid.times - grid.times[0]) * grid.sample_rate / 2
    whole = np.floor(starts + 1e-9).astype(int)
    fraction = starts - whole
    first = whole[-1] + 1 - whole
    inverse = np.empty((len(coefficients), len(grid.times)), np.float32)
    for start in range(0, len(coefficients), BLOCK):
        block = slice(start, start + BLOCK)
        series = fft.ifft(coefficients[block] @ basis, axis=-1) * np.sqrt(grid.bins)
        power = np.roll(np.square(np.abs(series)).astype(float), whole[-1] + 2, axis=-1)
        total = np.cumsum(power, axis=-1)
        early, late = (total[:, shift + window] - total[:, shift] for shift in (first, first - 1))
        inverse[block] = 1.0 / np.sqrt(early + fraction * (late - early))
    return inverse
