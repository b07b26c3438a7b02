"""What a card keeps of a held-out set, from which coverage is guaranteed and inputs are judged.

Only order statistics and moments: no row of the set can be had from them. Both guarantees hold for
examples that are exchangeable with the held-out ones (Vovk, Gammerman & Shafer 2005, section 2).
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Self

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.core.limits import Bounds, Count, Natural, Positive
from astro_dl.core.schema import checked

Array = np.ndarray
COVERAGES = (0.5, 0.6827, 0.8, 0.9, 0.95, 0.9545, 0.99, 0.9973)
"""At which nothing is lost by keeping some order statistics only."""
EVEN_RANKS, HIGHEST_RANKS, DIGITS = 20, 15, 5
FEWEST_EXAMPLES = 4
"""Half of them tell a spread, the others distances."""
MOST_DIRECTIONS, MOST_NUMBERS, MOST_PARTS = 6, 200, 128


@checked
class ScoreTable:
    """Some order statistics of scores, the greater the stranger.

    Parameters
    ----------
    n : int
        Number of scores.
    ranks : tuple of int
        Which are kept, from 1 for the lowest; the highest is among them.
    values : tuple of float
        The scores of these ranks.
    """

    n: Natural
    ranks: Annotated[tuple[int, ...], Bounds(1)] = ()
    values: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what is no part of sorted scores."""
        rising = list(self.ranks) == sorted(set(self.ranks))
        complete = (self.ranks[-1:] or (0,)) == (self.n,)
        if not rising or not complete or len(self.ranks) != len(self.values):
            raise UsageError(f"ranks, values: no order statistics of {self.n} scores")
        if list(self.values) != sorted(self.values):
            raise UsageError("values: not in rising order")

    @classmethod
    def of(cls, scores: Array) -> Self:
        """Return the table of scores (n,)."""
        ordered = np.sort(np.asarray(scores, np.float64))
        n = len(ordered)
        if not n:
            return cls(0)
        exact = [rank_of(n, coverage) for coverage in COVERAGES]
        even = np.linspace(1, n, EVEN_RANKS).round().astype(int)
        ranks = sorted({*exact, *even.tolist(), *range(max(1, n - HIGHEST_RANKS), n + 1)})
        ranks = [rank for rank in ranks if rank <= n]
        kept = raised(ordered[np.array(ranks) - 1])
        return cls(n, tuple(ranks), tuple(kept.tolist()))

    def threshold(self, coverage: float) -> float:
        """Return what a further score exceeds with a probability of at most 1 - coverage.

        The smallest kept score of rank ⌈(n + 1) · coverage⌉ or above; infinite where there are too
        few scores.
        """
        place = int(np.searchsorted(self.ranks, rank_of(self.n, coverage)))
        return self.values[place] if place < len(self.values) else float("inf")

    def p_values(self, scores: Array) -> Array:
        """Return the probabilities, or a little more, of scores as high as these (…); NaN for NaN.

        Of an exchangeable example it is below p with a probability of at most p.
        """
        known = np.array((0, *self.ranks))
        below = known[np.searchsorted(np.asarray(self.values), scores, side="left")]
        found = (self.n - below + 1) / (self.n + 1)
        return np.where(np.isnan(scores), np.nan, found)


@checked
class Gate:
    """How embeddings of the held-out set are spread, and how far from their centre they are.

    The distance is that of probabilistic principal components (Tipping & Bishop 1999, eq. 5):
    along a few directions by their variances, in all others by a common one.

    Parameters
    ----------
    mean, scale : str
        Numbers, one for each part of the embedding: centre, and standard deviation. Of wide
        embeddings parts are means of some neighbours, see `folded`.
    directions : tuple of str
        Numbers of each principal direction of the scaled parts.
    variances : tuple of float
        Along them.
    rest : float
        Variance in every other direction.
    distances : ScoreTable
        Of examples from which these are not made.
    """

    mean: str
    scale: str
    directions: tuple[str, ...]
    variances: Annotated[tuple[float, ...], Bounds(0, open_low=True)]
    rest: Positive
    distances: ScoreTable

    def __post_init__(self) -> None:
        """Refuse numbers that do not fit each other."""
        width = len(_numbers("mean", self.mean))
        scale = _numbers("scale", self.scale)
        rows = [len(_numbers("directions", one)) for one in self.directions]
        if len(scale) != width or not (scale > 0).all() or rows != [width] * len(self.variances):
            raise UsageError("mean, scale, directions, variances: not of one embedding")

    @classmethod
    def of(cls, embeddings: Array) -> Self:
        """Return the gate of embeddings (n, width): one half tells the spread, one the distances.

        Raises
        ------
        UsageError
            If there are fewer than four.
        """
        rows = np.asarray(embeddings, np.float64)
        if len(rows) < FEWEST_EXAMPLES:
            raise UsageError(f"{len(rows)} held-out examples; four at least are needed")
        rows = folded(rows, min(rows.shape[1], MOST_PARTS))
        half, width = len(rows) // 2, rows.shape[1]
        first = rows[:half]
        mean, scale = first.mean(axis=0), first.std(axis=0)
        # Parts that hardly vary would make a rounding error strange.
        scale = np.maximum(scale, 0.05 * max(float(scale.max()), 1e-6))
        scaled = (first - mean) / scale
        count = min(MOST_DIRECTIONS, max(1, MOST_NUMBERS // width), width, half - 1)
        _, singular, directions = np.linalg.svd(scaled, full_matrices=False)
        variances = singular**2 / half
        rest = float(variances[count:].sum()) / max(width - count, 1)
        floor = 1e-3 * max(float(variances[0]), 1e-6)
        spread: dict[str, Any] = {
            "mean": _text(mean),
            "scale": _text(scale),
            "directions": tuple(_text(one) for one in directions[:count]),
            "variances": tuple(float(max(one, floor)) for one in variances[:count]),
            "rest": max(rest, floor),
        }
        empty = cls(**spread, distances=ScoreTable(0))
        return cls(**spread, distances=ScoreTable.of(empty.distance(rows[half:])))

    def distance(self, embeddings: Array) -> Array:
        """Return the squared distances (n,) of embeddings (n, width) from the centre."""
        mean, scale = _numbers("mean", self.mean), _numbers("scale", self.scale)
        scaled = (folded(np.asarray(embeddings, np.float64), len(mean)) - mean) / scale
        directions = np.array([_numbers("directions", one) for one in self.directions])
        with np.errstate(invalid="ignore"):
            along = scaled @ directions.T
        across = np.maximum(np.sum(scaled**2, axis=1) - np.sum(along**2, axis=1), 0)
        return np.sum(along**2 / np.array(self.variances), axis=1) + across / self.rest

    def p_values(self, embeddings: Array) -> Array:
        """Return how probable embeddings as far from the centre are; NaN for NaN."""
        return self.distances.p_values(self.distance(embeddings))


@checked
class Guarantees:
    """What a held-out set promises of others like it.

    Parameters
    ----------
    source : str
        The set, in words.
    n : int
        Its examples.
    scores : mapping of str to ScoreTable
        How strange its truths were to the network, by class, label or target.
    gate : Gate
        How far from the others its inputs were.
    """

    source: str
    n: Count
    scores: Mapping[str, ScoreTable]
    gate: Gate


def folded(rows: Array, parts: int) -> Array:
    """Return rows (n, width) as means (n, parts) of neighbours, themselves for as many parts.

    Raises
    ------
    UsageError
        If rows are narrower.
    """
    if rows.shape[1] == parts:
        return rows
    if rows.shape[1] < parts:
        raise UsageError(f"gate: of embeddings of {parts} numbers and more, not {rows.shape[1]}")
    starts = np.linspace(0, rows.shape[1], parts, endpoint=False).astype(int)
    sizes = np.diff(np.append(starts, rows.shape[1]))
    return np.add.reduceat(rows, starts, axis=1) / sizes


def raised(values: Array) -> Array:
    """Return numbers rounded up to five digits: what they promise then holds all the more."""
    size = np.abs(values)
    step = 10.0 ** (np.floor(np.log10(np.where(size > 0, size, 1.0))) - DIGITS + 1)
    # Divided by a whole power where there is one, so that few digits are written.
    up = np.ceil(np.round(values / step, 6))
    return np.where(step < 1, up / np.round(1 / step), up * step)


def rank_of(n: int, coverage: float) -> int:
    """Return ⌈(n + 1) · coverage⌉, without errors of rounding."""
    return int(np.ceil(round((n + 1) * coverage, 9)))


def _text(values: Array | Sequence[float]) -> str:
    return " ".join(f"{value:.4g}" for value in values)


def _numbers(what: str, text: str) -> Array:
    try:
        values = np.array(text.split(), float)
    except ValueError:
        raise UsageError(f"{what}: {text[:40]!r} is no list of numbers") from None
    if not values.size or not np.isfinite(values).all():
        raise UsageError(f"{what}: {text[:40]!r} is no list of finite numbers")
    return values
