"""Where sums of normal probabilities reach given ones: quantiles of mixtures of Gaussians."""

from dataclasses import dataclass, fields

import numpy as np
from scipy.special import logit, ndtr

Array = np.ndarray
NORMAL = 1 / np.sqrt(2 * np.pi)
SHORT, STRAIGHT = 2e-3, 0.02
"""A step is the last one if it is this short beside what the curve varies on, and the curve this
straight along it: what a step by three derivatives leaves is then below 1e-7 in probability."""

SLOWEST = 0.25
"""What may be left of that error after a step by the slope for another such step."""


@dataclass(frozen=True)
class Sums:
    """Sums of normal probabilities, one for each of N problems.

    Parameters
    ----------
    share, below : ndarray
        A component's probability is ``share · (normal probability - below)``.
    means : ndarray
        Centres of the components.
    steepness : ndarray
        Inverse standard deviations, negative like the share where a component is mirrored.
    fineness : ndarray
        Inverse lengths on which the components vary, (N,).
    """

    share: Array
    below: Array
    means: Array
    steepness: Array
    fineness: Array

    def take(self, rows: Array) -> "Sums":
        """Return some of the problems."""
        return Sums(*(getattr(self, one.name).take(rows, axis=-1) for one in fields(self)))

    def at(self, points: Array) -> tuple[Array, Array, Array]:
        """Return probabilities, densities and their derivatives (N,) at points (N,)."""
        deviates = points - self.means
        deviates *= self.steepness
        normal = ndtr(deviates)
        normal -= self.below
        probability = np.einsum("cn,cn->n", self.share, normal)
        heights = np.multiply(deviates, deviates, out=normal)
        heights *= -0.5
        np.exp(heights, out=heights)
        heights *= self.share
        heights *= self.steepness
        deviates *= self.steepness
        return (
            probability,
            NORMAL * heights.sum(axis=0),
            -NORMAL * np.einsum("cn,cn->n", deviates, heights),
        )


def inverted(sums: Sums, wanted: Array, low: Array, high: Array, start: Array) -> Array:
    """Return the points at which sums of normal probabilities are what is wanted.

    By Halley's method on the logarithm of the odds, which is nearly a straight line for a single
    Gaussian. A step that leaves the bracket, or follows one that brought the probability hardly
    nearer, gives way to one to the middle of the bracket: between components of other widths the
    method can go to and fro for ever. Each problem stops when it is solved.

    Parameters
    ----------
    sums : Sums
        Of N problems.
    wanted : ndarray, (N,)
        Probabilities within (0, 1).
    low, high : ndarray, (N,)
        Points that enclose the solutions.
    start : ndarray, (N,)
        First guesses.

    Returns
    -------
    ndarray, (N,)
        NaN where anything is.
    """
    found = np.full(len(wanted), np.nan)
    todo = np.arange(len(wanted))
    point, goal, error = start, logit(wanted), np.ones(len(wanted))
    while len(todo):
        with np.errstate(over="ignore"):
            below, density, bend = sums.at(point)
        left = np.abs(below - wanted)
        under = below < wanted
        low, high = np.where(under, point, low), np.where(under, high, point)
        with np.errstate(all="ignore"):
            spread = below * (1 - below)
            slope = density / spread
            curvature = bend / spread - slope * slope * (1 - 2 * below)
            excess = np.log(below / (1 - below)) - goal
            bent = 0.5 * excess * curvature / slope**2
            length = excess / (slope * (1 - bent))
        step, middle = point - length, 0.5 * (low + high)
        inside = (step >= low) & (step <= high)
        solved = inside & (np.abs(length) * sums.fineness < SHORT) & (np.abs(bent) < STRAIGHT)
        ended = solved | ~((middle > low) & (middle < high))
        follow = solved | (inside & (left < SLOWEST * error))
        point = np.where(follow, step, middle)
        found[todo[ended]] = point[ended]
        rest = np.flatnonzero(~ended)
        todo, sums = todo.take(rest), sums.take(rest)
        error = np.minimum(left, error)
        point, goal, wanted, low, high, error = (
            one.take(rest) for one in (point, goal, wanted, low, high, error)
        )
    return found
