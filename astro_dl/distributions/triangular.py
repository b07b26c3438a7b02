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

On the normal scale the place of the zoom is also linear in the normal scores of these ranks: a
Gaussian posterior of Gaussian priors is then told exactly, by splines and networks of zeros.
"""

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from astro_dl.distributions.scales import SCALES, ScaleName
from astro_dl.distributions.splines import inverse_spline, parameters_of, spline
from astro_dl.distributions.zoom import NUMBERS, unzoomed, zoomed

Told = Literal["all", "maps", "gaussian"]
STEEPNESS = 2.0
"""Of the ramps that the hidden units are where their logits are zero."""
LEAST_RANK = 1e-6
"""Whose normal score counts: float32 knows no rank between the last ones and 1."""


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
    scale : {"logistic", "normal"}
        On which the zooms are, see `astro_dl.distributions.scales`; "normal" with places that are
        linear in the normal scores of earlier parameters.
    """

    parameters: int
    bins: int
    hidden: int
    scale: ScaleName = "logistic"

    @property
    def outputs(self) -> int:
        """Number of logits."""
        return sum(map(self._size, range(self.parameters)))

    def runs(self, told: Told) -> list[tuple[int, int]]:
        """Return of how many logits in turn an observation tells, and how many are constants.

        Parameters
        ----------
        told : {"all", "maps", "gaussian"}
            All logits; the map of each parameter, but nothing of how it depends on the others; or
            places, steepness and what is linear in earlier parameters, but no further shape.
        """
        sizes = [(self._linear(number), self._network(number)) for number in range(self.parameters)]
        if told == "all":
            return [(self.outputs, 0)]
        if told == "maps":
            return [(self._told, linear + network) for linear, network in sizes]
        shape = self._told - NUMBERS
        return [run for linear, network in sizes for run in ((NUMBERS, shape), (linear, network))]

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
            near, log_zoom = zoomed(xp, raw[..., :NUMBERS], u[..., number], self.scale)
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
            found.append(unzoomed(xp, raw[..., :NUMBERS], near, self.scale))
        return xp.stack(found, axis=-1)

    @property
    def _told(self) -> int:
        """Numbers that tell the map of one parameter."""
        return NUMBERS + parameters_of(self.bins)

    def _linear(self, number: int) -> int:
        """Logits by which the place of a zoom is linear in the scores of earlier parameters."""
        return number if self.scale == "normal" else 0

    def _network(self, number: int) -> int:
        """Weights of the network of the ranks of earlier parameters."""
        return self.hidden * (number + 1 + self._told) if number else 0

    def _size(self, number: int) -> int:
        return self._told + self._linear(number) + self._network(number)

    def _numbers(self, xp: Any, logits: Any, number: int, ranks: Any) -> Any:
        """Return what tells the maps of one parameter, (n, m or 1, 3 · bins + 3)."""
        start, size = sum(map(self._size, range(number))), self._told
        own = logits[:, None, start : start + self._size(number)]
        constant = own[..., :size]
        if number == 0:
            return constant
        first = size + self._linear(number)
        split = first + self.hidden * number
        into = xp.reshape(own[..., first:split], (-1, number, self.hidden))
        bias = own[..., split : split + self.hidden]
        out = xp.reshape(own[..., split + self.hidden :], (-1, self.hidden, size))
        slopes, offsets = _ramps(number, self.hidden)
        hidden = xp.tanh(xp.matmul(2 * ranks - 1, into + slopes) + bias + offsets)
        told = constant + xp.matmul(hidden, out) / math.sqrt(self.hidden)
        if first == size:
            return told
        scores, _ = SCALES[self.scale].quantile(xp, xp.clip(ranks, LEAST_RANK, 1 - LEAST_RANK))
        shift = xp.sum(own[..., size:first] * scores, axis=-1, keepdims=True)
        return told + shift * np.eye(1, size, dtype=np.float32)[0]


def _ramps(inputs: int, hidden: int) -> tuple[np.ndarray, np.ndarray]:
    """Return slopes (inputs, hidden) and offsets (hidden,) of ramps along each input in turn."""
    unit = np.arange(hidden)
    slopes = STEEPNESS * (unit % inputs == np.arange(inputs)[:, None])
    steps = max(1, -(-hidden // inputs))
    centres = 2 * (unit // inputs + 0.5) / steps - 1
    return slopes.astype(np.float32), (-STEEPNESS * centres).astype(np.float32)
