"""Readers of light curves: formats, time systems, and what is wrong with files."""

import gzip
import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from astropy.io import fits
from astropy.time import Time
from hypothesis import given, settings
from hypothesis import strategies as st

from astro_dl.core.errors import UsageError
from astro_dl.observations.light_curves.files import read_light_curve
from astro_dl.observations.light_curves.light_curve import from_arrays, stitch
from tests.science.transits import stand_in

TIME, FLUX = stand_in.light_curve()


@pytest.fixture
def spoc(tmp_path):
    return stand_in.write_spoc(tmp_path / "spoc.fits", TIME, FLUX)


def write_csv(path, text_or_columns, header=None):
    if isinstance(text_or_columns, str):
        path.write_text(text_or_columns, encoding="utf-8")
        return path
    lines = [",".join(f"{v:.8f}" for v in row) for row in zip(*text_or_columns, strict=True)]
    path.write_text("\n".join([*([header] if header else []), *lines]), encoding="utf-8")
    return path


def test_spoc_file_is_read_with_its_name_time_system_and_magnitude(spoc):
    curve = read_light_curve(spoc)
    assert (curve.id, curve.time_system, curve.offset) == ("TIC 123", "BTJD", 2457000.0)
    assert curve.magnitude == pytest.approx(10.5)
    np.testing.assert_allclose(curve.time, TIME)
    np.testing.assert_allclose(curve.flux, FLUX / np.median(FLUX), rtol=1e-6)
    assert curve.flags == ()


def test_qlp_flux_and_compressed_files_are_read(tmp_path):
    path = stand_in.write_spoc(tmp_path / "qlp.fits", TIME, FLUX, flux_name="KSPSAP_FLUX")
    packed = tmp_path / "qlp.fits.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    np.testing.assert_array_equal(read_light_curve(packed).flux, read_light_curve(path).flux)


def test_cadences_of_bad_quality_are_left_out(tmp_path):
    quality = np.zeros(len(TIME), np.int32)
    quality[::10] = 128
    # A cosmic ray that the pipeline has already removed spoils nothing.
    quality[1::10] = 64
    path = stand_in.write_spoc(tmp_path / "q.fits", TIME, FLUX, quality)
    np.testing.assert_allclose(read_light_curve(path).time, np.delete(TIME, np.s_[::10]))


def test_nan_flux_is_left_out_and_flagged(tmp_path):
    flux = FLUX.copy()
    flux[5:25] = np.nan
    path = stand_in.write_spoc(tmp_path / "nan.fits", TIME, flux)
    curve = read_light_curve(path)
    assert len(curve.time) == len(TIME) - 20
    assert curve.flags == ("nan_flux",)


@pytest.mark.parametrize("header", [None, "time,flux", "# BTJD,FLUX", "BTJD,sap_flux", "t,FCOR"])
def test_text_is_read_with_and_without_header(tmp_path, header):
    curve = read_light_curve(write_csv(tmp_path / "star.csv", (TIME, FLUX), header))
    assert curve.id == "star"
    np.testing.assert_allclose(curve.time, TIME, atol=1e-7)
    assert curve.time_system == ("BTJD" if header and "BTJD" in header else "")


def test_blank_separated_text_with_quality_is_read(tmp_path):
    flag = np.arange(len(TIME)) % 4 == 0
    rows = "\n".join(f"{t:.7f} {f:.6f} {q:d}" for t, f, q in zip(TIME, FLUX, flag, strict=True))
    curve = read_light_curve(write_csv(tmp_path / "a.dat", f"time flux quality\n{rows}"))
    np.testing.assert_allclose(curve.time, TIME[~flag], atol=1e-7)
    np.testing.assert_allclose(curve.flux, FLUX[~flag] / np.median(FLUX[~flag]), atol=2e-6)


def test_julian_dates_are_known_by_their_size(tmp_path):
    curve = read_light_curve(write_csv(tmp_path / "jd.csv", (TIME + 2457000, FLUX)))
    assert (curve.time_system, curve.offset) == ("BJD", 0.0)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_order_and_repetition_of_rows_change_nothing_but_flags(seed):
    rng = np.random.default_rng(seed)
    rows = np.concatenate([np.arange(len(TIME)), rng.integers(0, len(TIME), 30)])
    rng.shuffle(rows)
    curve = from_arrays("x", TIME[rows], FLUX[rows])
    np.testing.assert_array_equal(curve.time, TIME)
    np.testing.assert_array_equal(curve.flux, FLUX / np.median(FLUX))
    assert set(curve.flags) == {"unsorted_times", "duplicate_times"}


def test_lightkurve_objects_are_read_by_their_attributes():
    masked = np.ma.array(FLUX, mask=np.arange(len(FLUX)) < 3)
    star = SimpleNamespace(
        time=Time(TIME + 2457000, format="jd"), flux=masked, label="TIC 9", meta={}
    )
    curve = read_light_curve(star)
    assert curve.id == "TIC 9"
    assert len(curve.time) == len(TIME) - 3
    assert curve.time_system == "BJD"


def test_files_of_one_star_are_joined_in_order(tmp_path):
    first = read_light_curve(stand_in.write_spoc(tmp_path / "1.fits", TIME, FLUX))
    second = read_light_curve(stand_in.write_spoc(tmp_path / "2.fits", TIME + 27, 2 * FLUX))
    joined = stitch([second, first])
    assert (np.diff(joined.time) > 0).all()
    assert len(joined.time) == 2 * len(TIME)
    np.testing.assert_allclose(np.median(joined.flux), 1, atol=1e-4)
    with pytest.raises(UsageError, match="overlap"):
        stitch([first, first])


def wrong_files(tmp_path):
    image = tmp_path / "image.fits"
    fits.HDUList([fits.PrimaryHDU(), fits.ImageHDU(np.ones((4, 4)), name="APERTURE")]).writeto(
        image
    )
    pixels = tmp_path / "pixels.fits"
    fits.BinTableHDU.from_columns(
        [
            fits.Column("TIME", "D", array=TIME),
            fits.Column("FLUX", "4E", array=np.ones((len(TIME), 4))),
        ]
    ).writeto(pixels)
    fluxless = stand_in.write_spoc(tmp_path / "fluxless.fits", TIME, FLUX, flux_name="COUNTS")
    empty = stand_in.write_spoc(tmp_path / "empty.fits", TIME, FLUX * np.nan)
    nothing = tmp_path / "nothing.fits"
    nothing.write_text("not FITS at all", encoding="utf-8")
    magnitudes = write_csv(tmp_path / "mag.csv", (TIME, np.log10(FLUX) - 10))
    return {
        "no table with a column TIME": image,
        "target pixels": pixels,
        "has no flux": fluxless,
        "0 of": empty,
        "cannot be read as FITS": nothing,
        "magnitudes": magnitudes,
        "no column of flux": write_csv(tmp_path / "c.csv", (TIME, FLUX), "time,brightness"),
        "no column of time": write_csv(tmp_path / "t.csv", (TIME, FLUX), "epoch,flux"),
        "time and flux are needed": write_csv(tmp_path / "one.csv", "\n".join(map(str, TIME))),
        "not hours or seconds": write_csv(tmp_path / "h.csv", (TIME * 24, FLUX)),
        "holds no numbers": write_csv(tmp_path / "e.csv", "# nothing\n"),
        "no such file": tmp_path / "absent.csv",
        "no light curve": write_csv(tmp_path / "figure.png", "x"),
    }


def test_what_is_no_light_curve_is_refused_with_the_reason(tmp_path):
    for words, path in wrong_files(tmp_path).items():
        with pytest.raises(UsageError, match=words):
            read_light_curve(path)
    with pytest.raises(UsageError, match="no light curve"):
        read_light_curve(3)


@pytest.mark.skipif("ASTRO_DL_TEST_DATA" not in os.environ, reason="needs ASTRO_DL_TEST_DATA")
def test_real_files_are_read():
    folder = Path(os.environ["ASTRO_DL_TEST_DATA"], "transits")
    kepler = read_light_curve(next((folder / "kepler90").glob("*.fits")))
    assert (kepler.id, kepler.time_system) == ("KIC 11442793", "BKJD")
    assert kepler.magnitude == pytest.approx(13.804)
    assert len(kepler.time) > 4000
    assert np.std(kepler.flux) < 1e-3
    k2 = read_light_curve(folder / "k2_3" / "EPIC201367065.csv")
    assert np.ptp(k2.time) == pytest.approx(80.07, abs=0.01)
