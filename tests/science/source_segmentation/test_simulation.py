"""Simulated fields hold the sources that they should, where and as bright as they should be."""

import numpy as np
import pytest

from astro_dl.science.source_segmentation.inputs import light_of, network_input
from astro_dl.science.source_segmentation.physics import CLASSES, SourceSegmentationPhysics
from astro_dl.science.source_segmentation.simulate import simulate
from astro_dl.science.source_segmentation.simulation.fields import classes_of, draw_fields
from astro_dl.science.source_segmentation.simulation.light import light_by_class
from astro_dl.science.source_segmentation.simulation.sources import (
    BULGE_INDEX,
    BULGE_RADIUS,
    DISC,
    SPHEROID,
    STAR,
    Seeing,
    Sources,
    draw_sources,
)

SIZE = 64


def seeing(fwhm=3.0, n=1, depth=26.0, scale=0.2):
    one = np.ones(n)
    return Seeing(fwhm * one, 3.5 * one, 0 * one, 0 * one, depth * one, scale * one)


def three_sources(flux=2000.0):
    """Return a star, a spheroid and a disc with a bulge, none in the middle of a pixel."""
    columns = {
        "image": [0, 0, 0],
        "kind": [STAR, SPHEROID, DISC],
        "magnitude": [20.0, 20.0, 20.0],
        "flux": [flux, flux, flux],
        "x": [14.3, 45.8, 30.4],
        "y": [15.6, 18.2, 45.1],
        "radius": [0.0, 2.5, 5.0],
        "index": [1.0, 3.0, 1.0],
        "e1": [0.0, 0.1, 0.2],
        "e2": [0.0, -0.1, 0.15],
        "bulge_share": [0.0, 0.0, 0.3],
    }
    return Sources(**{name: np.array(column) for name, column in columns.items()})


def test_light_is_that_of_galsim():
    galsim = pytest.importorskip("galsim", reason="an oracle: pip install galsim")
    given, spread = three_sources(), galsim.Moffat(beta=3.5, fwhm=3.0, flux=1.0)
    images = {kind: galsim.ImageF(SIZE, SIZE, scale=1.0) for kind in (STAR, SPHEROID, DISC)}

    def add(kind, profile, number):
        seen = galsim.Convolve(profile, spread) if profile else spread.withFlux(given.flux[number])
        # GalSim counts pixels from 1, and positive e2 towards the same diagonal.
        seen = seen.shift(given.x[number] - (SIZE - 1) / 2, given.y[number] - (SIZE - 1) / 2)
        images[kind] += seen.drawImage(nx=SIZE, ny=SIZE, scale=1.0)

    def profile(number, index, radius, flux, stretch=1.0):
        light = galsim.Sersic(n=index, half_light_radius=radius, flux=flux)
        g1, g2 = (stretch * one[number] for one in (given.e1, given.e2))
        return light.shear(g1=g1, g2=g2)

    add(STAR, None, 0)
    add(SPHEROID, profile(1, 3.0, 2.5, 2000), 1)
    add(DISC, profile(2, 1.0, 5.0, 1400), 2)
    add(SPHEROID, profile(2, BULGE_INDEX, BULGE_RADIUS * 5.0, 600, stretch=0.4), 2)
    light = light_by_class(given, seeing(), SIZE)[:, 0]
    for kind, image in images.items():
        apart = np.abs(light[kind - 1] - image.array)
        # Besides a thousandth of the peak, what is fainter than the edge of a stamp.
        assert apart.max() < 1e-3 * image.array.max() + 0.25


def test_light_outside_an_image_is_left_out_and_what_is_inside_stays():
    given = three_sources()
    moved = Sources(**{**vars(given), "x": given.x - 14.0})
    whole = light_by_class(given, seeing(), SIZE)[:, 0]
    cut = light_by_class(moved, seeing(), SIZE)[:, 0]
    np.testing.assert_allclose(cut[:, :, :-14], whole[:, :, 14:], atol=1e-3)


def test_counts_follow_the_published_law():
    physics = SourceSegmentationPhysics(size_pixels=512)
    drawn = draw_sources(physics, seeing(n=20), np.random.default_rng(0))
    galaxies = drawn.magnitude[drawn.kind != STAR]
    area = 20 * (520 * 0.2 / 60) ** 2
    for limit in (23.0, 25.0, 27.0):
        expected = 46 * 10 ** (0.31 * (limit - 25)) * area
        assert (galaxies < limit).sum() == pytest.approx(expected, abs=4 * np.sqrt(expected) + 2)
    assert drawn.magnitude.max() <= 27.0


def test_a_star_at_the_depth_has_a_signal_to_noise_ratio_of_five():
    seen = seeing(fwhm=4.0)
    flux = seen.flux(np.array([0]), np.array([26.0]))
    one = {name: values[:1] for name, values in vars(three_sources()).items()}
    star = light_by_class(Sources(**{**one, "flux": flux}), seen, SIZE)[0, 0]
    # Of a Gaussian; the wings of a Moffat profile and the pixel take a seventh of it.
    assert np.sqrt(np.sum(star**2, dtype=float)) == pytest.approx(4.3, abs=0.3)


def test_a_pixel_is_of_what_gives_most_of_its_light_above_the_noise():
    light = np.array([[0.3, 0.6, 5.0, 0.0], [0.4, 0.7, 9.0, 0.0], [0.2, 0.1, 1.0, 2.0]])
    assert classes_of(light[:, None, None, :])[0, 0].tolist() == [0, SPHEROID, SPHEROID, DISC]
    field = draw_fields(SourceSegmentationPhysics(), 8, np.random.default_rng(0))
    assert field.images[field.classes > 0].mean() > 1.0
    assert abs(np.median(field.images[field.classes == 0])) < 0.15


def test_examples_are_made_of_the_images():
    x, y, info = simulate(SourceSegmentationPhysics(), 16, np.random.default_rng(0))
    assert x.shape == (16, SIZE, SIZE, 2)
    assert set(np.unique(y)) <= set(range(len(CLASSES)))
    light, fwhm = light_of(x)
    assert light[y == 0].std() == pytest.approx(1.0, abs=0.1)
    np.testing.assert_allclose(fwhm, info["seeing_fwhm"].value, rtol=0.25)
    np.testing.assert_allclose(network_input(light, fwhm[:, None, None]), x, atol=1e-5)
