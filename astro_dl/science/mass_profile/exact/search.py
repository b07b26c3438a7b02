"""Where the guesses of an exact posterior are drawn, and how dense they are there."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.special import softmax
from scipy.stats import multivariate_t

Array = np.ndarray
TAILS = 5.0
"""Degrees of freedom of Student's t, by which guesses are drawn."""

WIDER = 1.3
"""Of squared widths, relative to those of the last round."""

REACH = 3.0
"""Deviations of galaxies up to which the rest is taken as linear in their traits."""

EVEN = 0.1
"""Share of guesses at any galaxy."""


@dataclass(frozen=True)
class Search:
    """From what guesses are drawn: a galaxy, and by Student's t what else stars depend on.

    Parameters
    ----------
    traits : ndarray, (galaxies, k)
        What galaxies are like.
    chance : ndarray, (galaxies,)
        Of each.
    about, deviation : ndarray, (k,)
        Mean and standard deviation of traits that are looked for.
    line : ndarray, (k + 1, m)
        The place of the rest at that mean, and its change with each deviation of a trait.
    spread : ndarray, (m, m)
        Shape of its distribution.
    """

    traits: Array
    chance: Array
    about: Array
    deviation: Array
    line: Array
    spread: Array

    @classmethod
    def even(cls, traits: Array, place: Array, spread: Array) -> "Search":
        """Return a search in all galaxies, with the rest at one place (m,)."""
        n, k = traits.shape
        line = np.concatenate([place[None], np.zeros((k, len(place)))])
        return cls(traits, np.full(n, 1 / n), np.zeros(k), np.ones(k), line, spread)

    def near(self, rows: Array, rest: Array, weights: Array) -> "Search":
        """Return where to look next, given weighted guesses of this one."""
        about, width = moments(self.traits[rows], weights)
        deviation = np.sqrt(np.diag(width))
        terms = _terms(self.traits[rows], about, deviation)
        root = np.sqrt(weights)[:, None]
        line = np.linalg.lstsq(root * terms, root * rest)[0]
        near = multivariate_t.logpdf(self.traits, about, width, TAILS)
        chance = (1 - EVEN) * softmax(near) + EVEN / len(self.traits)
        spread = moments(rest - terms @ line, weights)[1]
        return Search(self.traits, chance, about, deviation, line, spread)

    def elsewhere(self, traits: Array) -> "Search":
        """Return this search in other galaxies, all alike."""
        return replace(self, traits=traits, chance=np.full(len(traits), 1 / len(traits)))

    @cached_property
    def middle(self) -> Array:
        """The place (galaxies, m) of the rest for each galaxy."""
        return _terms(self.traits, self.about, self.deviation) @ self.line

    def draw(self, n: int, rng: np.random.Generator) -> tuple[Array, Array]:
        """Return the rows (n,) of galaxies, and the rest (n, m)."""
        steps = (np.arange(n) + rng.random(n)) / n
        rows = np.searchsorted(np.cumsum(self.chance), steps)
        rows = np.minimum(rows, len(self.chance) - 1)
        return rows, self.middle[rows] + student(self.spread, n, rng)

    def log_density(self, rows: Array, rest: Array) -> Array:
        """Return ln of the chance of a row times the density of the rest, (n,)."""
        return np.log(self.chance[rows]) + log_student(rest - self.middle[rows], self.spread)


def student(spread: Array, n: int, rng: np.random.Generator) -> Array:
    """Return n draws (n, m) of Student's t around zero."""
    return np.asarray(multivariate_t.rvs(None, spread, TAILS, size=n, random_state=rng))


def log_student(away: Array, spread: Array) -> Array:
    """Return ln of its density (n,)."""
    return np.asarray(multivariate_t.logpdf(away, None, spread, TAILS))


def effective(weights: Array) -> float:
    """Return how many draws of equal weight tell as much (Kish 1965)."""
    return float(weights.sum() ** 2 / np.sum(weights**2))


def flattened(log_weights: Array, least: float) -> Array:
    """Return weights of a sum of one, by a power so small that draws are worth the least number."""
    known = log_weights > -np.inf
    power = 1.0
    weights = softmax(log_weights)
    while effective(weights) < min(least, known.sum() / 2):
        power *= 0.8
        weights = softmax(np.where(known, power * log_weights, -np.inf))
    return weights


def moments(values: Array, weights: Array) -> tuple[Array, Array]:
    """Return the mean (k,) of weighted values (n, k), and their covariance, made wider."""
    mean = weights @ values
    away = values - mean
    return mean, WIDER * (weights[:, None] * away).T @ away


def _terms(traits: Array, about: Array, deviation: Array) -> Array:
    """Return one and the deviations of traits, (n, k + 1)."""
    away = np.clip((traits - about) / deviation, -REACH, REACH)
    return np.column_stack([np.ones(len(traits)), away])
