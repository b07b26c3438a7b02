"""What networks answer for a set of examples: probabilities or values, and how sure they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.special import xlogy

from astro_dl.core.task import Head
from astro_dl.distributions.distribution import Distribution, answer_distribution, mixed
from astro_dl.distributions.mixture import Mixture
from astro_dl.inference.calibration import calibrated_probabilities
from astro_dl.models.reconstruction import anomaly_score

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
    """

    logits: Array
    values: Array
    distribution: Distribution | None = None
    parts: Mapping[str, Array] = field(default_factory=dict)


def single_answers(
    head: Head, logits: Array, calibration: Mapping[str, Any] | None = None
) -> Answers:
    """Return the answers of one network.

    Parameters
    ----------
    head : Head
        Of the network.
    logits : ndarray, (n,) or (n, head.outputs)
        NaN rows give NaN.
    calibration : mapping, optional
        Of the network's card.
    """
    if head.kind == "reconstruction":
        return Answers(logits, anomaly_score(logits))
    if head.kind != "regression":
        return Answers(logits, calibrated_probabilities(calibration, logits, head.kind))
    distribution = answer_distribution(head, logits, calibration)
    values = np.asarray(logits, np.float64) if distribution is None else distribution.median
    return Answers(logits, values, distribution)


def combined_answers(
    head: Head, logits: Sequence[Array], calibrations: Sequence[Mapping[str, Any] | None]
) -> Answers:
    """Return what several networks answer together, and how far they differ.

    Parameters
    ----------
    head : Head
        Of all of them.
    logits : sequence of ndarray, (n,) or (n, head.outputs)
        Of each member.
    calibrations : sequence of mapping
        Of each member.

    Notes
    -----
    Probabilities and distributions are averaged (Lakshminarayanan et al. 2017, section 2.4); the
    variance is divided by the law of total variance, the entropy as by Depeweg et al. (2018), eq. 3
    and 5. Members that state no variance are taken for draws from a Gaussian.
    """
    members = [single_answers(head, *one) for one in zip(logits, calibrations, strict=True)]
    mean_logits = np.mean(logits, axis=0)
    if head.kind == "reconstruction":
        return Answers(mean_logits, anomaly_score(mean_logits))
    if head.kind != "regression":
        return Answers(mean_logits, *_entropies([one.values for one in members]))
    distributions = [one.distribution for one in members if one.distribution is not None]
    centres = np.array([one.mean for one in distributions] or [one.values for one in members])
    parts = {"std_epistemic": centres.std(axis=0)}
    if not distributions:
        mean, deviation = (one[..., None] for one in (centres.mean(0), parts["std_epistemic"]))
        gaussian = Mixture(np.ones_like(mean), mean, deviation)
        return Answers(mean_logits, gaussian.median, gaussian, parts)
    aleatoric = np.sqrt(np.mean([one.std**2 for one in distributions], axis=0))
    mixture = mixed(distributions)
    return Answers(mean_logits, mixture.median, mixture, {"std_aleatoric": aleatoric, **parts})


def _entropies(probabilities: Sequence[Array]) -> tuple[Array, None, dict[str, Array]]:
    """Return mean probabilities and, in nats, how their entropy is divided."""
    mean = np.mean(probabilities, axis=0)
    expected = np.mean([_entropy(one) for one in probabilities], axis=0)
    total = _entropy(mean)
    parts = {"predictive_entropy": total, "expected_entropy": expected}
    return mean, None, {**parts, "mutual_information": np.maximum(total - expected, 0)}


def _entropy(probabilities: Array) -> Array:
    p = np.asarray(probabilities)
    p = np.stack([1 - p, p], axis=1) if p.ndim == 1 else p
    return -np.sum(xlogy(p, p), axis=1)
