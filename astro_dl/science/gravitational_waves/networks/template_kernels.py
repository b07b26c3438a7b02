"""Initial kernels of `gw_resnet`: a whitened template bank in its leading singular vectors."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.science.gravitational_waves.baselines import template_space
from astro_dl.science.gravitational_waves.matched_filter.bank_placement import stratified_systems
from astro_dl.science.gravitational_waves.physics import BinaryBlackHolePhysics
from astro_dl.science.gravitational_waves.simulate import whitened_signals

POOLED_LAGS = 4
"""Merger times that the residual part of the network takes together."""


@dataclass(frozen=True)
class TemplateKernels:
    """A bank as the weights of two linear layers and a gain.

    Parameters
    ----------
    basis : ndarray
        (N, 2R) float32 kernels over the window, merger at the end of its prior; the imaginary parts
        of the R complex vectors follow their real parts.
    mixing : ndarray
        (2R, 2T) float32 matrix from the basis to the templates, sines after cosines.
    gain : ndarray
        (lags, T) float32 inverse norm of each template inside the window, by merger time.
    log_weight : ndarray
        (T,) float32 logarithm of the share of the prior for which each template stands.
    """

    basis: np.ndarray
    mixing: np.ndarray
    gain: np.ndarray
    log_weight: np.ndarray


def bank_physics(input_spec: InputSpec, **ranges: Any) -> BinaryBlackHolePhysics:
    """Return the physics of the bank: one detector, conditioned as the model's input is."""
    contract = input_spec.contract
    known = (
        "sample_rate_hz",
        "duration_s",
        "low_frequency_hz",
        "high_frequency_hz",
        "whitening_filter_s",
        "merger_time_range_s",
    )
    missing = [name for name in known if name not in contract]
    if missing:
        raise UsageError(
            f"gw_resnet starts from a template bank and needs {', '.join(missing)} of its input; "
            "build it for a gravitational-wave task, such as task='gw_bbh'"
        )
    given = {name: contract[name] for name in known}
    given["merger_time_range_s"] = tuple(given["merger_time_range_s"])
    return BinaryBlackHolePhysics(**given, psd=(contract["psd"][0],), **ranges)


def lag_count(physics: BinaryBlackHolePhysics, stride: int) -> int:
    """Return the number of merger times that are looked at, ``stride`` samples apart."""
    earliest, latest = physics.merger_time_range_s
    return round((latest - earliest) * physics.sample_rate_hz) // stride + 1


@lru_cache(maxsize=4)
def template_kernels(
    physics: BinaryBlackHolePhysics, templates: int, rank: int, stride: int
) -> TemplateKernels:
    """Return a bank that samples the prior where templates differ most, as layer weights.

    Parameters
    ----------
    physics : BinaryBlackHolePhysics
        Priors, window and conditioning; the first detector's spectrum is used.
    templates : int
        Number of templates T.
    rank : int
        Number of complex singular vectors R that are kept.
    stride : int
        Step between merger times [samples].
    """
    space = template_space(physics)
    systems, shares = stratified_systems(space, templates, np.random.default_rng(0))
    # strata of a narrow prior can be empty: some templates then stand twice, and share their weight
    index = np.arange(templates) % len(systems)
    weights = shares[index] / np.bincount(index)[index]
    mass_1, mass_2, spin_1z, spin_2z = systems[index].T
    parameters = {
        "mass_1": mass_1,
        "mass_2": mass_2,
        "spin_1z": spin_1z,
        "spin_2z": spin_2z,
        "merger_time": np.full(templates, physics.merger_time_range_s[1]),
    }
    # a quarter of a cycle of the (2, 2) mode is an eighth of a turn of the reference phase
    cosine, sine = (
        whitened_signals(physics, **parameters, phase=np.full(templates, phase))[..., 0]
        for phase in (0.0, np.pi / 4)
    )
    analytic = (cosine + 1j * sine).astype(np.complex128)
    analytic /= np.sqrt(np.sum(np.abs(analytic) ** 2, axis=1, keepdims=True) / 2)
    _, _, vectors = np.linalg.svd(analytic, full_matrices=False)
    vectors = vectors[:rank]
    coefficients = (analytic @ vectors.conj().T).T
    lags = lag_count(physics, stride)
    # the first lag sees the templates from this sample on, the last one all of them
    cut = stride * np.arange(lags - 1, -1, -1)
    power = np.abs(coefficients.T @ vectors) ** 2 / 2
    inside = power.sum(axis=1)[:, None] - np.pad(np.cumsum(power, axis=1), ((0, 0), (1, 0)))[:, cut]
    real, imaginary = coefficients.real, coefficients.imag
    return TemplateKernels(
        basis=np.concatenate([vectors.real.T, vectors.imag.T], axis=1).astype(np.float32),
        mixing=np.block([[real, imaginary], [-imaginary, real]]).astype(np.float32),
        gain=(1 / np.sqrt(inside.T)).astype(np.float32),
        log_weight=np.log(weights).astype(np.float32),
    )
