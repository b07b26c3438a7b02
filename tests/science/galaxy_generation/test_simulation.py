"""Simulated galaxies have the light, the size and the structure that they are said to have."""

import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.observations.galaxies.point_spread import moffat_images
from astro_dl.science.galaxy_generation.inputs import conditions
from astro_dl.science.galaxy_generation.peers import simulated_again, smooth_galaxies
from astro_dl.science.galaxy_generation.physics import KINDS, GalaxyGenerationPhysics
from astro_dl.science.galaxy_generation.simulate import (
    flux_of,
    galaxy_images,
    half_light_radius,
    simulate,
)
from astro_dl.science.galaxy_generation.statistics import STATISTICS, structure_statistics

PHYSICS = GalaxyGenerationPhysics()
POINT = np.zeros((1, 15, 15))
POINT[0, 7, 7] = 1
BRIGHT = 18.0


def images_of(kind, re_arcsec, n=1, seed=0, size=96, **physics):
    wide = GalaxyGenerationPhysics(size_pixels=size, **physics)
    kinds = np.full(n, KINDS.index(kind))
    spread = np.repeat(POINT, n, axis=0)
    return galaxy_images(
        wide, np.full(n, BRIGHT), np.full(n, re_arcsec), kinds, spread, np.random.default_rng(seed)
    )


def statistics(images, noise=0.0):
    found = structure_statistics(images, PHYSICS.noise_magnitude, noise)
    return dict(zip(STATISTICS, found.T, strict=True))


@pytest.mark.parametrize("kind", KINDS)
def test_light_and_half_light_radius_are_those_asked_for(kind):
    round_ones = dict.fromkeys(("disc_axis_ratio_range", "elliptical_axis_ratio_range"), (0.8, 1.0))
    images, _ = images_of(kind, 0.6, n=6, sersic_index_range=(2.0, 2.0), **round_ones)
    found = statistics(images)
    assert found["magnitude"] == pytest.approx(np.full(6, BRIGHT), abs=0.05)
    assert np.exp(found["ln_radius"]) == pytest.approx(np.full(6, 6.0), rel=0.12)


def test_bulges_of_all_or_none_of_the_light_have_their_own_half_light_radius():
    np.testing.assert_allclose(half_light_radius(np.array([0.0, 1 - 1e-9])), [1.0, 0.25], rtol=1e-6)


def test_arms_change_neither_light_nor_half_light_radius():
    disc, armed = (
        images_of(kind, 0.7, n=4, seed=3, bulge_fraction_range=(0.1, 0.1))[0]
        for kind in ("disc", "spiral")
    )
    bright = disc > 0.02 * disc.max()
    assert np.abs(armed[bright] / disc[bright] - 1).max() > 0.2
    # But for the ringing of what pixels cannot sample there is no negative light.
    assert armed.min() > -0.01 * armed.max()
    smooth, spiral = statistics(disc), statistics(armed)
    assert spiral["magnitude"] == pytest.approx(smooth["magnitude"], abs=0.01)
    assert spiral["ln_radius"] == pytest.approx(smooth["ln_radius"], abs=0.05)


@pytest.mark.oracle
def test_smooth_galaxies_are_those_of_galsim():
    galsim = pytest.importorskip("galsim")
    spread = moffat_images(2.5, 3.0, 31)
    wide = GalaxyGenerationPhysics(size_pixels=64, point_spread_pixels=31, offset_pixels=0.0)
    rng = np.random.default_rng(1)
    images, drawn = galaxy_images(
        wide, np.full(3, 20.0), np.full(3, 0.5), np.array([0, 1, 1]), np.repeat(spread, 3, 0), rng
    )
    kernel = galsim.InterpolatedImage(galsim.Image(spread[0], scale=1.0), flux=1.0)
    for number, image in enumerate(images):
        bulge = float(drawn["bulge_fraction"][number])
        radius = 5.0 / half_light_radius(np.array([bulge]))[0]
        index = float(drawn["sersic_index"][number])
        light = (1 - bulge) * galsim.Sersic(index, half_light_radius=radius)
        if bulge:
            light += bulge * galsim.Sersic(2.0, half_light_radius=0.25 * radius)
        e1, e2 = float(drawn["e1"][number]), float(drawn["e2"][number])
        seen = galsim.Convolve(light.shear(g1=e1, g2=e2), kernel) * float(flux_of(wide, 20.0))
        expected = seen.drawImage(nx=64, ny=64, scale=1.0, method="no_pixel").array
        assert np.abs(image - expected).max() < 3e-3 * expected.max()


@pytest.mark.slow
@pytest.mark.oracle
def test_statistics_are_those_of_statmorph():
    statmorph = pytest.importorskip("statmorph")
    found = {name: [] for name in STATISTICS[1:]}
    images, _ = images_of("spiral", 0.6, n=12, seed=5, disc_axis_ratio_range=(0.5, 1.0))
    images = images + np.random.default_rng(0).standard_normal(images.shape)
    axis = np.arange(96) - 47.5
    region = (np.hypot(axis[:, None], axis) < 24).astype(int)
    for image in images:
        one = statmorph.source_morphology(image, region, gain=1e6)[0]
        found["ln_radius"].append(np.log(one.rhalf_circ))
        found["axis_ratio"].append(1 - one.ellipticity_asymmetry)
        found["concentration"].append(one.concentration)
        found["asymmetry"].append(one.asymmetry)
        found["gini"].append(one.gini)
        found["m20"].append(one.m20)
    own = statistics(images, noise=1.0)
    for name, values in found.items():
        together = np.corrcoef(own[name], values)[0, 1]
        assert together > 0.6, f"{name}: {together:.2f}"
    assert own["ln_radius"] == pytest.approx(np.array(found["ln_radius"]), abs=0.1)
    assert own["concentration"] == pytest.approx(np.array(found["concentration"]), abs=0.6)


def test_noise_alone_gives_no_asymmetry():
    images, _ = images_of("disc", 0.5, n=40, size=32, offset_pixels=0.0)
    images = images / 20 + np.random.default_rng(0).standard_normal(images.shape)
    assert statistics(images, noise=1.0)["asymmetry"].mean() == pytest.approx(0, abs=0.05)


def test_noise_is_white_and_of_one_sigma():
    faint = GalaxyGenerationPhysics(magnitude_range=(40, 41))
    images = simulate(faint, 64, np.random.default_rng(0)).x["image"]
    assert images.std() == pytest.approx(1, abs=0.02)


def test_conditions_fill_their_ranges():
    found = conditions(PHYSICS, np.array([20.5, 23.0]), np.array([0.25, 0.7]), np.array([0, 2]))
    np.testing.assert_allclose(found, [[-1, -1, 1, 0, 0], [1, 1, 0, 0, 1]], atol=1e-6)


def test_peers_keep_what_is_known():
    galaxies = simulate(PHYSICS, 48, np.random.default_rng(0))
    for peer in (simulated_again, smooth_galaxies):
        drawn = peer(PHYSICS, galaxies.x, np.random.default_rng(1))
        assert drawn.shape == (48, 32, 32)
        pair = [
            statistics(one, noise=1.0)["magnitude"] for one in (drawn, galaxies.x["image"][..., 0])
        ]
        assert np.corrcoef(*pair)[0, 1] > 0.97


@pytest.mark.parametrize(
    ("physics", "word"),
    [
        ({"size_pixels": 36}, "multiple of 8"),
        ({"elliptical_fraction": 0.7, "spiral_fraction": 0.6}, "more than 1"),
        ({"point_spread_pixels": 14}, "odd"),
    ],
)
def test_unfit_physics_is_refused(physics, word):
    with pytest.raises(UsageError, match=word):
        GalaxyGenerationPhysics(**physics)
