"""Colours of simulated stars beside relations that nothing here was made of."""

import numpy as np
import pytest

from astro_dl.observations.irregular_series.surveys import SURVEYS
from astro_dl.observations.photometry.extinction import optical_extinction
from astro_dl.science.variable_stars.bands import native_band, vega_in_ab
from astro_dl.science.variable_stars.simulation import binaries
from astro_dl.science.variable_stars.simulation.kinds import KINDS
from astro_dl.science.variable_stars.simulation.light_curves import simulate_light_curves
from astro_dl.science.variable_stars.simulation.starlight import (
    companion_temperature,
    power_law_magnitudes,
    star_magnitudes,
    surface_brightness,
)


def native(temperature, blue, red):
    """Return a colour (n,) in the usual system of its bands."""
    bands = [native_band(blue), native_band(red)]
    magnitude = star_magnitudes(temperature, np.array([band.wavelength for band in bands]))
    magnitude -= [band.to_ab for band in bands]
    return magnitude[:, 0] - magnitude[:, 1]


def drawn(kind, period, n=4000):
    """Return temperatures of stars of one kind and period."""
    rng = np.random.default_rng(0)
    one = KINDS[kind]
    absolute = np.full(n, one.luminosity[1])
    return one.temperature(np.full(n, float(period)), absolute, rng)


def median_colour(series):
    """Return the difference of the medians of two bands; NaN if one has no point."""
    values = [series.value[series.band == number] for number in (0, 1)]
    return np.median(values[0]) - np.median(values[1]) if all(map(len, values)) else np.nan


def test_colours_of_dwarfs_in_the_bands_of_sdss_are_those_that_are_measured():
    # Pecaut & Mamajek (2013), table 5: g − r and r − i of B2, A0, F0, F5, G2, K0, K5 and M0
    temperature = np.array([20600, 9700, 7220, 6550, 5770, 5290, 4440, 3850.0])
    measured = [-0.475, -0.25, 0.10, 0.24, 0.46, 0.64, 1.03, 1.30]
    assert native(temperature, "g", "r") == pytest.approx(measured, abs=0.09)
    late = [0.11, 0.164, 0.36, 0.68]
    assert native(temperature[4:], "r", "i") == pytest.approx(late, abs=0.1)


def test_bands_of_sdss_follow_those_of_johnson_and_cousins():
    # Jordi, Grebel & Ammon (2006), A&A 460, 339, table 3: g − V and r − R of population I
    temperature = np.linspace(4500, 9500, 30)
    at = star_magnitudes(temperature, np.array([0.477, 0.55, 0.623, 0.641]))
    g_v = at[:, 0] - (at[:, 1] - float(vega_in_ab(0.55)))
    r_r = at[:, 2] - (at[:, 3] - float(vega_in_ab(0.641)))
    expected = 0.630 * native(temperature, "B", "V") - 0.124
    assert g_v == pytest.approx(expected, abs=0.09)
    assert r_r == pytest.approx(0.267 * native(temperature, "V", "R") + 0.088, abs=0.09)


def test_a_star_like_vega_has_no_colour_in_the_bands_of_eros():
    assert native(np.array([9700.0]), "B_E", "R_E") == pytest.approx(0, abs=0.01)


def test_cepheids_keep_their_relation_of_period_and_b_minus_v():
    # Tammann, Sandage & Reindl (2003), A&A 404, 423, eq. 3, where V − I alone was drawn from
    period = np.array([3.0, 5.0, 10.0, 20.0, 40.0])
    found = np.array([np.median(native(drawn("cepheid", one), "B", "V")) for one in period])
    assert found == pytest.approx(0.366 * np.log10(period) + 0.361, abs=0.09)
    slope = np.polyfit(np.log10(period), found, 1)[0]
    assert slope == pytest.approx(0.366, abs=0.08)


def test_rr_lyrae_stars_are_in_their_strip():
    # Mean (B − V)_0 of types ab and c: .35 and .24 (Layden 1998, AJ 115, 193; Smith 1995)
    long, short = drawn("rr_ab", 0.57), drawn("rr_c", 0.32)
    assert np.median(native(long, "B", "V")) == pytest.approx(0.4, abs=0.08)
    assert np.median(native(short, "B", "V")) == pytest.approx(0.27, abs=0.08)
    assert np.median(drawn("rr_ab", 0.7)) < np.median(long) - 300


def test_kinds_have_the_order_of_their_colours():
    periods = {
        "beta_cephei": 0.2, "delta_scuti": 0.1, "rr_c": 0.32, "rr_ab": 0.57, "cepheid": 5.0,
        "spotted": 3.0, "semiregular": 80.0, "mira": 300.0,
    }  # fmt: skip
    colour = [np.median(native(drawn(kind, one), "V", "I")) for kind, one in periods.items()]
    assert np.all(np.diff(colour) > 0.05)
    assert colour[0] < -0.2
    assert colour[-1] > 3


def test_long_contact_binaries_are_bluer_than_short_ones():
    short, long = (np.median(drawn("contact", period)) for period in (0.27, 0.6))
    assert long > short + 1500


def test_nuclei_are_power_laws():
    colour = -np.diff(power_law_magnitudes(np.array([-0.5, 0.0]), np.array([0.477, 0.623])))[:, 0]
    assert colour == pytest.approx([1.25 * np.log10(0.623 / 0.477), 0])


def test_a_companion_is_as_bright_in_v_as_it_was_drawn():
    hot, ratio = np.array([6000.0, 12000.0]), np.array([0.1, 0.9])
    cool = companion_temperature(hot, ratio)
    again = surface_brightness(cool, 0.55) / surface_brightness(hot, 0.55)
    assert again == pytest.approx(ratio)
    assert (cool < hot).all()


def test_eclipses_by_cool_stars_are_deeper_in_the_blue_and_their_light_is_redder():
    rng = np.random.default_rng(1)
    wavelength = np.array([0.477, 0.905])
    grid = binaries.detached(np.full(300, 2.0), np.full(300, 9000.0), wavelength, rng)
    out = np.median(grid[:, :, 90:166], axis=2)
    primary, secondary = (
        grid[:, :, rows].mean(axis=2) - out for rows in ([0, 511], range(252, 260))
    )
    deep = primary[:, 1] > 0.1
    assert (primary[deep, 0] > primary[deep, 1] - 0.02).mean() > 0.98
    assert np.median(primary[deep, 0] - primary[deep, 1]) > 0.01
    seen = secondary[:, 1] > 0.1
    assert np.median(secondary[seen, 0] / secondary[seen, 1]) < 0.95
    assert (out[:, 0] - out[:, 1] > -1e-3).all()


def test_pulsators_vary_more_in_the_blue_by_what_is_measured():
    # A_B / A_V of RR Lyrae stars is 1.3 (Cacciari et al. 2005), A_I / A_V .6 to .65
    # (Kunder et al. 2013, AJ 146, 94), and g over r 1.4 (Sesar et al. 2012, AJ 144, 190)
    made = simulate_light_curves(
        np.full(80, "rr_ab"), SURVEYS["ztf"], np.random.default_rng(3), noise_scale=1e-6
    )
    ratio = [
        np.subtract(*np.percentile(one.value[one.band == 0], [95, 5]))
        / np.subtract(*np.percentile(one.value[one.band == 1], [95, 5]))
        for one in made.series
    ]
    assert np.median(ratio) == pytest.approx(1.4, abs=0.1)


@pytest.mark.parametrize(
    ("kind", "period", "absolute"),
    [
        ("contact", 0.3336, 4.3),  # W Ursae Majoris
        ("delta_scuti_high", 0.1116, 1.6),  # AI Velorum
        ("delta_scuti", 0.0550, 2.7),  # SX Phoenicis
        ("rr_ab", 0.5668, 0.65),  # RR Lyrae
        ("cepheid", 5.366, -3.3),  # δ Cephei
    ],
)
def test_stars_are_as_bright_as_their_prototypes(kind, period, absolute):
    """Absolute magnitudes in V from parallaxes, to half a magnitude."""
    slope, at_ten_days, _ = KINDS[kind].luminosity
    assert slope * np.log10(period / 10) + at_ten_days == pytest.approx(absolute, abs=0.5)


def test_stars_at_one_distance_are_as_hot_as_they_are_bright():
    kind = np.full(400, "detached")
    truth = simulate_light_curves(kind, SURVEYS["eros"], np.random.default_rng(4)).truth
    modulus = truth["magnitude"] - truth["absolute_magnitude"]
    assert np.asarray(modulus) == pytest.approx(18.48)
    assert np.corrcoef(truth["magnitude"], np.log(truth["temperature"]))[0, 1] < -0.8
    anywhere = simulate_light_curves(kind, SURVEYS["ztf"], np.random.default_rng(4)).truth
    assert np.median(anywhere["temperature"]) < np.median(truth["temperature"]) - 1500


def test_dust_reddens_by_its_law():
    # Cardelli, Clayton & Mathis (1989), table 3: A(I) / A(V) = .479, A(J) / A(V) = .282
    assert optical_extinction(np.array([9000.0, 12500.0])) == pytest.approx(
        [0.479, 0.282], abs=3e-3
    )
    either_side = optical_extinction(1e4 / np.array([1.0999, 1.1001]))
    assert np.ptp(either_side) < 2e-3
    kind = np.full(3000, "constant")
    made = simulate_light_curves(kind, SURVEYS["eros"], np.random.default_rng(5))
    reddening = np.asarray(made.truth["reddening"])
    assert reddening.mean() == pytest.approx(0.12, abs=0.01)
    colour = np.array([median_colour(one) for one in made.series])
    seen = np.isfinite(colour)
    excess = colour - native(np.asarray(made.truth["temperature"]), "B_E", "R_E")
    expected = 3.1 * -np.diff(optical_extinction(np.array([4900.0, 6700.0])))[0]
    assert np.polyfit(reddening[seen], excess[seen], 1)[0] == pytest.approx(expected, abs=0.1)


def test_what_is_too_faint_in_a_band_is_not_detected():
    made = simulate_light_curves(np.full(60, "mira"), SURVEYS["lsst"], np.random.default_rng(6))
    shares = [np.mean(one.band == 0) for one in made.series]
    assert np.median(shares) < 0.05
    assert min(len(one) for one in made.series) >= 20
