import numpy as np
import pytest

from astro_dl.observations.spectra.wavelengths import (
    air_to_vacuum,
    log_edges,
    resample,
    vacuum_to_air,
)

# NIST: Hβ, Na D2, Hα in air and in vacuum
AIR = np.array([4861.333, 5889.951, 6562.79])
VACUUM = np.array([4862.691, 5891.583, 6564.60])


def test_air_and_vacuum_agree_with_tabulated_lines():
    np.testing.assert_allclose(air_to_vacuum(AIR), VACUUM, atol=0.01)
    np.testing.assert_allclose(vacuum_to_air(VACUUM), AIR, atol=0.01)


def test_the_way_to_vacuum_and_back_is_exact():
    wavelength = np.geomspace(2500, 30_000, 50)
    np.testing.assert_allclose(air_to_vacuum(vacuum_to_air(wavelength)), wavelength, rtol=1e-12)


def test_resampling_keeps_the_flux():
    rng = np.random.default_rng(0)
    wavelength = np.arange(3900.0, 7300.0, 0.9)
    flux = rng.random((3, len(wavelength)))
    edges = np.concatenate([[4000.0], np.sort(rng.uniform(4000, 7000, 200)), [7000.0]])
    found = resample(wavelength, flux, np.ones(flux.shape, bool), edges)
    inside = (wavelength > 4000) & (wavelength < 7000)
    np.testing.assert_allclose(
        (found * np.diff(edges)).sum(axis=1), flux[:, inside].sum(axis=1) * 0.9, rtol=1e-3
    )


def test_resampling_leaves_a_straight_line_straight_whatever_the_grids():
    edges = log_edges((4000.0, 7000.0), 300)
    centre = 0.5 * (edges[1:] + edges[:-1])
    for wavelength in (np.linspace(3900, 7100, 4000), np.geomspace(3900, 7100, 5000)):
        found = resample(wavelength, 2 * wavelength, np.ones(len(wavelength), bool), edges)
        np.testing.assert_allclose(found, 2 * centre, rtol=1e-4)


def test_bad_pixels_and_gaps_are_left_out():
    wavelength = np.arange(4000.0, 5000.0)
    flux, good = np.ones(1000), np.ones(1000, bool)
    flux[200], good[200] = 1e9, False
    good[500:600] = False
    found = resample(wavelength, flux, good, np.arange(4000.5, 4990, 10.0))
    assert np.nanmax(found) == pytest.approx(1)
    missing = np.isnan(found)
    assert missing[51:59].all()
    assert missing.sum() <= 10


def test_nothing_is_invented_beyond_a_spectrum():
    wavelength = np.arange(5000.0, 5100.0)
    found = resample(wavelength, np.ones(100), np.ones(100, bool), np.arange(4900.0, 5200.0, 10))
    assert np.isnan(found[:10]).all()
    assert np.isnan(found[20:]).all()
    np.testing.assert_allclose(found[10:20], 1)
