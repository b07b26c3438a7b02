"""Missed real sources at fixed false positives, and what classical methods are given."""

import numpy as np
import pytest
from astropy.table import Table

from astro_dl.answers.binary import Binary
from astro_dl.core.config import EvaluationConfig
from astro_dl.evaluation.predictions import Outcome
from astro_dl.science.real_bogus.baselines import point_source_likelihood
from astro_dl.science.real_bogus.elliptical_moffat import EllipticalMoffat
from astro_dl.science.real_bogus.features import dipole_fits, stamp_features
from astro_dl.science.real_bogus.inputs import in_units_of_noise, network_input
from astro_dl.science.real_bogus.metrics import missed_reals
from astro_dl.science.real_bogus.physics import RealBogusPhysics
from tests.science.real_bogus.stand_in import triplet


def test_missed_are_counted_at_the_threshold_of_the_artefacts():
    n = 2000
    y = np.repeat([0.0, 1.0], n)
    scores = np.concatenate([np.arange(n), np.full(n, n + 1.0)])
    # 30 real sources lie at the middle of the artefacts
    scores[n : n + 30] = n / 2
    info = Table(
        {
            "magnitude": np.repeat([18.5, 20.5], n),
            "host_distance": np.concatenate([np.zeros(n), np.full(n, 3.0)]),
            "kind": np.repeat(["star", "variable"], n),
        }
    )
    outcome = Outcome(Binary(("bogus", "real")), y, {"network": scores}, info=info)
    found = missed_reals(outcome, EvaluationConfig())["network"]["missed"]
    one_percent = next(one for one in found if one["false_positive_rate"] == 0.01)
    assert one_percent["all"]["value"] == pytest.approx(30 / n)
    assert one_percent["all"]["low"] < 30 / n < one_percent["all"]["high"]
    assert one_percent["magnitude"][0]["from"] == 20
    assert one_percent["kind"]["variable"]["n"] == n
    assert one_percent["false_positives_by_kind"]["star"]["value"] == pytest.approx(0.01)
    distances = one_percent["host_distance_arcsec"]
    assert [one["n"] for one in distances if one["from"] == 2.0] == [n]


def test_too_few_artefacts_give_no_rate():
    y = np.repeat([0.0, 1.0], 50)
    outcome = Outcome(Binary(("bogus", "real")), y, {"network": np.arange(100.0)}, info=Table())
    rates = missed_reals(outcome, EvaluationConfig())["network"]["missed"]
    assert "why" in rates[-1]


@pytest.mark.parametrize("normalisation", ["arcsinh", "l2"])
def test_features_are_finite_and_independent_of_the_others(normalisation):
    physics = RealBogusPhysics(size_pixels=21, normalisation=normalisation)
    x = network_input(
        physics, np.stack([triplet(flux, seed=k) for k, flux in enumerate((9, 50, -50))])
    )
    features = stamp_features(physics, x)
    assert features.shape[1] > 30
    assert np.isfinite(features).all()
    np.testing.assert_allclose(stamp_features(physics, x[1:2]), features[1:2], rtol=1e-4)


def test_images_come_back_in_units_of_their_noise():
    physics = RealBogusPhysics(size_pixels=21)
    images = triplet(300.0)
    back = in_units_of_noise(physics, network_input(physics, images[None]))["difference"][0]
    ratio = back[10, 10] / images[10, 10, 2]
    assert ratio == pytest.approx(1, rel=0.3)
    np.testing.assert_allclose(back[8:13, 8:13], ratio * images[8:13, 8:13, 2], atol=2)


def test_a_point_source_is_likelier_than_a_hot_pixel_and_a_dipole():
    physics = RealBogusPhysics(size_pixels=21)
    psf = EllipticalMoffat(2.0).kernel(10)
    hot, moved = np.zeros_like(psf), np.roll(psf, 1, 1) - np.roll(psf, -1, 1)
    hot[10, 10] = 0.2
    rng = np.random.default_rng(0)
    images = rng.normal(size=(3, 21, 21, 3))
    images[..., 2] += 200 * np.stack([psf, hot, moved])
    score = point_source_likelihood(physics, network_input(physics, images))["matched filter"]
    assert score[0] > score[1] + 10
    assert score[0] > score[2] + 10


def test_a_displacement_is_measured_from_its_dipole():
    axis = np.arange(-10, 11.0)
    psf = EllipticalMoffat(4.0)
    still, moved = (500 * psf(axis[:, None], axis - shift) for shift in (0.0, 0.1))
    share, displacement = dipole_fits((moved - still)[None], still[None])
    assert displacement[0] == pytest.approx(0.1, rel=0.1)
    assert share[0] > 0.95
