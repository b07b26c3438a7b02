from dataclasses import replace

import numpy as np
import pytest

from astro_dl.observations.irregular_series.series import series_from
from astro_dl.science.variable_stars.bands import known_band, vega_in_ab
from astro_dl.science.variable_stars.colours import COLOURS
from astro_dl.science.variable_stars.features import FEATURES, feature_names
from astro_dl.science.variable_stars.inputs import prepare
from astro_dl.science.variable_stars.physics import VariablePhysics
from tests.science.variable_stars.stand_in import star

PHYSICS = VariablePhysics(inputs=("features",), colours=True, maximum_frequency=6.0)
LEVER = 1 / 0.477 - 1 / 0.623
NOTHING = [0.0] * len(COLOURS)


def in_two_bands(bands=("g", "r"), colour=0.4, ratio=1.4, uneven=False, systems=()):
    """Return a pulsator whose curve in the first band is redder by a colour, and larger."""
    rng = np.random.default_rng(2)
    n, time = 240, np.sort(rng.uniform(0, 400, 240))
    turns = time / 0.63 % 1
    band = (turns > 0.45).astype(int) if uneven else np.arange(n) % 2
    if uneven:
        band[rng.random(n) < 0.2] = 0
        band[rng.random(n) < 0.2] = 1
    wave = 0.3 * np.sin(2 * np.pi * turns) + 0.1 * np.sin(4 * np.pi * turns)
    value = 15 + np.where(band == 0, colour + ratio * wave, wave)
    value += 0.02 * rng.standard_normal(n)
    return series_from("a", time, value, np.full(n, 0.02), band, bands, systems=systems)


def colours(series, physics=PHYSICS):
    return prepare(physics, [series]).x[0, len(FEATURES) :]


def test_colour_and_ratio_of_amplitudes_are_those_of_the_star():
    found = dict(zip(COLOURS, colours(in_two_bands()), strict=True))
    assert found["colour_known"] == found["amplitude_slope_known"] == 1
    assert found["colour"] == pytest.approx(0.4 / LEVER, abs=0.04)
    assert 0.002 < found["colour_error"] < 0.02
    assert found["amplitude_slope"] == pytest.approx(np.log10(1.4) / LEVER, abs=0.03)


def test_it_does_not_matter_at_which_phases_a_band_was_seen():
    uneven = in_two_bands(uneven=True)
    medians = [np.median(uneven.value[uneven.band == one]) for one in (0, 1)]
    assert abs(medians[0] - medians[1] - 0.4) > 0.1
    assert colours(uneven)[0] * LEVER == pytest.approx(0.4, abs=0.03)


def test_neither_distance_nor_the_order_of_bands_matters():
    one = in_two_bands()
    farther = replace(one, value=one.value + 4)
    swapped = replace(one, band=1 - one.band, bands=("r", "g"))
    for other in (farther, swapped):
        assert colours(other) == pytest.approx(colours(one), abs=2e-3)


@pytest.mark.parametrize(
    "series",
    [
        star(),
        in_two_bands(bands=("first", "second")),
        in_two_bands(bands=("g", "first")),
        in_two_bands(bands=("v", "b")),
        in_two_bands(systems=("instrumental", "instrumental")),
        in_two_bands(systems=("ab", "unclear")),
        in_two_bands(colour=9.0),
        in_two_bands(bands=("z", "y")),
    ],
    ids=[
        *("one band", "names of nothing", "one name of nothing", "small B and V"),
        *("not calibrated", "one not calibrated", "impossible", "hardly apart"),
    ],
)
def test_what_is_no_colour_is_told_as_none(series):
    assert colours(series).tolist() == NOTHING


def test_a_band_of_four_points_has_no_colour():
    one = in_two_bands()
    few = one.take(np.flatnonzero((one.band == 0) | (np.cumsum(one.band == 1) <= 4)))
    assert np.sum(few.band == 1) == 4
    assert colours(few).tolist() == NOTHING


def test_other_features_are_the_same_with_colours_and_without():
    plain = prepare(replace(PHYSICS, colours=False), [in_two_bands()]).x
    assert plain.shape == (1, len(FEATURES))
    assert np.array_equal(prepare(PHYSICS, [in_two_bands()]).x[:, : len(FEATURES)], plain)
    assert feature_names(True)[: len(FEATURES)] == FEATURES


@pytest.mark.parametrize(
    ("name", "wavelength", "of_vega"),
    [
        ("g", 0.477, False),
        ("ztf_g", 0.477, False),
        ("zr", 0.623, False),
        ("LSST-i", 0.763, False),
        ("V", 0.55, True),
        ("Ic", 0.798, True),
        ("Gaia BP", 0.511, True),
        ("R_E", 0.67, True),
    ],
)
def test_bands_are_known_by_their_names(name, wavelength, of_vega):
    band = known_band(name)
    assert band.wavelength == wavelength
    assert band.to_ab == (pytest.approx(float(vega_in_ab(wavelength))) if of_vega else 0)
    assert known_band(name, "AB").to_ab == 0
    assert known_band(name, "vegamag").to_ab == pytest.approx(float(vega_in_ab(wavelength)))
    assert known_band(name, "counts") is None


@pytest.mark.parametrize("name", ["", "1", "b", "v", "Ks", "clear", "gr", "white"])
def test_names_that_tell_no_wavelength_are_no_bands(name):
    assert known_band(name) is None


def test_the_same_star_has_one_colour_in_either_system():
    vega = in_two_bands(bands=("V", "I"), colour=1.0)
    offset = [known_band(name).to_ab for name in ("V", "I")]
    told = replace(vega, value=vega.value + np.take(offset, vega.band), systems=("ab", "ab"))
    assert colours(told) == pytest.approx(colours(vega), abs=2e-3)
