"""IMRPhenomD: inspiral, merger and ringdown of binary black holes with aligned spins.

The model of Husa et al. (2016, arXiv 1508.07250) and Khan et al. (2016, arXiv 1508.07253) for the
dominant (2, 2) mode, in the frequency domain, for whole batches of binaries.

Conventions, equal to those of lalsimulation: ``h(f)`` is the integral of
``h(t) exp(-2 pi i f t)``; ``reference_phase`` is the orbital phase at the reference frequency;
``h_plus = h (1 + cos(i)**2) / 2`` and ``h_cross = -1j h cos(i)``. Time zero is the merger as the
model's phase defines it; the envelope of the strain peaks close to it: 9 to 17 total masses
earlier (1.5 to 8 ms) for bodies of 10 to 50 solar masses without spin.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from astro_dl.core.errors import UsageError
from astro_dl.science.gravitational_waves.waveforms.phenom_d_grid import (
    Sums,
    evaluate,
    evaluate_on_device,
    sums_of,
)
from astro_dl.science.gravitational_waves.waveforms.phenom_d_pieces import (
    Pieces,
    make_pieces,
    phase_at,
    phase_slope_at,
    rescale,
    shift,
)
from astro_dl.science.gravitational_waves.waveforms.ringdown import remnant_spin

SOLAR_MASS_SECONDS = 4.925490947641267e-06
MEGAPARSEC_SECONDS = 3.085677581491367e22 / 299792458.0

LOW_FREQUENCY_HZ = 20.0
"""Below it waveforms are zero, unless another frequency is told."""

# Frequencies enter the sums in this unit [Hz], which keeps every term within float32.
UNIT = 100.0


def imrphenomd(
    frequencies: ArrayLike,
    mass_1: ArrayLike,
    mass_2: ArrayLike,
    spin_1z: ArrayLike = 0.0,
    spin_2z: ArrayLike = 0.0,
    distance_mpc: ArrayLike = 100.0,
    reference_phase: ArrayLike = 0.0,
    *,
    low_frequency: float = LOW_FREQUENCY_HZ,
    high_frequency: float | None = None,
    reference_frequency: float | None = None,
    dtype: DTypeLike = np.complex64,
    out: np.ndarray | None = None,
) -> np.ndarray:
    """Return the face-on plus polarisation of IMRPhenomD waveforms in the frequency domain.

    Parameters
    ----------
    frequencies : (F,) array_like
        Frequencies in Hz, not negative, increasing.
    mass_1, mass_2 : float or (B,) array_like
        Masses in the detector's frame, in solar masses, in either order.
    spin_1z, spin_2z : float or (B,) array_like, default 0
        Dimensionless spins along the orbital angular momentum, within [-1, 1].
    distance_mpc : float or (B,) array_like, default 100
        Luminosity distance in Mpc.
    reference_phase : float or (B,) array_like, default 0
        Orbital phase at the reference frequency, in radians; the strain turns by twice as much.
    low_frequency : float, default 20
        Frequency in Hz below which the waveform is zero.
    high_frequency : float, optional
        Frequency in Hz above which it is zero. It always ends at M f = 0.2, after the ringdown.
    reference_frequency : float, optional
        Frequency in Hz at which `reference_phase` holds; default `low_frequency`.
    dtype : {complex64, complex128}, default complex64
        Type of the result; complex64 adds a relative error of about 1e-5.
    out : (B, F) ndarray of `dtype`, optional
        Array to write into, which saves the cost of fresh memory.

    Returns
    -------
    (B, F) ndarray of `dtype`
        Strain in 1/Hz; B = 1 when every parameter is a number.

    Raises
    ------
    UsageError
        Masses or distances that are not positive, spins beyond 1, frequencies out of order.

    Notes
    -----
    Calibrated for mass ratios up to 18, with spins to 0.85 (to 0.98 for equal masses).
    """
    grid = _checked_frequencies(frequencies)
    if np.dtype(dtype) not in (np.complex64, np.complex128):
        raise UsageError(f"dtype must be complex64 or complex128, got {np.dtype(dtype)}")
    reference = low_frequency if reference_frequency is None else reference_frequency
    _check_positive("low_frequency", np.asarray(low_frequency))
    _check_positive("reference_frequency", np.asarray(reference))
    parameters = _checked_parameters(
        mass_1, mass_2, spin_1z, spin_2z, distance_mpc, reference_phase
    )
    shape = (*parameters[0].shape, len(grid))
    if len(shape) != 2:
        raise UsageError(f"parameters must be numbers or 1-D arrays, got shape {shape[:-1]}")
    if out is None:
        out = np.empty(shape, dtype)
    elif out.shape != shape or out.dtype != dtype:
        raise UsageError(f"out must be {shape} {np.dtype(dtype)}, got {out.shape} {out.dtype}")

    highest = grid[-1] if high_frequency is None else high_frequency
    start = np.searchsorted(grid, low_frequency)
    stop = max(start, np.searchsorted(grid, highest, side="right"))
    out[:, :start] = 0
    out[:, stop:] = 0
    if start == stop:
        return out

    # Neighbours in total mass pass from piece to piece at nearly the same bins.
    order = np.argsort(parameters[0] + parameters[1])
    pieces = _seen_pieces(reference, *(values[order] for values in parameters))
    evaluate(pieces, grid[start:stop] / UNIT, order, out[:, start:stop])
    return out


def imrphenomd_sums(
    frequencies: ArrayLike,
    mass_1: ArrayLike,
    mass_2: ArrayLike,
    spin_1z: ArrayLike = 0.0,
    spin_2z: ArrayLike = 0.0,
    distance_mpc: ArrayLike = 100.0,
    reference_phase: ArrayLike = 0.0,
    *,
    reference_frequency: float = LOW_FREQUENCY_HZ,
) -> Sums:
    """Return all of the waveforms of `imrphenomd` that does not grow with the frequencies.

    `imrphenomd_on_device` makes them of it. These are some fifty numbers a waveform: fits of the
    coefficients and smooth joins of the pieces, in float64. Parameters are those of `imrphenomd`;
    the frequencies must be positive.
    """
    parameters = _checked_parameters(
        mass_1, mass_2, spin_1z, spin_2z, distance_mpc, reference_phase
    )
    grid = _checked_frequencies(frequencies)
    return sums_of(_seen_pieces(reference_frequency, *parameters), grid / UNIT, np.float32)


def imrphenomd_on_device(frequencies: ArrayLike, sums: Sums) -> tuple[Any, Any]:
    """Return amplitudes [1/Hz] and angles [rad] (B, F) of waveforms, whose strain is A exp(iφ).

    Parameters
    ----------
    frequencies : (F,) array_like
        Frequencies in Hz, those of the sums.
    sums : Sums
        Of B waveforms, from `imrphenomd_sums`.

    Returns
    -------
    amplitude, angle : tensor
        float32, on the device of Keras; the waveforms of `imrphenomd` within float32.
    """
    return evaluate_on_device(sums, _checked_frequencies(frequencies) / UNIT)


def _seen_pieces(
    reference: float,
    m1: np.ndarray,
    m2: np.ndarray,
    s1: np.ndarray,
    s2: np.ndarray,
    distance: np.ndarray,
    turn: np.ndarray,
) -> Pieces:
    """Return the pieces in units of `UNIT` at a distance, with their phase at the reference."""
    total = (m1 + m2) * SOLAR_MASS_SECONDS
    # Khan et al. (2016), eq. 17, with the (2, 2) harmonic seen face-on.
    newtonian = np.sqrt(5 / 24 * symmetric_mass_ratio(m1, m2)) * np.pi ** (-2 / 3) * total**2
    strength = newtonian / (distance * MEGAPARSEC_SECONDS)
    pieces = rescale(_pieces(m1, m2, s1, s2), total * UNIT, strength)
    offset = 2 * turn + phase_at(np.full_like(m1, reference / UNIT), pieces)
    return shift(pieces, -offset, np.zeros_like(offset))


def polarizations(h: np.ndarray, inclination: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return the two polarisations of the (2, 2) mode seen at an inclination.

    Parameters
    ----------
    h : (B, F) ndarray
        Face-on plus polarisation, as `imrphenomd` returns it.
    inclination : float or (B,) array_like
        Angle between the orbital angular momentum and the line of sight, in radians.

    Returns
    -------
    h_plus, h_cross : (B, F) ndarray
        ``h (1 + cos(i)**2) / 2`` and ``-1j h cos(i)``, of the dtype of `h`.
    """
    cosine = np.atleast_1d(np.cos(np.asarray(inclination, float)))[:, None]
    plus = ((1 + cosine**2) / 2).astype(h.real.dtype)
    return plus * h, (-1j * cosine).astype(h.dtype) * h


def chirp_mass(mass_1: ArrayLike, mass_2: ArrayLike) -> np.ndarray:
    """Return the chirp mass ``(m1 m2)**(3/5) / (m1 + m2)**(1/5)``, in the unit of the masses."""
    m1, m2 = _broadcast(mass_1=mass_1, mass_2=mass_2)
    return (m1 * m2) ** 0.6 / (m1 + m2) ** 0.2


def symmetric_mass_ratio(mass_1: ArrayLike, mass_2: ArrayLike) -> np.ndarray:
    """Return ``m1 m2 / (m1 + m2)**2``, at most 1/4."""
    m1, m2 = _broadcast(mass_1=mass_1, mass_2=mass_2)
    return np.minimum(m1 * m2 / (m1 + m2) ** 2, 0.25)


def final_spin(
    mass_1: ArrayLike, mass_2: ArrayLike, spin_1z: ArrayLike = 0.0, spin_2z: ArrayLike = 0.0
) -> np.ndarray:
    """Return the dimensionless spin of the remnant (Husa et al. 2016, eq. 3.6).

    Parameters
    ----------
    mass_1, mass_2 : float or array_like
        Masses, in either order and any common unit.
    spin_1z, spin_2z : float or array_like, default 0
        Dimensionless aligned spins, within [-1, 1].
    """
    m1, m2, s1, s2 = _broadcast(mass_1=mass_1, mass_2=mass_2, spin_1z=spin_1z, spin_2z=spin_2z)
    _check_binaries(m1, m2, s1, s2)
    swapped = m1 < m2
    eta = symmetric_mass_ratio(m1, m2)
    return remnant_spin(eta, np.where(swapped, s2, s1), np.where(swapped, s1, s2))


def time_to_merger(
    frequency: ArrayLike,
    mass_1: ArrayLike,
    mass_2: ArrayLike,
    spin_1z: ArrayLike = 0.0,
    spin_2z: ArrayLike = 0.0,
) -> np.ndarray:
    """Return the time that the waveform takes from a frequency to its merger.

    The stationary-phase relation between time and frequency: the derivative of the phase of
    `imrphenomd` by the angular frequency. Good during the inspiral, for choosing the length of
    segments and the start of tapers.

    Parameters
    ----------
    frequency : float or array_like
        Gravitational-wave frequency in Hz.
    mass_1, mass_2 : float or array_like
        Masses in the detector's frame, in solar masses.
    spin_1z, spin_2z : float or array_like, default 0
        Dimensionless aligned spins, within [-1, 1].

    Returns
    -------
    ndarray
        Seconds, at least 0; of the shape to which the arguments broadcast.
    """
    f, *binary = _broadcast(
        frequency=frequency, mass_1=mass_1, mass_2=mass_2, spin_1z=spin_1z, spin_2z=spin_2z
    )
    _check_positive("frequency", f)
    _check_binaries(*binary)
    m1, m2, s1, s2 = (values.ravel() for values in binary)
    total = (m1 + m2) * SOLAR_MASS_SECONDS
    slope = phase_slope_at(f.ravel() * total, _pieces(m1, m2, s1, s2))
    return np.maximum(-slope * total / (2 * np.pi), 0).reshape(f.shape)


def _pieces(m1: np.ndarray, m2: np.ndarray, s1: np.ndarray, s2: np.ndarray) -> Pieces:
    swapped = m1 < m2
    eta = symmetric_mass_ratio(m1, m2)
    return make_pieces(eta, np.where(swapped, s2, s1), np.where(swapped, s1, s2))


def _checked_frequencies(frequencies: ArrayLike) -> np.ndarray:
    values = np.asarray(frequencies, float)
    if values.ndim != 1 or not values.size or not np.isfinite(values).all():
        raise UsageError(
            f"frequencies must be a list of one or more finite numbers, got shape {values.shape}"
        )
    if values[0] < 0 or (np.diff(values) <= 0).any():
        raise UsageError("frequencies must increase from 0 Hz or above")
    return values


def _broadcast(**parameters: ArrayLike) -> tuple[np.ndarray, ...]:
    arrays = {name: np.asarray(value, float) for name, value in parameters.items()}
    for name, values in arrays.items():
        if not np.isfinite(values).all():
            raise UsageError(f"{name} must be finite, got {values[~np.isfinite(values)].flat[0]}")
    try:
        return np.broadcast_arrays(*arrays.values())
    except ValueError:
        shapes = ", ".join(f"{name} {values.shape}" for name, values in arrays.items())
        raise UsageError(f"the shapes of the parameters do not fit together: {shapes}") from None


def _checked_parameters(
    mass_1: ArrayLike,
    mass_2: ArrayLike,
    spin_1z: ArrayLike,
    spin_2z: ArrayLike,
    distance_mpc: ArrayLike,
    reference_phase: ArrayLike,
) -> tuple[np.ndarray, ...]:
    parameters = _broadcast(
        mass_1=mass_1,
        mass_2=mass_2,
        spin_1z=spin_1z,
        spin_2z=spin_2z,
        distance_mpc=distance_mpc,
        reference_phase=reference_phase,
    )
    parameters = tuple(np.atleast_1d(values) for values in parameters)
    _check_binaries(*parameters[:4])
    _check_positive("distance_mpc", parameters[4])
    return parameters


def _check_binaries(m1: np.ndarray, m2: np.ndarray, s1: np.ndarray, s2: np.ndarray) -> None:
    _check_positive("mass_1", m1)
    _check_positive("mass_2", m2)
    for name, spin in (("spin_1z", s1), ("spin_2z", s2)):
        wrong = np.abs(spin) > 1
        if wrong.any():
            raise UsageError(f"{name} must lie within [-1, 1], got {spin[wrong].flat[0]}")


def _check_positive(name: str, values: np.ndarray) -> None:
    wrong = ~(values > 0)
    if wrong.any():
        raise UsageError(f"{name} must be positive, got {values[wrong].flat[0]}")
