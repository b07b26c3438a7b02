"""How small a change of the input turns an answer: FGSM, PGD, and noise of the same size."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

import numpy as np

from astro_dl.core.errors import UsageError, unknown_name
from astro_dl.core.examples import Inputs
from astro_dl.explain.logit import BATCH_SIZE, Logit, logit_of

if TYPE_CHECKING:
    import keras

Attack = Literal["fgsm", "pgd", "noise"]
BISECTIONS = 12


def perturbed(
    model: "keras.Model",
    x: Inputs,
    size: float,
    attack: Attack = "pgd",
    toward: int | np.ndarray = -1,
    sigma: Inputs | float = 1.0,
    output: int = 0,
    steps: int = 10,
    seed: int = 0,
    batch_size: int = BATCH_SIZE,
) -> Inputs:
    """Return examples changed so that a logit falls (or rises), within a root mean square.

    Parameters
    ----------
    model, x, output, batch_size
        As in `astro_dl.explain.saliency.saliency`.
    size : float
        Root mean square of the change over the numbers of an example, in units of ``sigma``.
    attack : {"fgsm", "pgd", "noise"}
        One step along the gradient (Goodfellow et al. 2015, with the Euclidean norm as Miyato et
        al. 2016), several within the ball (Madry et al. 2018), or white noise of the same norm.
    toward : int or ndarray, (n,), default -1
        −1 where the logit shall fall, +1 where it shall rise.
    sigma : float, ndarray or dict of ndarray, default 1
        Standard deviation of the noise, broadcast against ``x``; zero where nothing may change.
    steps : int, default 10
        Of PGD; each is 2.5 / steps of the size.
    seed : int, default 0
        Of the noise.

    Returns
    -------
    ndarray or dict of ndarray
        In the shape of ``x``, float32.

    Raises
    ------
    UsageError
        As `saliency`, for an unknown attack, and for a size or a number of steps that is none.
    """
    logit, vectors = logit_of(model, x, output, batch_size)
    if not size >= 0 or steps < 1:
        raise UsageError(f"size {size:g}, steps {steps}; accepted: size ≥ 0 and steps ≥ 1")
    sizes = np.full(len(vectors), float(size))
    move = _attack(attack, logit, _sigma(logit, sigma, vectors), steps, seed)
    signs = np.broadcast_to(np.asarray(toward, np.float32), (len(vectors),))
    return logit.shaped(move(vectors, sizes, signs))


def smallest_perturbation(
    model: "keras.Model",
    x: Inputs,
    threshold: float | np.ndarray = 0.0,
    attack: Attack = "pgd",
    sigma: Inputs | float = 1.0,
    largest: float = 10.0,
    output: int = 0,
    steps: int = 10,
    seed: int = 0,
    batch_size: int = BATCH_SIZE,
    against: int | None = None,
) -> np.ndarray:
    """Return the least change by which a logit crosses a threshold.

    Parameters
    ----------
    model, x, attack, sigma, output, steps, seed, batch_size
        As in `perturbed`.
    threshold : float or ndarray (n,), default 0
        Of the logit; examples above it shall fall below, and the other way round.
    largest : float, default 10
        The greatest change that is tried [σ].
    against : int, optional
        Another logit, which is subtracted: the margin between two classes.

    Returns
    -------
    ndarray of float64, (n,)
        Root mean square of the change [σ], by bisection of its logarithm from a ten-thousandth of
        the largest, to 20%; infinite where the largest does not suffice.

    Raises
    ------
    UsageError
        As `perturbed`.
    """
    logit, vectors = logit_of(model, x, output, batch_size, against)
    move = _attack(attack, logit, _sigma(logit, sigma, vectors), steps, seed)
    above = logit.values(vectors) > threshold
    signs = np.where(above, -1, 1).astype(np.float32)

    def turned(sizes: np.ndarray) -> np.ndarray:
        return (logit.values(move(vectors, sizes, signs)) > threshold) != above

    low = np.full(len(vectors), largest * 1e-4)
    high = np.full(len(vectors), float(largest))
    reached = turned(high)
    for _ in range(BISECTIONS):
        middle = np.sqrt(low * high)
        crossed = turned(middle)
        low, high = np.where(crossed, low, middle), np.where(crossed, middle, high)
        if (high < 1.2 * low).all():
            break
    return np.where(reached, high, np.inf)


def _sigma(logit: Logit, sigma: Inputs | float, vectors: np.ndarray) -> np.ndarray:
    return np.broadcast_to(logit.flat(sigma), vectors.shape)


Move = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


def _attack(name: str, logit: Logit, sigma: np.ndarray, steps: int, seed: int) -> Move:
    """Return the function from vectors, sizes and signs to changed vectors."""

    def uphill(points: np.ndarray, signs: np.ndarray) -> np.ndarray:
        """Return steps of root mean square 1 [σ] that raise the signed logit most."""
        return _unit(logit.gradients(points) * sigma * signs[:, None])

    def fgsm(vectors: np.ndarray, sizes: np.ndarray, signs: np.ndarray) -> np.ndarray:
        return (vectors + sizes[:, None] * sigma * uphill(vectors, signs)).astype(np.float32)

    def pgd(vectors: np.ndarray, sizes: np.ndarray, signs: np.ndarray) -> np.ndarray:
        change = np.zeros_like(vectors)
        for _ in range(steps):
            points = (vectors + sigma * change).astype(np.float32)
            change = change + 2.5 / steps * sizes[:, None] * uphill(points, signs)
            norm = np.sqrt(np.mean(change**2, axis=1))
            change *= np.minimum(1, sizes / np.maximum(norm, 1e-30))[:, None]
        return (vectors + sigma * change).astype(np.float32)

    def noise(vectors: np.ndarray, sizes: np.ndarray, signs: np.ndarray) -> np.ndarray:
        drawn = np.random.default_rng(seed).standard_normal(vectors.shape)
        return (vectors + sizes[:, None] * sigma * _unit(drawn * (sigma > 0))).astype(np.float32)

    attacks: dict[str, Move] = {"fgsm": fgsm, "pgd": pgd, "noise": noise}
    if name not in attacks:
        raise unknown_name("attack", name, list(attacks))
    return attacks[name]


def _unit(vectors: np.ndarray) -> np.ndarray:
    """Return vectors of root mean square 1; zero where there is none."""
    norm = np.sqrt(np.mean(np.square(vectors, dtype=np.float64), axis=1, keepdims=True))
    return vectors / np.maximum(norm, 1e-30)
