"""The pieces of IMRPhenomD as sums of powers of the frequency, joined smoothly.

Phase and amplitude each have three pieces: inspiral, intermediate, and merger-ringdown. A piece is
a sum of terms ``c f**p log(f)**k``, so that the terms are computed once for all waveforms. The
merger-ringdown adds an arctangent to its phase; its amplitude is the exponential of such a sum
over a Lorentzian.
"""

from dataclasses import dataclass, replace
from math import comb

import numpy as np

from astro_dl.science.gravitational_waves.waveforms.phenom_d_coefficients import (
    amplitude_series,
    calibrated,
    phase_series,
)
from astro_dl.science.gravitational_waves.waveforms.ringdown import (
    dominant_mode,
    radiated_energy,
    remnant_spin,
)

Terms = tuple[tuple[float, int], ...]
Triple = tuple[np.ndarray, np.ndarray, np.ndarray]

# The powers (p, k) of the frequency and of its logarithm in each term; constant and linear first.
PHASE_TERMS: tuple[Terms, Terms, Terms] = (
    (*((p / 3, 0) for p in (0, 3, -5, -3, -2, -1, 1, 2, 4, 5, 6)), (0.0, 1), (1 / 3, 1)),
    ((0.0, 0), (1.0, 0), (0.0, 1), (-3.0, 0)),
    ((0.0, 0), (1.0, 0), (-1.0, 0), (3 / 4, 0)),
)
AMPLITUDE_TERMS: tuple[Terms, Terms, Terms] = (
    tuple((p / 3, 0) for p in (0, 2, 3, 4, 5, 6, 7, 8, 9)),
    tuple((float(p), 0) for p in range(5)),
    ((0.0, 0), (1.0, 0)),
)

PHASE_JOIN = 0.018
AMPLITUDE_JOIN = 0.014
END = 0.2

# From p(0), p(1/2), p(1), p'(0), p'(1) to the coefficients of a polynomial p of degree 4.
QUARTIC = np.linalg.inv(
    np.array(
        [[1, 0, 0, 0, 0], [0.5**k for k in range(5)], [1] * 5, [0, 1, 0, 0, 0], [0, 1, 2, 3, 4]]
    )
)
# From coefficients of powers of (f - join) to coefficients of powers of f.
SHIFT = np.array(
    [[comb(k, p) * (-AMPLITUDE_JOIN) ** max(k - p, 0) for k in range(5)] for p in range(5)]
)


@dataclass(frozen=True)
class Pieces:
    """The waveforms ``amplitude f**(-7/6) exp(-1j phase)`` as coefficients of the terms.

    Attributes
    ----------
    phase, amplitude : triple of (B, K) ndarray
        Coefficients of ``PHASE_TERMS`` and of ``AMPLITUDE_TERMS``, piece by piece.
    phase_joins, amplitude_joins : (2, B) ndarray
        Frequencies at which the second and the third piece begin.
    arctangent : (3, B) ndarray
        Height, centre and width of the arctangent in the phase of the third piece.
    lorentzian : (2, B) ndarray
        Centre and half width of the Lorentzian in the amplitude of the third piece.
    end : (B,) ndarray
        Frequency at which the waveform ends.
    """

    phase: Triple
    amplitude: Triple
    phase_joins: np.ndarray
    amplitude_joins: np.ndarray
    arctangent: np.ndarray
    lorentzian: np.ndarray
    end: np.ndarray


def terms(f: np.ndarray, table: Terms) -> np.ndarray:
    """Return ``f**p log(f)**k`` for each (p, k) of the table (k is 0 or 1): ``(K, *f.shape)``."""
    powers, logarithms = np.array(table).T
    log_f = np.log(f)
    values = np.exp(np.multiply.outer(powers, log_f))
    values[logarithms == 1] *= log_f
    return values


def make_pieces(eta: np.ndarray, spin_1z: np.ndarray, spin_2z: np.ndarray) -> Pieces:
    """Return the pieces in units of the total mass, with the Newtonian amplitude at one.

    Parameters
    ----------
    eta : (B,) ndarray
        Symmetric mass ratio, in (0, 0.25].
    spin_1z, spin_2z : (B,) ndarray
        Aligned dimensionless spins of the heavier and of the lighter body.

    Returns
    -------
    Pieces
        Frequencies are M f; the merger is at time zero.
    """
    fit = calibrated(eta, spin_1z, spin_2z)
    remnant = remnant_spin(eta, spin_1z, spin_2z)
    scale = 1 - radiated_energy(eta, spin_1z, spin_2z)
    ring, damping = (mode / scale for mode in dominant_mode(remnant))
    arctangent = np.stack([fit["alpha_4"] / eta, fit["alpha_5"] * ring, damping])
    lorentzian = np.stack([ring, fit["gamma_3"] * damping])
    peak = _peak(fit["gamma_2"], lorentzian)

    merger_phase = _merger_phase(eta, fit)
    # As in lalsimulation, before the pieces are connected.
    merger_time = _slope(merger_phase, peak, PHASE_TERMS[2]) + _arctangent_slope(peak, arctangent)

    join_1, join_2 = np.full_like(eta, PHASE_JOIN), ring / 2
    inspiral = _inspiral_phase(eta, spin_1z, spin_2z, fit)
    middle = _connect(
        _middle_phase(eta, fit),
        join_1,
        _value(inspiral, join_1, PHASE_TERMS[0]),
        _slope(inspiral, join_1, PHASE_TERMS[0]),
        PHASE_TERMS[1],
    )
    merger = _connect(
        merger_phase,
        join_2,
        _value(middle, join_2, PHASE_TERMS[1]) - _arctangent(join_2, arctangent),
        _slope(middle, join_2, PHASE_TERMS[1]) - _arctangent_slope(join_2, arctangent),
        PHASE_TERMS[2],
    )
    pieces = Pieces(
        phase=(inspiral, middle, merger),
        amplitude=_amplitude(eta, spin_1z, spin_2z, fit, lorentzian, peak),
        phase_joins=np.stack([join_1, join_2]),
        amplitude_joins=np.stack([np.full_like(eta, AMPLITUDE_JOIN), peak]),
        arctangent=arctangent,
        lorentzian=lorentzian,
        end=np.full_like(eta, END),
    )
    return shift(pieces, np.zeros_like(eta), -merger_time)


def shift(pieces: Pieces, constant: np.ndarray, slope: np.ndarray) -> Pieces:
    """Return the waveforms with ``constant + slope f`` added to their phases."""
    line = np.stack([constant, slope], axis=-1)
    inspiral, middle, merger = (np.hstack([c[:, :2] + line, c[:, 2:]]) for c in pieces.phase)
    return replace(pieces, phase=(inspiral, middle, merger))


def phase_at(f: np.ndarray, pieces: Pieces) -> np.ndarray:
    """Return the phase of each waveform at its own frequency ``f``; both of shape (B,), radians."""
    inspiral, middle, merger = (
        _value(phase, f, table) for phase, table in zip(pieces.phase, PHASE_TERMS, strict=True)
    )
    merger += _arctangent(f, pieces.arctangent)
    return np.select([f < join for join in pieces.phase_joins], [inspiral, middle], merger)


def phase_slope_at(f: np.ndarray, pieces: Pieces) -> np.ndarray:
    """Return the derivative of `phase_at` with respect to the frequency, shape (B,)."""
    inspiral, middle, merger = (
        _slope(phase, f, table) for phase, table in zip(pieces.phase, PHASE_TERMS, strict=True)
    )
    merger += _arctangent_slope(f, pieces.arctangent)
    return np.select([f < join for join in pieces.phase_joins], [inspiral, middle], merger)


def rescale(pieces: Pieces, unit: np.ndarray, factor: np.ndarray) -> Pieces:
    """Return the waveforms in another unit of frequency, and of another strength.

    Parameters
    ----------
    pieces : Pieces
        The waveforms, by frequency f.
    unit : (B,) ndarray
        The new unit of frequency, in the old one: f = unit x.
    factor : (B,) ndarray
        Factor on the amplitudes.
    """
    amplitude = [
        _rescale_terms(c, unit, table)
        for c, table in zip(pieces.amplitude, AMPLITUDE_TERMS, strict=True)
    ]
    factor = factor * unit ** (-7 / 6)
    amplitude[0] *= factor[:, None]
    amplitude[1] *= factor[:, None]
    amplitude[2][:, 0] += np.log(factor)
    inspiral, middle, merger = (
        _rescale_terms(c, unit, table) for c, table in zip(pieces.phase, PHASE_TERMS, strict=True)
    )
    return Pieces(
        phase=(inspiral, middle, merger),
        amplitude=(amplitude[0], amplitude[1], amplitude[2]),
        phase_joins=pieces.phase_joins / unit,
        amplitude_joins=pieces.amplitude_joins / unit,
        arctangent=pieces.arctangent / np.stack([np.ones_like(unit), unit, unit]),
        lorentzian=pieces.lorentzian / unit,
        end=pieces.end / unit,
    )


def _rescale_terms(c: np.ndarray, unit: np.ndarray, table: Terms) -> np.ndarray:
    scaled = c * terms(unit, tuple((p, 0) for p, _ in table)).T
    for column, (p, k) in enumerate(table):
        if k:
            scaled[:, table.index((p, 0))] += scaled[:, column] * np.log(unit)
    return scaled


def _value(c: np.ndarray, f: np.ndarray, table: Terms) -> np.ndarray:
    return np.einsum("bk,kb->b", c, terms(f, table))


def _slope(c: np.ndarray, f: np.ndarray, table: Terms) -> np.ndarray:
    powers, logarithms = np.array(table).T[..., None]
    plain = np.exp((powers - 1) * np.log(f))
    return np.einsum(
        "bk,kb->b", c, plain * (powers * np.where(logarithms, np.log(f), 1) + logarithms)
    )


def _arctangent(f: np.ndarray, parameters: np.ndarray) -> np.ndarray:
    height, centre, width = parameters
    return height * np.arctan((f - centre) / width)


def _arctangent_slope(f: np.ndarray, parameters: np.ndarray) -> np.ndarray:
    height, centre, width = parameters
    return height / width / (1 + ((f - centre) / width) ** 2)


def _connect(
    c: np.ndarray, f: np.ndarray, value: np.ndarray, slope: np.ndarray, table: Terms
) -> np.ndarray:
    """Return the coefficients with constant and linear terms such that value and slope match."""
    connected = c.copy()
    connected[:, 1] += slope - _slope(c, f, table)
    connected[:, 0] += value - _value(connected, f, table)
    return connected


def _inspiral_phase(
    eta: np.ndarray, spin_1z: np.ndarray, spin_2z: np.ndarray, fit: dict[str, np.ndarray]
) -> np.ndarray:
    """Khan et al. (2016), eqs 27, 28."""
    plain, logarithmic = phase_series(eta, spin_1z, spin_2z)
    newtonian = 3 / (128 * eta) * np.pi ** ((np.arange(8)[:, None] - 5) / 3)
    logarithmic = newtonian * logarithmic / 3
    plain = newtonian * plain + logarithmic * np.log(np.pi)
    rows = {(k - 5, 0): plain[k] for k in range(8)}
    rows[0, 0] = rows[0, 0] - np.pi / 4
    rows |= {(k, 0): 3 / k * fit[f"sigma_{k - 2}"] / eta for k in (3, 4, 5, 6)}
    rows |= {(k - 5, 1): logarithmic[k] for k in (5, 6)}
    return np.stack([rows[round(3 * p), k] for p, k in PHASE_TERMS[0]], axis=-1)


def _middle_phase(eta: np.ndarray, fit: dict[str, np.ndarray]) -> np.ndarray:
    """Khan et al. (2016), eq. 16."""
    rows = [np.zeros_like(eta), fit["beta_1"], fit["beta_2"], -fit["beta_3"] / 3]
    return np.stack(rows, axis=-1) / eta[:, None]


def _merger_phase(eta: np.ndarray, fit: dict[str, np.ndarray]) -> np.ndarray:
    """Khan et al. (2016), eq. 14, without the arctangent."""
    rows = [np.zeros_like(eta), fit["alpha_1"], -fit["alpha_2"], 4 / 3 * fit["alpha_3"]]
    return np.stack(rows, axis=-1) / eta[:, None]


def _peak(gamma_2: np.ndarray, lorentzian: np.ndarray) -> np.ndarray:
    """Khan et al. (2016), eq. 20; the root is set to zero where it would be imaginary."""
    root = np.sqrt(np.maximum(1 - gamma_2**2, 0))
    return np.abs(lorentzian[0] + lorentzian[1] * (root - 1) / gamma_2)


def _amplitude(
    eta: np.ndarray,
    spin_1z: np.ndarray,
    spin_2z: np.ndarray,
    fit: dict[str, np.ndarray],
    lorentzian: np.ndarray,
    peak: np.ndarray,
) -> Triple:
    """Khan et al. (2016), eqs 19, 21 to 26, 29, 30."""
    series = amplitude_series(eta, spin_1z, spin_2z) * np.pi ** (np.arange(7)[:, None] / 3)
    rows = [series[0], *series[2:], fit["rho_1"], fit["rho_2"], fit["rho_3"]]
    inspiral = np.stack(rows, axis=-1)

    ring, width = lorentzian
    decay = fit["gamma_2"] / width
    merger = np.stack([np.log(fit["gamma_1"] / width) + decay * ring, -decay], axis=-1)

    join = np.full_like(eta, AMPLITUDE_JOIN)
    offset = (peak - ring) / width
    top = np.exp(_value(merger, peak, AMPLITUDE_TERMS[2])) / (1 + offset**2)
    top_slope = -top * (decay + 2 * offset / width / (1 + offset**2))
    span = peak - join
    conditions = np.stack(
        [
            _value(inspiral, join, AMPLITUDE_TERMS[0]),
            fit["amplitude_middle"],
            top,
            _slope(inspiral, join, AMPLITUDE_TERMS[0]) * span,
            top_slope * span,
        ]
    )
    local = (QUARTIC @ conditions) / span ** np.arange(5)[:, None]
    return inspiral, (SHIFT @ local).T, merger
