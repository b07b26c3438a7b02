"""Can two sets of images be told apart? The accuracy of a network that was taught to.

Lopez-Paz & Oquab (2017), arXiv:1610.06545: on the half that it was not taught, 0.5 where both sets
are of one distribution, and never far below.
"""

from typing import Any

import numpy as np

from astro_dl.metrics.intervals import binomial_interval, estimate

Array = np.ndarray
EPOCHS, BATCH = 10, 64
FILTERS = (16, 32, 64)


def two_sample_accuracy(one: Array, other: Array, confidence: float, seed: int = 0) -> dict:
    """Return the accuracy of a small convolutional network, with its binomial interval.

    Parameters
    ----------
    one, other : ndarray, (n, H, W)
        In standard deviations of the noise. Every second of each is taught, the others are told
        apart.
    confidence : float
        Of the interval.
    seed : int, default 0
        Of weights and order.
    """
    import keras

    x = np.arcsinh(np.concatenate([one, other]))[..., None].astype(np.float32)
    y = np.repeat([0.0, 1.0], [len(one), len(other)]).astype(np.float32)
    taught = np.concatenate([np.arange(len(one)), np.arange(len(other))]) % 2 == 0
    keras.utils.set_random_seed(seed)
    network = _network(x.shape[1:])
    rng, n = np.random.default_rng(seed), int(taught.sum())
    rate = keras.optimizers.schedules.CosineDecay(2e-3, EPOCHS * max(1, n // BATCH))
    network.compile(keras.optimizers.Adam(rate), "binary_crossentropy")
    for order in (rng.permutation(np.flatnonzero(taught)) for _ in range(EPOCHS)):
        for start in range(0, max(1, n // BATCH) * BATCH, BATCH):
            batch = order[start : start + BATCH]
            network.train_on_batch(_turned(x[batch], rng), y[batch])
    parts = np.array_split(x[~taught], max(1, len(y) // 1024))
    told = np.concatenate([
        keras.ops.convert_to_numpy(network(part, training=False))[:, 0] > 0.5 for part in parts
    ])  # fmt: skip
    return accuracy(told == (y[~taught] > 0.5), confidence)


def accuracy(right: Array, confidence: float) -> dict[str, Any]:
    """Return the share of right answers (n,) with its interval."""
    n = len(right)
    return estimate(right.mean(), *binomial_interval(right.sum(), n, confidence), n=n)


def _turned(images: Array, rng: np.random.Generator) -> Array:
    """Return a batch of square images, turned and mirrored all alike: neither set minds."""
    turned = np.rot90(images, int(rng.integers(4)), axes=(1, 2))
    return np.ascontiguousarray(turned[:, ::-1] if rng.integers(2) else turned)


def _network(shape: tuple[int, ...]) -> Any:
    import keras

    layers: list[Any] = [keras.Input(shape)]
    for filters in FILTERS:
        for stride in (2, 1):
            layers += [
                keras.layers.Conv2D(filters, 3, strides=stride, padding="same", use_bias=False),
                keras.layers.BatchNormalization(momentum=0.9),
                keras.layers.Activation("relu"),
            ]
    dense = keras.layers.Dense(1, activation="sigmoid")
    return keras.Sequential([*layers, keras.layers.GlobalAveragePooling2D(), dense])
