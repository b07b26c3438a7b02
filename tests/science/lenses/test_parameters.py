import numpy as np
import pytest

from astro_dl.observations.images.orientations import oriented
from astro_dl.observations.images.sersic import SersicLight
from astro_dl.science.lenses.parameters import (
    LensParametersPhysics,
    random_orientations,
    simulate,
    turned,
)
from astro_dl.science.lenses.simulation.mass import LensMass
from astro_dl.science.lenses.simulation.ray_tracing import lens_images

PARAMETERS = np.array([[1.3, 0.12, -0.2, 0.15, -0.08, 0.05, -0.03]])
SOURCE = np.array([[0.1, 0.22]])


def image(parameters, source):
    theta, e1, e2, x, y, gamma1, gamma2 = parameters.T
    light = SersicLight(0.25, 1.0, center_x=source[:, 0], center_y=source[:, 1])
    mass = LensMass(theta, e1, e2, x, y, gamma1, gamma2)
    return lens_images(mass, light, None, 1.0, None, size=48, pixel_scale=0.1, dtype=np.float64)


@pytest.mark.parametrize("number", range(8))
def test_a_turned_lens_has_the_image_of_a_lens_with_turned_parameters(number):
    numbers = np.array([number])
    place = np.concatenate([np.ones((1, 1)), np.zeros((1, 2)), SOURCE, np.zeros((1, 2))], axis=1)
    source = turned(place, numbers)[:, 3:5]
    made = image(turned(PARAMETERS, numbers), source).reshape(1, 48, 48, 1)
    wanted = oriented(image(PARAMETERS, SOURCE).reshape(1, 48, 48, 1), numbers)
    np.testing.assert_allclose(made, wanted, atol=1e-6 * wanted.max())


def test_random_orientations_turn_image_and_truth_together():
    x = np.repeat(image(PARAMETERS, SOURCE).reshape(1, 48, 48, 1), 64, axis=0)
    y = np.repeat(PARAMETERS, 64, axis=0)
    images, truth = random_orientations(x, y, np.random.default_rng(0))
    kinds = {(one.tobytes(), row.tobytes()) for one, row in zip(images, truth, strict=True)}
    assert len(kinds) == len({row.tobytes() for row in truth}) == 8


def test_the_centre_is_told_from_the_image_or_from_the_light():
    image, light = (
        simulate(LensParametersPhysics(size_pixels=16, center_of=of), 6, np.random.default_rng(0))
        for of in ("image", "light")
    )
    np.testing.assert_array_equal(image.x, light.x)
    np.testing.assert_array_equal(image.y[:, [0, 1, 2, 5, 6]], light.y[:, [0, 1, 2, 5, 6]])
    between = image.y[:, 3:5] - light.y[:, 3:5]
    # the light is within half a pixel of the middle
    assert 0 < np.abs(between).max() <= 0.1 + 1e-6
    np.testing.assert_allclose(light.y[:, 3], image.info["offset_x"], rtol=1e-6)
