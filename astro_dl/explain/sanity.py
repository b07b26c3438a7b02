"""Whether a map is of the network and not of the input alone, and whether it is where it should."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy

from astro_dl.core.examples import Inputs, inputs_by_name
from astro_dl.explain.explanation import Explanation, explain
from astro_dl.inference.protocol import Predictor

if TYPE_CHECKING:
    import keras


@contextmanager
def randomised(model: "keras.Model", seed: int = 0) -> Iterator[None]:
    """Shuffle the entries of every weight of a model among themselves, for a while.

    Each layer keeps the distribution of its weights and loses what it has learned (Adebayo et al.
    2018, the model parameter randomization test, all layers at once).

    Parameters
    ----------
    model : keras.Model
        Has its own weights again afterwards.
    seed : int, default 0
        Of the shuffling.
    """
    before = model.get_weights()
    rng = np.random.default_rng(seed)
    try:
        model.set_weights([rng.permuted(one, axis=None) for one in before])
        yield
    finally:
        model.set_weights(before)


def similarity_to_randomised(
    predictor: Predictor[Any], explanation: Explanation, seed: int = 0, **options: Any
) -> np.ndarray:
    """Return how alike a map and that of the same network with shuffled weights are.

    Parameters
    ----------
    predictor : Predictor
        That was explained.
    explanation : Explanation
        What `astro_dl.explain.explanation.explain` returned.
    seed : int, default 0
        Of the shuffling.
    **options
        With which it was explained.

    Returns
    -------
    ndarray of float64, (n,)
        Spearman's rank correlation of absolute values; near 1 for a method that shows edges of the
        input whatever the network has learned, NaN where a map is constant.
    """
    one = predictor.members[0] if predictor.members else predictor
    rows = []
    with randomised(one.model, seed):
        for k, number in enumerate(explanation.outputs):
            x = {name: array[k : k + 1] for name, array in inputs_by_name(explanation.x).items()}
            given = x if isinstance(explanation.x, dict) else x["x"]
            if explanation.method == "permutation":
                given, k_other = explanation.x, k
            else:
                k_other = 0
            other = explain(one, given, explanation.method, output=int(number), **options)
            rows.append(_correlation(_flat(explanation.values, k), _flat(other.values, k_other)))
    return np.array(rows)


def share_inside(values: Inputs, mask: Inputs) -> tuple[np.ndarray, np.ndarray]:
    """Return the share of a map that lies where the signal is, and what chance gives.

    Parameters
    ----------
    values : ndarray or dict of ndarray
        Attributions (n, …); their absolute values count.
    mask : ndarray or dict of ndarray
        Of bool, true where the signal is; in the shape of the values. Inputs that it does not name
        are left out.

    Returns
    -------
    share, chance : ndarray of float64, (n,)
        Sum inside over the whole; fraction of the positions that are inside. NaN where a map is
        zero.
    """
    names = inputs_by_name(mask)
    maps = {name: np.abs(one) for name, one in inputs_by_name(values).items() if name in names}
    rows = {name: np.broadcast_to(names[name], one.shape) for name, one in maps.items()}
    inside = np.sum([_sums(one * rows[name]) for name, one in maps.items()], axis=0)
    whole = np.sum([_sums(one) for one in maps.values()], axis=0)
    true = np.sum([_sums(one.astype(float)) for one in rows.values()], axis=0)
    size = sum(one[0].size for one in rows.values())
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.divide(inside, whole), np.divide(true, size)


def _sums(values: np.ndarray) -> np.ndarray:
    return np.asarray(np.nansum(values.reshape(len(values), -1), axis=1, dtype=np.float64))


def _flat(values: Inputs, k: int) -> np.ndarray:
    return np.abs(np.concatenate([one[k].ravel() for one in inputs_by_name(values).values()]))


def _correlation(one: np.ndarray, other: np.ndarray) -> float:
    known = np.isfinite(one) & np.isfinite(other)
    if np.ptp(one[known]) == 0 or np.ptp(other[known]) == 0:
        return float("nan")
    return float(scipy.stats.spearmanr(one[known], other[known]).statistic)
