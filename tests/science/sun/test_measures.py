"""What is counted and measured on maps, on maps of known content."""

import numpy as np
import pytest

from astro_dl.science.sun.measures import (
    bipole_axis,
    count_patches,
    darker_area,
    inversion_line,
    total_flux,
)


def blank(n=2, size=40):
    return np.zeros((n, size, size), np.float32)


def test_patches_are_counted_map_by_map():
    mask = blank(4).astype(bool)
    mask[0, 3:5, 3:5] = mask[0, 5, 5] = True
    mask[1, :2, :2] = mask[1, 10, 10] = mask[1, 20:25, 3] = True
    mask[3, 39, 39] = True
    np.testing.assert_array_equal(count_patches(mask), [1, 3, 0, 1])
    np.testing.assert_array_equal(count_patches(mask[2:3]), [0])


def test_area_of_the_whole_hemisphere_is_a_million():
    scale = 0.5
    pixels = 2 * np.pi * (180 / np.pi) ** 2 / scale**2
    side = int(np.sqrt(pixels))
    assert darker_area(np.zeros((1, side, side)), 0.5, scale)[0] == pytest.approx(1e6, rel=0.01)


def test_flux_of_a_uniform_field():
    degree = 6.957e10 * np.pi / 180
    field = np.full((1, 10, 10), -300.0)
    assert total_flux(field, 0.2)[0] == pytest.approx(300 * 4 * degree**2)


def test_axis_of_a_bipole():
    field = blank()
    field[0, 10, 30], field[0, 20, 10] = 500, -500
    field[1, 10, 10], field[1, 20, 30] = 500, -500
    separation, tilt = bipole_axis(field, 0.3)
    np.testing.assert_allclose(separation, np.hypot(6, 3))
    # The western end lies to the south in the first, to the north in the second.
    np.testing.assert_allclose(tilt, np.degrees(np.arctan2(3, 6)) * np.array([1, -1]))
    assert np.isnan(bipole_axis(np.abs(field), 0.3)[0]).all()


def test_inversion_line_of_touching_and_of_distant_polarities():
    field = blank()
    field[0, 10:30, 10:20], field[0, 10:30, 20:30] = 800, -800
    field[1, 10:30, 5:10], field[1, 10:30, 30:35] = 800, -800
    length, r_value = inversion_line(field, 0.3)
    assert length[0] == pytest.approx(20 * 0.3, rel=0.15)
    assert length[1] == r_value[1] == 0
    assert r_value[0] > 3
    assert inversion_line(field / 10, 0.3)[0].max() == 0
