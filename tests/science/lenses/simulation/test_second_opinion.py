"""The other simulator: kinds, ratios, noise, and its place in the task."""

import numpy as np
import pytest

from astro_dl.science.lenses.finding import StrongLensPhysics, simulate
from astro_dl.science.lenses.simulation.second_opinion import second_cutouts


@pytest.fixture(scope="module")
def cutouts():
    return second_cutouts(
        60,
        0.5,
        np.random.default_rng(1),
        size=48,
        pixel_scale=0.2,
        bands=3,
        einstein_radius_range=(0.8, 2.0),
        arc_snr_range=(20.0, 200.0),
    )


def test_cutouts_are_of_all_kinds_in_units_of_the_sky(cutouts):
    images, truth = cutouts
    assert images.shape == (60, 48, 48, 3)
    assert np.isfinite(images).all()
    assert set(truth["kind"]) == {"lens", "elliptical", "spiral", "ring"}
    assert np.median(images[:, :5, :5].std(axis=(1, 2))) == pytest.approx(1, abs=0.15)
    assert len(set(truth["group"])) == 60


def test_arcs_are_as_clear_as_drawn_and_others_have_none(cutouts):
    _, truth = cutouts
    lens = truth["kind"] == "lens"
    ratio = np.asarray(truth["arc_snr"])
    assert not ratio[~lens].any()
    assert not np.asarray(truth["einstein_radius"])[~lens].any()
    assert ratio[lens].min() > 14
    assert ratio[lens].max() < 260


def test_the_same_seed_gives_the_same_cutouts(cutouts):
    options = {"size": 16, "pixel_scale": 0.3, "bands": 1}
    ranges = {"einstein_radius_range": (1.0, 2.0), "arc_snr_range": (50.0, 60.0)}
    first, second = (
        second_cutouts(3, 0.5, np.random.default_rng(4), **options, **ranges)[0] for _ in range(2)
    )
    np.testing.assert_array_equal(first, second)


def test_the_task_mixes_it_in():
    physics = StrongLensPhysics(size_pixels=32, second_opinion_fraction=0.5)
    x, y, info = simulate(physics, 40, np.random.default_rng(0))
    other = np.isnan(np.asarray(info["lens_redshift"])) & np.isnan(np.asarray(info["seeing_i"]))
    assert 8 < other.sum() < 32
    np.testing.assert_array_equal(y, info["kind"] == "lens")
    assert np.isfinite(x).all()
    assert info["einstein_radius"].unit == "arcsec"
