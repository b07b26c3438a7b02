import numpy as np
import pytest
from scipy.integrate import quad

from astro_dl.science.stars.simulation.profiles import as_opacity, core_width, wing_shares


@pytest.mark.parametrize("opacity", [1e-4, 0.3, 2.0, 40.0, 1e4])
def test_a_core_is_as_wide_as_its_integral(opacity):
    def share(u):
        return opacity / (np.exp(u**2) + opacity)

    assert core_width(np.array(opacity)) == pytest.approx(2 * quad(share, 0, 15)[0], rel=2e-3)


def test_the_curve_of_growth_is_linear_then_flat():
    faint, strong = np.array([1e-8, 2e-8]), np.array([1e8, 1e16])
    np.testing.assert_allclose(core_width(faint), np.sqrt(np.pi) * faint, rtol=1e-6)
    np.testing.assert_allclose(core_width(strong), 2 * np.sqrt(np.log(strong)), rtol=0.02)


@pytest.mark.parametrize(("opacity", "damping"), [(0.5, 0.01), (1e3, 0.02), (1e6, 0.1)])
def test_wings_take_their_mean_share_of_a_pixel(opacity, damping):
    left, right = np.array([-3.0, 9.0]), np.array([9.0, 21.0])
    found = wing_shares(np.array([opacity]), np.array([damping]), left, right)

    def share(u):
        wing = damping * opacity / np.sqrt(np.pi) / (u**2 + 1.5)
        return wing / (1 + wing)

    expected = [
        quad(share, low, high)[0] / (high - low) for low, high in zip(left, right, strict=True)
    ]
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_an_even_opacity_takes_the_share_that_it_stands_for():
    share = np.array([0.0, 0.2, 0.9])
    opacity = as_opacity(share)
    np.testing.assert_allclose(opacity / (1 + opacity), share, atol=1e-12)
