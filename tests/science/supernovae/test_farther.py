"""Known supernovae as they would be seen farther away."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from astropy.cosmology import FlatLambdaCDM

from astro_dl.core.errors import UsageError
from astro_dl.core.registry import get_task
from astro_dl.science.supernovae.farther import (
    STRETCHED,
    KnownObject,
    band_wavelengths,
    dimming,
    horizon,
    known_objects,
    seen_farther,
)
from astro_dl.science.supernovae.nights import Points
from astro_dl.science.supernovae.physics import SupernovaPhysics
from astro_dl.science.supernovae.simulation.band_light import ia_light
from astro_dl.science.supernovae.simulation.light_curves import Sources, ia_flux

PHYSICS = SupernovaPhysics(classes=("Ia", "II"), class_shares=(0.3, 0.7))
NEAR = 0.3


def noiseless(redshift, day):
    """Return fluxes (days, bands) of an average type Ia."""
    days, band = np.repeat(day, 4), np.tile(np.arange(4), len(day))
    one = np.ones(len(days))
    source = Sources(np.full(len(days), "Ia"), redshift * one, 0 * one, 0 * one, one, 0 * one)
    return ia_flux(ia_light("des", PHYSICS.bands), source, band, days).reshape(-1, 4)


@pytest.fixture(scope="module")
def points():
    """Two supernovae of different brightness, observed every third day in all bands."""
    day = np.arange(-15.0, 60.0, 3.0)
    flux = noiseless(NEAR, day)
    flux = np.concatenate([flux, 0.5 * flux])
    time = np.tile(np.repeat(day, 4), 2)
    owner, band = np.repeat([0, 1], time.size // 2), np.tile(np.arange(4), time.size // 4)
    return Points(owner, time, band, flux.ravel(), np.full(time.size, 0.02 * flux.max()))


@pytest.fixture(scope="module")
def known(points):
    return known_objects(PHYSICS, points, np.array([NEAR, NEAR]))


def test_light_is_dimmed_as_distances_say():
    cosmology = FlatLambdaCDM(70, 0.3)
    nearer = cosmology.luminosity_distance(0.3) / cosmology.luminosity_distance(0.6)
    assert dimming(0.3, np.array([0.6])) == pytest.approx(1.6 / 1.3 * nearer.value**2, rel=0.01)
    assert dimming(0.3, np.array([0.3])) == pytest.approx(1)


def test_a_supernova_seen_farther_is_what_the_same_one_there_is(known):
    """The oracle is the spectral template at the other redshift."""
    far, one = 0.45, known[0]
    peak = one.time[one.brightest]
    day = np.arange(-5.0, 40.0, 5.0)
    expected = noiseless(far, (day + peak / (1 + NEAR) * (1 + far)))
    since, band = np.repeat(day, 4), np.tile(np.arange(4), len(day))
    seen = one.seen_from(np.full(len(since), far), since, band_wavelengths(PHYSICS)[band])
    seen = seen.reshape(-1, 4)
    # Filters have widths, and between them the process has to guess.
    red = slice(1, None)
    assert abs(seen - expected)[:, red].max() < 0.15 * expected.max()
    assert np.median(abs(seen / expected - 1)[:, red]) < 0.1


def test_nothing_is_told_of_days_on_which_it_was_not_observed(known):
    since = np.array([-60.0, 0.0, 200.0])
    seen = known[0].seen_from(np.full(3, 0.4), since, np.full(3, 6420.0))
    assert np.isnan(seen).tolist() == [True, False, True]


def test_bright_objects_are_seen_from_farther_away(known):
    faint, bright = (
        horizon(replace(one, flux=one.flux / 12, error=one.error / 12), 1.1) for one in known[::-1]
    )
    assert NEAR < faint < bright
    assert horizon(known[0], 2.0) == pytest.approx(STRETCHED * (1 + NEAR) - 1)
    assert horizon(replace(known[0], flux=known[0].flux / 1e4), 2.0) == NEAR


def test_farther_ones_are_detected_and_of_the_shares_asked_for(known):
    kind = np.array([0, 1])
    seen = seen_farther(PHYSICS, known, kind, 120, np.random.default_rng(1))
    assert np.bincount(kind[seen.source]) / 120 == pytest.approx([0.3, 0.7], abs=0.12)
    assert set(seen.points.object) == set(range(120))
    largest = np.zeros(120)
    np.maximum.at(largest, seen.points.object, seen.points.signal_to_noise)
    assert largest.min() >= PHYSICS.detection_snr
    farthest = np.array([horizon(one, 1.1) for one in known])
    assert (seen.redshift >= NEAR).all()
    assert (seen.redshift <= farthest[seen.source]).all()
    again = seen_farther(PHYSICS, known, kind, 120, np.random.default_rng(1))
    assert np.array_equal(again.points.flux, seen.points.flux)


def test_a_class_of_which_none_is_known_is_named(known):
    with pytest.raises(UsageError, match="of 0 known supernovae of class II too few"):
        seen_farther(PHYSICS, known, np.array([0, 0]), 20, np.random.default_rng(0))


def test_a_process_goes_through_what_was_measured():
    day, wavelength = np.repeat(np.arange(0.0, 50.0, 5.0), 2), np.tile([4810.0, 6420.0], 10)
    flux = 100 * np.exp(-0.5 * ((day - 20) / 12) ** 2) * np.where(wavelength > 5000, 1, 0.6)
    one = KnownObject(day, wavelength, flux, np.full(20, 0.5), 0.2)
    seen = one.seen_from(np.full(20, 0.2), day - day[one.brightest], wavelength)
    assert seen == pytest.approx(flux, abs=4)


@pytest.mark.slow
@pytest.mark.skipif("ASTRO_DL_TEST_DATA" not in os.environ, reason="needs ASTRO_DL_TEST_DATA")
def test_no_object_that_is_tested_is_learnt_from_farther_away():
    physics = SupernovaPhysics(host_redshift=True, class_shares=(0.25, 0.13, 0.62))
    read = get_task("supernova").datasets["spcc_farther"].read
    examples = read(physics, Path(os.environ["ASTRO_DL_TEST_DATA"]))
    train = np.asarray(examples.info["set"]) == "train"
    names = np.asarray(examples.info["object_id"])
    assert not set(names[train]) & set(names[~train])
    assert len(set(names[train])) == 1103
    assert train.sum() == 1103 * 17
    snr = np.asarray(examples.info["snr"])
    assert np.median(snr[~train]) == pytest.approx(np.median(snr[train]), rel=0.2)
