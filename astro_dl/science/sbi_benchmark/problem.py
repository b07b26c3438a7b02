"""A problem of the benchmark: its prior and its simulator."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from astro_dl.distributions.priors import AnyPrior, from_unit_box

Array = np.ndarray


@dataclass(frozen=True)
class Problem:
    """What is to be told from what.

    Parameters
    ----------
    parameters : tuple of str
        Names.
    prior : tuple of Uniform, Normal or LogNormal
        Of each parameter.
    observables : tuple of str
        Names of the simulated numbers.
    simulate : callable
        ``(parameters (n, k), rng) -> observables (n, m)``.
    draw : callable, optional
        ``(n, rng) -> parameters (n, k)``, where the prior joins its parameters.
    compress : callable, optional
        ``observables (n, m) -> (n, m)``: on which scale a network sees them.
    scale : str
        The same in words.
    """

    parameters: tuple[str, ...]
    prior: tuple[AnyPrior, ...]
    observables: tuple[str, ...]
    simulate: Callable[[Array, np.random.Generator], Array]
    draw: Callable[[int, np.random.Generator], Array] | None = None
    compress: Callable[[Array], Array] | None = None
    scale: str = "as observed"

    def draw_parameters(self, n: int, rng: np.random.Generator) -> Array:
        """Return parameters (n, k) from the prior."""
        if self.draw is not None:
            return self.draw(n, rng)
        return from_unit_box(self.prior, rng.random((n, len(self.prior))))

    def inputs(self, observed: Array) -> Array:
        """Return observables (n, m) as a network takes them, float32."""
        values = np.asarray(observed, np.float64)
        return (values if self.compress is None else self.compress(values)).astype(np.float32)


def numbered(name: str, count: int) -> tuple[str, ...]:
    """Return ``name_1``, ``name_2`` …"""
    return tuple(f"{name}_{number}" for number in range(1, count + 1))
