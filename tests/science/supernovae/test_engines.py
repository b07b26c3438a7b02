"""Light by what heats it, against theory and against another code."""

import numpy as np
import pytest

from astro_dl.observations.photometry.galaxy_templates import LOG_WAVELENGTH
from astro_dl.observations.photometry.synthetic_magnitudes import band_magnitudes
from astro_dl.science.supernovae.simulation import band_light, engines
from astro_dl.science.supernovae.simulation.light_curves import (
    COLOR_SLOPE,
    IA_MAGNITUDE,
    STRETCH_SLOPE,
    Sources,
    ia_flux,
    stretch,
)
from astro_dl.science.supernovae.simulation.populations import SUBTYPES, luminosity_distance

GRIZ = tuple("griz")


def test_light_at_its_maximum_is_the_power_within():
    tau = np.array([8.0, 14.0, 25.0])
    power = engines.nickel_power(np.full(3, 0.3))
    light = engines.diffused(power, tau)
    peak = light.argmax(axis=1)
    rows = np.arange(3)
    # Arnett's rule; the maximum is known to a day.
    np.testing.assert_allclose(light[rows, peak], power[rows, peak], rtol=0.04)
    assert (np.diff(peak) > 0).all()


def test_all_energy_comes_out_less_what_expansion_took():
    light = engines.diffused(engines.nickel_power(np.ones(1)), np.array([0.5]))
    # At once diffused, the light is the power.
    np.testing.assert_allclose(light[0, 20:], engines.nickel_power(np.ones(1))[0, 20:], rtol=0.01)


def test_ejecta_of_four_times_the_mass_hold_light_twice_as_long():
    one, four = engines.diffusion_days(np.array([2.0, 8.0]), np.array([9000.0, 9000.0]))
    assert four == pytest.approx(2 * one)


@pytest.mark.parametrize(
    ("place", "length", "luminosity"), [(0, 1 / 2, -1 / 2), (1, 1 / 6, 2 / 3), (2, -1 / 6, 5 / 6)]
)
def test_plateaus_scale_as_popov_says(place, length, luminosity):
    values = [np.ones(1), np.ones(1), np.ones(1)]
    values[place] = np.array([3.0])
    assert engines.plateau_days(*values)[0] == pytest.approx(99 * 3**length)
    assert engines.plateau_luminosity(*values)[0] == pytest.approx(0.164 * 3**luminosity)


def test_a_magnetar_gives_all_its_energy():
    power = engines.magnetar_power(np.array([2.0]), np.array([5.0]))
    spent = np.trapezoid(power[0], engines.DAYS) * 1e43 * engines.DAY
    # Five days in three hundred are left to be spent.
    assert spent == pytest.approx(2e51 * (1 - 5 / 305), rel=0.02)


def test_photospheres_cool_to_their_floor():
    light = engines.diffused(engines.nickel_power(np.full(1, 0.2)), np.array([12.0]))
    temperature = engines.temperatures(light, np.array([9000.0]), np.array([5000.0]))[0]
    assert temperature[-1] == 5000
    assert temperature[10] > temperature[30] >= 5000


@pytest.mark.parametrize("name", SUBTYPES)
def test_explosions_are_as_bright_as_told(name):
    drawn = SUBTYPES[name].draw(np.full(50, -18.0), np.random.default_rng(0))
    wanted = 10 ** (0.4 * 18.0) * 3.0128e-8
    # Nickel is added to what a plateau has.
    np.testing.assert_allclose(drawn.light.max(axis=1), wanted, rtol=0.15)
    assert np.isfinite(drawn.temperature).all()
    assert (drawn.light >= 0).all()


@pytest.mark.parametrize("redshift", [0.0, 0.42])
def test_tables_give_the_magnitudes_of_the_spectra(redshift):
    wavelength = np.exp(LOG_WAVELENGTH)
    template = band_light.ia_template()
    spectrum = np.interp(
        wavelength / (1 + redshift), template.wavelength, template.flux[4], left=0, right=0
    )
    colors = np.diff(band_magnitudes("des", GRIZ, wavelength, spectrum[None])[0])
    table = band_light.ia_light("des", GRIZ)
    bands = np.arange(4)
    flux = table.at(bands, np.zeros(4), np.zeros(4), np.full(4, redshift))
    np.testing.assert_allclose(np.diff(-2.5 * np.log10(flux)), colors, atol=0.01)


def test_a_black_body_radiates_what_it_is_said_to():
    table = band_light.black_body_light("des", GRIZ, band_light.Blanketing(1.0))
    flux = table.at(np.arange(4), np.zeros(4), np.full(4, np.log(6000)), np.zeros(4))
    magnitude = band_light.ZERO_POINT - 2.5 * np.log10(flux)
    # The Sun, of 5772 K, has absolute magnitudes g 5.1, r 4.65, i 4.53, z 4.5 (Willmer 2018).
    sun = magnitude + 2.5 * np.log10(1e43 / 3.828e33)
    np.testing.assert_allclose(sun, [5.0, 4.65, 4.55, 4.54], atol=0.2)


def test_lines_take_the_ultraviolet_of_cool_photospheres_alone():
    lines = band_light.Blanketing(4000.0, 3.0, 12_000.0)
    left = lines.left(np.array([2000.0, 4000.0, 8000.0]), np.array([[1000.0], [12_000.0], [1e6]]))
    np.testing.assert_allclose(left[:, 1:], 1)
    np.testing.assert_allclose(left[:, 0], [1 / 8, 8**-0.5, 1], rtol=1e-3)


def test_blanketed_light_leaves_the_bluest_band_with_redshift():
    lines = band_light.Blanketing(3500.0, 7.0, 12_000.0)
    bare = band_light.Blanketing(1.0)
    z, cool = np.array([0.1, 0.5, 0.9]), np.full(3, np.log(6500))
    taken = [
        -2.5 * np.log10(table.at(np.zeros(3, int), np.zeros(3), cool, z))
        for table in (band_light.black_body_light("des", GRIZ, one) for one in (lines, bare))
    ]
    dimming = taken[0] - taken[1]
    assert dimming[0] == pytest.approx(0, abs=0.01)  # g is above 3500 Å at rest
    assert dimming[2] > dimming[1] + 0.5 > 0.6


def sources(n, **values):
    columns = {"x1": 0.0, "color": 0.0, "reddening": np.nan, "peak_day": 0.0, "redshift": 0.3}
    columns = {name: np.full(n, value) for name, value in columns.items()}
    columns |= {name: np.asarray(value, float) for name, value in values.items()}
    return Sources(np.full(n, "Ia"), **columns)


def test_stretch_and_colour_of_ia_change_what_they_should():
    table = band_light.ia_light("des", GRIZ)
    flux = ia_flux(
        table,
        sources(3, x1=[0, 1, 0], color=[0, 0, 0.1], redshift=[0.05] * 3),
        np.zeros(3, int),
        np.zeros(3),
    )
    magnitude = -2.5 * np.log10(flux)
    assert magnitude[1] - magnitude[0] == pytest.approx(-STRETCH_SLOPE, abs=1e-6)
    assert magnitude[2] - magnitude[0] == pytest.approx(0.1 * COLOR_SLOPE, abs=0.05)


@pytest.mark.oracle
@pytest.mark.parametrize("redshift", [0.1, 0.5, 0.9])
def test_magnitudes_of_ia_are_those_of_sncosmo(redshift):
    sncosmo = pytest.importorskip("sncosmo")
    from speclite.filters import load_filter

    template = band_light.ia_template()
    source = sncosmo.TimeSeriesSource(template.days, template.wavelength, template.flux)
    model = sncosmo.Model(source)
    model.set(z=redshift, t0=0)
    days = np.array([-8.0, 0.0, 10.0, 25.0, 50.0])
    table = band_light.ia_light("des", GRIZ)
    shifts = []
    for number, name in enumerate(GRIZ):
        curve = load_filter(f"decamDR1-{name}")
        band = sncosmo.Bandpass(curve.wavelength, curve.response, name=name)
        theirs = model.bandmag(band, "ab", days * (1 + redshift))
        rest = sources(len(days), redshift=[redshift] * len(days))
        since = days * (1 + redshift) * stretch(0.0)
        flux = ia_flux(table, rest, np.full(len(days), number), since)
        shifts.append(band_light.ZERO_POINT - 2.5 * np.log10(flux) - theirs)
    # They differ by one constant, the absolute magnitude, in all bands and on all days.
    np.testing.assert_allclose(shifts, np.median(shifts), atol=0.03)


def test_a_normal_ia_at_its_maximum_is_as_bright_as_it_should_be():
    table = band_light.ia_light("des", GRIZ)
    flux = ia_flux(table, sources(1, redshift=[0.01]), np.array([0]), np.array([0.0]))
    far = 5 * np.log10(luminosity_distance(0.01) / 10)
    magnitude = band_light.ZERO_POINT - 2.5 * np.log10(flux[0]) - far
    assert magnitude == pytest.approx(IA_MAGNITUDE, abs=0.2)
