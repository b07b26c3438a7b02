"""Simulated galaxies, and what simulated people say of them."""

from dataclasses import replace

import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.metrics.votes import fractions_of
from astro_dl.observations.images.galaxy_colors import angular_diameter_distance, distance_modulus
from astro_dl.observations.images.observation import draw_observation
from astro_dl.observations.photometry.surveys import named_survey
from astro_dl.science.galaxy_morphology.physics import BANDS, MorphologyPhysics
from astro_dl.science.galaxy_morphology.questions import QUESTIONS
from astro_dl.science.galaxy_morphology.simulate import feature_snr, seen_axis_ratio, simulate
from astro_dl.science.galaxy_morphology.simulation.galaxies import (
    FEATURES,
    draw_galaxies,
    render_layers,
)
from astro_dl.science.galaxy_morphology.simulation.voters import (
    SIZES,
    answer_probabilities,
    cast_votes,
    visibility,
)

PHYSICS = MorphologyPhysics(size_pixels=48)
NAMES = [answer for one in QUESTIONS for answer in one.answers]


@pytest.fixture(scope="module")
def examples():
    return simulate(PHYSICS, 96, np.random.default_rng(0))


@pytest.fixture(scope="module")
def galaxies():
    return draw_galaxies(PHYSICS, 400, np.random.default_rng(1))


def shares(y, name):
    return fractions_of(y, SIZES)[:, NAMES.index(name)]


def test_votes_follow_the_tree(examples):
    y = examples.y
    assert y.shape == (96, len(NAMES))
    assert (y == np.round(y)).all()
    led = {"": y[:, :2].sum(axis=1)}
    first = 0
    for one in QUESTIONS:
        votes = y[:, first : first + len(one.answers)]
        np.testing.assert_array_equal(votes.sum(axis=1), led[one.after])
        led |= dict(zip(one.answers, votes.T, strict=True))
        first += len(one.answers)


def test_features_are_seen_as_their_signal_allows(examples):
    assert visibility(np.array(25.0), 25.0) == 0.5
    assert (np.diff(visibility(np.linspace(0, 200, 50), 25.0)) > 0).all()
    info = examples.info
    spiral = np.asarray(info["spiral"]) & (np.asarray(info["snr_arms"]) > 0)
    strong = spiral & (np.asarray(info["snr_arms"]) > 80)
    weak = spiral & (np.asarray(info["snr_arms"]) < 12)
    featured = shares(examples.y, "featured")
    assert featured[strong].mean() > 0.8
    assert weak.sum() == 0 or featured[weak].mean() < 0.5


def test_people_differ_more_than_by_chance_and_as_much_as_was_asked():
    p = np.tile([0.3, 0.7], (4000, 1))
    rest = [np.full((4000, size), 1 / size) for size in SIZES[1:]]
    probability = np.concatenate([p, *rest], axis=1)
    votes = cast_votes(PHYSICS, probability, np.random.default_rng(2))
    asked, found = votes[:, :2].sum(axis=1), votes[:, 0]
    share = found / asked
    # beta-binomial: p q / N (1 + (N - 1) / (1 + concentration))
    wanted = np.mean(0.21 / asked * (1 + (asked - 1) / (1 + PHYSICS.voter_concentration)))
    assert share.mean() == pytest.approx(0.3, abs=0.01)
    assert share.var() == pytest.approx(wanted, rel=0.08)


def test_the_same_galaxy_farther_away_shows_less(galaxies):
    rng = np.random.default_rng(3)
    near, far = 0.03, 0.2
    one = {name: getattr(galaxies, name)[:24] for name in vars(galaxies) if name != "features"}
    spirals = {name: np.full(24, name == "arms") for name in FEATURES}
    face_on = {"disc": np.full(24, True), "axis_ratio": np.full(24, 0.9)}
    common = {**one, **face_on, "features": spirals, "bulge": np.full(24, 0.2)}
    base = replace(galaxies, **common)
    snr, light = [], []
    for z in (near, far):
        scale = angular_diameter_distance(near) / angular_diameter_distance(z)
        dimmer = distance_modulus(z) - distance_modulus(near)
        moved = replace(
            base,
            redshift=np.full(24, z),
            magnitude=np.full(24, 15.0) + dimmer,
            radius_arcsec=np.full(24, 6.0) * scale,
        )
        observation = draw_observation(
            named_survey("des"), BANDS, 24, np.random.default_rng(4), size=48, pixel_scale=0.4,
            exposure_factor=0.03,
        )  # fmt: skip
        layers = render_layers(moved, observation, rng)
        snr.append(feature_snr(layers["arms"], np.ones_like(layers["arms"])).mean())
        light.append(layers["body"].max(axis=(1, 2, 3)).mean())
    assert snr[1] < 0.3 * snr[0]
    assert light[1] < light[0]


def test_arms_are_no_light_but_a_redistribution_of_it(galaxies):
    rows = np.flatnonzero(galaxies.features["arms"] & (galaxies.radius_arcsec < 3))[:8]
    some = replace(
        galaxies,
        features={name: one[rows] for name, one in galaxies.features.items()},
        **{name: getattr(galaxies, name)[rows] for name in vars(galaxies) if name != "features"},
    )
    observation = draw_observation(
        named_survey("des"), BANDS, len(rows), np.random.default_rng(5), size=96, pixel_scale=0.4
    )
    layers = render_layers(some, observation, np.random.default_rng(6))
    arms = layers["arms"][:, 1]
    gained = arms.sum(axis=(1, 2)) / layers["body"][:, 1].sum(axis=(1, 2))
    assert np.abs(gained).max() < 0.08
    assert (np.abs(arms).sum(axis=(1, 2)) > 0).all()


def test_a_blur_rounds_galaxies(galaxies):
    sharp, blurred = (seen_axis_ratio(galaxies, np.full(400, one)) for one in (1e-9, 2.0))
    np.testing.assert_allclose(sharp, galaxies.axis_ratio, rtol=1e-6)
    assert (blurred >= sharp - 1e-9).all()
    far = seen_axis_ratio(galaxies, np.full(400, 1e4))
    np.testing.assert_allclose(far, 1, atol=1e-2)


def test_discs_seen_at_random_have_even_cosines(galaxies):
    ratio = galaxies.axis_ratio[galaxies.disc]
    cosine = np.sqrt((ratio**2 - 0.12**2) / (1 - 0.12**2))
    heights = np.histogram(cosine, 4, (0, 1))[0] / len(cosine)
    assert np.abs(heights - 0.25).max() < 0.08


def test_probabilities_of_each_question_sum_to_one(galaxies):
    seen = {name: galaxies.features[name] * 0.7 for name in FEATURES}
    p = answer_probabilities(galaxies, seen, galaxies.axis_ratio, np.full(400, 0.9))
    assert (p > 0).all()
    first = 0
    for size in SIZES:
        np.testing.assert_allclose(p[:, first : first + size].sum(axis=1), 1)
        first += size


def test_spirals_can_be_asked_for_alone_and_impossible_mixtures_are_refused():
    examples = simulate(replace(PHYSICS, asked="spiral"), 32, np.random.default_rng(7))
    assert set(examples.y) == {0.0, 1.0}
    np.testing.assert_array_equal(examples.y == 1, examples.info["spiral"])
    with pytest.raises(UsageError, match="no spirals"):
        MorphologyPhysics(asked="spiral", spiral_fraction=0.0)
    with pytest.raises(UsageError, match="survey"):
        MorphologyPhysics(survey="nowhere")
