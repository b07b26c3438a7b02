"""Random walks that are pulled back, at the times of each star."""

import numpy as np


def damped_walks(
    time: np.ndarray, sigma: np.ndarray, timescale: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Return damped random walks (Kelly et al. 2009, ApJ 698, 895), (n, T).

    Parameters
    ----------
    time : ndarray, (n, T)
        Ascending times of each row [d].
    sigma : ndarray, (n,)
        Standard deviation in the long run.
    timescale : ndarray, (n,)
        Of the damping [d].
    rng : numpy.random.Generator
        Source of randomness.
    """
    noise = rng.standard_normal(time.shape)
    steps = np.maximum(np.diff(time, axis=1, prepend=time[:, :1]), 0)
    kept = np.exp(-steps / timescale[:, None])
    kept[:, 0] = 0
    pushed = np.sqrt(1 - kept**2) * noise
    walk = np.empty_like(noise)
    state = np.zeros(len(time))
    for column in range(time.shape[1]):
        state = kept[:, column] * state + pushed[:, column]
        walk[:, column] = state
    return walk * sigma[:, None]


def smoothed_walks(
    time: np.ndarray, sigma: np.ndarray, timescale: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Return Gaussian processes that are smooth on a timescale: sums of slow random waves, (n, T).

    Parameters
    ----------
    time, sigma, timescale, rng
        As of `damped_walks`.
    """
    waves = 8
    n = len(sigma)
    frequency = rng.standard_normal((n, waves)) / (2 * np.pi * timescale[:, None])
    phase = rng.random((n, waves))
    total = np.zeros(time.shape)
    for wave in range(waves):
        total += np.cos(2 * np.pi * (frequency[:, wave, None] * time + phase[:, wave, None]))
    return total * np.sqrt(2 / waves) * sigma[:, None]
