"""Blends, the truth about them and the classical methods, against independent computations."""

import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.observations.images.point_spread import FWHM_PER_SIGMA
from astro_dl.science.deblending.baselines import (
    SYMMETRY,
    WATERSHED,
    classical_shares,
    symmetric_share,
    watershed_share,
)
from astro_dl.science.deblending.bound import flux_bounds
from astro_dl.science.deblending.inputs import MOST_SOURCES, images_of, told_positions
from astro_dl.science.deblending.joint_fit import joint_fits
from astro_dl.science.deblending.metrics import relative_errors
from astro_dl.science.deblending.physics import DeblendingPhysics
from astro_dl.science.deblending.shares import blendedness, noisy_blendedness, windows
from astro_dl.science.deblending.simulate import draw_blends, simulate
from tests.science.deblending.stand_in import stars

PHYSICS = DeblendingPhysics()
SEEING = 4.0


@pytest.fixture(scope="module")
def examples():
    return simulate(PHYSICS, 120, np.random.default_rng(0))


def two_stars(separation, fluxes, size=48):
    """Return the light of two stars, the first in the middle, and their places from there."""
    places = np.array([[0.2, -0.1], [0.2 + separation, -0.1]])
    return stars(places + (size - 1) / 2, np.asarray(fluxes), (size, size), SEEING), places


def test_the_light_of_all_sources_and_the_skys_share_is_what_was_observed():
    rng = np.random.default_rng(1)
    blends = draw_blends(PHYSICS, 30, rng)
    shares = blends.stamps / (blends.total[blends.scene] + PHYSICS.floor_sigma)
    claimed = np.add.reduceat(shares, blends.first, axis=0)
    sky = PHYSICS.floor_sigma / (blends.total + PHYSICS.floor_sigma)
    np.testing.assert_allclose(claimed + sky, 1, atol=1e-5)


def test_true_shares_give_true_fluxes(examples):
    found = relative_errors(examples.y, examples.info)["window"]
    bright = np.asarray(examples.info["snr"]) > 30
    assert bright.sum() > 30
    assert np.median(np.abs(found[bright])) < 0.02
    assert np.median(found[bright]) == pytest.approx(0, abs=0.01)


def test_what_is_told_of_places_is_wrong_by_what_is_stated():
    blends = draw_blends(PHYSICS, 300, np.random.default_rng(2))
    assert np.std(blends.x - blends.told_x) == pytest.approx(0.2, abs=0.02)
    assert np.abs(blends.told_x[blends.first]).max() <= 0.5
    shown = blends.positions()
    assert (shown[:, 0, 2] == 1).all()
    known = np.bincount(blends.scene, blends.recognised)
    np.testing.assert_array_equal(shown[..., 2].sum(axis=1), np.minimum(known, MOST_SOURCES))
    assert known.sum() < len(blends.scene)


def test_the_nearest_sources_are_told():
    others = np.array([[k, 0.0] for k in range(12, 0, -1)])
    told = told_positions(np.zeros(2), others)
    np.testing.assert_array_equal(told[:, 0], range(MOST_SOURCES))
    alone = told_positions(np.array([0.1, 0.2]), np.zeros((0, 2)))
    assert alone.sum() == pytest.approx(1.3)


def test_sources_are_as_far_apart_and_as_faint_as_asked_for():
    physics = DeblendingPhysics(sources=(2, 2), neighbours=0.0, position_error_pixels=0.0)
    blends = draw_blends(physics, 200, np.random.default_rng(3))
    apart = np.hypot(blends.x[1::2] - blends.x[::2], blends.y[1::2] - blends.y[::2]) / blends.fwhm
    low, high = physics.separation_seeing_range
    assert apart.min() >= low
    assert apart.max() <= high
    assert apart.mean() == pytest.approx((low + high) / 2, abs=0.15)


def test_the_bound_of_two_sources_is_that_of_the_formula():
    light, _ = two_stars(5.0, (100.0, 300.0))
    p, q = light[0] / 100, light[1] / 300
    rho = np.sum(p * q) / np.sqrt(np.sum(p**2) * np.sum(q**2))
    expected = np.sqrt(1 / (np.sum(p**2) * (1 - rho**2))) / 100
    found = flux_bounds(light, np.zeros(2, int), np.zeros(1, int))
    assert found[0] == pytest.approx(expected, rel=1e-4)


def test_no_linear_fit_of_fluxes_is_better_than_the_bound():
    light, _ = two_stars(3.0, (60.0, 200.0))
    rng = np.random.default_rng(4)
    images = light.sum(axis=0) + rng.standard_normal((2000, 48, 48))
    design = light.reshape(2, -1).T
    fluxes = np.linalg.lstsq(design, images.reshape(2000, -1).T, rcond=None)[0]
    bound = flux_bounds(light, np.zeros(2, int), np.zeros(1, int))[0]
    assert fluxes[0].std() == pytest.approx(bound, rel=0.06)


def test_blendedness_is_none_of_what_is_alone_and_half_of_what_is_covered_by_its_like():
    light, _ = two_stars(0.0, (100.0, 100.0))
    assert blendedness(light[:1], light[:1])[0] == pytest.approx(0)
    assert blendedness(light[:1], light.sum(axis=0)[None])[0] == pytest.approx(0.5)
    image = light.sum(axis=0)[None] + np.random.default_rng(0).standard_normal((1, 48, 48))
    half = np.full((1, 48, 48), 0.5)
    assert noisy_blendedness(half, image)[0] == pytest.approx(0.5)


def test_a_window_holds_the_light_of_a_star_that_gaussians_do():
    sigma = SEEING / FWHM_PER_SIGMA
    axis = np.arange(48) - 23.5
    star = np.exp(-(axis**2 + axis[:, None] ** 2) / (2 * sigma**2)) / (2 * np.pi * sigma**2)
    window = windows(np.zeros(1), np.zeros(1), np.full(1, SEEING), 48)[0]
    expected = 1.65**2 / (1 + 1.65**2)
    assert np.sum(window * star) == pytest.approx(expected, rel=1e-3)


def test_methods_give_each_of_two_like_stars_half_of_the_light():
    light, places = two_stars(7.0, (2000.0, 2000.0))
    total = light.sum(axis=0)
    image = total + np.random.default_rng(0).standard_normal(total.shape)
    own, other = (
        (watershed_share(image, order), symmetric_share(image, order, 0.05))
        for order in (places, places[::-1])
    )
    for share, rest in zip(own, other, strict=True):
        assert np.sum(share * image) == pytest.approx(2000, rel=0.12)
        assert np.sum(rest * image) == pytest.approx(2000, rel=0.12)
        assert (share + rest).max() <= 1 + 1e-9


def test_a_source_that_is_alone_has_all_of_its_light():
    light, places = two_stars(7.0, (2000.0, 0.0))
    image = light[0] + np.random.default_rng(0).standard_normal(light[0].shape)
    bright = light[0] > 5
    assert watershed_share(image, places[:1])[bright].all()
    assert np.sum(symmetric_share(image, places[:1], 0.05)[bright] * image[bright]) == (
        pytest.approx(image[bright].sum(), rel=0.05)
    )


def test_the_joint_fit_finds_the_fluxes_of_stars_at_the_bound():
    physics = DeblendingPhysics(
        sources=(2, 2),
        neighbours=0.0,
        star_fraction=1.0,
        unrecognised_fraction=0.0,
        least_snr=15.0,
        sky_error_sigma=0.0,
        separation_seeing_range=(1.2, 2.0),
    )
    examples = simulate(physics, 12, np.random.default_rng(5))
    found = relative_errors(joint_fits(examples.x), examples.info)["window"]
    over = np.abs(found) / np.asarray(examples.info["flux_bound"]) / 0.6745
    assert np.median(over) < 2.5


def test_methods_see_nothing_but_the_inputs(examples):
    images, places, _ = images_of(examples.x)
    unit = np.asarray(examples.info["unit"])[:, None, None]
    np.testing.assert_allclose(images, examples.x["image"][..., 0] * unit, rtol=1e-5, atol=1e-4)
    light = classical_shares(PHYSICS, {name: one[:4] for name, one in examples.x.items()})
    assert set(light) == {WATERSHED, SYMMETRY}
    expected = watershed_share(images[0], places[0]) * examples.x["image"][0, ..., 0]
    np.testing.assert_allclose(light[WATERSHED][0], expected, atol=1e-6)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"size_pixels": 47}, "even"),
        ({"sources": (3, 2)}, "smaller number first"),
        ({"point_spread_pixels": 30}, "odd"),
    ],
)
def test_physics_that_cannot_be_is_refused(change, reason):
    with pytest.raises(UsageError, match=reason):
        DeblendingPhysics(**change)
