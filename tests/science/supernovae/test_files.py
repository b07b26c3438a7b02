"""Photometry in files: SNANA text and FITS, long tables; zero points told, mixed and missing."""

import warnings

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table

from astro_dl.core.errors import UsageError
from astro_dl.observations.irregular_series.reading import ReadingOptions
from astro_dl.science.supernovae.files.photometry import band_letter
from astro_dl.science.supernovae.files.read import iterate_photometry, read_hosts

MJD = 56_000 + np.array([10.1, 10.12, 14.2, 20.3, 24.1])
BAND = np.array(["g", "r", "g", "i", "z"])
FLUX = np.array([12.0, 30.0, 25.0, 40.0, -3.0])
ERROR = np.array([2.0, 2.5, 3.0, 3.5, 4.0])


def snana_text(path, zero_point="", flux=FLUX, error=ERROR, **keys):
    lines = ["SURVEY: DES", "SNID: 17", "SIM_REDSHIFT: 0.9", "SIM_TYPE_NAME: II"]
    lines += [f"ZP_FLUXCAL: {zero_point}"] if zero_point else []
    lines += [f"{key}: {value}" for key, value in keys.items()]
    lines += ["NVAR: 5", "VARLIST: MJD FLT FIELD FLUXCAL FLUXCALERR"]
    rows = zip(MJD, BAND, flux, error, strict=True)
    lines += [f"OBS: {m:.4f} {b} NULL {f:.6e} {e:.6e}" for m, b, f, e in rows]
    path.write_text("\n".join([*lines, "END:", ""]))
    return path


def photometry(path, **options):
    return list(iterate_photometry([path], ReadingOptions(**options)))


def only(path, **options):
    (one,) = photometry(path, **options)
    return one


def letters(one):
    return "".join("griz"[band] for band in one.points(0, tuple("griz")).band)


def test_snana_text_is_read(tmp_path):
    one = only(snana_text(tmp_path / "sn.dat", **{"HOST_GALAXY_PHOTO-Z": "0.35 +- 0.05"}))
    assert one.id == "17"
    np.testing.assert_allclose(one.series.time, MJD)
    np.testing.assert_allclose(one.series.value, FLUX)
    assert letters(one) == "grgiz"
    assert (one.redshift, one.redshift_error) == (0.35, 0.05)


def test_the_truth_of_simulations_is_not_looked_at(tmp_path):
    assert only(snana_text(tmp_path / "sn.dat")).redshift == 0


def test_fluxes_of_both_zero_points_of_snana_are_the_same_fluxes(tmp_path):
    factor = 10 ** (0.4 * (31.4 - 27.5))
    old = only(snana_text(tmp_path / "old.dat"))
    new = only(snana_text(tmp_path / "new.dat", "31.40", FLUX * factor, ERROR * factor))
    np.testing.assert_allclose(new.series.value, old.series.value, rtol=1e-5)
    np.testing.assert_allclose(new.series.error, old.series.error, rtol=1e-5)


def test_points_without_a_sound_error_are_left_out(tmp_path):
    error = np.where(np.arange(5) == 2, -9.0, ERROR)
    one = only(snana_text(tmp_path / "sn.dat", error=error))
    assert len(one.series) == 4
    assert one.flags == ("bad_errors",)


def test_a_text_that_is_cut_off_is_refused(tmp_path):
    path = snana_text(tmp_path / "sn.dat")
    path.write_text(path.read_text()[:-40])
    with pytest.raises(UsageError, match=r"observation 5 has \d of 5 values; the file is cut off"):
        only(path)


def snana_fits(folder, last=3):
    columns = [
        fits.Column("SNID", "8A", array=["17", "18"]),
        fits.Column("HOSTGAL_PHOTOZ", "E", array=[0.4, -9.0]),
        fits.Column("HOSTGAL_PHOTOZ_ERR", "E", array=[0.03, -9.0]),
        fits.Column("SIM_REDSHIFT_CMB", "E", array=[0.7, 0.8]),
        fits.Column("PTROBS_MIN", "J", array=[1, 5]),
        fits.Column("PTROBS_MAX", "J", array=[last, 6]),
    ]
    primary = fits.PrimaryHDU()
    primary.header["ZP_FLUXCAL"] = 31.4
    head = fits.HDUList([primary, fits.BinTableHDU.from_columns(columns)])
    head.writeto(folder / "X_HEAD.FITS")
    points = [
        fits.Column("MJD", "D", array=[*MJD[:3], -777, 1.0, 2.0]),
        fits.Column("BAND", "6A", array=["LSST-g", "LSST-r", "LSST-g", "-", "LSST-i", "LSST-y"]),
        fits.Column("FLUXCAL", "E", array=[*FLUX[:3], -777, 5.0, 6.0]),
        fits.Column("FLUXCALERR", "E", array=[*ERROR[:3], -777, 1.0, 1.0]),
    ]
    phot = fits.HDUList([fits.PrimaryHDU(), fits.BinTableHDU.from_columns(points)])
    phot.writeto(folder / "X_PHOT.FITS")
    return folder / "X_HEAD.FITS"


def test_observations_that_a_file_of_snana_has_lost_are_missed(tmp_path):
    path = snana_text(tmp_path / "sn.dat", NOBS=5)
    assert len(only(path).series) == 5
    path.write_text("\n".join(path.read_text().splitlines()[:-3]) + "\n")
    with pytest.raises(UsageError, match=r"3 of 5 observations \(NOBS\); the file is cut off"):
        photometry(path)


def test_snana_fits_is_read(tmp_path):
    one, other = photometry(snana_fits(tmp_path))
    assert (one.id, other.id) == ("17", "18")
    np.testing.assert_allclose(one.series.value, FLUX[:3] * 10 ** (-0.4 * 3.9), rtol=1e-5)
    assert one.redshift == pytest.approx(0.4)
    assert other.redshift == 0
    assert letters(one) == "grg"
    assert letters(other) == "i"


def test_a_head_that_points_beyond_its_points_is_refused(tmp_path):
    with pytest.raises(UsageError, match="don't belong together"):
        list(photometry(snana_fits(tmp_path, last=99)))
    (tmp_path / "X_PHOT.FITS").unlink()
    with pytest.raises(UsageError, match=r"PHOT.FITS into the same folder"):
        list(photometry(tmp_path / "X_HEAD.FITS"))


def long_table(path, unit=None, **columns):
    table = Table({"snid": [1] * 5, "mjd": MJD, "band": BAND, "flux": FLUX, "flux_err": ERROR})
    for name, values in columns.items():
        table[name] = values
    if unit:
        table["flux"].unit = table["flux_err"].unit = unit
    table.write(path, overwrite=True)
    return path


def test_a_long_table_without_zero_point_is_refused(tmp_path):
    path = long_table(tmp_path / "sn.csv")
    with pytest.raises(UsageError, match=r"'flux' have no zero point"):
        only(path)
    np.testing.assert_allclose(only(path, zero_point=27.5).series.value, FLUX)


def test_the_unit_of_fluxes_tells_their_zero_point(tmp_path):
    one = only(long_table(tmp_path / "sn.ecsv", unit="nJy"))
    np.testing.assert_allclose(one.series.value, FLUX * 10 ** (-0.4 * 3.9), rtol=1e-3)
    with pytest.raises(UsageError, match=r"of which one has 31.40 mag, but zero_point is 27.5"):
        only(long_table(tmp_path / "sn.ecsv", unit="nJy"), zero_point=27.5)


def test_mixed_zero_points_in_a_column_are_brought_to_one(tmp_path):
    factor = 10 ** (0.4 * 3.9)
    zero_point = np.array([27.5, 27.5, 31.4, 31.4, 27.5])
    scale = np.where(zero_point == 31.4, factor, 1)
    path = long_table(tmp_path / "sn.csv", flux=FLUX * scale, flux_err=ERROR * scale, zp=zero_point)
    np.testing.assert_allclose(only(path).series.value, FLUX, rtol=1e-6)


def test_rows_in_any_order_and_twice_are_mended_and_flagged(tmp_path):
    table = Table.read(long_table(tmp_path / "sn.csv"))
    order = [3, 0, 0, 4, 1, 2]
    table[order].write(tmp_path / "mixed.csv")
    one = only(tmp_path / "mixed.csv", zero_point=27.5)
    np.testing.assert_allclose(one.series.time, MJD)
    assert set(one.flags) == {"unsorted_times", "duplicate_points"}


def test_objects_come_in_the_order_of_their_first_rows(tmp_path):
    path = long_table(tmp_path / "sn.csv", snid=[9, 2, 9, 2, 5])
    assert [one.id for one in photometry(path, zero_point=27.5)] == ["9", "2", "5"]


def test_numbers_of_bands_are_those_of_lsst(tmp_path):
    one = only(long_table(tmp_path / "sn.csv", band=[0, 1, 2, 5, 4]), zero_point=27.5)
    assert letters(one) == "grz"


def test_times_in_seconds_are_refused(tmp_path):
    path = long_table(tmp_path / "sn.csv", mjd=MJD * 86_400)
    with pytest.raises(UsageError, match="which are no days"):
        only(path, zero_point=27.5)


@pytest.mark.parametrize("column", ["mjd", "flux"])
def test_a_missing_column_is_named(tmp_path, column):
    table = Table.read(long_table(tmp_path / "sn.csv"))
    table.remove_column(column)
    table.write(tmp_path / "less.csv")
    with pytest.raises(UsageError, match=r"no column of (times|magnitudes or fluxes)"):
        only(tmp_path / "less.csv", zero_point=27.5)


def test_a_zero_point_for_a_file_that_has_its_own_is_refused(tmp_path):
    with pytest.raises(UsageError, match="leave zero_point out"):
        only(snana_text(tmp_path / "sn.dat"), zero_point=31.4)


@pytest.mark.parametrize(
    ("name", "letter"),
    [
        *[
            (one, "g")
            for one in ("g", "g'", "LSST-g", "DES-g/x", "ztfg", "sdss::g", "g_DECam", "1")
        ],
        *[("Y", "y"), ("LSST-Y", "y"), ("zr", "r"), ("i band", "i")],
        *[(one, "") for one in ("clear", "Kepler", "UVW1", "UVW2", "Ks", "V", "G", "orange", "")],
    ],
)
def test_a_band_is_what_its_whole_name_says(name, letter):
    assert band_letter(name) == letter


def test_points_in_other_bands_are_left_out_and_told(tmp_path):
    one = only(long_table(tmp_path / "sn.csv", band=["g", "r", "UVW2", "i", "z"]), zero_point=27.5)
    assert letters(one) == "griz"
    assert one.in_other_bands(tuple("griz"))
    assert not only(long_table(tmp_path / "all.csv"), zero_point=27.5).in_other_bands(tuple("griz"))


def test_columns_are_named_as_in_every_long_table(tmp_path):
    table = Table.read(long_table(tmp_path / "sn.csv"))
    table.rename_columns(["flux", "mjd"], ["cal", "when"])
    table["when"] *= 86_400
    table.write(tmp_path / "other.csv")
    told = {"columns": "flux=cal,time=when", "time_unit": "s", "zero_point": 27.5}
    np.testing.assert_allclose(only(tmp_path / "other.csv", **told).series.time, MJD)
    with pytest.raises(UsageError, match="leave columns out"):
        only(snana_text(tmp_path / "sn.dat"), columns="flux=F")


def test_magnitudes_of_vega_are_refused(tmp_path):
    table = Table.read(long_table(tmp_path / "sn.csv"))
    table["mag"], table["flux_err"] = 20.0, 0.1
    table.remove_column("flux")
    table["magsys"] = "AB"
    table.write(tmp_path / "mag.csv")
    np.testing.assert_allclose(only(tmp_path / "mag.csv").series.value, 1000.0)
    table["magsys"] = ["Vega"] * len(table)
    table.write(tmp_path / "vega.csv")
    with pytest.raises(UsageError, match="the system 'vega'; fluxes need those of AB"):
        only(tmp_path / "vega.csv")


def test_hosts_are_found_by_names_with_leading_zeros(tmp_path):
    path = long_table(tmp_path / "sn.csv", snid=["007"] * 5)
    (tmp_path / "hosts.csv").write_text("id,redshift,redshift_error\n007,0.3,0.02\n")
    told = read_hosts(tmp_path / "hosts.csv")
    (one,) = iterate_photometry([path], ReadingOptions(zero_point=27.5), told)
    assert (one.redshift, one.redshift_error) == (0.3, 0.02)


def test_a_table_of_hosts_of_others_is_told(tmp_path):
    path = long_table(tmp_path / "sn.csv", snid=["a"] * 5)
    reading = ReadingOptions(zero_point=27.5)
    with pytest.warns(UserWarning, match="called 'b'; the first of the files is called 'a'"):
        list(iterate_photometry([path], reading, {"b": (0.3, 0.02)}))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        list(iterate_photometry([path], reading, {"b": (0.3, 0.02), "a": (0.2, 0.1)}))


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"HOSTGAL_PHOTOZ": "0.35", "HOSTGAL_PHOTOZ_ERR": "0.05"}, (0.35, 0.05)),
        ({"HOSTGAL_PHOTOZ": "0.35 +- 0.05", "HOSTGAL_PHOTOZ_ERR": "0.09"}, (0.35, 0.05)),
        ({"HOSTGAL_PHOTOZ": "-9.0", "REDSHIFT_FINAL": "0.4 +- 0.01 (CMB)"}, (0.4, 0.01)),
        ({"HOSTGAL_PHOTOZ": "-9.0"}, (0.0, 0.0)),
    ],
)
def test_the_first_redshift_that_is_one_counts_with_its_error(tmp_path, keys, expected):
    one = only(snana_text(tmp_path / "sn.dat", **keys))
    assert (one.redshift, one.redshift_error) == expected
