"""Densities on the unit box as chains of splines, one for each parameter: triangular maps.

The first parameter's distribution is a map of the unit interval onto itself, which widens one
stretch of it and then follows a spline; that of each later one is such a map whose numbers a small
network tells from the *ranks* of the earlier ones: from their probabilities within their own
distributions. Ranks fill the unit interval however narrow a
posterior is, and random ranks turn into a sample all at once. Such a map (Knothe 1957, Rosenblatt
1952) can tell every density on the box, and none outside.

parameters u ─ zoom ─ spline ─ ranks v, uniform;   density = product of all slopes
                  ↑
        network of the ranks of the earlier ones, whose weights are logits
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from astro_dl.distributions.splines import inverse_spline, parameters_of, spline
from astro_dl.distributions.zoom import NUMBERS, unzoomed, zoomed

STEEPNESS = 2.0
"""Of the ramps that the hidden units are where their logits are zero."""


@dataclass(frozen=True)
class TriangularMap:
    """A density of several parameters on the unit box, all of whose numbers are logits.

    Parameters
    ----------
    parameters : int
        How many.
    bins : int
        Of each spline.
    hidden : int
        Hidden units between the ranks of the earlier parameters and the knots of a later one.
    """

    parameters: int
    bins: int
    hidden: int

    @property
    def outputs(self) -> int:
        """Number of logits."""
        return sum(map(self._size, range(self.parameters)))

    def ranks(self, xp: Any, logits: Any, u: Any) -> tuple[Any, Any]:
        """Return the ranks of points, and the logarithm of the density there.

        Parameters
        ----------
        xp : module
            ``keras.ops`` or ``numpy``.
        logits : array, (n, outputs)
            One map each.
        u : array, (n, m, parameters)
            Points of the unit box, m for each map.

        Returns
        -------
        v : array, (n, m, parameters)
            Independent and uniform for points drawn from the density.
        log_density : array, (n, m)
            In nats.
        """
        ranks: list[Any] = []
        total = 0.0
        for number in range(self.parameters):
            raw = self._numbers(xp, logits, number, xp.stack(ranks, axis=-1) if ranks else None)
            near, log_zoom = zoomed(xp, raw[..., :NUMBERS], u[..., number])
            rank, log_slope = spline(xp, raw[..., NUMBERS:], near)
            ranks.append(rank)
            total = total + log_zoom + log_slope
        return xp.stack(ranks, axis=-1), total

    def points(self, xp: Any, logits: Any, v: Any) -> Any:
        """Return the points (n, m, parameters) of ranks, the inverse of `ranks`."""
        found = []
        for number in range(self.parameters):
            raw = self._numbers(xp, logits, number, v[..., :number])
            near = inverse_spline(xp, raw[..., NUMBERS:], v[..., number])
            found.append(unzoomed(xp, raw[..., :NUMBERS], near))
        return xp.stack(found, axis=-1)

    @property
    def _told(self) -> int:
        """Numbers that tell the map of one parameter."""
        return NUMBERS + parameters_of(self.bins)

    def _size(self, number: int) -> int:
        return self._told + (self.hidden * (number + 1 + self._told) if number else 0)

    def _numbers(self, xp: Any, logits: Any, number: int, ranks: Any) -> Any:
        """Return what tells the maps of one parameter, (n, m or 1, 3 · bins + 3)."""
        start, size = sum(map(self._size, range(number))), self._told
        own = logits[:, None, start : start + self._size(number)]
        constant = own[..., :size]
        if number == 0:
            return constant
        split = size + self.hidden * number
        into = xp.reshape(own[..., size:split], (-1, number, self.hidden))
        bias = own[..., split : split + self.hidden]
        out = xp.reshape(own[..., split + self.hidden :], (-1, self.hidden, size))
        slopes, offsets = _ramps(number, self.hidden)
        hidden = xp.tanh(xp.matmul(2 * ranks - 1, into + slopes) + bias + offsets)
        return constant + xp.matmul(hidden, out) / math.sqrt(self.hidden)


def _ramps(inputs: int, hidden: int) -> tuple[np.ndarray, np.ndarray]:
    """Return slopes (inputs, hidden) and offsets (hidden,) of ramps along each input in turn."""
    unit = np.arange(hidden)
    slopes = STEEPNESS * (unit % inputs == np.arange(inputs)[:, None])
    steps = max(1, -(-hidden // inputs))
    centres = 2 * (unit // inputs + 0.5) / steps - 1
    return slopes.astype(np.float32), (-STEEPNESS * centres).astype(np.float32)
