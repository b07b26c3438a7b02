"""Stars against galaxies: what tells them apart, how well it can be told, and real frames."""

import os
from pathlib import Path

import keras
import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from astro_dl.answers.binary import Binary
from astro_dl.models.build import build_from, logits_model
from astro_dl.models.committee import committee, join_members
from astro_dl.models.point_spread.layers import AsBright
from astro_dl.models.point_spread.networks import point_spread_d4
from astro_dl.observations.galaxies.point_spread import moffat_images
from astro_dl.observations.galaxies.stamps import star_stamps
from astro_dl.science.star_galaxy.bayes_factor import log_bayes_factors, shift_matrices, templates
from astro_dl.science.star_galaxy.datasets import ARIES, field_of
from astro_dl.science.star_galaxy.features import (
    BOUND,
    LEVELS,
    catalogue_features,
    classical_scores,
    spread_significance,
)
from astro_dl.science.star_galaxy.inputs import star_galaxy_spec
from astro_dl.science.star_galaxy.like_sources import of_like_sources
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


def test_a_star_looks_like_those_of_its_frame_that_are_as_bright():
    physics = StarGalaxyPhysics(
        snr_range=(20, 300), sources_per_frame=90, galaxy_fraction=0.2, saturation_sigma=5.5
    )
    frame = simulate(physics, 90, np.random.default_rng(2))
    images, snr = frame.x["image"][..., 0], np.asarray(frame.info["snr"])
    stars = np.flatnonzero(frame.y == 0)
    found = of_like_sources(images, np.zeros(90), 25)
    assert found.sum(axis=(1, 2)) == pytest.approx(np.ones(90))
    # a star that is cut off is flat and broad, and so is what it is compared with
    faint, bright = (stars[np.argsort(snr[stars])[part]] for part in (slice(15), slice(-15, None)))
    assert np.median(found[faint].max(axis=(1, 2))) > 2 * np.median(found[bright].max(axis=(1, 2)))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("J1530p2310_r_01", "J153044p231014_001_001", True),
     ("j1612p5118_r_01", "J161245p511816_001_010", True),
     ("J121929p47152_001_010", "J125219p264053_001_010", False),
     ("WASP-24_R01", "xo-1-R001", False)],
)  # fmt: skip
def test_frames_of_the_same_coordinates_are_one_field(one, other, same):
    assert (field_of(one) == field_of(other)) is same


def test_real_cutouts_are_split_by_field():
    folder = os.environ.get("ASTRO_DL_TEST_DATA")
    if folder is None:
        pytest.skip("ASTRO_DL_TEST_DATA is not set: no real sources")
    examples = ARIES.read(StarGalaxyPhysics(saturation_sigma=5.5), Path(folder))
    assert len(examples.y) == ARIES.n
    assert examples.y.sum() == 624
    assert len(np.unique(examples.info["frame_id"])) == 20
    assert len(np.unique(examples.info[ARIES.group])) == 17
    assert all(np.isfinite(one).all() for one in examples.x.values())


def test_turning_source_and_point_spread_together_changes_no_answer():
    keras.utils.set_random_seed(0)
    spec = star_galaxy_spec(StarGalaxyPhysics(size_pixels=24, point_spread_pixels=15))
    model = point_spread_d4(spec, Binary(("star", "galaxy")), fields=(2, 3), light_radius=6)
    rng = np.random.default_rng(1)
    shapes = {"image": (6, 24, 24, 1), "point_spread": (6, 15, 15, 1)}
    x = {name: rng.random(shape, dtype=np.float32) for name, shape in shapes.items()}
    upright = model.predict_on_batch(x)
    assert np.ptp(upright) > 1e-4
    for turns in range(4):
        turned = {name: np.rot90(one, turns, (1, 2)) for name, one in x.items()}
        for seen in (turned, {name: one[:, ::-1] for name, one in turned.items()}):
            found = model.predict_on_batch({k: np.ascontiguousarray(v) for k, v in seen.items()})
            np.testing.assert_allclose(found, upright, atol=1e-5)


def test_beside_a_source_stands_a_star_with_as_much_light():
    spread = moffat_images(5.0, 3.5, 15)[:1]
    star = star_stamps(np.zeros(1), np.zeros(1), np.full(1, 500.0), spread, 24)
    bands = np.asarray(AsBright(8)([star[..., None], spread[..., None].astype(np.float32)]))
    assert bands.shape == (1, 24, 24, 2)
    assert bands[..., 1].sum() == pytest.approx(star[0, 4:20, 4:20].sum(), rel=1e-4)
    # the middle of an even stamp is between pixels, for both
    assert np.abs(bands[..., 1] - bands[..., 0]).max() < 0.1 * star.max()


def test_a_committee_takes_several_inputs():
    spec = star_galaxy_spec(StarGalaxyPhysics(size_pixels=24, point_spread_pixels=15))
    head = Binary(("star", "galaxy"))
    model = committee(spec, head, members=("star_galaxy_resnet",) * 2, separate=True)
    members = [build_from("star_galaxy_resnet", spec, head) for _ in range(2)]
    join_members(model, members)
    rng = np.random.default_rng(2)
    shapes = {"image": (5, 24, 24, 1), "point_spread": (5, 15, 15, 1)}
    x = {name: rng.random(shape, dtype=np.float32) for name, shape in shapes.items()}
    apart = [logits_model(one).predict_on_batch(x) for one in members]
    assert np.abs(apart[0] - apart[1]).max() > 1e-3
    together = logits_model(model).predict_on_batch(x)
    np.testing.assert_allclose(together, np.mean(apart, axis=0), atol=1e-4)


def test_of_sources_that_are_cut_off_trees_are_told_how_large_they_are():
    physics = StarGalaxyPhysics(snr_range=(20, 2000), saturation_sigma=5.5)
    sources = simulate(physics, 200, np.random.default_rng(4))
    areas = catalogue_features(physics, sources.x)[:, -2 * len(LEVELS) :]
    own, star = areas[:, : len(LEVELS)], areas[:, len(LEVELS) :]
    # the higher the level, the smaller the area
    assert (np.diff(own, axis=1) <= 0).all()
    is_star, cut_off = sources.y == 0, own[:, -1] > 2
    apart = own[:, 0] - star[:, 0]
    assert np.median(apart[cut_off & ~is_star]) > np.median(apart[cut_off & is_star])
    assert BOUND not in classical_scores(physics, sources.x)
    whole = catalogue_features(StarGalaxyPhysics(), sources.x)
    assert whole.shape[1] == 13
