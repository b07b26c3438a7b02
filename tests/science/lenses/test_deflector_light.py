"""What is left of images without the deflector's light."""

import keras
import numpy as np
import pytest

from astro_dl.core.task import InputSpec
from astro_dl.observations.images.orientations import ORIENTATIONS
from astro_dl.science.lenses.networks.deflector_light import WithoutDeflector, add_differences

RATIOS = np.array([0.3, 0.6, 1.0])
SOFTENING = 5.0


def compress(flux):
    return (SOFTENING * np.arcsinh(flux / SOFTENING)).astype(np.float32)


def deflector(size=32):
    position = np.arange(size) - (size - 1) / 2
    radius = np.hypot(*np.meshgrid(position, position))
    return 300 * np.exp(-radius / 3)[None, ..., None] * RATIOS


def differences(flux):
    found = np.asarray(WithoutDeflector(SOFTENING)(compress(flux)))
    np.testing.assert_array_equal(found[..., :3], compress(flux))
    return SOFTENING * np.sinh(found[..., 3:] / SOFTENING)


def test_nothing_is_left_of_a_galaxy_of_one_colour():
    assert np.abs(differences(deflector())).max() < 0.05


def test_a_source_of_another_colour_is_left():
    flux = deflector()
    arc = np.zeros(flux.shape[1:3])
    arc[8, 12:20] = 10
    left = differences(flux + arc[..., None] * np.array([1.0, 0.5, 0.2]))
    # what the last band holds of the arc is taken away with the deflector's ratio
    for band, own in enumerate((1.0, 0.5)):
        expected = arc * (own - 0.2 * RATIOS[band])
        np.testing.assert_allclose(left[0, ..., band], expected, atol=0.3)


def test_a_dark_middle_is_no_error():
    np.testing.assert_array_equal(differences(np.zeros((2, 16, 16, 3))), 0)
    # Without a deflector there is nothing to take away.
    corner = np.zeros((1, 16, 16, 3))
    corner[0, :2, :2] = [3.0, 2.0, 1.0]
    np.testing.assert_allclose(differences(corner), corner[..., :2], atol=1e-5)


def test_what_is_left_turns_with_the_image():
    layer = WithoutDeflector(SOFTENING)
    x = np.random.default_rng(0).normal(0, 4, (2, 16, 16, 3)).astype(np.float32)
    upright = np.asarray(layer(x))
    assert layer.commuting == ORIENTATIONS
    for change in layer.commuting:
        np.testing.assert_allclose(layer(change(x)), change(upright), atol=1e-5)


@pytest.mark.parametrize(("bands", "channels"), [(1, 1), (2, 3), (5, 9)])
def test_every_band_but_the_last_has_a_difference(bands, channels):
    shape = (16, 16, bands)
    inputs = keras.Input(shape)
    model = keras.Model(inputs, add_differences(inputs, InputSpec(shape)))
    assert model.output.shape == (None, 16, 16, channels)
    x = compress(deflector(16)[..., :1] * np.arange(1, bands + 1))
    found = np.asarray(model(x))
    np.testing.assert_array_equal(found[..., :bands], x)
    np.testing.assert_allclose(found[..., bands:], 0, atol=0.05)


def test_the_contracts_softening_is_taken():
    shape = (16, 16, 3)
    spec = InputSpec(shape, {"softening_sigma": 2.0})
    inputs = keras.Input(shape)
    model = keras.Model(inputs, add_differences(inputs, spec))
    assert model.get_layer("without_deflector").softening == 2.0
