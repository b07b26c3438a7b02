"""How small a change of its input turns a network's answer, in units of the input's own noise."""

from typing import Any

import numpy as np

from astro_dl.core.answer import Turn
from astro_dl.core.examples import Inputs, inputs_by_name, take_inputs
from astro_dl.explain.adversarial import Attack, smallest_perturbation
from astro_dl.inference.protocol import Predictor
from astro_dl.metrics.intervals import binomial_interval, estimate, resampled

ATTACKS: tuple[Attack, ...] = ("fgsm", "pgd", "noise")
EXAMPLES = 100
LARGEST = 10.0


def noise_sigma(x: Inputs) -> Inputs:
    """Return the noise of each channel of each example.

    Parameters
    ----------
    x : ndarray or dict of ndarray
        Series or images (n, …, channels); vectors are held to have no noise, and get 0.

    Returns
    -------
    ndarray or dict of ndarray
        1.4826 times the median absolute deviation from the median, in the shape of ``x``.
    """
    found = {}
    for name, array in inputs_by_name(x).items():
        axes = tuple(range(1, array.ndim - 1))
        if not axes:
            found[name] = np.zeros_like(array)
            continue
        middle = np.median(array, axis=axes, keepdims=True)
        sigma = 1.4826 * np.median(np.abs(array - middle), axis=axes, keepdims=True)
        found[name] = np.broadcast_to(sigma, array.shape).astype(np.float32)
    return found if isinstance(x, dict) else found["x"]


def robustness(
    predictor: Predictor[Any], x: Inputs, confidence: float = 0.95, bootstrap: int = 200
) -> dict[str, Any]:
    """Return the least change by which answers become other ones.

    Parameters
    ----------
    predictor : Predictor
        Of classes, of which the most probable one changes, or of a value, which rises by its σ.
    x : ndarray or dict of ndarray
        Examples; the first 100 are attacked.
    confidence, bootstrap
        Of the intervals.

    Returns
    -------
    dict
        ``what`` turns, ``n``, ``largest`` (greatest root mean square tried, 10 σ), and by attack
        (``fgsm``, ``pgd``, and ``noise`` of the same norm) ``median`` [σ], None with a ``why``
        where half of the answers stand, and ``turned``, the share of answers that the largest
        turns. σ is `noise_sigma`; of vectors alone, as tables are, the standard deviation of each
        column. Of several classes the runner-up is attacked toward.

    Raises
    ------
    UsageError
        If the answer does not turn anywhere, as a reconstruction.
    """
    x = take_inputs(x, slice(0, EXAMPLES))
    sigma = noise_sigma(x)
    if isinstance(x, np.ndarray) and x.ndim == 2:
        sigma = np.broadcast_to(x.std(axis=0), x.shape)
    member = predictor.members[0] if predictor.members else predictor
    logits = np.asarray(member.score(x), np.float64)
    turn = member.head.turn(logits.reshape(len(logits), -1), member.calibration)
    found: dict[str, Any] = {"what": turn.what, "n": len(logits), "largest": LARGEST}
    for attack in ATTACKS:
        sizes = _sizes(member.model, x, turn, attack, sigma)
        found[attack] = _summary(sizes, confidence, bootstrap)
    return found


def _sizes(model: Any, x: Inputs, turn: Turn, attack: Attack, sigma: Inputs) -> np.ndarray:
    """Return the least change of each example, those of the same two logits at a time."""
    sizes = np.empty(len(turn.level))
    pairs = np.stack([turn.output, turn.against], axis=1)
    for output, against in np.unique(pairs, axis=0).tolist():
        rows = np.flatnonzero((pairs == [output, against]).all(axis=1))
        sizes[rows] = smallest_perturbation(
            model,
            take_inputs(x, rows),
            turn.level[rows],
            attack,
            take_inputs(sigma, rows),
            LARGEST,
            output,
            against=None if against < 0 else against,
        )
    return sizes


def _summary(sizes: np.ndarray, confidence: float, bootstrap: int) -> dict[str, Any]:
    def median(weights: np.ndarray) -> float:
        return float(np.median(np.repeat(sizes, weights)))

    turned = int(np.isfinite(sizes).sum())
    interval = binomial_interval(turned, len(sizes), confidence)
    share = estimate(turned / len(sizes), *interval)
    middle = resampled(median, len(sizes), bootstrap, confidence)
    if middle["value"] is None:
        middle["why"] = f"half of the answers stand at {LARGEST:g} σ"
    return {"median": middle, "turned": share}
