"""Counts of votes against what was said of them: Dirichlet–multinomial probabilities.

Voters answer questions, each with a few answers; answers of all questions stand side by side along
the last axis, question by question, as ``sizes`` tells.
"""

from collections.abc import Sequence

import numpy as np
import scipy
from scipy.special import gammaln

Array = np.ndarray


def by_question(values: Array, sizes: Sequence[int]) -> list[Array]:
    """Return views (n, answers) of values (n, all answers), question by question."""
    return np.split(np.asarray(values), np.cumsum(sizes)[:-1], axis=-1)


def sums_by_question(values: Array, sizes: Sequence[int]) -> Array:
    """Return the sum of each question's answers, repeated for each of them, (n, answers)."""
    sums = [part.sum(axis=-1, keepdims=True) for part in by_question(values, sizes)]
    return np.repeat(np.concatenate(sums, axis=-1), sizes, axis=-1)


def fractions_of(votes: Array, sizes: Sequence[int]) -> Array:
    """Return what share of its question each answer has, (n, answers); NaN where none was cast."""
    totals = sums_by_question(votes, sizes)
    return np.divide(votes, totals, out=np.full(np.shape(votes), np.nan), where=totals > 0)


def log_probability(counts: Array, alpha: Array, sizes: Sequence[int]) -> Array:
    """Return ln of the probability of the counts of each question, (n, questions).

    The Dirichlet–multinomial distribution, of given numbers of voters (Mosimann 1962, Biometrika
    49, 65); 0 for questions that nobody was asked.

    Parameters
    ----------
    counts : ndarray, (n, answers)
        Votes.
    alpha : ndarray, (n, answers)
        Concentrations, above 0.
    sizes : sequence of int
        Answers of each question.
    """
    parts = zip(by_question(counts, sizes), by_question(alpha, sizes), strict=True)
    return np.stack([_log_of_question(k, a) for k, a in parts], axis=-1)


def _log_of_question(counts: Array, alpha: Array) -> Array:
    voters, whole = counts.sum(axis=-1), alpha.sum(axis=-1)
    ways = gammaln(voters + 1) - gammaln(counts + 1).sum(axis=-1)
    each = (gammaln(counts + alpha) - gammaln(alpha)).sum(axis=-1)
    return ways + gammaln(whole) - gammaln(whole + voters) + each


def probability_transforms(
    counts: Array, alpha: Array, sizes: Sequence[int], rng: np.random.Generator
) -> Array:
    """Return where each count lies in its predicted distribution, (n, answers), evenly if honest.

    Randomised within the step of the count (Czado, Gneiting & Held 2009, Biometrics 65, 1254);
    NaN for questions that nobody was asked.
    """
    voters, whole = sums_by_question(counts, sizes), sums_by_question(alpha, sizes)
    asked = voters > 0
    n, k, a, b = (one[asked] for one in (voters, counts, alpha, whole - alpha))
    below = scipy.stats.betabinom.cdf(k - 1, n, a, b)
    result = np.full(np.shape(counts), np.nan)
    result[asked] = below + rng.random(len(k)) * scipy.stats.betabinom.pmf(k, n, a, b)
    return result
