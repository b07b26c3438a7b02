"""Stars against galaxies: what tells them apart, how well it can be told, and real frames."""

import os
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from astro_dl.observations.galaxies.point_spread import moffat_images
from astro_dl.observations.galaxies.stamps import star_stamps
from astro_dl.science.star_galaxy.bayes_factor import log_bayes_factors, shift_matrices, templates
from astro_dl.science.star_galaxy.datasets import ARIES, frame_point_spread
from astro_dl.science.star_galaxy.features import catalogue_features, spread_significance
from astro_dl.science.star_galaxy.physics import StarGalaxyPhysics
from astro_dl.science.star_galaxy.simulate import simulate

SMALL = StarGalaxyPhysics(
    size_pixels=24,
    point_spread_pixels=15,
    seeing_fwhm_pixels_range=(2.0, 3.0),
    sources_per_frame=50,
)


@pytest.fixture(scope="module")
def sources():
    return simulate(SMALL, 200, np.random.default_rng(3))


@pytest.fixture(scope="module")
def factors(sources):
    return log_bayes_factors(SMALL, sources.x)


def test_sources_of_a_frame_share_their_point_spread(sources):
    frame = np.asarray(sources.info["frame_id"])
    assert len(np.unique(frame)) == 4
    first = sources.x["point_spread"][frame == frame[0]]
    assert np.array_equal(first, np.repeat(first[:1], len(first), axis=0))


def test_the_bayes_factor_ranks_better_than_the_spread(sources, factors):
    spread = spread_significance(sources.x["image"][..., 0], sources.x["point_spread"][..., 0])[0]
    own, other = (roc_auc_score(sources.y, one) for one in (factors, spread))
    assert own > max(0.9, other)


def test_bayes_factors_are_log_odds(sources, factors):
    # of equal priors: among factors about e, three of four sources or so are galaxies
    moderate = np.abs(factors) < 3
    expected = 1 / (1 + np.exp(-factors[moderate]))
    spread = np.sqrt(np.sum(expected * (1 - expected)))
    assert abs(sources.y[moderate].sum() - expected.sum()) < 4 * spread


def test_brighter_galaxies_are_surer(sources, factors):
    galaxy, snr = sources.y == 1, np.asarray(sources.info["snr"])
    assert np.median(factors[galaxy & (snr > 40)]) > np.median(factors[galaxy & (snr < 15)])


def test_templates_have_unit_power_and_moves_are_those_of_stars():
    spread = moffat_images(2.6, 3.5, 15)[0]
    star, galaxies = templates(SMALL, spread, 24)
    assert np.sum(star**2) == pytest.approx(1, rel=1e-5)
    assert np.sum(galaxies**2, axis=(1, 2)) == pytest.approx(np.ones(len(galaxies)), rel=1e-4)
    moves = shift_matrices(24, 0.7)
    (off,) = star_stamps(np.array([-0.7]), np.array([0.7]), np.ones(1), spread, 24)
    (middle,) = star_stamps(np.zeros(1), np.zeros(1), np.ones(1), spread, 24)
    assert np.abs(moves[0] @ middle @ moves[-1].T - off).max() < 0.03 * middle.max()


def test_the_spread_of_a_star_is_near_its_noise():
    physics = StarGalaxyPhysics(galaxy_fraction=0.0, snr_range=(30, 100))
    stars = simulate(physics, 200, np.random.default_rng(0))
    significance = spread_significance(stars.x["image"][..., 0], stars.x["point_spread"][..., 0])[0]
    # places are aligned to whole pixels alone, which makes stars a little broad
    assert abs(np.mean(significance)) < 2
    assert np.isfinite(catalogue_features(physics, stars.x)).all()


def test_a_frame_tells_its_own_point_spread(sources):
    physics = StarGalaxyPhysics(snr_range=(30, 100), sources_per_frame=80, galaxy_fraction=0.3)
    frame = simulate(physics, 80, np.random.default_rng(2))
    images, true = frame.x["image"][..., 0], frame.x["point_spread"][0, ..., 0]
    found = frame_point_spread(images, np.zeros(80, bool), physics)
    assert found.sum() == pytest.approx(1)
    # whole pixels alone are moved: it is broader by half a pixel at most
    assert found.max() == pytest.approx(true.max(), rel=0.2)


def test_real_cutouts_are_split_by_frame():
    folder = os.environ.get("ASTRO_DL_TEST_DATA")
    if folder is None:
        pytest.skip("ASTRO_DL_TEST_DATA is not set: no real sources")
    examples = ARIES.read(StarGalaxyPhysics(saturation_sigma=5.5), Path(folder))
    assert len(examples.y) == ARIES.n
    assert examples.y.sum() == 624
    assert len(np.unique(examples.info["frame_id"])) == 20
    assert all(np.isfinite(one).all() for one in examples.x.values())
