"""Cutouts of surveys: reproducible, of the kinds asked for, in units of the noise, with truth."""

import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.observations.images.point_spread import gaussian_kernel
from astro_dl.observations.photometry.surveys import SURVEYS
from astro_dl.science.lenses.simulation.cutouts import simulate_cutouts
from astro_dl.science.lenses.simulation.population import LensPriors
from astro_dl.science.lenses.simulation.scenes import DEFAULT_KINDS, KINDS


def cutouts(n=24, seed=1, survey="lsst", bands="gri", **options):
    return simulate_cutouts(survey, tuple(bands), n, np.random.default_rng(seed), **options)


@pytest.fixture(scope="module")
def mixed():
    return cutouts(150, size=32)


def test_shapes_types_and_truth(mixed):
    images, truth = mixed
    assert images.shape == (150, 32, 32, 3)
    assert images.dtype == np.float32
    assert np.isfinite(images).all()
    assert set(truth["kind"]) == set(KINDS) == set(DEFAULT_KINDS)
    assert (truth["kind"] == "lens").mean() == pytest.approx(0.5, abs=0.12)
    assert truth["einstein_radius"].unit == "arcsec"
    deflects = np.isin(truth["kind"], ("lens", "barely_lensed"))
    np.testing.assert_array_equal(truth["einstein_radius"] > 0, deflects)
    np.testing.assert_array_equal(np.isfinite(truth["magnification"]), deflects)
    np.testing.assert_array_equal(np.isfinite(truth["source_magnitude_i"]), deflects)
    assert len(set(truth["group"])) == len(truth)


def test_the_same_seed_gives_the_same_cutouts_and_another_one_others():
    images, truth = cutouts(8, seed=5)
    again, same_truth = cutouts(8, seed=5)
    np.testing.assert_array_equal(images, again)
    assert truth.pformat() == same_truth.pformat()
    assert not np.array_equal(images, cutouts(8, seed=6)[0])


def test_the_sky_has_unit_variance_and_no_level():
    options = {"satellite_rate": 0.0, "kinds": "elliptical", "defect_probability": 0.0}
    noisy, _ = cutouts(16, **options)
    clean, _ = cutouts(16, noise=False, **options)
    difference = (noisy - clean)[clean < 0.3]
    assert difference.std() == pytest.approx(1, abs=0.02)
    assert difference.mean() == pytest.approx(0, abs=0.02)


@pytest.mark.parametrize("kind", KINDS)
def test_the_central_galaxy_is_as_bright_as_said(kind):
    images, truth = cutouts(
        12, kinds=kind, size=96, noise=False, satellite_rate=0.0, arc_snr_min=0.0
    )
    light = images[..., 2].sum(axis=(1, 2))
    sigma_magnitude = SURVEYS["lsst"].bands["i"].sigma_magnitude(0.2)
    seen = sigma_magnitude - 2.5 * np.log10(light)
    # field galaxies add light, the depth scatters, wings are cut off
    assert np.median(seen - truth["magnitude_i"]) == pytest.approx(0, abs=0.3)


def test_lenses_magnify_more_than_what_is_barely_lensed():
    median = {
        kind: np.median(cutouts(30, kinds=kind, size=48)[1]["magnification"])
        for kind in ("lens", "barely_lensed")
    }
    assert median["lens"] > 3
    assert 1 < median["barely_lensed"] < 2.5


def test_arcs_stand_out_less_in_single_exposures():
    truth = cutouts(40, kinds="lens", size=32, exposure_factor=0.1)[1]
    visits = 0.1 * np.array([SURVEYS["lsst"].bands[band].exposures for band in "gri"])
    single = np.stack([truth[f"exposure_arc_snr_{band}"] for band in "gri"], axis=1)
    together = np.sqrt((visits * single**2).sum(axis=1))
    np.testing.assert_allclose(together, truth["arc_snr"], rtol=1e-4)
    assert np.isnan(cutouts(3, survey="des", kinds="lens", size=32)[1]["exposure_arc_snr_g"]).all()


def test_arcs_are_at_least_as_clear_as_asked_for():
    natural = cutouts(40, kinds="lens", arc_snr_min=0.0, size=32)[1]
    asked = cutouts(40, kinds="lens", arc_snr_min=60.0, size=32)[1]
    faint = natural["arc_snr"] < 60
    assert 5 < faint.sum() < 40
    assert (asked["arc_snr"] > 55).all()
    brighter = natural["source_magnitude_i"] - asked["source_magnitude_i"]
    assert (brighter[faint] > 0).all()
    np.testing.assert_allclose(brighter[~faint], 0, atol=1e-9)


def test_arcs_are_bluer_than_their_lenses():
    truth = cutouts(40, kinds="lens")[1]
    lens = truth["magnitude_g"] - truth["magnitude_i"]
    source = truth["source_magnitude_g"] - truth["source_magnitude_i"]
    assert np.median(lens) > 1.5
    assert np.median(source) < 1.1


def test_early_types_are_alike_in_lenses_and_in_what_looks_like_them():
    lens, elliptical = (cutouts(150, kinds=k, size=8)[1] for k in ("lens", "elliptical"))
    for name in ("magnitude_g", "magnitude_i"):
        quartiles = [np.percentile(t[name], [25, 50, 75]) for t in (lens, elliptical)]
        np.testing.assert_allclose(*quartiles, atol=0.5)


def test_depth_and_exposure_set_how_bright_images_are():
    usual = cutouts(10, noise=False, kinds="spiral")[0]
    deep = cutouts(10, noise=False, kinds="spiral", exposure_factor=4.0)[0]
    np.testing.assert_allclose(deep, 2 * usual, rtol=1e-4, atol=1e-4)


def test_a_given_kernel_blurs_instead_of_the_seeing():
    sharp = {band: gaussian_kernel(1.2, 5) for band in "gri"}
    options = {"kinds": "elliptical", "noise": False, "satellite_rate": 0.0}
    given, usual = cutouts(6, kernels=sharp, **options)[0], cutouts(6, **options)[0]
    assert (given.max(axis=(1, 2)) > usual.max(axis=(1, 2))).all()
    np.testing.assert_allclose(given.sum(), usual.sum(), rtol=0.05)


@pytest.mark.parametrize(
    ("survey", "bands", "size"),
    [
        ("des", "grizY", 32),
        ("kids", "ugri", 32),
        ("hsc", "grizy", 32),
        ("euclid", ["VIS"], 48),
        ("hst", ["F606W", "F814W"], 64),
        ("lsst", "ugrizy", 32),
    ],
)
def test_every_survey_can_be_simulated(survey, bands, size):
    images, truth = cutouts(7, survey=survey, bands=bands, size=size)
    assert images.shape == (7, size, size, len(bands))
    assert np.isfinite(images).all()
    assert truth[f"seeing_{bands[0]}"].unit == "arcsec"


def test_pixel_scale_is_that_of_the_survey_unless_given():
    coarse, fine = (
        cutouts(6, kinds="elliptical", noise=False, size=size, pixel_scale=scale)[0]
        for size, scale in ((32, 0.4), (64, None))
    )
    # one sigma of a pixel twice as wide is twice the light
    assert fine[..., 2].sum() / coarse[..., 2].sum() == pytest.approx(2, rel=0.2)


def test_priors_reach_the_truth():
    priors = LensPriors(einstein_radius_range=(1.4, 1.6), shear_max=0.0, clumps=0)
    truth = cutouts(20, kinds="lens", priors=priors)[1]
    assert 1.4 <= truth["einstein_radius"].min() <= truth["einstein_radius"].max() <= 1.6
    assert not truth["gamma1"].any()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n": 0}, "at least 1"),
        ({"survey": "sdss"}, "unknown survey 'sdss'"),
        ({"bands": ("q",)}, "unknown band of LSST 'q'"),
        ({"kinds": "quasar"}, "unknown kind of cutout 'quasar'"),
        ({"kinds": {"lens": -1}}, "frequencies of 0 or more"),
        ({"size": 4}, "8 pixels or more"),
        ({"pixel_scale": 0.0}, "pixel_scale must be positive"),
        ({"exposure_factor": 0.0}, "exposure_factor must be positive"),
        ({"satellite_rate": -1.0}, "satellite_rate must be 0 or more"),
        ({"defect_probability": 2.0}, "between 0 and 1"),
        ({"kernels": {"z": np.ones((3, 3))}}, "unknown band of the kernels 'z'"),
        ({"kernels": {"g": np.ones((4, 4))}}, "odd size"),
    ],
)
def test_refuses_bad_input(options, message):
    with pytest.raises(UsageError, match=message):
        cutouts(**({"n": 2} | options))
