import numpy as np
import pytest

from astro_dl.science.stars.simulation.atmosphere import (
    ELEMENTS,
    HC_OVER_K,
    continuum_flux,
    ion_fractions,
    one_layer,
)
from astro_dl.science.stars.simulation.grid import (
    GRAVITIES,
    METALLICITIES,
    TEMPERATURES,
    WAVELENGTHS,
    line_spectra,
)

WIDTHS = np.gradient(WAVELENGTHS)


def equivalent_width(spectra, low, high):
    """Return the width [Å] of what is lost between two wavelengths in vacuum."""
    inside = (low < WAVELENGTHS) & (high > WAVELENGTHS)
    return ((1 - spectra[..., inside]) * WIDTHS[inside]).sum(axis=-1)


@pytest.fixture(scope="module")
def dwarfs():
    """Spectra of solar metallicity and log g 3.6, by temperature."""
    return line_spectra()[:, list(GRAVITIES).index(3.6), list(METALLICITIES).index(-0.4)]


def hottest_where_strongest(spectra, low, high, least=4500):
    warm = least < TEMPERATURES
    return TEMPERATURES[warm][equivalent_width(spectra[warm], low, high).argmax()]


def test_hydrogen_is_half_ionised_where_saha_says():
    fractions = ion_fractions(
        ELEMENTS["H"], np.array([5000.0, 9600.0, 20_000.0]), np.full(3, 200.0)
    )
    assert fractions[1, 0] < 1e-3
    assert fractions[1, 1] == pytest.approx(0.5, abs=0.15)  # Gray (2005), fig. 1.2
    assert fractions[1, 2] > 0.999


def test_the_suns_layer_has_the_suns_pressures():
    sun = one_layer(np.array([5772.0]), np.array([4.44]), np.array([0.0]))
    assert np.log10(sun.electron_pressure[0]) == pytest.approx(0.8, abs=0.5)
    assert np.log10(sun.hydrogen_pressure[0]) == pytest.approx(4.7, abs=0.4)


@pytest.mark.parametrize("line", [(4800, 4930), (6500, 6630), (4095, 4112)])
def test_hydrogen_lines_peak_near_nine_to_ten_thousand_kelvin(dwarfs, line):
    assert 8300 < hottest_where_strongest(dwarfs, *line, least=6500) < 10_700


def test_hydrogen_lines_of_early_stars_are_alike_and_as_wide_as_observed(dwarfs):
    early = dwarfs[np.argmin(abs(TEMPERATURES - 9500))]
    lines = ((6500, 6630), (4800, 4925), (4280, 4400), (4060, 4145))
    widths = np.array([equivalent_width(early, *line) for line in lines])
    # 8 to 16 Å in dwarfs of types A0 to A5: Gray & Corbally (2009), ch. 5
    assert widths.max() < 1.6 * widths.min()
    assert 8 < widths.mean() < 22


def test_other_lines_peak_at_their_spectral_types(dwarfs):
    assert hottest_where_strongest(dwarfs, 3930, 3940) < 6000  # Ca K
    assert 15_000 < hottest_where_strongest(dwarfs, 4470, 4475, 10_000) < 25_000  # He I
    assert hottest_where_strongest(dwarfs, 4684, 4690, 10_000) > 30_000  # He II
    titanium = equivalent_width(dwarfs, 7055, 7150)
    assert titanium[TEMPERATURES < 3300].min() > 20
    assert titanium[(TEMPERATURES > 4700) & (TEMPERATURES < 10_000)].max() < 3


def test_metals_follow_metallicity_and_wings_follow_gravity():
    solar = np.argmin(abs(TEMPERATURES - 5800))
    iron = equivalent_width(line_spectra()[solar], 5265, 5275)
    assert (np.diff(iron, axis=1) > 0).all()
    balmer = equivalent_width(line_spectra()[np.argmin(abs(TEMPERATURES - 10_000))], 4810, 4920)
    assert (np.diff(balmer[:, 1]) > 0).all()


def test_residual_fluxes_are_fractions():
    assert line_spectra().min() >= 0
    assert line_spectra().max() <= 1


@pytest.mark.parametrize(("effective", "low", "high"), [(5777, 6000, 6900), (9475, 13_500, 15_800)])
def test_the_continuum_has_the_colour_temperature_of_real_stars(effective, low, high):
    # Of A0 stars 14,665 K: bound-free hydrogen lets blue light out of deeper, hotter layers.
    wave = np.linspace(4000.0, 7400.0, 40)
    flux = continuum_flux(np.array([float(effective)]), np.array([4.2]), np.zeros(1), wave)[0]
    slope = np.polyfit(np.log(wave), np.log(flux), 1)[0]
    colours = np.linspace(3000.0, 30_000.0, 2000)
    x = HC_OVER_K / (wave * colours[:, None])
    planck = np.polyfit(np.log(wave), (-5 * np.log(wave) - np.log(np.expm1(x))).T, 1)[0]
    assert low < np.interp(slope, planck[::-1], colours[::-1]) < high


def test_a_continuum_of_equal_opacity_everywhere_is_planck_s():
    # Free electrons alone, as in the hottest stars, absorb no colour more than another.
    wave = np.linspace(4000.0, 7400.0, 10)
    hot = continuum_flux(np.array([45_000.0]), np.array([3.0]), np.zeros(1), wave)[0]
    ratio = hot / (wave**-5 / np.expm1(HC_OVER_K / (wave * 45_000.0)))
    assert np.ptp(ratio / ratio.mean()) < 0.25
