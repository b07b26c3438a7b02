"""Sérsic profiles: half of the light, total light, symmetry."""

import numpy as np
import pytest

from astro_dl.observations.images.sersic import (
    SersicLight,
    sersic_b,
    sersic_flux,
    surface_brightness,
)

AXIS = (np.arange(600) - 299.5) * 0.02
ROW, COLUMN = AXIS[None, :], AXIS[:, None]


@pytest.mark.parametrize("e1", [0.0, 0.3])
@pytest.mark.parametrize("index", [0.5, 1.0, 1.5])
def test_total_light_is_the_sum_over_a_wide_image(index, e1):
    light = SersicLight(0.5, index, e1, 0.1)
    total = surface_brightness(light, ROW, COLUMN).sum() * 0.02**2
    assert total == pytest.approx(sersic_flux(light), rel=0.002)


@pytest.mark.parametrize("index", [0.7, 1.0, 2.5, 4.0])
def test_half_of_the_light_is_within_the_effective_radius(index):
    light = SersicLight(0.5, index)
    image = surface_brightness(light, ROW, COLUMN)
    within = image[np.hypot(ROW, COLUMN) < 0.5].sum() * 0.02**2
    assert within / sersic_flux(light) == pytest.approx(0.5, rel=0.02)


def test_one_at_the_effective_radius_and_symmetric_about_the_centre():
    light = SersicLight(0.8, 3.0, 0.2, 0.1, 0.3, -0.1)
    round_one = SersicLight(0.8, 3.0, center_x=0.3, center_y=-0.1)
    at = np.array([[0.3 + 0.8, 0.3]]), np.array([[-0.1, -0.1 + 0.8]])
    np.testing.assert_allclose(surface_brightness(round_one, *at), 1, rtol=1e-9)
    dx, dy = np.array([[0.4, -0.4]]), np.array([[0.2, -0.2]])
    pair = surface_brightness(light, 0.3 + dx, -0.1 + dy)[0]
    assert pair[0] == pytest.approx(pair[1], rel=1e-9)


def test_index_one_is_exponential():
    x = np.array([[0.5, 1.0, 2.0]])
    logarithm = np.log(surface_brightness(SersicLight(0.5, 1.0), x, np.zeros((1, 3))))[0]
    np.testing.assert_allclose(np.diff(logarithm), -sersic_b(1.0) * np.array([1, 2]), rtol=1e-9)


def test_single_precision_is_finite_everywhere():
    light = SersicLight(0.03, 0.5)
    image = surface_brightness(light, *(a.astype(np.float32) for a in (ROW, COLUMN)))
    assert image.dtype == np.float32
    assert np.isfinite(image).all()
    assert not ((image > 0) & (image < np.finfo(np.float32).tiny)).any()
