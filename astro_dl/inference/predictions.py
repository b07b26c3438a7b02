"""What networks answer for a set of examples: probabilities or values, and how sure they are."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from astro_dl.distributions.distribution import Distribution

Array = np.ndarray


@dataclass(frozen=True)
class Answers:
    """The answers of a network, or of several to the same question, for n examples.

    Parameters
    ----------
    logits : ndarray, (n,) or (n, k)
        Of binary heads (n,), the ranking statistic; means over the members.
    values : ndarray, (n,) or (n, k)
        Calibrated probability of the positive class, of each class, or values of regression heads:
        means of Gaussians, medians of mixtures and grids; of reconstructions, anomaly scores.
    distribution : Distribution, optional
        Of each target, where the head or the members' differences tell.
    parts : mapping of str to ndarray
        What several members tell besides. For regression (n, targets): ``std_aleatoric``, the root
        of the mean variance that they state, and ``std_epistemic``, the standard deviation of their
        means. For classes (n,), in nats: ``predictive_entropy`` of the mean probabilities,
        ``expected_entropy`` (aleatoric) and their difference, ``mutual_information`` (epistemic).
        Of autoencoders ``code`` (n, k).
    embedding : ndarray, (n, width), optional
        What the network makes of the inputs before its last layer, where that is asked for.
    columns : mapping of str to ndarray, (n,)
        Further columns of a table of predictions, see `astro_dl.inference.promises`.
    asked : frozenset of str, optional
        What a table tells of the distribution, of
        `astro_dl.answers.value_columns.STATISTICS`; default all.
    """

    logits: Array
    values: Array
    distribution: Distribution | None = None
    parts: Mapping[str, Array] = field(default_factory=dict)
    embedding: Array | None = None
    columns: Mapping[str, Array] = field(default_factory=dict)
    asked: frozenset[str] | None = None
