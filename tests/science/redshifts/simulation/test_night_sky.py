"""Lines of the night sky against what is known of hydroxyl from elsewhere."""

import numpy as np
import pytest

from astro_dl.observations.spectra.wavelengths import log_edges
from astro_dl.science.redshifts.simulation import night_sky
from astro_dl.science.redshifts.simulation.night_sky import hydroxyl_lines, sky_residuals

# Energies E/k [K] of the rotational levels J of OH, from its lines in the far infrared at 119.3,
# 84.5, 65.2, 79.1, 163.3, 98.7 and 71.2 µm (2Π3/2 and 2Π1/2).
LEVELS = {
    1.5: {1.5: 0.0, 2.5: 120.7, 3.5: 290.5, 4.5: 511.0},
    0.5: {0.5: 181.9, 1.5: 270.1, 2.5: 415.6, 3.5: 617.8},
}
# The rotational constant of v = 4 in units of that of v = 0.
SLOWER = 0.84
# Intervals of wavelength [Å] of the R, Q and P branches of the band 4-2.
BRANCHES = {"R": (15_400, 15_740), "Q": (15_740, 15_900), "P": (15_900, 16_500)}


def hoenl_london(j, omega):
    """Return the shares of the branches of a level, of transitions that keep Λ, in case a."""
    p = ((j + 1) ** 2 - omega**2) / (j + 1)
    q = (2 * j + 1) * omega**2 / (j * (j + 1))
    r = (j**2 - omega**2) / j
    return np.array([r, q, p]) / (2 * j + 1)


def expected_shares():
    shares = sum(
        (2 * j + 1) * np.exp(-SLOWER * energy / 190.0) * hoenl_london(j, omega)
        for omega, ladder in LEVELS.items()
        for j, energy in ladder.items()
    )
    return dict(zip("RQP", shares / shares.sum(), strict=True))


def test_branches_share_a_band_as_hoenl_and_london_say():
    wavelength, rate = (np.array(one) for one in zip(*night_sky._band(4, 2, 1.0), strict=True))
    wavelength = 1e8 / wavelength
    expected = expected_shares()
    for branch, (first, last) in BRANCHES.items():
        share = rate[(wavelength > first) & (wavelength < last)].sum() / rate.sum()
        # Equal shares at every J, which the simulation takes, are that close.
        assert share == pytest.approx(expected[branch], abs=0.055), branch


@pytest.mark.parametrize("known", [15_241.0, 15_972.6, 16_079.8, 16_840.5, 16_955.1])
def test_strong_lines_lie_where_they_are_observed(known):
    # P1(2.5) of the bands 3-1, 4-2 and 5-3, P1(3.5) of the last two: Rousselot et al. (2000).
    wavelength, rate = hydroxyl_lines()
    strong = wavelength[rate > 0.2 * rate.max()]
    assert np.abs(strong - known).min() < 40


@pytest.mark.parametrize("resolving_power", [1000.0, 4000.0])
def test_a_line_is_as_wide_as_the_resolving_power_says(monkeypatch, resolving_power):
    monkeypatch.setattr(night_sky, "hydroxyl_lines", lambda: (np.array([9000.0]), np.ones(1)))
    edges = log_edges((8900.0, 9100.0), 20_000)
    rate = sky_residuals(edges, resolving_power) ** 2
    centre = np.sqrt(edges[1:] * edges[:-1])
    bright = centre[rate > 0.5 * rate.max()]
    assert bright.mean() == pytest.approx(9000, abs=0.05)
    # R = λ / Δλ, of the full width at half maximum.
    assert bright[-1] - bright[0] == pytest.approx(9000 / resolving_power, rel=0.01)


def test_residuals_are_the_square_root_of_the_rates(monkeypatch):
    lines = np.array([9000.0, 9050.0]), np.array([4.0, 1.0])
    monkeypatch.setattr(night_sky, "hydroxyl_lines", lambda: lines)
    edges = log_edges((8900.0, 9100.0), 20_000)
    centre = np.sqrt(edges[1:] * edges[:-1])
    found = np.interp(lines[0], centre, sky_residuals(edges, 3000.0))
    np.testing.assert_allclose(found, [1.0, 0.5], rtol=1e-3)
