"""Deflection by power laws against the isothermal ellipsoid, and against its own convergence."""

import numpy as np
import pytest

from astro_dl.observations.images.ellipse import ellipticity
from astro_dl.science.lenses.simulation.mass import LensMass, deflection
from astro_dl.science.lenses.simulation.power_law import power_law_deflection

RNG = np.random.default_rng(0)
X, Y = RNG.uniform(-3, 3, (2, 200))


@pytest.mark.parametrize(("q", "angle"), [(0.5, 0.3), (0.8, 2.0), (0.999, 1.0)])
def test_isothermal_ones_deflect_as_the_ellipsoid(q, angle):
    e1, e2 = ellipticity(q, angle)
    expected = deflection(LensMass(1.3, e1, e2), X, Y)
    found = power_law_deflection(X, Y, 1.3, 1.0, q, angle)
    np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize("slope", [0.7, 1.0, 1.3])
def test_half_the_divergence_is_the_convergence(slope):
    q, angle, step = 0.6, 0.8, 1e-4
    ahead = power_law_deflection(X + step, Y, 1.1, slope, q, angle)[0]
    behind = power_law_deflection(X - step, Y, 1.1, slope, q, angle)[0]
    above = power_law_deflection(X, Y + step, 1.1, slope, q, angle)[1]
    below = power_law_deflection(X, Y - step, 1.1, slope, q, angle)[1]
    found = (ahead - behind + above - below) / (4 * step)
    along = X * np.cos(angle) + Y * np.sin(angle)
    across = Y * np.cos(angle) - X * np.sin(angle)
    radius = np.sqrt(q * along**2 + across**2 / q)
    expected = 0.5 * (2 - slope) * (1.1 / radius) ** slope
    far = radius > 0.3
    np.testing.assert_allclose(found[far], expected[far], rtol=1e-4)


@pytest.mark.parametrize("slope", [0.7, 1.3])
def test_the_ring_of_a_round_one_is_at_the_einstein_radius(slope):
    azimuth = np.linspace(0, 6, 7)
    x, y = 1.7 * np.cos(azimuth), 1.7 * np.sin(azimuth)
    np.testing.assert_allclose(power_law_deflection(x, y, 1.7, slope, 1.0, 0.0), (x, y), atol=1e-9)
