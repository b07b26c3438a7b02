"""Polar maps of lenses: where things are, what is left without the deflector, what turns."""

import keras
import numpy as np
import pytest

from astro_dl.core.task import InputSpec
from astro_dl.models.build import build_model
from astro_dl.science.lenses.networks.polar_layers import (
    AzimuthalModes,
    Centred,
    GoAround,
    PolarMap,
    PolarResiduals,
)

SIZE, SOFTENING = 32, 5.0


def compress(flux):
    return (SOFTENING * np.arcsinh(flux / SOFTENING)).astype(np.float32)


def galaxy(x=0.0, y=0.0, q=0.7, width=2.5, flux=300.0, size=SIZE):
    """An elliptical Gaussian off the middle by (x, y) pixels, in three bands."""
    axis = np.arange(size) - (size - 1) / 2
    dx, dy = axis[None] - x, axis[:, None] - y
    light = flux * np.exp(-0.5 * (q * dx**2 + dy**2 / q) / width**2)
    return light[None, ..., None] * np.array([0.3, 0.6, 1.0])


@pytest.mark.parametrize(("x", "y"), [(0.0, 0.0), (0.4, -0.3), (-0.8, 0.6)])
def test_the_galaxys_centre_is_found(x, y):
    layer = Centred(SOFTENING)
    row, column = (float(np.ravel(one)[0]) for one in layer.centre(compress(galaxy(x, y))))
    assert (column, row) == pytest.approx((x, y), abs=0.1)


def test_a_shifted_galaxy_is_brought_to_the_middle():
    moved = np.asarray(Centred(SOFTENING)(compress(galaxy(0.4, -0.3))))
    np.testing.assert_allclose(moved, compress(galaxy()), atol=0.6)
    alone = Centred(SOFTENING)(compress(galaxy()))
    np.testing.assert_allclose(alone, compress(galaxy()), atol=0.05)


def test_nothing_in_the_middle_is_no_error():
    np.testing.assert_array_equal(Centred()(np.zeros((1, SIZE, SIZE, 3), np.float32)), 0)


def test_a_ring_is_a_line_at_its_radius():
    axis = np.arange(SIZE) - (SIZE - 1) / 2
    radius = np.hypot(axis[None], axis[:, None])
    ring = np.exp(-0.5 * (radius - 9) ** 2)[None, ..., None].astype(np.float32)
    polar = np.asarray(PolarMap(31, 64)(ring))[0, ..., 0]
    # radii are (k + ½)/31 of 15.5 pixels
    assert set(np.argmax(polar, axis=0)) <= {17, 18}
    assert polar.mean(axis=1).max() > 0.9


def test_a_quarter_turn_is_a_shift():
    image = np.random.default_rng(0).normal(size=(1, SIZE, SIZE, 2)).astype(np.float32)
    layer = PolarMap(8, 64)
    turned = np.asarray(layer(np.rot90(image, axes=(1, 2)).copy()))
    # from y towards x, as `numpy.rot90` counts
    np.testing.assert_allclose(turned, np.roll(layer(image), -16, axis=2), atol=1e-5)


def test_nothing_is_left_of_an_ellipse_of_one_colour():
    polar = PolarMap(15, 64)(compress(galaxy()))
    left = np.asarray(PolarResiduals(SOFTENING)(polar))
    assert left.shape == (1, 15, 64, 11)
    np.testing.assert_array_equal(left[..., :3], polar)
    odd, bluer = left[..., 3:6], left[..., 9:]
    assert np.abs(odd).max() < 0.01
    # bands are interpolated as they are compressed, which differs a little where they are steep
    assert np.abs(bluer).max() < 0.4
    # the mean and the elliptical part of each radius are most of what there is
    assert np.abs(left[..., 6:9]).max() < 0.4 * np.abs(left[..., :3]).max()


def test_an_image_on_one_side_is_left_with_its_negative_opposite():
    polar = np.zeros((1, 8, 16, 1), np.float32)
    polar[0, 4, 3] = 6.0
    odd = np.asarray(PolarResiduals(SOFTENING)(polar))[0, 4, :, 1]
    assert odd[3] == pytest.approx(6.0)
    assert odd[11] == pytest.approx(-6.0)
    assert np.abs(np.delete(odd, [3, 11])).max() == 0


def test_maps_go_around_the_azimuth_and_end_at_the_radii():
    maps = np.arange(24, dtype=np.float32).reshape(1, 3, 8, 1)
    wide = np.asarray(GoAround(2)(maps))[0, ..., 0]
    np.testing.assert_array_equal(wide[2:-2], np.pad(maps[0, ..., 0], ((0, 0), (2, 2)), "wrap"))
    assert not wide[:2].any()
    assert not wide[-2:].any()


def test_modes_are_those_of_fourier():
    angle = 2 * np.pi * np.arange(16) / 16
    maps = (2 + 3 * np.cos(angle) - np.sin(2 * angle))[None, None, :, None].astype(np.float32)
    modes = np.asarray(AzimuthalModes(2)(maps))[0, 0, :, 0]
    np.testing.assert_allclose(modes, [2, 1.5, 0, 0, -0.5], atol=1e-6)


def test_the_network_is_rebuilt_from_its_settings():
    settings = {"radii": 8, "angles": 16, "filters": (4, 4), "units": (8,)}
    model = build_model("lens_parameters_polar", input_spec=InputSpec((16, 16, 2)), **settings)
    again = keras.Model.from_config(model.get_config())
    assert again.count_params() == model.count_params()
    assert model.get_layer("features").output.shape == (None, 4, 4, 64)
