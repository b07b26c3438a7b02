"""The remnant and its ringing, against Leaver's continued fraction and published values."""

import numpy as np
import pytest
from scipy.optimize import root

from astro_dl.science.gravitational_waves.waveforms.ringdown import (
    dominant_mode,
    radiated_energy,
    remnant_spin,
)


def continued_fraction(alpha, beta, gamma):
    value = beta[-1]
    for k in range(len(beta) - 2, -1, -1):
        value = beta[k] - alpha[k] * gamma[k + 1] / value
    return value


def leaver_equations(omega, separation, spin, m=2, s=-2):
    """Angular and radial condition of Leaver (1985), eqs 20, 21, 25, 26, in units of 2 M."""
    a = spin / 2
    b = np.sqrt(1 - 4 * a**2)
    n = np.arange(600)
    k1, k2 = abs(m - s) / 2, abs(m + s) / 2
    angular = continued_fraction(
        -2 * (n + 1) * (n + 2 * k1 + 1),
        n * (n - 1)
        + 2 * n * (k1 + k2 + 1 - 2 * a * omega)
        - 2 * a * omega * (2 * k1 + s + 1)
        + (k1 + k2) * (k1 + k2 + 1)
        - (a * omega) ** 2
        - s * (s + 1)
        - separation,
        2 * a * omega * (n + k1 + k2 + s),
    )
    corotation = (omega / 2 - a * m) / b
    c0 = 1 - s - 1j * omega - 2j * corotation
    c1 = -4 + 2j * omega * (2 + b) + 4j * corotation
    c2 = s + 3 - 3j * omega - 2j * corotation
    c3 = omega**2 * (4 + 2 * b - a**2) - 2 * a * m * omega - s - 1 + (2 + b) * 1j * omega
    c3 += -separation + (4 * omega + 2j) * corotation
    c4 = s + 1 - 2 * omega**2 - (2 * s + 3) * 1j * omega - (4 * omega + 2j) * corotation
    radial = continued_fraction(
        n**2 + (c0 + 1) * n + c0,
        -2 * n**2 + (c1 + 2) * n + c3,
        n**2 + (c2 - 3) * n + c4 - c2 + 2,
    )
    return angular, radial


def solved_mode(spin):
    """Solve for the mode, starting from its approximate value in the module."""
    frequency, damping = dominant_mode(spin)
    start = 4 * np.pi * np.array([frequency * 1.001, -damping * 1.001])

    def residual(x):
        angular, radial = leaver_equations(x[0] + 1j * x[1], x[2] + 1j * x[3], spin)
        return [angular.real, angular.imag, radial.real, radial.imag]

    solution = root(residual, [*start, 4 - 2.5 * spin * start[0] / 2, 0.0], tol=1e-13)
    assert solution.success
    return solution.x[0] / (4 * np.pi), -solution.x[1] / (4 * np.pi)


@pytest.mark.parametrize("spin", [-0.95, -0.6, -0.2, 0.0, 0.3, 0.69, 0.9, 0.97])
def test_mode_solves_leavers_equations(spin):
    np.testing.assert_allclose(dominant_mode(spin), solved_mode(spin), atol=2e-9)


# M omega of the l = m = 2, n = 0 mode (Berti, Cardoso & Starinets 2009).
@pytest.mark.parametrize(
    ("spin", "real", "imaginary"), [(0.0, 0.37367, 0.08896), (0.7, 0.53260, 0.08079)]
)
def test_mode_has_the_published_values(spin, real, imaginary):
    frequency, damping = dominant_mode(spin)
    assert 2 * np.pi * frequency == pytest.approx(real, abs=1e-5)
    assert 2 * np.pi * damping == pytest.approx(imaginary, abs=1e-5)


def test_equal_bodies_without_spin_leave_the_known_remnant():
    # Numerical relativity: spin 0.68646, mass 0.95162 (Scheel et al. 2009).
    assert remnant_spin(0.25, 0.0, 0.0) == pytest.approx(0.68646, abs=1e-3)
    assert 1 - radiated_energy(0.25, 0.0, 0.0) == pytest.approx(0.95162, abs=1e-3)


def test_test_particle_leaves_the_black_hole_as_it_was():
    assert remnant_spin(1e-9, 0.7, -0.4) == pytest.approx(0.7, abs=1e-6)
    assert radiated_energy(1e-9, 0.7, 0.0) == pytest.approx(0, abs=1e-6)
