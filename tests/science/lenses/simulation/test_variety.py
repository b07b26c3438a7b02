"""What makes cutouts differ: brightness of arcs, colours, places, noise and seeing."""

import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.observations.images.sky_noise import smooth_noise
from astro_dl.science.lenses.finding import StrongLensPhysics, simulate
from astro_dl.science.lenses.simulation.cutouts import simulate_cutouts
from astro_dl.science.lenses.simulation.population import CENTRAL, LensPriors
from astro_dl.science.lenses.simulation.variety import Variety


def cutouts(variety=None, n=40, size=32, **options):
    rng = np.random.default_rng(2)
    return simulate_cutouts("lsst", ("g", "r", "i"), n, rng, size=size, variety=variety, **options)


def test_no_variety_changes_nothing():
    np.testing.assert_array_equal(cutouts(n=4)[0], cutouts(Variety(), n=4)[0])


def test_arcs_are_as_clear_as_drawn_whatever_their_sources():
    variety = Variety(arc_snr_max=200.0)
    ratio = np.asarray(cutouts(variety, kinds="lens", arc_snr_min=20.0)[1]["arc_snr"])
    assert 18 < ratio.min() < 35
    assert 120 < ratio.max() < 220
    # evenly in the logarithm: half are below the geometric mean
    assert np.median(ratio) == pytest.approx(np.sqrt(20 * 200), rel=0.3)


def test_sources_are_as_red_as_deflectors_where_asked():
    red, blue = (
        cutouts(kinds="lens", priors=LensPriors(red_source_fraction=share))[1] for share in (1, 0)
    )
    colour = [
        np.median(one["source_magnitude_g"] - one["source_magnitude_i"]) for one in (red, blue)
    ]
    assert colour[0] > colour[1] + 0.5


def test_central_sources_lie_behind_the_middle():
    truth = cutouts(kinds="lens", priors=LensPriors(central_source_fraction=1.0))[1]
    apart = np.hypot(
        truth["source_x"] - truth["center_x"], truth["source_y"] - truth["center_y"]
    ) / np.asarray(truth["einstein_radius"])
    # shear moves the middle of the cut by a few hundredths of an arcsecond
    assert apart.max() < CENTRAL + 0.05


def test_smoothed_noise_has_unit_variance_and_alike_neighbours():
    noise = np.random.default_rng(0).standard_normal((2, 3, 64, 64)).astype(np.float32)
    smoothed = smooth_noise(noise, np.array([0.0, 0.7]))
    np.testing.assert_allclose(smoothed[0], noise[0], atol=1e-6)
    assert smoothed[1].std() == pytest.approx(1, abs=0.03)
    assert smoothed[1, :, 0].std() == pytest.approx(1, abs=0.15)
    neighbours = np.mean(smoothed[1, :, :, 1:] * smoothed[1, :, :, :-1])
    # of a Gaussian kernel: exp(-1 / 4 w²)
    assert neighbours == pytest.approx(np.exp(-1 / (4 * 0.7**2)), abs=0.05)


def test_a_cutout_is_brighter_as_a_whole_at_the_same_noise():
    options = {"kinds": "elliptical", "n": 60, "depth_scatter": 0.0}
    magnitude = [
        np.asarray(cutouts(variety, **options)[1]["magnitude_i"])
        for variety in (Variety(), Variety(brightness_scatter=1.2))
    ]
    depth = np.asarray(cutouts(Variety(brightness_scatter=1.2), **options)[1]["depth_i"])
    assert np.ptp(depth) < 0.5
    # magnitudes are of the galaxy; its light in units of the noise is what differs
    np.testing.assert_allclose(np.sort(magnitude[0])[30], np.sort(magnitude[1])[30], atol=0.6)
    light = [
        cutouts(variety, noise=False, **options)[0][..., 2].max(axis=(1, 2))
        for variety in (Variety(), Variety(brightness_scatter=1.2))
    ]
    assert np.log10(light[1]).std() > np.log10(light[0]).std()


def test_seeing_scatters_more():
    seeing = [
        np.log(cutouts(v, n=200, size=8)[1]["seeing_i"]).std()
        for v in (Variety(), Variety(seeing_scatter=0.2))
    ]
    assert seeing[1] == pytest.approx(np.hypot(0.2, seeing[0]), rel=0.2)


def test_the_task_passes_its_settings_on():
    usual = simulate(StrongLensPhysics(size_pixels=32), 16, np.random.default_rng(1))
    wide = StrongLensPhysics(
        size_pixels=32,
        arc_snr_max=100.0,
        red_source_fraction=0.5,
        central_source_fraction=0.5,
        seeing_scatter=0.2,
        brightness_scatter_mag=1.0,
        noise_correlation_pixels=0.8,
        contrast_scatter=0.1,
    )
    varied = simulate(wide, 16, np.random.default_rng(1))
    assert np.isfinite(varied.x).all()
    # noise that is alike in neighbours is taken for less
    corners = [np.sort(one.x[:, :4, :4, 0].std(axis=(1, 2))) for one in (usual, varied)]
    assert corners[0][8] == pytest.approx(1, abs=0.25)
    assert corners[1][12] > 1.15 * corners[0][12]


def test_refuses_a_largest_ratio_below_the_least():
    with pytest.raises(UsageError, match="arc_snr_max is 5; accepted: 0, or above arc_snr_min"):
        StrongLensPhysics(arc_snr_max=5.0, arc_snr_min=10.0)
