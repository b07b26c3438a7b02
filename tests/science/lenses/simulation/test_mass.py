"""Deflection, magnification and the cut of isothermal lenses; lenstronomy is in test_lens_image."""

import numpy as np
import pytest

from astro_dl.observations.images.ellipse import axis_ratio_and_angle, ellipticity
from astro_dl.science.lenses.simulation.mass import (
    LensMass,
    deflection,
    inside_cut,
    magnification,
    source_position,
)

AXIS = np.linspace(-3.05, 3.05, 30)
ROW, COLUMN = AXIS[None, :], AXIS[:, None]
X, Y = np.meshgrid(AXIS, AXIS)
MASS = LensMass(1.3, 0.2, -0.1, 0.1, -0.2, 0.05, -0.03)


def test_no_mass_deflects_nothing():
    assert not np.any(deflection(LensMass(0.0), ROW, COLUMN))


def test_the_isothermal_sphere_deflects_by_its_einstein_radius_towards_the_centre():
    alpha_x, alpha_y = deflection(LensMass(1.3), X, Y)
    radius = np.hypot(X, Y)
    np.testing.assert_allclose(alpha_x, 1.3 * X / radius, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(alpha_y, 1.3 * Y / radius, rtol=1e-6, atol=1e-7)


def test_shear_alone_is_linear():
    alpha_x, alpha_y = deflection(LensMass(0.0, gamma1=0.1, gamma2=0.05), ROW, COLUMN)
    np.testing.assert_allclose(alpha_x, 0.1 * X + 0.05 * Y, atol=1e-12)
    np.testing.assert_allclose(alpha_y, 0.05 * X - 0.1 * Y, atol=1e-12)


def test_rows_and_columns_give_what_full_arrays_give():
    for ours, full in zip(deflection(MASS, ROW, COLUMN), deflection(MASS, X, Y), strict=True):
        np.testing.assert_allclose(ours, full, rtol=1e-9, atol=1e-10)


def test_source_position_is_position_less_deflection():
    for position, alpha, axis in zip(
        source_position(MASS, X, Y), deflection(MASS, X, Y), (X, Y), strict=True
    ):
        np.testing.assert_allclose(position, axis - alpha, atol=1e-10)


def test_a_core_vanishes_continuously_and_softens_the_centre():
    soft = LensMass(1.3, 0.2, -0.1, core_radius=1e-6)
    hard = LensMass(1.3, 0.2, -0.1)
    np.testing.assert_allclose(deflection(soft, X, Y), deflection(hard, X, Y), atol=1e-4)
    near = np.array([[1e-3]])
    cored = deflection(LensMass(1.3, core_radius=0.5), near, near)
    assert np.hypot(*cored).item() < 0.01


def numerical_jacobian(mass, x, y, step=1e-4):
    right, left = source_position(mass, x + step, y), source_position(mass, x - step, y)
    up, down = source_position(mass, x, y + step), source_position(mass, x, y - step)
    (xx, yx), (xy, yy) = (
        [(a - b) / (2 * step) for a, b in zip(*pair, strict=True)]
        for pair in ((right, left), (up, down))
    )
    return xx * yy - xy * yx


def test_magnification_is_the_inverse_jacobian_of_the_lens_equation():
    np.testing.assert_allclose(
        1 / magnification(MASS, X, Y), numerical_jacobian(MASS, X, Y), atol=2e-5
    )


def test_convergence_is_half_the_divergence_and_of_the_mass_within_the_einstein_radius():
    step = 1e-3
    fine = np.arange(-4, 4, 0.02) + 0.01
    x, y = np.meshgrid(fine, fine)
    mass = LensMass(1.2, 0.25, 0.1)
    divergence = (deflection(mass, x + step, y)[0] - deflection(mass, x - step, y)[0]) / (2 * step)
    divergence += (deflection(mass, x, y + step)[1] - deflection(mass, x, y - step)[1]) / (2 * step)
    q, angle = axis_ratio_and_angle(0.25, 0.1)
    along, across = (
        np.cos(angle) * x + np.sin(angle) * y,
        np.cos(angle) * y - np.sin(angle) * x,
    )
    inside = q * along**2 + across**2 / q < 1.2**2
    assert divergence[inside].sum() * 0.02**2 / 2 == pytest.approx(np.pi * 1.2**2, rel=0.01)


def images_of_point(mass, source_x, source_y):
    """Number of small regions of a fine grid that map closest to the source, found by cells."""
    fine = np.linspace(-4, 4, 801)
    beta_x, beta_y = source_position(mass, *np.meshgrid(fine, fine))
    distance = np.hypot(beta_x - source_x, beta_y - source_y)
    inner = distance[1:-1, 1:-1]
    around = [
        distance[1 + i : distance.shape[0] - 1 + i, 1 + j : distance.shape[1] - 1 + j]
        for i in (-1, 0, 1)
        for j in (-1, 0, 1)
        if (i, j) != (0, 0)
    ]
    lowest = np.all([inner < other for other in around], axis=0)
    return int((lowest & (inner < 0.05)).sum())


@pytest.mark.parametrize("shift", [0.0, 0.15])
def test_sources_inside_the_cut_have_several_images(shift):
    mass = LensMass(1.0, 0.1, 0.05, shift, -shift, 0.03, -0.02)
    for angle in (0.3, 1.7, 4.0):
        direction = np.array([np.cos(angle), np.sin(angle)])
        centre = np.array(
            [
                shift * (1 - 0.03) + shift * -0.02,
                -shift * (1 + 0.03) - shift * -0.02,
            ]
        )
        edge = next(
            r for r in np.arange(0.5, 1.6, 0.01) if not inside_cut(mass, *(centre + r * direction))
        )
        assert images_of_point(mass, *(centre + 0.85 * edge * direction)) >= 2
        assert images_of_point(mass, *(centre + 1.15 * edge * direction)) == 1


def test_cut_of_the_sphere_is_its_einstein_radius():
    mass = LensMass(1.0)
    assert inside_cut(mass, 0.99, 0.0)
    assert not inside_cut(mass, 0.0, 1.01)
    assert not inside_cut(LensMass(0.0), 0.1, 0.0)


def test_ellipticity_round_trip():
    e1, e2 = ellipticity([0.3, 0.9], [0.2, -0.7])
    q, angle = axis_ratio_and_angle(e1, e2)
    np.testing.assert_allclose(q, [0.3, 0.9])
    np.testing.assert_allclose(angle, [0.2, -0.7])
