"""Evaluation of IMRPhenomD on a frequency grid, many waveforms at a time.

Every sum of terms is a matrix product of coefficients (waveforms by terms) and powers of the
frequencies (terms by bins). The inspiral's phase, which runs through many turns, is summed in
float64 and reduced to half a turn; all else may be in single precision. The pieces are those of
arrays and of tensors; whoever joins tensors' makes each over all bins.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from astro_dl.data.namespace import namespace_of, on_device
from astro_dl.science.gravitational_waves.waveforms.phenom_d_pieces import (
    AMPLITUDE_TERMS,
    PHASE_TERMS,
    Pieces,
    terms,
)
from astro_dl.science.gravitational_waves.waveforms.turns import angle_of_tensors

# Waveforms evaluated together: few enough for a core's cache, enough to make NumPy's calls cheap.
BLOCK = 16


@dataclass(frozen=True)
class Sums:
    """What each waveform contributes to the sums and where they change; B rows in every array."""

    inspiral_turns: np.ndarray
    middle_angle: np.ndarray
    merger_angle: np.ndarray
    arctangent_height: np.ndarray
    arctangent_argument: np.ndarray
    phase_joins: np.ndarray
    inspiral_amplitude: np.ndarray
    middle_amplitude: np.ndarray
    merger_log_amplitude: np.ndarray
    lorentzian: np.ndarray
    amplitude_joins: np.ndarray
    end: np.ndarray


@dataclass(frozen=True)
class Powers:
    """What each frequency contributes to the sums; F columns in every array."""

    inspiral_turns: np.ndarray
    middle_angle: np.ndarray
    merger_angle: np.ndarray
    inspiral_amplitude: np.ndarray
    middle_amplitude: np.ndarray
    merger_log_amplitude: np.ndarray
    quadratic: np.ndarray


Piece = Callable[..., Any]
"""``(sums, powers, columns, out=None)``: values (B, n) over bins, of arrays written to ``out``."""


def evaluate(pieces: Pieces, frequencies: np.ndarray, rows: np.ndarray, out: np.ndarray) -> None:
    """Write waveforms into the rows of an array.

    Parameters
    ----------
    pieces : Pieces
        B waveforms; fast when neighbours pass from piece to piece at nearly the same frequencies.
    frequencies : (F,) ndarray
        Positive increasing frequencies, in the unit of the pieces.
    rows : (B,) ndarray of int
        The row of `out` for each waveform.
    out : (B, F) ndarray of complex64 or complex128
        Result; zero beyond the end of each waveform.
    """
    real = out.real.dtype
    sums = sums_of(pieces, frequencies, real)
    powers = _powers(frequencies.tobytes(), real.name)
    work = np.empty((3, BLOCK, len(frequencies)), real)
    strain = np.empty((BLOCK, len(frequencies)), out.dtype)
    bins = np.arange(len(frequencies))
    for first in range(0, len(rows), BLOCK):
        block = Sums(*(values[first : first + BLOCK] for values in vars(sums).values()))
        size, shortest, longest = len(block.end), block.end.min(), block.end.max()
        angle, amplitude, cosine = work[:, :size, :longest]
        h = strain[:size, :longest]
        _join(angle, PHASE, block.phase_joins, block, powers, bins)
        _join(amplitude, AMPLITUDE, block.amplitude_joins, block, powers, bins)
        amplitude[:, shortest:][bins[shortest:longest] >= block.end[:, None]] = 0
        np.multiply(amplitude, np.cos(angle, out=cosine), out=h.real)
        np.multiply(amplitude, np.sin(angle, out=angle), out=h.imag)
        target = rows[first : first + BLOCK]
        out[target, :longest] = h
        out[target, longest:] = 0


def evaluate_on_device(sums: Sums, frequencies: np.ndarray) -> tuple[Any, Any]:
    """Return amplitude and angle (B, F) of waveforms, float32 tensors on the device of Keras.

    Parameters
    ----------
    sums : Sums
        Of B waveforms, in float32.
    frequencies : (F,) ndarray
        What these were made for.
    """
    sums = Sums(**_tensors(vars(sums)))
    powers = Powers(**_tensors(vars(_powers(frequencies.tobytes(), "float32"))))
    bins = on_device(np.arange(len(frequencies)))
    angle = _join_tensors(PHASE, sums.phase_joins, sums, powers, bins)
    amplitude = _join_tensors(AMPLITUDE, sums.amplitude_joins, sums, powers, bins)
    xp = namespace_of(amplitude)
    return xp.where(bins < sums.end[:, None], amplitude, 0.0), angle


def _tensors(arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    """Return arrays and numbers of bins as float32 tensors; what is in float64 stays as it is."""
    return {
        name: values if values.dtype == np.float64 else on_device(values)
        for name, values in arrays.items()
    }


def sums_of(pieces: Pieces, frequencies: np.ndarray, real: DTypeLike) -> Sums:
    """Return what waveforms contribute to the sums; see `evaluate` for the parameters."""
    # Minus the phase is the angle of the strain.
    inspiral, middle, merger = (-c for c in pieces.phase)
    # Whole turns are left out, which would cost single precision its last digits.
    for angle in (middle, merger):
        angle[:, 0] = np.remainder(angle[:, 0], 2 * np.pi)
    height, bend, bend_width = pieces.arctangent
    centre, width = pieces.lorentzian
    inspiral_amplitude, middle_amplitude, merger_amplitude = pieces.amplitude
    one = np.ones_like(width)
    return Sums(
        inspiral_turns=inspiral / (2 * np.pi),
        middle_angle=middle.astype(real),
        merger_angle=merger.astype(real),
        arctangent_height=-height[:, None].astype(real),
        arctangent_argument=np.stack([-bend / bend_width, 1 / bend_width], -1).astype(real),
        phase_joins=np.searchsorted(frequencies, pieces.phase_joins).T,
        inspiral_amplitude=inspiral_amplitude.astype(real),
        middle_amplitude=middle_amplitude.astype(real),
        merger_log_amplitude=np.hstack([merger_amplitude, one[:, None]]).astype(real),
        lorentzian=np.stack(
            [one + (centre / width) ** 2, -2 * centre / width**2, 1 / width**2], -1
        ).astype(real),
        amplitude_joins=np.searchsorted(frequencies, pieces.amplitude_joins).T,
        end=np.searchsorted(frequencies, pieces.end, side="right"),
    )


@lru_cache(maxsize=4)
def _powers(frequencies: bytes, real: str) -> Powers:
    """Cached because a simulator asks for one grid again and again."""
    x = np.frombuffer(frequencies)
    newtonian = x ** (-7 / 6)
    inspiral, middle, merger = (terms(x, table) for table in PHASE_TERMS)
    inspiral_amplitude, middle_amplitude, merger_amplitude = (
        terms(x, table) for table in AMPLITUDE_TERMS
    )
    return Powers(
        inspiral_turns=inspiral,
        middle_angle=middle.astype(real),
        merger_angle=merger.astype(real),
        inspiral_amplitude=(inspiral_amplitude * newtonian).astype(real),
        middle_amplitude=(middle_amplitude * newtonian).astype(real),
        merger_log_amplitude=np.vstack([merger_amplitude, np.log(newtonian)]).astype(real),
        quadratic=np.stack([np.ones_like(x), x, x**2]).astype(real),
    )


def _sum(coefficients: Any, terms: Any, out: np.ndarray | None = None) -> Any:
    """Return ``coefficients @ terms``; of tensors term by term.

    Devices multiply matrices with factors of fewer bits than float32 has.
    """
    if namespace_of(terms) is np:
        return np.matmul(coefficients, terms, out=out)
    total: Any = 0.0
    for k in range(terms.shape[0]):
        total = total + coefficients[:, k, None] * terms[k]
    return total


def _inspiral_phase(
    sums: Sums, powers: Powers, columns: slice, out: np.ndarray | None = None
) -> Any:
    if namespace_of(sums.middle_angle) is not np:
        return angle_of_tensors(sums.inspiral_turns, powers.inspiral_turns[:, columns])
    turns = sums.inspiral_turns @ powers.inspiral_turns[:, columns]
    part = np.subtract(turns, np.rint(turns), out=out, casting="same_kind")
    part *= 2 * np.pi
    return part


def _middle_phase(sums: Sums, powers: Powers, columns: slice, out: np.ndarray | None = None) -> Any:
    return _sum(sums.middle_angle, powers.middle_angle[:, columns], out)


def _merger_phase(sums: Sums, powers: Powers, columns: slice, out: np.ndarray | None = None) -> Any:
    part = _sum(sums.merger_angle, powers.merger_angle[:, columns], out)
    bend = _sum(sums.arctangent_argument, powers.quadratic[:2, columns])
    bend = namespace_of(bend).arctan(bend, out=bend)
    bend *= sums.arctangent_height
    part += bend
    return part


def _inspiral_amplitude(
    sums: Sums, powers: Powers, columns: slice, out: np.ndarray | None = None
) -> Any:
    return _sum(sums.inspiral_amplitude, powers.inspiral_amplitude[:, columns], out)


def _middle_amplitude(
    sums: Sums, powers: Powers, columns: slice, out: np.ndarray | None = None
) -> Any:
    return _sum(sums.middle_amplitude, powers.middle_amplitude[:, columns], out)


def _merger_amplitude(
    sums: Sums, powers: Powers, columns: slice, out: np.ndarray | None = None
) -> Any:
    part = _sum(sums.merger_log_amplitude, powers.merger_log_amplitude[:, columns], out)
    part = namespace_of(part).exp(part, out=part)
    part /= _sum(sums.lorentzian, powers.quadratic[:, columns])
    return part


PHASE: tuple[Piece, ...] = (_inspiral_phase, _middle_phase, _merger_phase)
AMPLITUDE: tuple[Piece, ...] = (_inspiral_amplitude, _middle_amplitude, _merger_amplitude)


def _join(
    values: np.ndarray,
    pieces: tuple[Piece, ...],
    joins: np.ndarray,
    sums: Sums,
    powers: Powers,
    bins: np.ndarray,
) -> None:
    """Fill values (b, n) with the pieces, of which the later two begin at the bins joins (b, 2).

    Each piece is computed over the bins that any waveform needs; where it begins, the waveforms
    that change over later keep the piece before.
    """
    n = values.shape[1]
    joins = np.minimum(joins, n)
    starts = [0, *joins.min(axis=0)]
    stops = [*joins.max(axis=0), n]
    for index, (piece, start, stop) in enumerate(zip(pieces, starts, stops, strict=True)):
        if start == stop:
            continue
        settled = stops[index - 1] if index else 0
        mixed = values[:, start:settled]
        before = mixed.copy()
        piece(sums, powers, slice(start, stop), values[:, start:stop])
        if settled > start:
            np.copyto(mixed, before, where=bins[start:settled] < joins[:, index - 1, None])


def _join_tensors(
    pieces: tuple[Piece, ...], joins: Any, sums: Sums, powers: Powers, bins: Any
) -> Any:
    """Return values (B, F) of the pieces, of which the later two begin at the bins joins (B, 2)."""
    values = pieces[0](sums, powers, slice(None))
    for index, piece in enumerate(pieces[1:]):
        later = piece(sums, powers, slice(None))
        values = namespace_of(values).where(bins < joins[:, index, None], values, later)
    return values
