"""The two problems of populations that change in time: an epidemic, predators and prey.

Lueckmann et al. (2021), arXiv:2101.04653, appendix T.9 and T.10.
"""

import math
from collections.abc import Callable

import numpy as np

from astro_dl.distributions.priors import LogNormal
from astro_dl.science.sbi_benchmark.problem import Problem, numbered

Array = np.ndarray
PEOPLE, FIRST_ILL, DAYS_APART, TIMES, TESTED = 1e6, 1.0, 17.0, 10, 1000
LN_CONTACT, LN_RECOVERY = round(math.log(0.4), 12), round(math.log(0.125), 12)
"""Means of the priors of the rates [ln(1/day)]; rounded, as cards are compared with them."""

YEARS_APART, HARES, LYNXES, SCATTER = 2.1, 30.0, 1.0, 0.1
SMALLEST, LARGEST = 1e-10, 1e4
SIR_STEPS, LOTKA_VOLTERRA_STEPS = 68, 105
"""Of integration between two observations."""


def runge_kutta(
    rate: Callable[[Array], Array], start: Array, interval: float, times: int, steps: int
) -> Array:
    """Return the solutions (times, …) of an equation, by the classical method of fourth order.

    Parameters
    ----------
    rate : callable
        Time derivative by the state.
    start : ndarray
        The state at the first time.
    interval : float
        From one of the returned times to the next.
    times : int
        How many are returned, the first among them.
    steps : int
        Of equal length between two of them.
    """
    state, step = start, interval / steps
    found = [state]
    for _ in range(times - 1):
        for _ in range(steps):
            one = rate(state)
            two = rate(state + 0.5 * step * one)
            three = rate(state + 0.5 * step * two)
            four = rate(state + step * three)
            state = state + step / 6 * (one + 2 * two + 2 * three + four)
        found.append(state)
    return np.stack(found)


def ill_shares(parameters: Array) -> Array:
    """Return the share of people who are ill, (n, 10), every 17 days from the first one."""
    contact, recovery = parameters.T

    def rate(state: Array) -> Array:
        well, ill = state
        infected = contact * well * ill
        return np.stack([-infected, infected - recovery * ill])

    share = FIRST_ILL / PEOPLE
    start = np.stack([np.full(len(parameters), 1 - share), np.full(len(parameters), share)])
    return runge_kutta(rate, start, DAYS_APART, TIMES, SIR_STEPS)[:, 1].T


def positive_tests(parameters: Array, rng: np.random.Generator) -> Array:
    """Return how many of a thousand people are found ill, (n, 10)."""
    return rng.binomial(TESTED, np.clip(ill_shares(parameters), 0, 1)).astype(float)


def hares_and_lynxes(parameters: Array) -> Array:
    """Return both populations (n, 20), ten times each, those of the prey first.

    Integrated as logarithms, in which both stay above zero.
    """
    birth, hunt, death, growth = parameters.T

    def rate(state: Array) -> Array:
        hares, lynxes = np.exp(state)
        return np.stack([birth - hunt * lynxes, growth * hares - death])

    start = np.broadcast_to(np.log([[HARES], [LYNXES]]), (2, len(parameters)))
    logs = runge_kutta(rate, start, YEARS_APART, TIMES, LOTKA_VOLTERRA_STEPS)
    return np.exp(np.moveaxis(logs, 2, 0).transpose(0, 2, 1).reshape(len(parameters), -1))


def counted_animals(parameters: Array, rng: np.random.Generator) -> Array:
    """Return both populations with a scatter of 10%, (n, 20)."""
    known = np.clip(hares_and_lynxes(parameters), SMALLEST, LARGEST)
    return known * np.exp(SCATTER * rng.standard_normal(known.shape))


def log_positive_tests(observed: Array) -> Array:
    """Return ln(1 + numbers)."""
    return np.log1p(np.maximum(observed, 0))


def log_animals(observed: Array) -> Array:
    """Return natural logarithms."""
    return np.log(np.maximum(observed, SMALLEST))


SIR = Problem(
    ("contact_rate", "recovery_rate"),
    (LogNormal(LN_CONTACT, 0.5), LogNormal(LN_RECOVERY, 0.2)),
    numbered("ill", TIMES),
    positive_tests,
    compress=log_positive_tests,
    scale="ln(1 + number)",
)
LOTKA_VOLTERRA = Problem(
    ("prey_growth", "prey_loss", "predator_loss", "predator_growth"),
    (LogNormal(-0.125, 0.5), LogNormal(-3.0, 0.5)) * 2,
    (*numbered("prey", TIMES), *numbered("predators", TIMES)),
    counted_animals,
    compress=log_animals,
    scale="ln(number)",
)
