"""Tables drawn from measured distributions: quantiles of every column, and how columns go together.

A Gaussian copula (Nelsen 2006, section 2.3; Joe 2014, section 4.3): correlated normal numbers are
turned into uniform ones, and these into each column's own distribution by its quantiles, between
which values are interpolated. Each class has its own quantiles and correlations.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import ndtr


@dataclass(frozen=True)
class KeywordTable:
    """What is known of the joint distribution of the columns of one class.

    Parameters
    ----------
    levels : ndarray, (q,)
        Cumulative probabilities, from 0 to 1.
    quantiles : ndarray, (k, q)
        Non-decreasing values of each column at these levels.
    correlations : ndarray, (k, k)
        Of the columns' normal scores.
    """

    levels: np.ndarray
    quantiles: np.ndarray
    correlations: np.ndarray

    @cached_property
    def root(self) -> np.ndarray:
        """A square root of the correlations, (k, k); rounding may have left them indefinite."""
        values, vectors = np.linalg.eigh(self.correlations)
        root = vectors * np.sqrt(np.maximum(values, 0))
        return root / np.sqrt((root**2).sum(axis=1, keepdims=True))


def simulate_keywords(
    tables: Sequence[KeywordTable], classes: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Return rows drawn from the distributions of their classes.

    Parameters
    ----------
    tables : sequence of KeywordTable
        One for each class, of the same columns.
    classes : ndarray of int, (n,)
        The class of each row.
    rng : numpy.random.Generator
        Determines everything.

    Returns
    -------
    ndarray of float64, (n, k)
    """
    columns = len(tables[0].quantiles)
    normal = rng.normal(size=(len(classes), columns))
    values = np.empty_like(normal)
    for number, table in enumerate(tables):
        rows = classes == number
        uniform = ndtr(normal[rows] @ table.root.T)
        for column, quantiles in enumerate(table.quantiles):
            values[rows, column] = np.interp(uniform[:, column], table.levels, quantiles)
    return values


def parse_numbers(text: str) -> np.ndarray:
    """Return the numbers of a text block, one row per line.

    A block whose k-th line holds k numbers is a lower triangle, and becomes a symmetric matrix of
    hundredths.
    """
    rows = [np.array(line.split(), float) for line in text.strip().splitlines()]
    if len(rows) == 1 or len(rows[0]) == len(rows[-1]):
        return np.array(rows)
    matrix = np.zeros((len(rows), len(rows)))
    for number, row in enumerate(rows):
        matrix[number, : len(row)] = row / 100
    return matrix + np.tril(matrix, -1).T
