"""Numbers with a unit are converted, or refused by name."""

import numpy as np
import pytest
from astropy import units as u
from astropy.io import fits
from astropy.table import QTable

from astro_dl.core.errors import UsageError
from astro_dl.observations.light_curves.files import read_light_curve

TIME = np.arange(2458900.0, 2458904.0, 0.02)
DIP = 1 - 0.02 * (np.abs(TIME - 2458902) < 0.1)


def write(path, time, flux, time_unit=None, flux_unit=None, name="FLUX", cards=()):
    columns = [
        fits.Column("TIME", "D", unit=time_unit, array=time),
        fits.Column(name, "D", unit=flux_unit, array=flux),
    ]
    hdu = fits.BinTableHDU.from_columns(columns)
    hdu.header.update(cards)
    hdu.writeto(path)
    return path


@pytest.mark.parametrize(
    ("values", "unit", "name"),
    [
        (11 - 2.5 * np.log10(DIP), "mag", "FLUX"),
        (11e3 - 2500 * np.log10(DIP), "mmag", "FLUX"),
        (11 - 2.5 * np.log10(DIP), None, "MAG"),
        (1e6 * (DIP - 1), "ppm", "FLUX"),
        (1e3 * (DIP - 1), "ppt", "FLUX"),
        (100 * DIP, "percent", "FLUX"),
        (3e4 * DIP, "electron / s", "FLUX"),
        (3e4 * DIP, "e-/s", "FLUX"),
        (2e-3 * DIP, "Jy/beam", "FLUX"),
    ],
)
def test_any_unit_of_flux_gives_the_same_dip(tmp_path, values, unit, name):
    curve = read_light_curve(write(tmp_path / "a.fits", TIME, values, flux_unit=unit, name=name))
    np.testing.assert_allclose(curve.flux, DIP, atol=1e-6)


@pytest.mark.parametrize("header", ["time,mag", "time,flux [mag]", "time,Magnitude (mag)"])
def test_magnitudes_in_text_are_flux(tmp_path, header):
    rows = "\n".join(
        f"{t:.6f},{11 - 2.5 * np.log10(d):.8f}" for t, d in zip(TIME, DIP, strict=True)
    )
    (tmp_path / "a.csv").write_text(f"{header}\n{rows}\n")
    np.testing.assert_allclose(read_light_curve(tmp_path / "a.csv").flux, DIP, atol=1e-6)


@pytest.mark.parametrize(("unit", "each"), [("h", 24), ("min", 1440), ("s", 86400), ("d", 1)])
def test_times_become_days(tmp_path, unit, each):
    time = TIME - TIME[0] + 5
    curve = read_light_curve(write(tmp_path / "a.fits", time * each, DIP, time_unit=unit))
    np.testing.assert_allclose(curve.time, time)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"flux_unit": "dex"}, r"a\.fits: flux in dex"),
        ({"flux_unit": "pc"}, r"a\.fits: flux in pc"),
        ({"flux_unit": "bogus"}, r"a\.fits: flux in bogus"),
        ({"time_unit": "parsec"}, r"a\.fits: times in 'parsec'"),
    ],
)
def test_other_units_are_refused_by_name(tmp_path, options, message):
    with pytest.raises(UsageError, match=message):
        read_light_curve(write(tmp_path / "a.fits", TIME, DIP, **options))


@pytest.mark.parametrize(
    ("title", "offset", "system"),
    [
        ("BJD - 2457000", 2457000.0, "BTJD"),
        ("bkjd", 2454833.0, "BKJD"),
        ("MJD", 2400000.5, "MJD"),
        ("BJD", 0.0, "BJD"),
        ("time [BJD-2457000]", 2457000.0, "BTJD"),
    ],
)
def test_the_zero_of_times_is_told_by_the_title(tmp_path, title, offset, system):
    rows = "\n".join(f"{t - offset:.6f},{d:.6f}" for t, d in zip(TIME, DIP, strict=True))
    (tmp_path / "a.csv").write_text(f"{title},flux\n{rows}\n")
    curve = read_light_curve(tmp_path / "a.csv")
    assert (curve.offset, curve.time_system) == (offset, system)


@pytest.mark.parametrize(
    ("unit", "offset", "system"),
    [
        ("BJD - 2457000, days", 2457000.0, "BTJD"),
        ("BKJD", 2454833.0, "BKJD"),
        ("MJD", 2400000.5, "MJD"),
        ("d", 0.0, "BJD"),
    ],
)
def test_the_zero_of_times_is_told_by_the_unit_of_fits(tmp_path, unit, offset, system):
    path = write(tmp_path / "a.fits", TIME - offset, DIP, time_unit=unit)
    curve = read_light_curve(path)
    assert (curve.offset, curve.time_system) == (offset, system)


def test_zeros_of_times_that_contradict_each_other_are_refused(tmp_path):
    zero = {"BJDREFI": 2457000}
    path = write(tmp_path / "a.fits", TIME - 2400000.5, DIP, time_unit="MJD", cards=zero)
    with pytest.raises(UsageError, match=r"JD 2457000 by its BJDREFI, JD 2400000.5 by its unit"):
        read_light_curve(path)


@pytest.mark.parametrize("title", ["mjd", "btjd"])
def test_julian_dates_by_another_name_are_still_julian_dates(tmp_path, title):
    rows = "\n".join(f"{t:.6f},{d:.6f}" for t, d in zip(TIME, DIP, strict=True))
    (tmp_path / "a.csv").write_text(f"{title},flux\n{rows}\n")
    curve = read_light_curve(tmp_path / "a.csv")
    assert (curve.offset, curve.time_system) == (0.0, "BJD")


def test_quantities_of_objects_are_converted():
    star = QTable({"time": (TIME - TIME[0]) * 24 * u.hour, "flux": 1e3 * (DIP - 1) * u.mmag})

    class Star:
        time, flux, label = star["time"], -2.5 * np.log10(DIP) * u.mag, "one"

    curve = read_light_curve(Star())
    np.testing.assert_allclose(curve.flux, DIP, atol=1e-9)
    np.testing.assert_allclose(np.ptp(curve.time), np.ptp(TIME))
