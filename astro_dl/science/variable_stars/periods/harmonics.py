"""Weighted Fourier series fitted to one star at many frequencies at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

RIDGE = 1e-6
"""Keeps fits whose phases leave gaps from running away; far below any error."""


@dataclass(frozen=True)
class HarmonicFits:
    """Fourier series of one star at F frequencies, with K harmonics or fewer.

    Parameters
    ----------
    frequency : ndarray, (F,)
        In 1/d.
    gram : ndarray, (F, 1 + 2K, 1 + 2K)
        Weighted products of the basis: one, then cosine and sine of each multiple in turn.
    right : ndarray, (F, 1 + 2K)
        Weighted products with the values.
    total : float
        Weighted sum of squares of the values about their mean.
    n : int
        Points.
    """

    frequency: np.ndarray
    gram: np.ndarray
    right: np.ndarray
    total: float
    n: int

    def coefficients(self, harmonics: int) -> np.ndarray:
        """Return the coefficients (F, 1 + 2K) of fits with so many harmonics."""
        size = 1 + 2 * harmonics
        gram = self.gram[:, :size, :size]
        ridge = RIDGE * self.gram[:, :1, :1] * np.eye(size)
        return np.linalg.solve(gram + ridge, self.right[:, :size, None])[..., 0]

    def unexplained(self, harmonics: int) -> np.ndarray:
        """Return the share (F,) of the sum of squares that fits leave, from 0 to 1."""
        size = 1 + 2 * harmonics
        explained = (self.coefficients(harmonics) * self.right[:, :size]).sum(axis=1)
        return np.clip(1 - explained / self.total, 1e-9, 1)

    def criterion(self, harmonics: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        """Return Bayes' information criterion (F,) of the best number of harmonics, and which."""
        all_of_them = np.stack(
            [
                self.n * np.log(self.unexplained(one)) + (1 + 2 * one) * np.log(self.n)
                for one in harmonics
            ]
        )
        best = all_of_them.argmin(axis=0)
        return all_of_them.min(axis=0), np.asarray(harmonics)[best]


def fit_harmonics(
    time: np.ndarray,
    value: np.ndarray,
    weight: np.ndarray,
    frequency: np.ndarray,
    harmonics: int,
) -> HarmonicFits:
    """Return the Fourier series of one star at some frequencies.

    Parameters
    ----------
    time : ndarray, (T,)
        Times [d], from about zero.
    value, weight : ndarray, (T,)
        Values and inverse variances.
    frequency : ndarray, (F,)
        In 1/d.
    harmonics : int
        The highest multiple.
    """
    weight = weight / weight.sum()
    centred = value - weight @ value
    # Phases need double precision, what is made of them does not.
    angle = (2 * np.pi * ((frequency[:, None] * time) % 1)).astype(np.float32)
    turns = np.exp(1j * angle)
    basis = np.empty((len(frequency), 1 + 2 * harmonics, len(time)), np.float32)
    basis[:, 0], power = 1, np.ones_like(turns)
    for multiple in range(1, harmonics + 1):
        power = power * turns
        basis[:, 2 * multiple - 1], basis[:, 2 * multiple] = power.real, power.imag
    weighted = basis * weight.astype(np.float32)
    return HarmonicFits(
        frequency,
        (weighted @ basis.transpose(0, 2, 1)).astype(np.float64),
        (weighted @ centred.astype(np.float32)).astype(np.float64),
        float(max(weight @ centred**2, 1e-30)),
        len(time),
    )


def amplitudes_and_phases(coefficients: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return amplitudes (…, K) and phases (…, K) [rad] of a Fourier series of cosines.

    The series is ``mean + Σ amplitude · cos(2π k f t + phase)``.

    Parameters
    ----------
    coefficients : ndarray, (…, 1 + 2K)
        As `HarmonicFits.coefficients` gives them.
    """
    cosine, sine = coefficients[..., 1::2], coefficients[..., 2::2]
    return np.hypot(cosine, sine), np.arctan2(-sine, cosine)


def evaluate(coefficients: np.ndarray, phase: np.ndarray) -> np.ndarray:
    """Return a Fourier series (1 + 2K,) at phases (m,) in turns, less its mean."""
    multiples = np.arange(1, (len(coefficients) - 1) // 2 + 1)[:, None]
    angle = 2 * np.pi * multiples * phase
    return coefficients[1::2] @ np.cos(angle) + coefficients[2::2] @ np.sin(angle)
