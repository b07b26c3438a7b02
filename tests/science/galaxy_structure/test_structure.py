"""Simulated galaxies, the bound of their errors, and the fit that reaches it."""

import os
from pathlib import Path

import numpy as np
import pytest

import astro_dl
from astro_dl.core.config import EvaluationConfig
from astro_dl.models.point_spread.moments import HARMONICS, RADII, polar_maps
from astro_dl.observations.images.sersic import SersicLight
from astro_dl.science.galaxy_structure.augmentation import random_orientations
from astro_dl.science.galaxy_structure.bound import bounds_of, cramer_rao
from astro_dl.science.galaxy_structure.datasets import COSMOS
from astro_dl.science.galaxy_structure.features import moment_features
from astro_dl.science.galaxy_structure.least_squares import fit_galaxies
from astro_dl.science.galaxy_structure.metrics import over_bound
from astro_dl.science.galaxy_structure.physics import GalaxyStructurePhysics
from astro_dl.science.galaxy_structure.simulate import simulate

SMALL = GalaxyStructurePhysics(
    size_pixels=32,
    point_spread_pixels=21,
    snr_range=(80, 200),
    radius_pixels_range=(1.5, 4),
    sersic_index_range=(0.8, 3),
    seeing_fwhm_pixels_range=(2.0, 3.5),
)


@pytest.fixture(scope="module")
def galaxies():
    return simulate(SMALL, 48, np.random.default_rng(1))


@pytest.fixture(scope="module")
def fit(galaxies):
    return fit_galaxies(SMALL, galaxies.x)


def test_the_signal_to_noise_ratio_is_that_of_the_noiseless_image(galaxies):
    power = (galaxies.x["image"] ** 2).sum(axis=(1, 2, 3)) - SMALL.size_pixels**2
    assert np.sqrt(power) == pytest.approx(np.asarray(galaxies.info["snr"]), rel=0.2)


def test_least_squares_reaches_the_bound_and_knows_its_errors(galaxies, fit):
    relative = (fit.values - galaxies.y) / bounds_of(galaxies.info)
    # 48 galaxies tell a root mean square to a tenth
    assert np.sqrt(np.mean(relative**2, axis=0)) == pytest.approx(np.ones(5), abs=0.35)
    assert np.abs(relative.mean(axis=0)).max() < 0.6
    assert np.median(fit.errors / bounds_of(galaxies.info), axis=0) == pytest.approx(1, abs=0.1)
    assert np.median(fit.chi2) == pytest.approx(SMALL.size_pixels**2, rel=0.05)
    assert fit.converged.mean() > 0.9


def test_bounds_fall_with_the_noise_and_rise_with_an_unknown_sky(galaxies):
    light = SersicLight(np.array([3.0]), np.array([4.0]), 0.1, 0.1)
    spread = galaxies.x["point_spread"][0, ..., 0].astype(float)
    one, ten = (cramer_rao(light, np.array([f]), spread, 32, 0.0) for f in (100.0, 1000.0))
    assert one == pytest.approx(10 * ten, rel=1e-6)
    assert np.all(cramer_rao(light, np.array([100.0]), spread, 32, 10.0)[:, :3] > 1.1 * one[:, :3])


def test_turned_galaxies_are_fitted_with_their_turned_ellipticities(galaxies, fit):
    x, y = random_orientations(galaxies.x, galaxies.y, np.random.default_rng(0))
    again = fit_galaxies(SMALL, x)
    same = fit.converged & again.converged
    moved = y[:, 3:] * galaxies.y[:, 3:] < 0
    assert moved.any()
    assert np.where(moved, -fit.values[:, 3:], fit.values[:, 3:])[same] == pytest.approx(
        again.values[same][:, 3:], abs=2e-3
    )


def test_moments_keep_what_pixels_tell():
    maps = polar_maps(48, 48, RADII, HARMONICS)
    assert np.linalg.norm(maps, axis=0) == pytest.approx(np.ones(maps.shape[1]), rel=1e-5)
    picture = simulate(GalaxyStructurePhysics(snr_range=(1e4, 1e4)), 4, np.random.default_rng(0))
    flat = picture.x["image"].reshape(4, -1).T
    rest = flat - maps @ np.linalg.lstsq(maps, flat, rcond=None)[0]
    assert (np.linalg.norm(rest, axis=0) / np.linalg.norm(flat, axis=0)).max() < 0.1


def test_features_follow_the_ellipticity(galaxies):
    features = moment_features(SMALL, galaxies.x)
    assert np.isfinite(features).all()
    correlation = np.corrcoef(features.T, galaxies.y[:, 3])[-1, :-1]
    assert np.nanmax(np.abs(correlation)) > 0.8


def test_errors_are_told_in_units_of_the_bound():
    rng = np.random.default_rng(0)
    relative = rng.normal([0, 0, 0, 0, 0.5], 2.0, (2000, 5))
    found = over_bound(relative, np.full(2000, 60.0), EvaluationConfig(bootstrap=50))
    assert found["error_over_bound"]["value"] == pytest.approx(2.0, abs=0.05)
    assert found["bias_over_bound"]["value"] == pytest.approx(0.5, abs=0.1)
    assert found["error_over_bound by signal-to-noise ratio"][0]["n"] == 2000


def test_real_galaxies_come_with_their_published_fits():
    folder = os.environ.get("ASTRO_DL_TEST_DATA")
    if folder is None:
        pytest.skip("ASTRO_DL_TEST_DATA is not set: no real galaxies to fit")
    examples = COSMOS.read(GalaxyStructurePhysics(), Path(folder))
    assert len(examples.y) == COSMOS.n
    assert np.isfinite(examples.x["image"]).all()
    fit = fit_galaxies(GalaxyStructurePhysics(), examples.x)
    # the same galaxies, other pixels and another point spread
    assert np.median(np.abs(fit.values - examples.y)[:, 0]) < 0.15
    assert np.median(np.abs(fit.values - examples.y)[:, 1]) < 0.15


def test_a_seed_makes_the_same_galaxies():
    one, other = (astro_dl.simulate("galaxy_structure", 3, seed=4) for _ in range(2))
    assert np.array_equal(one.x["image"], other.x["image"])
