"""People who answer the questions: what they see falls with the signal-to-noise ratio of features.

The probability of each answer follows from what there is and from how well it is seen; a galaxy's
shares scatter about it, and as many people as there are at a question are drawn.
"""

import numpy as np

from astro_dl.metrics.votes import by_question
from astro_dl.science.galaxy_morphology.physics import MorphologyPhysics
from astro_dl.science.galaxy_morphology.questions import MOST_ARMS, QUESTIONS
from astro_dl.science.galaxy_morphology.simulation.galaxies import FEATURES, Galaxies

Array = np.ndarray
STEEPNESS = 2.0
MISTAKE = 0.04
"""Share of people who see what is not there."""
SIZES = tuple(len(one.answers) for one in QUESTIONS)


def visibility(snr: Array, half: float) -> Array:
    """Return how likely a feature is seen: one half at a signal-to-noise ratio of ``half``."""
    ratio = (np.maximum(snr, 0) / half) ** STEEPNESS
    return ratio / (1 + ratio)


def answer_probabilities(
    galaxies: Galaxies, seen: dict[str, Array], seen_ratio: Array, resolved: Array
) -> Array:
    """Return the probability of each answer among those who are asked, (n, answers).

    Parameters
    ----------
    galaxies : Galaxies
        What they are.
    seen : dict of str to ndarray, (n,)
        Visibility of each of the features; 0 where there is none.
    seen_ratio : ndarray, (n,)
        Axis ratio as it is seen, blurred.
    resolved : ndarray, (n,)
        Visibility of the galaxy's own shape.
    """
    edge = galaxies.edge_on * resolved
    striking = 1 - np.prod([1 - seen[name] for name in FEATURES], axis=0)
    striking = np.maximum(striking, edge)
    round_ = 1 / (1 + np.exp(-(seen_ratio - 0.72) / 0.06))
    cigar = 1 / (1 + np.exp((seen_ratio - 0.42) / 0.05))
    bulge = np.where(resolved > 0, galaxies.bulge, 0.5)
    large = 1 / (1 + np.exp(-(bulge - 0.4) / 0.07))
    none = 1 / (1 + np.exp((bulge - 0.1) / 0.04))
    odd = 1 - np.prod([1 - seen[name] for name in ("ring", "tail", "clumps")], axis=0)
    kinds = np.stack([seen[name] + 0.02 for name in ("ring", "tail", "clumps")], axis=1)
    counted = np.eye(MOST_ARMS)[galaxies.arm_count - 1]
    sure = (0.25 + 0.7 * seen["arms"])[:, None]
    parts = {
        "shape": _two(1 - _doubted(striking)),
        "roundness": np.stack([round_, np.maximum(1 - round_ - cigar, 0.02), cigar], axis=1),
        "edge": _two(_doubted(edge)),
        "bar": _two(_doubted(seen["bar"])),
        "spiral": _two(_doubted(seen["arms"])),
        "arms": sure * counted + (1 - sure) / MOST_ARMS,
        "bulge": np.stack([none, np.maximum(1 - none - large, 0.02), large], axis=1),
        "odd": _two(_doubted(odd)),
        "oddity": kinds,
    }
    told = [parts[one.name] for one in QUESTIONS]
    return np.concatenate([one / one.sum(axis=1, keepdims=True) for one in told], axis=1)


def cast_votes(physics: MorphologyPhysics, probability: Array, rng: np.random.Generator) -> Array:
    """Return counts of votes (n, answers), float32: of each question those who are led to it."""
    n = len(probability)
    people = np.maximum(rng.poisson(physics.voters, n), 1)
    led = {"": people}
    counts = []
    for one, part in zip(QUESTIONS, by_question(probability, SIZES), strict=True):
        shares = rng.gamma(np.maximum(physics.voter_concentration * part, 1e-3))
        shares /= shares.sum(axis=1, keepdims=True)
        votes = rng.multinomial(led[one.after], shares)
        led |= dict(zip(one.answers, votes.T, strict=True))
        counts.append(votes)
    return np.concatenate(counts, axis=1).astype(np.float32)


def _doubted(p: Array) -> Array:
    return MISTAKE + (1 - 2 * MISTAKE) * p


def _two(p: Array) -> Array:
    return np.stack([p, 1 - p], axis=1)
