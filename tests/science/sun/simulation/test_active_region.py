"""Simulated regions against measured ones, and the optics between."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from astropy.table import Table

from astro_dl.science.sun.disc import line_of_sight
from astro_dl.science.sun.simulation.active_region import (
    Viewing,
    noise_gauss,
    simulate_regions,
)
from astro_dl.science.sun.simulation.flux_tubes import Grid, Spots, below_strongest, draw_spots
from astro_dl.science.sun.simulation.statistics import CLASSES

COLUMNS = ("total_unsigned_flux", "spots", "area")
MEDIANS = {
    "alpha": (5.3e21, 1, 30),
    "beta": (8.8e21, 5, 60),
    "beta_gamma": (2.2e22, 16, 210),
    "beta_gamma_delta": (3.9e22, 27, 590),
}
"""Of SHARP records: unsigned flux [Mx], number of spots, area [millionths of the hemisphere]."""

RECORDED = dict(zip(CLASSES, ("Alpha", "Beta", "Beta-Gamma", "Beta-Gamma-Delta"), strict=True))
QUIET = Viewing(flux_factor=0.0, patch_fraction=0.0)


@pytest.fixture(scope="module")
def regions():
    """Return regions of every class, most of the one whose sizes vary most."""
    return simulate_regions(np.repeat(np.arange(4), (700, 250, 150, 150)), np.random.default_rng(0))


@pytest.fixture(scope="module")
def decorrelated():
    """Return 80 regions of each class whose sizes don't depend on it."""
    classes = np.repeat(np.arange(4), 80)
    return simulate_regions(classes, np.random.default_rng(1), decorrelate_size=True)


def of_class(regions, name):
    return regions.truth[regions.truth["mount_wilson"] == name]


@pytest.mark.parametrize("name", CLASSES)
def test_sizes_are_within_a_fifth_of_the_measured_medians(regions, name):
    for column, measured in zip(COLUMNS, MEDIANS[name], strict=True):
        assert np.median(of_class(regions, name)[column]) == pytest.approx(measured, rel=0.2)


@pytest.mark.parametrize("name", CLASSES)
def test_sizes_are_within_a_fifth_of_the_medians_of_records(regions, name):
    if "ASTRO_DL_TEST_DATA" not in os.environ:
        pytest.skip("ASTRO_DL_TEST_DATA is not set")
    folder = Path(os.environ["ASTRO_DL_TEST_DATA"]) / "solar"
    records = Table.read(folder / "sharp_mount_wilson.csv")
    rows = records[np.asarray(records["mw"]) == RECORDED[name]]
    for column, keyword in zip(COLUMNS, ("USFLUX", "nspots", "area"), strict=True):
        measured = np.nanmedian(np.ma.filled(np.ma.asarray(rows[keyword]).astype(float), np.nan))
        # Areas are recorded in steps of 10 millionths.
        slack = 0.2 * measured + (5 if column == "area" else 0)
        assert np.median(of_class(regions, name)[column]) == pytest.approx(measured, abs=slack)


def test_separations_and_tilts_are_those_of_bipolar_regions(regions):
    bipoles = regions.truth[:950]
    for column, quantiles in (("separation", (2.5, 5.1, 8.7)), ("tilt", (2.6, 14.0, 39.0))):
        found = np.percentile(np.abs(np.asarray(bipoles[column])), [10, 50, 90])
        np.testing.assert_allclose(found, quantiles, rtol=0.2)
    assert 4 < np.median(bipoles["tilt"]) < 11


def rank_probability(one, other):
    """Return the probability that a draw of one is above one of the other."""
    one, other = np.asarray(one, float)[:, None], np.asarray(other, float)
    return np.mean((one > other) + 0.5 * (one == other))


def test_size_tells_the_class_unless_decorrelated(regions, decorrelated):
    for column in COLUMNS:
        values = [np.asarray(of_class(regions, name)[column]) for name in CLASSES]
        assert rank_probability(np.concatenate(values[2:]), np.concatenate(values[:2])) > 0.85
        values = [np.asarray(of_class(decorrelated, name)[column]) for name in CLASSES]
        # The standard error for 160 against 160 is 0.032.
        chance = rank_probability(np.concatenate(values[2:]), np.concatenate(values[:2]))
        assert chance == pytest.approx(0.5, abs=0.1)


def test_maps_are_blank_beyond_their_patch_alone(regions):
    blank = np.isnan(regions.continuum)
    np.testing.assert_array_equal(blank, np.isnan(regions.magnetogram))
    middle = slice(30, 34)
    assert not blank[:, middle, middle].any()
    assert 0.8 < blank[:, 0, 0].mean() < 0.98


def test_quiet_sun_has_the_measured_noise_and_centre_to_limb_fall():
    quiet = simulate_regions(np.arange(40) % 4, np.random.default_rng(2), QUIET)
    field = np.abs(quiet.magnetogram)
    # The quiet surroundings of AR 11158 at this scale: median 2.5 to 4.3 G, 90% within 23 G.
    assert 2 < np.median(field) < 4.5
    assert np.percentile(field, 90) < 25
    np.testing.assert_allclose(quiet.truth["noise"], 8.3 * 0.284, rtol=0.05)
    middle = np.median(quiet.continuum[:, 28:36, 28:36], axis=(1, 2))
    angle = np.asarray(quiet.truth["heliocentric_angle"])
    assert np.corrcoef(middle, np.cos(np.radians(angle)))[0, 1] > 0.99


def single_spots(longitude, areas):
    """Return the maps of one spot each at the equator."""
    n = len(areas)
    sight = line_of_sight(np.full(n, longitude), np.zeros(n), np.zeros(n))
    round_ = np.zeros((n, 2, 2), np.float32)
    values = (np.full(n, value, np.float32) for value in (0.0, 0.0, 1.0, 0.38))
    x, y, sign, umbra = values
    spots = Spots(np.arange(n), x, y, np.float32(areas), sign, umbra, round_, round_)
    return draw_spots(spots, Grid(n, 64, 0.15), sight)


def test_penumbra_shows_the_other_polarity_towards_the_limb():
    intensity, radial, longitudinal = single_spots(0.0, [400])
    np.testing.assert_allclose(longitudinal, radial, atol=0.02 * radial.max())
    assert intensity.min() < 0.3
    assert longitudinal.min() > -0.02 * longitudinal.max()
    _, radial, longitudinal = single_spots(60.0, [400])
    assert radial.min() >= 0
    rows, columns = np.nonzero(longitudinal[0] < -200)
    assert len(rows) > 10
    assert np.all(columns > 32)


def test_umbra_and_penumbra_have_the_measured_fields():
    intensity, radial, _ = single_spots(0.0, [200, 100, 50, 30])
    # HMI: umbra below 0.6 of the quiet Sun 1,632 G, penumbra 488 G.
    assert np.median(radial[intensity < 0.6]) == pytest.approx(1632, rel=0.25)
    penumbra = (intensity > 0.6) & (intensity < 0.9)
    assert np.median(radial[penumbra]) == pytest.approx(488, rel=0.25)


def test_overlapping_spots_and_plage_are_no_stronger_than_umbrae(regions):
    assert np.nanmax(np.abs(regions.magnetogram)) < 4000
    below = below_strongest(np.array([100.0, -2000.0, 20_000.0]))
    np.testing.assert_allclose(below[:2], [100, -2000], rtol=0.02)
    assert 3900 < below[2] < 4000


def test_two_spots_at_one_place_are_one():
    one, two = (draw_at_the_centre(count) for count in (1, 2))
    for first, second in zip(one, two, strict=True):
        np.testing.assert_allclose(second, first, atol=1e-3)


def test_radial_noise_grows_towards_the_limb():
    cosine = np.cos(np.radians([0.0, 30.0, 60.0]))
    np.testing.assert_allclose(noise_gauss("line_of_sight", cosine), 8.3)
    np.testing.assert_allclose(noise_gauss("radial", cosine), [8.3, 50.5, 86.7], rtol=0.01)


def draw_at_the_centre(count):
    """Return the maps of equal spots, all of them at the centre."""
    sight = line_of_sight(np.zeros(1), np.zeros(1), np.zeros(1))
    values = (np.full(count, value, np.float32) for value in (0.0, 0.0, 300.0, 1.0, 0.38))
    flat = np.zeros((count, 2, 2), np.float32)
    spots = Spots(np.zeros(count, int), *values, flat, flat)
    return draw_spots(spots, Grid(1, 64, 0.15), sight)


def test_foreshortening_narrows_images_and_leaves_the_truth():
    view = Viewing(largest_longitude=60.0, patch_fraction=0.0)
    classes = np.full(60, 3)
    seen = simulate_regions(classes, np.random.default_rng(4), replace(view, foreshortened=True))
    plain = simulate_regions(classes, np.random.default_rng(4), view)
    ratio = seen.truth["area"] / plain.truth["area"]
    assert np.median(ratio) == pytest.approx(1, abs=0.03)
    dark = []
    for one, how in ((seen, True), (plain, False)):
        quiet = replace(view, foreshortened=how, flux_factor=0.0)
        without = simulate_regions(classes, np.random.default_rng(4), quiet).continuum
        dark.append(np.sum(one.continuum < 0.85 * without, axis=(1, 2)))
    far = np.asarray(plain.truth["heliocentric_angle"]) > 40
    shrunk = dark[0][far].sum() / dark[1][far].sum()
    cosine = np.cos(np.radians(np.asarray(plain.truth["heliocentric_angle"])[far]))
    assert shrunk == pytest.approx(cosine.mean(), abs=0.12)


def test_blocks_do_not_repeat_each_other():
    found = simulate_regions(np.zeros(80, int), np.random.default_rng(5)).truth["latitude"]
    assert len(np.unique(found)) == 80
