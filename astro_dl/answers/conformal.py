"""How strange a truth is to an answer, and which answers are not stranger than a threshold.

One class for each form of answers; kinds name theirs, see `AnswerKind.conformal`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from astropy.units import Unit

from astro_dl.core.errors import UsageError, unknown_name
from astro_dl.inference.predictions import Answers
from astro_dl.metrics.votes import fractions_of, sums_by_question

Array = np.ndarray
FINEST = 1e-12
"""Probability up to which quantiles are trusted."""
CONCENTRATION = "concentration"
"""Part of the answers of voters: the parameters of the Dirichlet distribution of each question."""
FEWEST_ASKED, LEAST_SHARE = 10, 1e-3
"""People of whom a share is told, and what is taken for none in deviations."""


@dataclass(frozen=True)
class ClassSets:
    """Sets of classes: all whose probability is high enough for the class.

    The score is one minus the probability of the class (Sadinle, Lei & Wasserman 2019), compared
    with those of the same class alone: coverage holds for each class, whatever their prevalence
    (Vovk 2012, arXiv:1209.2673, section 4).

    Parameters
    ----------
    names : tuple of str
        Of the classes.
    """

    names: tuple[str, ...]

    def scores(self, answers: Answers, y: Array) -> dict[str, Array]:
        """Return by class the scores of its examples."""
        p, y = self._probabilities(answers), np.asarray(y, int)
        return {name: 1 - p[y == k, k] for k, name in enumerate(self.names)}

    def columns(self, answers: Answers, thresholds: Mapping[str, float]) -> dict[str, Array]:
        """Return ``set``: the classes joined by commas, empty where none is probable enough."""
        limits = np.array([thresholds[name] for name in self.names])
        inside = 1 - self._probabilities(answers) <= limits
        names = np.array(self.names)
        return {"set": np.array([",".join(names[row]) for row in inside], dtype=str)}

    def covered(self, answers: Answers, y: Array, thresholds: Mapping[str, float]) -> Array:
        """Return whether the true class is in the set, (n, 1), and NaN of nothing."""
        p, y = self._probabilities(answers), np.asarray(y, int)
        limits = np.array([thresholds[name] for name in self.names])
        return (1 - p[np.arange(len(y)), y] <= limits[y])[:, None]

    def reweighted(
        self, answers: Answers, known: Mapping[str, int], prior: Mapping[str, float]
    ) -> Answers:
        """Return answers for another prevalence of the classes.

        Parameters
        ----------
        answers : Answers
            For the prevalence of the held-out set.
        known : mapping of str to int
            Examples of each class in that set.
        prior : mapping of str to float
            The new shares; classes that are left out share the rest as before.
        """
        shares = new_shares(self.names, known, prior)
        before = np.array([known[name] for name in self.names], float)
        weighted = self._probabilities(answers) * shares * before.sum() / before
        p = weighted / weighted.sum(axis=1, keepdims=True)
        return replace(answers, values=p[:, 1] if answers.values.ndim == 1 else p)

    def _probabilities(self, answers: Answers) -> Array:
        p = np.asarray(answers.values, float)
        return np.stack([1 - p, p], axis=1) if p.ndim == 1 else p


@dataclass(frozen=True)
class LabelSets:
    """Of each label whether it may be given, or not, or either.

    As `ClassSets`, with the two answers to each label as classes.

    Parameters
    ----------
    names : tuple of str
        Of the labels.
    """

    names: tuple[str, ...]

    def scores(self, answers: Answers, y: Array) -> dict[str, Array]:
        """Return the scores of examples with each label, and without it."""
        p, given = np.asarray(answers.values, float), np.asarray(y) > 0
        found = {}
        for k, name in enumerate(self.names):
            found[name] = 1 - p[given[:, k], k]
            found[_without(name)] = p[~given[:, k], k]
        return found

    def columns(self, answers: Answers, thresholds: Mapping[str, float]) -> dict[str, Array]:
        """Return ``set_<label>``: ``yes``, ``no``, both joined by a comma, or nothing."""
        words = np.array(["", "yes", "no", "yes,no"])
        found = {}
        for k, name in enumerate(self.names):
            p = np.asarray(answers.values[:, k], float)
            yes, no = 1 - p <= thresholds[name], p <= thresholds[_without(name)]
            found[f"set_{name}"] = words[yes.astype(int) + 2 * no]
        return found

    def covered(self, answers: Answers, y: Array, thresholds: Mapping[str, float]) -> Array:
        """Return whether the truth of each label is in its set, (n, labels)."""
        p, given = np.asarray(answers.values, float), np.asarray(y) > 0
        yes, no = (np.array([thresholds[f(one)] for one in self.names]) for f in (str, _without))
        return np.where(given, 1 - p <= yes, p <= no)

    def reweighted(
        self, answers: Answers, known: Mapping[str, int], prior: Mapping[str, float]
    ) -> Answers:
        """Return answers for other prevalences of labels, each by itself."""
        values = np.array(answers.values, float)
        for name, share in prior.items():
            if name not in self.names:
                raise unknown_name("label of the prior", name, self.names)
            counts = {"yes": known[name], "no": known[_without(name)]}
            shares = new_shares(("yes", "no"), counts, {"yes": share})
            k = self.names.index(name)
            odds = shares[0] / shares[1] * counts["no"] / counts["yes"]
            values[:, k] = values[:, k] * odds / (1 - values[:, k] + values[:, k] * odds)
        return replace(answers, values=values)


def without_prevalence(
    intervals: "Intervals | ShareIntervals",
    answers: Answers,
    known: Mapping[str, int],
    prior: Mapping[str, float],
) -> Answers:
    """Refuse another prevalence, in the place of `ClassSets.reweighted`: values have none.

    Raises
    ------
    UsageError
        Always.
    """
    raise UsageError(
        f"prior: {', '.join(intervals.names)} are values, which have no prevalence; leave it out"
    )


@dataclass(frozen=True)
class Intervals:
    """An interval of each target.

    Where an answer is a distribution, from one of its quantiles to another as far from the median:
    conformalised quantiles whose levels, not widths, are chosen (Chernozhukov, Wüthrich & Zhu 2021,
    arXiv:1909.07889). Where it is a value, that value more or less the same amount for all.

    Parameters
    ----------
    names, units : tuple of str
        Of the targets.
    """

    names: tuple[str, ...]
    units: tuple[str, ...] = ()

    def scores(self, answers: Answers, y: Array) -> dict[str, Array]:
        """Return of each target how far the truth is from the middle."""
        return dict(zip(self.names, self._distances(answers, y).T, strict=True))

    def columns(self, answers: Answers, thresholds: Mapping[str, float]) -> dict[str, Array]:
        """Return ``<target>_low`` and ``<target>_high``; infinite where nothing is promised."""
        found = {}
        for k, name in enumerate(self.names):
            unit = self.units[k] if self.units else ""
            for ending, column in zip(
                ("_low", "_high"), self._ends(answers, k, thresholds[name]), strict=True
            ):
                column = column.astype(np.float32)
                found[name + ending] = column * Unit(unit) if unit else column
        return found

    def covered(self, answers: Answers, y: Array, thresholds: Mapping[str, float]) -> Array:
        """Return whether each truth is in its interval, (n, targets)."""
        y = np.reshape(y, (len(y), -1))
        found = []
        for k, name in enumerate(self.names):
            low, high = self._ends(answers, k, thresholds[name])
            found.append((low <= y[:, k]) & (y[:, k] <= high))
        return np.stack(found, axis=1)

    reweighted = without_prevalence

    def _distances(self, answers: Answers, y: Array) -> Array:
        truth = np.asarray(y, np.float64).reshape(len(y), -1)
        if answers.distribution is None:
            return np.abs(truth - np.reshape(answers.values, truth.shape))
        return np.abs(answers.distribution.cdf(truth) - 0.5)

    def _ends(self, answers: Answers, k: int, threshold: float) -> tuple[Array, Array]:
        values = np.reshape(np.asarray(answers.values, float), (-1, len(self.names)))[:, k]
        if answers.distribution is None:
            return values - threshold, values + threshold
        below = 0.5 - threshold
        if below < FINEST:
            return values - np.inf, values + np.inf
        levels = np.array((below, 1 - below))
        ends = answers.distribution.quantile(levels)
        # Of a distribution that draws tell, quantiles end at the outermost draws.
        reached = answers.distribution.cdf(ends)[:, k]
        off = np.abs(reached - levels) > 1e-2 * below + 1e-9
        low, high = np.where(off, (-np.inf, np.inf), ends[:, k]).T
        return np.where(np.isnan(values), np.nan, low), np.where(np.isnan(values), np.nan, high)


@dataclass(frozen=True)
class ShareIntervals:
    """An interval of the share of votes that each answer gets among those who are asked.

    The score is the distance of the counted from the expected share, over the standard deviation
    that was told (Lei et al. 2018, arXiv:1604.04173, section 5.2). Galaxies of which fewer than
    `FEWEST_ASKED` people were led to the question tell nothing of it, and nothing is promised of
    them.

    Parameters
    ----------
    names : tuple of str
        Of the answers.
    sizes : tuple of int
        Answers of each question.
    """

    names: tuple[str, ...]
    sizes: tuple[int, ...]

    def scores(self, answers: Answers, y: Array) -> dict[str, Array]:
        """Return of each answer how many deviations its counted share is off, where it is known."""
        off, asked = self._off(answers, y), self._asked(y)
        return {name: off[asked[:, k], k] for k, name in enumerate(self.names)}

    def columns(self, answers: Answers, thresholds: Mapping[str, float]) -> dict[str, Array]:
        """Return ``f_<answer>_low`` and ``f_<answer>_high``, within 0 and 1."""
        reach = np.array([thresholds[name] for name in self.names]) * self._deviations(answers)
        low, high = np.maximum(answers.values - reach, 0), np.minimum(answers.values + reach, 1)
        found = {}
        for k, name in enumerate(self.names):
            found[f"f_{name}_low"] = low[:, k].astype(np.float32)
            found[f"f_{name}_high"] = high[:, k].astype(np.float32)
        return found

    def covered(self, answers: Answers, y: Array, thresholds: Mapping[str, float]) -> Array:
        """Return whether each counted share is in its interval, (n, answers); NaN if not known."""
        limits = np.array([thresholds[name] for name in self.names])
        return np.where(self._asked(y), self._off(answers, y) <= limits, np.nan)

    reweighted = without_prevalence

    def _asked(self, y: Array) -> Array:
        return sums_by_question(np.asarray(y), self.sizes) >= FEWEST_ASKED

    def _off(self, answers: Answers, y: Array) -> Array:
        counted = fractions_of(np.asarray(y, np.float64), self.sizes)
        return np.abs(counted - answers.values) / self._deviations(answers)

    def _deviations(self, answers: Answers) -> Array:
        alpha = np.asarray(answers.parts[CONCENTRATION], np.float64)
        whole = sums_by_question(alpha, self.sizes)
        share = np.clip(alpha / whole, LEAST_SHARE, 1 - LEAST_SHARE)
        return np.sqrt(share * (1 - share) / (whole + 1))


Conformal = ClassSets | LabelSets | Intervals | ShareIntervals


def new_shares(
    names: tuple[str, ...], known: Mapping[str, int], prior: Mapping[str, float]
) -> Array:
    """Return the shares of all classes where those of some are stated.

    Parameters
    ----------
    names : tuple of str
        Of the classes.
    known : mapping of str to int
        Examples of each in the held-out set.
    prior : mapping of str to float
        The stated shares.

    Raises
    ------
    UsageError
        If a class is unknown or was not in the held-out set, a share is not within 0 and 1, or
        they don't leave what belongs to the others.
    """
    for name, share in prior.items():
        if name not in names:
            raise unknown_name("class of the prior", name, names)
        if not 0 < share < 1:
            raise UsageError(f"prior: {name} is {share:g}; accepted: a share > 0 and < 1")
    missing = [name for name in names if not known[name]]
    if missing:
        raise UsageError(f"prior: no example of {missing[0]} was held out; leave it out")
    rest = 1 - sum(prior.values())
    others = [name for name in names if name not in prior]
    if rest < -1e-9 or (others and rest <= 1e-9) or (not others and abs(rest) > 1e-6):
        told = ", ".join(f"{name} {share:g}" for name, share in prior.items())
        raise UsageError(f"prior: {told} leave {rest:.3g} for all other classes")
    total = sum(known[name] for name in others)
    return np.array(
        [prior[name] if name in prior else rest * known[name] / total for name in names]
    )


def _without(name: str) -> str:
    return f"not {name}"
