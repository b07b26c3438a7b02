"""Joint distributions of several parameters, from the logits of triangular maps."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import scipy
from scipy.special import logsumexp

from astro_dl.distributions.binned import Quantiles
from astro_dl.distributions.priors import Prior, from_unit_box, log_prior, to_unit_box
from astro_dl.distributions.triangular import TriangularMap

Array = np.ndarray
LOG2_DRAWS = 9
"""Of the even draws by which marginal distributions are told: 512 of each network."""
VALUES_AT_ONCE = 1 << 21
EDGE = 1e-7
"""How near to the ends of the unit interval draws can lie: a normal prior has none at the ends."""


@dataclass(frozen=True)
class Posterior:
    """What networks say of k parameters of each of n examples, together.

    Parameters
    ----------
    logits : ndarray, (members, n, outputs)
        Of one or several networks, whose densities are averaged; NaN rows give NaN.
    map : TriangularMap
        What they mean.
    priors : tuple of Prior
        Of the parameters, by which they fill the unit box.
    """

    logits: Array
    map: TriangularMap
    priors: tuple[Prior, ...]

    @property
    def mean(self) -> Array:
        """Means (n, k)."""
        return self.marginals.mean

    @property
    def std(self) -> Array:
        """Standard deviations (n, k)."""
        return self.marginals.std

    @property
    def median(self) -> Array:
        """Medians of each parameter (n, k)."""
        return self.marginals.median

    @property
    def mode(self) -> Array:
        """Middles of the shortest interval with half of the probability (n, k)."""
        return self.marginals.mode

    def quantile(self, levels: float | Array) -> Array:
        """Return (n, k), or (n, k, m) for m probabilities within (0, 1), of each parameter."""
        return self.marginals.quantile(levels)

    def cdf(self, values: Array) -> Array:
        """Return (n, k) at values (n, k), one for each; (n, k, m) at (m,) or (n, k, m)."""
        return self.marginals.cdf(values)

    def sample(self, rng: np.random.Generator, count: int) -> Array:
        """Return random values (n, k, count), those of one example drawn together."""
        members, n, _ = self.logits.shape
        chosen = rng.integers(members, size=(n, count))
        v = rng.uniform(EDGE, 1 - EDGE, (n, count, self.map.parameters))
        found = np.full(v.shape, np.nan)
        for number, logits in enumerate(self.logits):
            drawn = self._points(logits, v)
            found = np.where((chosen == number)[..., None], drawn, found)
        return np.moveaxis(from_unit_box(self.priors, found), 2, 1)

    def log_pdf(self, values: Array) -> Array:
        """Return the logarithm of the joint density, in nats, per product of the units.

        Parameters
        ----------
        values : ndarray, (n, k) or (n, m, k)
            Parameters, one set for each example or m of them; -inf where a prior excludes them.
        """
        values = np.asarray(values, np.float64)
        points = values if values.ndim == 3 else values[:, None]
        found = self.log_information(points) + log_prior(self.priors, points)
        return found if values.ndim == 3 else found[:, 0]

    def log_information(self, values: Array) -> Array:
        """Return ln of the density over that of the priors, as `log_pdf` takes and gives."""
        values = np.asarray(values, np.float64)
        points = to_unit_box(self.priors, values if values.ndim == 3 else values[:, None])
        outside = np.isnan(points).any(axis=-1)
        inside = np.clip(np.nan_to_num(points, nan=0.5), EDGE, 1 - EDGE)
        members = [
            self._in_parts(lambda a, b: self.map.ranks(np, a, b)[1], one, inside)
            for one in self.logits
        ]
        found = logsumexp(members, axis=0) - np.log(len(members))
        found = np.where(outside, -np.inf + 0 * found, found)
        return found if values.ndim == 3 else found[:, 0]

    def leading(self, count: int) -> "Posterior":
        """Return the distribution of the first parameters, whatever the others are."""
        shorter = replace(self.map, parameters=count)
        return Posterior(self.logits[..., : shorter.outputs], shorter, self.priors[:count])

    @cached_property
    def marginals(self) -> Quantiles:
        """Each parameter's own distribution, from draws that fill the box of ranks evenly."""
        count = len(self.logits) << LOG2_DRAWS
        return Quantiles((np.arange(count) + 0.5) / count, np.sort(self._even_draws(), axis=-1))

    def _even_draws(self) -> Array:
        """Return (n, k, draws), the same for the same logits."""
        n, k = self.logits.shape[1], self.map.parameters
        even = scipy.stats.qmc.Sobol(k, scramble=True, seed=0).random_base2(LOG2_DRAWS)
        v = np.broadcast_to(np.clip(even, EDGE, 1 - EDGE), (n, *even.shape))
        drawn = np.concatenate([self._points(one, v) for one in self.logits], axis=1)
        return np.moveaxis(from_unit_box(self.priors, drawn), 2, 1)

    def _points(self, logits: Array, v: Array) -> Array:
        u = self._in_parts(lambda a, b: self.map.points(np, a, b), logits, v)
        return np.clip(u, EDGE, 1 - EDGE)

    def _in_parts(
        self, function: Callable[[Array, Array], Array], logits: Array, points: Array
    ) -> Array:
        """Return what a function makes of some maps and their points at a time."""
        per_row = points.shape[1] * (3 * self.map.bins + 1)
        rows = max(1, VALUES_AT_ONCE // per_row)
        parts: Sequence[slice] = [slice(i, i + rows) for i in range(0, len(logits), rows)]
        wide = logits.astype(np.float64)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.concatenate([function(wide[part], points[part]) for part in parts])
