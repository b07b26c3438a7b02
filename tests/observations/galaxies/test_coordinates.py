"""Right ascensions are of the ICRS, whatever system, equinox and distortion an image has."""

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table
from astropy.wcs import WCS

from astro_dl.observations.galaxies.band_files import find_candidates, read_cutout
from astro_dl.observations.galaxies.coordinates import celestial, pixels_of_sky, sky_of_pixels
from astro_dl.observations.galaxies.positions import place_candidates, read_catalogue
from astro_dl.science.deblending.catalogue import read_places

ARCSEC = 1 / 3600
SAGITTARIUS_A = (266.416837, -29.007811), (359.944233, -0.046157)
"""Reid & Brunthaler (2004), ApJ 616, 872: equatorial (J2000) and galactic."""
QUASAR_3C273 = (187.277915, 2.052388), (186.638526, 2.328692)
"""12 29 06.6997 +02 03 08.598 (J2000) and 12 26 33.2463 +02 19 43.290 (B1950)."""


def wcs_at(longitude, latitude, kinds=("RA---TAN", "DEC--TAN"), **cards):
    """Return coordinates of which the pixel (10, 20) is at a position."""
    header = fits.Header()
    header["CTYPE1"], header["CTYPE2"] = kinds
    header["CRVAL1"], header["CRVAL2"] = longitude, latitude
    header["CRPIX1"], header["CRPIX2"] = 11.0, 21.0
    header["CDELT1"], header["CDELT2"] = -0.2 * ARCSEC, 0.2 * ARCSEC
    for name, value in cards.items():
        header[name] = value
    found = celestial(header)
    assert found is not None
    return found


SYSTEMS = {
    "galactic": (wcs_at(*SAGITTARIUS_A[1], ("GLON-TAN", "GLAT-TAN")), SAGITTARIUS_A[0]),
    "galactic that says J2000": (
        wcs_at(*SAGITTARIUS_A[1], ("GLON-CAR", "GLAT-CAR"), RADESYS="FK5", EQUINOX=2000.0),
        SAGITTARIUS_A[0],
    ),
    "B1950": (wcs_at(*QUASAR_3C273[1], RADESYS="FK4", EQUINOX=1950.0), QUASAR_3C273[0]),
    "B1950 by its equinox": (wcs_at(*QUASAR_3C273[1], EQUINOX=1950.0), QUASAR_3C273[0]),
    "J2000": (wcs_at(*QUASAR_3C273[0], RADESYS="FK5", EQUINOX=2000.0), QUASAR_3C273[0]),
    "ICRS": (wcs_at(*QUASAR_3C273[0]), QUASAR_3C273[0]),
    "latitude first": (
        wcs_at(*QUASAR_3C273[0][::-1], ("DEC--TAN", "RA---TAN")), QUASAR_3C273[0]
    ),
}  # fmt: skip


@pytest.mark.parametrize("system", SYSTEMS)
def test_positions_are_those_of_catalogues_in_every_system(system):
    wcs, (ra, dec) = SYSTEMS[system]
    np.testing.assert_allclose(sky_of_pixels(wcs, 10, 20), (ra, dec), atol=0.5 * ARCSEC)
    np.testing.assert_allclose(pixels_of_sky(wcs, ra, dec), (10, 20), atol=2.5)


@pytest.mark.parametrize("system", SYSTEMS)
def test_pixels_go_to_the_sky_and_back(system):
    wcs = SYSTEMS[system][0]
    x, y = np.random.default_rng(0).uniform(-50, 50, (2, 20))
    np.testing.assert_allclose(pixels_of_sky(wcs, *sky_of_pixels(wcs, x, y)), (x, y), atol=1e-4)


@pytest.mark.parametrize("kinds", [("ELON-TAN", "ELAT-TAN"), ("HPLN-TAN", "HPLT-TAN")])
def test_systems_without_right_ascensions_have_no_positions(kinds):
    wcs = wcs_at(10.0, 20.0, kinds)
    assert np.isnan(sky_of_pixels(wcs, 10, 20)).all()
    assert np.isnan(pixels_of_sky(wcs, 10.0, 20.0)).all()


def test_far_positions_are_in_no_distorted_image():
    wcs = wcs_at(
        150.1, 2.2, ("RA---TAN-SIP", "DEC--TAN-SIP"), CDELT1=-ARCSEC, CDELT2=ARCSEC, A_ORDER=3,
        B_ORDER=3, A_2_0=1e-5, B_0_2=1e-5, A_1_1=2e-5, A_3_0=1e-8, B_0_3=1e-8,
    )  # fmt: skip
    rng = np.random.default_rng(0)
    ra, dec = 150.1 + rng.uniform(-5, 5, 4000), 2.2 + rng.uniform(-5, 5, 4000)
    x, y = pixels_of_sky(wcs, ra, dec)
    inside = (np.abs(x) < 2000) & (np.abs(y) < 2000)
    again = sky_of_pixels(wcs, x[inside], y[inside])
    assert inside.sum() > 10
    np.testing.assert_allclose(again, (ra[inside], dec[inside]), atol=2 * ARCSEC)
    raw = WCS.world_to_pixel_values(wcs, ra, dec)
    assert (np.isfinite(raw).all(axis=0) & np.isnan(x)).any()


def test_no_place_is_no_position():
    ra, dec = sky_of_pixels(SYSTEMS["galactic"][0], *np.empty((2, 0)))
    assert ra.shape == dec.shape == (0,)


def test_cutouts_and_sources_of_a_galactic_image_are_at_right_ascensions(tmp_path):
    (ra, dec), galactic = SAGITTARIUS_A
    header = wcs_at(*galactic, ("GLON-TAN", "GLAT-TAN")).to_header()
    pixels = np.random.default_rng(0).normal(size=(41, 21)).astype(np.float32)
    fits.writeto(tmp_path / "g.fits", pixels, header)
    Table({"id": ["here"], "ra": [ra], "dec": [dec]}).write(tmp_path / "here.csv")
    (found,) = find_candidates([tmp_path / "g.fits"], ("g",))
    np.testing.assert_allclose((found.ra, found.dec), (ra, dec), atol=0.5 * ARCSEC)
    (placed,) = place_candidates([found], read_catalogue(tmp_path / "here.csv"))
    cutout = read_cutout(placed, 9, 0.2).image[..., 0]
    rows, columns = (slice(middle - 6, middle + 7) for middle in (20, 10))
    parts = np.lib.stride_tricks.sliding_window_view(pixels[rows, columns], (9, 9))
    assert (parts == cutout).all(axis=(2, 3)).any()
    places = read_places(tmp_path / "here.csv", header, "g.fits")
    np.testing.assert_allclose(places.xy, [(10, 20)], atol=2.5)
