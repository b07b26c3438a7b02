"""The odds of one signal in several detectors against noise and glitches in each by itself.

A network says how much more likely a window is with a signal of its training than with Gaussian
noise. Real noise has glitches, which are loud where signals are rare. Both are weighed here by what
is known of sources (their number falls with the fourth power of the signal-to-noise ratio) and of
the strain itself (how often a detector is loud), in the manner of the coherence ratio of Isi et al.
(2018), arXiv:1803.09783: a glitch is worth no more than the rarity of signals as loud, a detector
that sees nothing forbids none, detectors that are loud together agree as glitches do not, and what
is loud has the shape of a signal.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from itertools import combinations
from typing import Any

import numpy as np
from scipy.ndimage import map_coordinates, maximum_filter1d, uniform_filter1d
from scipy.special import logit, ndtr

from astro_dl.inference.protocol import Predictor
from astro_dl.science.gravitational_waves.detectors import antenna_patterns
from astro_dl.science.gravitational_waves.physics import BinaryBlackHolePhysics
from astro_dl.science.gravitational_waves.simulate import simulate

Array = np.ndarray

QUIET = 4.0
"""Below it a detector's signal-to-noise ratio is not known."""
LOUD = 9.0
"""Log-odds above which a window is loud: Gaussian noise is so in one of 8,000 at most."""
NODES = QUIET * 1.1 ** np.arange(49)
"""Signal-to-noise ratios of one detector; the first stands for all below it."""
SOURCES = 20_000
RATIOS, ANGLES = np.geomspace(QUIET, 1000.0, 200), (np.arange(32) + 0.5) / 32 * np.pi / 2
"""Network signal-to-noise ratios of sources, and how two detectors share them: cos and sin."""
NO_GLITCH, LEAST = -50.0, 1e-300
SCATTER = 0.15
"""Relative scatter of the ratios that logits tell, and of the detectors' sensitivities."""
NOISE, TOLERANCE = 1.0, 3.0
"""Their absolute scatter: of one detector, and where two are compared, as networks tell quiet
signals apart from quieter ones worse than from noise."""
WINDOWS_OF_SCALE = 512
SURE = 1e-12


@dataclass(frozen=True)
class LogitScale:
    """Of which signal-to-noise ratio logits are typical.

    Parameters
    ----------
    snr, logits : ndarray, (K,)
        Rising: the median logit of signals of these ratios.
    """

    snr: Array
    logits: Array

    def snr_of(self, logits: Array) -> Array:
        """Return the ratios that logits (…) speak for; the smallest one where they tell none."""
        slope = (self.snr[-1] - self.snr[-2]) / (self.logits[-1] - self.logits[-2])
        beyond = np.maximum(logits - self.logits[-1], 0) * slope
        return np.interp(logits, self.logits, self.snr) + beyond


def measured_scale(predictor: Predictor[BinaryBlackHolePhysics], seed: int = 0) -> LogitScale:
    """Return the scale of a network, of signals from its own simulator.

    Parameters
    ----------
    predictor : Predictor
        A network of task ``gw_bbh``.
    seed : int, default 0
        Of the signals.
    """
    measure = partial(_measure_scale, predictor, seed)
    return LogitScale(**predictor.runtime.kept(f"logit_scale_{seed}", measure))


def _measure_scale(predictor: Predictor[BinaryBlackHolePhysics], seed: int) -> dict[str, Array]:
    rng = np.random.default_rng(seed)
    snr, logits = [], []
    for low, high in ((QUIET - 1, 3 * QUIET), (3 * QUIET, 20 * QUIET)):
        physics = replace(
            predictor.physics,
            snr_range=(low, high),
            distance_range_mpc=None,
            signal_fraction=1.0,
            glitch_fraction=0.0,
        )
        examples = simulate(physics, WINDOWS_OF_SCALE // 2, rng)
        snr.append(np.asarray(examples.info["snr"]))
        logits.append(np.asarray(predictor.score(np.asarray(examples.x))).reshape(-1))
    order = np.argsort(np.concatenate(snr))
    parts = np.array_split(order, 24)
    centres = np.array([np.median(np.concatenate(snr)[part]) for part in parts])
    medians = np.array([np.median(np.concatenate(logits)[part]) for part in parts])
    rising = np.maximum.accumulate(medians) + 1e-6 * np.arange(len(medians))
    return {"snr": centres, "logits": rising}


@dataclass(frozen=True)
class Detectors:
    """What is known of each detector of a scan.

    Parameters
    ----------
    names : tuple of str
        Their prefixes.
    loud : ndarray, (windows, D)
        Fraction of the other windows, which share no strain with this one, that are loud.
    scale : LogitScale
        Of the network.
    physics : BinaryBlackHolePhysics
        Of the training, to whose signals logits refer.
    reach : int
        Windows so far apart share strain.
    glitch_evidence : ndarray, (windows, D), or float, default 0
        What the shape of loud strain adds to the logarithm of the odds of a glitch to a signal; see
        `astro_dl.science.gravitational_waves.consistency`.
    """

    names: tuple[str, ...]
    loud: Array
    scale: LogitScale
    physics: BinaryBlackHolePhysics
    reach: int
    glitch_evidence: Array | float = 0.0


def describe_detectors(
    predictor: Predictor[BinaryBlackHolePhysics],
    scale: LogitScale,
    names: Sequence[str],
    scores: Array,
    stride: float,
) -> Detectors:
    """Return what scores (windows, D), NaN where not analysed, tell of the detectors.

    One glitch is added to those that were: short strain does not tell that there are none.
    """
    physics, known = predictor.physics, np.isfinite(scores)
    loud = loud_windows(predictor, scores)
    reach = round(physics.duration_s / stride)
    near = uniform_filter1d(loud.astype(float), 2 * reach + 1, axis=0, mode="constant")
    others = loud.sum(axis=0) - near * (2 * reach + 1)
    earliest, latest = physics.merger_time_range_s
    glitch = max((latest - earliest) / stride, 1.0)
    fraction = (np.maximum(others, 0) + glitch) / (known.sum(axis=0) + glitch)
    return Detectors(tuple(names), fraction, scale, physics, reach)


def loud_windows(predictor: Any, scores: Array) -> Array:
    """Return which scores (windows, D), NaN where not analysed, are those of loud strain."""
    known = np.isfinite(scores)
    fraction = predictor.physics.signal_fraction
    return known & (log_odds(predictor, np.where(known, scores, 0.0), fraction) > LOUD)


def log_odds(predictor: Any, logits: Array, signal_fraction: float) -> Array:
    """Return logarithms of likelihood ratios of signals in Gaussian noise to noise alone."""
    p = np.asarray(predictor.probabilities(np.ravel(logits)), float).reshape(logits.shape)
    p = np.clip(p, SURE, 1 - SURE)
    fraction = np.clip(signal_fraction, SURE, 1 - SURE)
    return logit(p) - logit(fraction)


@dataclass(frozen=True)
class Evidence:
    """What detectors say of windows.

    Parameters
    ----------
    names : tuple of str
        Of the detectors.
    alone : ndarray, (windows, D)
        What each adds to the logarithm of the odds by itself; NaN where not analysed.
    place : ndarray, (windows, D)
        How loud it is thereabouts: the place of the ratio among `NODES`, not whole.
    """

    names: tuple[str, ...]
    alone: Array
    place: Array

    def ranking(self, lag: int = 0, least: float = -np.inf) -> Array:
        """Return the logarithm of the odds (windows,) of one signal in all detectors.

        Of three the pairs count two thirds each, as many as link them all.

        Parameters
        ----------
        lag : int, default 0
            Detector d is shifted around the circle by d × lag windows.
        least : float, optional
            Windows that cannot reach it, however well detectors agree, get -inf.
        """
        n, detectors = self.alone.shape
        known = [np.roll(one, -d * lag) for d, one in enumerate(self._known)]
        ranking = np.where(np.all(known, axis=0), -np.inf, np.nan)
        others = sum(reach.max(initial=-np.inf) for reach in self._reach[1:])
        rows = np.flatnonzero(self._reach[0] >= least - others)
        within = sum(self._reach[d][(rows + d * lag) % n] for d in range(detectors)) >= least
        rows = rows[within]
        place = [self.place[(rows + d * lag) % n, d] for d in range(detectors)]
        ranking[rows] = sum(self.alone[(rows + d * lag) % n, d] for d in range(detectors))
        for pair, table in self._tables.items():
            where = [place[d] for d in pair]
            ranking[rows] += map_coordinates(table, where, order=1, mode="nearest")
        return ranking

    @cached_property
    def _known(self) -> Array:
        return np.isfinite(self.alone).T

    @cached_property
    def _tables(self) -> dict[tuple[int, ...], Array]:
        """The agreement of each pair of detectors, with its weight."""
        count = len(self.names)
        pairs = combinations(range(count), 2)
        return {pair: 2 / count * log_agreement(*(self.names[d] for d in pair)) for pair in pairs}

    @cached_property
    def _reach(self) -> list[Array]:
        """What each detector (D, windows) can add to the ranking, whatever the others say.

        Of a pair's agreement each may claim half of the most that is possible where it is.
        """
        total = [
            np.where(known, one, -np.inf)
            for known, one in zip(self._known, self.alone.T, strict=True)
        ]
        for pair, table in self._tables.items():
            for axis, d in enumerate(pair):
                most = table.max(axis=1 - axis) / 2
                total[d] = total[d] + np.interp(self.place[:, d], np.arange(len(most)), most)
        return total


def weigh(predictor: Any, about: Detectors, statistics: Array) -> Evidence:
    """Return what each detector adds to the logarithm of the odds of a signal.

    That of the likelihood of a signal over that of noise, or of a glitch as often as the detector
    is loud. How loud it is tells the loudest window that shares strain with this one: on the flanks
    of a loud glitch the logits are those of a quiet signal.

    Parameters
    ----------
    predictor : Predictor
        Whose logits they are.
    about : Detectors
        From `describe_detectors`.
    statistics : ndarray, (windows, D)
        Logits; NaN where not analysed.
    """
    known = np.isfinite(statistics)
    logits = np.where(known, statistics, 0.0)
    odds = log_odds(predictor, logits, about.physics.signal_fraction)
    if about.physics.distance_range_mpc is None:
        change = log_source_ratio(*about.physics.snr_range)
        odds = odds + _at(about.scale.snr_of(logits), change)
    loudest = maximum_filter1d(
        np.where(known, statistics, -np.inf), 2 * about.reach + 1, axis=0, mode="nearest"
    )
    snr = about.scale.snr_of(loudest)
    glitch = np.log(about.loud) + _at(snr, log_glitch_ratio()) + about.glitch_evidence
    alone = -np.logaddexp(np.log1p(-about.loud) - odds, glitch)
    place = np.log(snr / NODES[0]) / np.log(NODES[1] / NODES[0])
    return Evidence(about.names, np.where(known, alone, np.nan), place)


def _at(snr: Array, values: Array) -> Array:
    """Return values at `NODES`, interpolated."""
    return np.interp(np.log(snr), np.log(NODES), values)


def _kernel(mean: Array, noise: float = NOISE) -> Array:
    """Return the density (nodes, …) of one detector's ratio about means (…)."""
    width = np.hypot(noise, SCATTER * mean)
    distance = (NODES.reshape(-1, *[1] * mean.ndim) - mean) / width
    found = np.exp(-(distance**2) / 2) / (np.sqrt(2 * np.pi) * width)
    # Below the first node nothing is told but that it is there.
    found[0] = ndtr(distance[0])
    return found


@cache
def shares(one: str, other: str) -> Array:
    """Return the weights of `ANGLES`: how sources in volume share their signal between detectors.

    The angle has the signal-to-noise ratio of the first as its cosine.
    """
    rng = np.random.default_rng(0)
    ascension, polarization = rng.uniform(0, 2 * np.pi, SOURCES), rng.uniform(0, np.pi, SOURCES)
    declination, cosine = np.arcsin(rng.uniform(-1, 1, SOURCES)), rng.uniform(-1, 1, SOURCES)
    amplitudes = []
    for name in (one, other):
        plus, cross = antenna_patterns(name, ascension, declination, polarization, 1.2e9)
        amplitudes.append(np.hypot(plus * (1 + cosine**2) / 2, cross * cosine))
    edges = np.linspace(0, np.pi / 2, len(ANGLES) + 1)
    # What is bright is seen farther: each direction weighs by its volume.
    counts, _ = np.histogram(
        np.arctan2(amplitudes[1], amplitudes[0]), edges, weights=np.hypot(*amplitudes) ** 3
    )
    return counts / counts.sum()


@cache
def log_agreement(one: str, other: str) -> Array:
    """Return ln p(ρ₁, ρ₂) / p(ρ₁) p(ρ₂) of signals at `NODES` of two detectors, (nodes, nodes)."""
    weights = (shares(one, other)[:, None] * RATIOS**-3.0).ravel()
    weights /= weights.sum()
    first = _kernel((np.cos(ANGLES)[:, None] * RATIOS).ravel(), TOLERANCE)
    second = _kernel((np.sin(ANGLES)[:, None] * RATIOS).ravel(), TOLERANCE)
    joint = (first * weights) @ second.T
    alone = np.outer(first @ weights, second @ weights)
    return np.log(np.maximum(joint, LEAST)) - np.log(np.maximum(alone, LEAST))


@cache
def _of_sources() -> Array:
    """Return the density of one detector's ratio at `NODES`, of sources in volume: ρ⁻⁴ dρ."""
    seen = np.cos(ANGLES)[:, None] * RATIOS
    weights = np.broadcast_to(RATIOS**-3.0, seen.shape)
    return _kernel(seen.ravel()) @ weights.ravel() / weights.sum()


@cache
def log_source_ratio(quietest: float, loudest: float) -> Array:
    """Return ln p_signal / p_training at `NODES`, of ratios uniform in training between two."""
    training = _kernel(np.linspace(quietest, loudest, 200)).mean(axis=1)
    return np.log(_of_sources()) - np.log(np.maximum(training, 1e-6))


@cache
def log_glitch_ratio() -> Array:
    """Return ln p_glitch / p_signal at `NODES` of one detector.

    Glitches are log-uniform between the nodes' ends; of a quiet detector there are none.
    """
    glitch = 1 / (NODES * np.log(NODES[-1] / NODES[0]))
    ratio = np.log(glitch) - np.log(_of_sources())
    ratio[0] = NO_GLITCH
    return ratio
