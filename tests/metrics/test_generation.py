"""Measures of drawn images know equal sets, copies and wrong power."""

import numpy as np
import pytest

from astro_dl.evaluation.generation.peers import PrincipalMixture, copies
from astro_dl.metrics.generation import neighbour_ratio, power_ratio, radial_power


@pytest.fixture(scope="module")
def sets():
    """Three sets of noise that is brighter in the middle, by what is known of it."""
    rng = np.random.default_rng(0)
    axis = np.arange(12) - 5.5
    middle = np.exp(-(axis[:, None] ** 2 + axis**2) / 8)
    found = []
    for _ in range(3):
        known = rng.uniform(-1, 1, (300, 1))
        light = (20 + 15 * known)[..., None] * middle
        found.append((known, (light + rng.standard_normal((300, 12, 12))).astype(np.float32)))
    return found


def test_white_noise_has_a_power_of_one():
    noise = np.random.default_rng(0).standard_normal((500, 16, 16))
    assert radial_power(noise).mean(axis=0) == pytest.approx(np.ones(8), abs=0.05)


def test_equal_sets_have_equal_power_and_smooth_ones_less(sets):
    (_, one), (_, other), _ = sets
    alike = power_ratio(one, other, 0.95, 20)
    smooth = power_ratio(one, (one + np.roll(one, 1, axis=1)) / 2, 0.95, 20)
    assert alike["value"] < 0.15 < smooth["low"]
    assert power_ratio(one, 2 * one, 0.95, 0)["value"] == pytest.approx(np.log(4))


def test_copies_are_near_and_new_images_are_as_near_to_either_set(sets):
    (_, one), (_, training), (_, held_out) = sets
    assert neighbour_ratio(one, training, held_out, 0.95, 20)["value"] == pytest.approx(1, abs=0.1)
    assert neighbour_ratio(training, training, held_out, 0.95, 20)["value"] < 0.01
    mixed = np.concatenate([training[:200], one[:100]])
    assert neighbour_ratio(mixed, training, held_out, 0.95, 20)["value"] < 0.1


def test_copies_are_of_what_is_known(sets):
    (known, images), (asked, _), _ = sets
    found = copies(images, known, asked)
    assert (found[:, None] == images).all(axis=(2, 3)).any(axis=1).all()
    light = found.sum(axis=(1, 2))
    assert np.corrcoef(light, asked[:, 0])[0, 1] > 0.99


def test_a_mixture_draws_what_is_asked_for(sets):
    (known, images), (asked, other), _ = sets
    mixture = PrincipalMixture.fitted(images, known, 0)
    drawn = mixture.draw(asked, np.random.default_rng(1))
    assert drawn.shape == other.shape
    assert np.corrcoef(drawn.sum(axis=(1, 2)), asked[:, 0])[0, 1] > 0.95
    assert drawn.mean() == pytest.approx(other.mean(), rel=0.1)
