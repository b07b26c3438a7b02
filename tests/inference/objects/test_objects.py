"""Objects of other packages are read as their files are, by the readers that read those."""

import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.nddata import CCDData, NDData, StdDevUncertainty
from astropy.table import MaskedColumn, QTable, Table
from astropy.time import Time
from astropy.timeseries import TimeSeries
from astropy.wcs import WCS

from astro_dl.core.errors import UsageError
from astro_dl.inference.input_checks import given_paths
from astro_dl.inference.load import load_pretrained
from astro_dl.inference.objects.door import as_files
from astro_dl.observations.images.band_images import find_band_images
from astro_dl.observations.images.image_files import fits_array
from astro_dl.observations.light_curves.files import read_light_curve
from astro_dl.observations.light_curves.series import read_series
from astro_dl.observations.spectra.files import read_spectra
from astro_dl.observations.tables.read import read_table
from astro_dl.science.gravitational_waves.strain_files import open_file, read_slice
from astro_dl.science.sun.hmi import from_sunpy, read_sharp
from tests.science.gravitational_waves.gwosc_files import write_gwosc
from tests.science.sun.stand_in import bipole, write_map
from tests.science.transits.stand_in import light_curve, write_spoc

COLUMNS = {"g": [18.5, 17.25, 20.0], "name": ["a", "b", "c"], "count": [1, 2, 3]}


def read(one, reader):
    """Return what a reader makes of an object."""
    assert given_paths(one) == [one]
    with as_files([one]) as (path,):
        return reader(path)


def assert_same_table(found, known):
    assert found.colnames == known.colnames
    for name in known.colnames:
        assert list(np.ma.filled(found[name], -1)) == list(np.ma.filled(known[name], -1)), name


def light_curve_columns(n=60):
    rng = np.random.default_rng(0)
    days = 2458300 + np.arange(n) * 0.02
    return days, 1000 + rng.normal(size=n)


def test_tables_of_astropy_are_those_of_their_file(tmp_path):
    table = Table({**COLUMNS, "z": MaskedColumn([0.1, 0.2, 0.3], mask=[0, 1, 0])})
    table["g"].unit = "mag"
    table.write(tmp_path / "one.fits")
    found, known = read(table, read_table), read_table(tmp_path / "one.fits")
    assert_same_table(found, known)
    assert found["g"].unit == "mag"
    assert list(np.isfinite(np.ma.filled(found["z"], np.nan))) == [True, False, True]
    quantities = QTable({"g": [1.0, 2.0] * u.mag, "flux": [3.0, 4.0] * u.Jy})
    assert read(quantities, read_table)["flux"].unit == u.Jy


def test_frames_are_the_table_that_they_hold():
    known = read(Table(COLUMNS), read_table)
    frames = [pytest.importorskip(name).DataFrame(COLUMNS) for name in ("pandas", "polars")]
    for frame in frames:
        assert_same_table(read(frame, read_table), known)


def test_missing_values_of_frames_are_missing():
    pandas, polars = (pytest.importorskip(name) for name in ("pandas", "polars"))
    nullable = pandas.Series([1, None, 3], dtype="Int64")
    for frame in (
        pandas.DataFrame({"n": nullable, "word": ["a", None, "c"]}),
        polars.DataFrame({"n": [1, None, 3], "word": ["a", None, "c"]}),
    ):
        found = read(frame, read_table)
        assert list(np.isfinite(np.ma.filled(found["n"], np.nan))) == [True, False, True]
        assert [str(one) for one in np.ma.filled(found["word"], "")] == ["a", "", "c"]


def test_an_index_with_a_name_and_dates_are_columns():
    pandas = pytest.importorskip("pandas")
    dates = pandas.to_datetime(["2020-01-01", "2020-01-02"])
    frame = pandas.DataFrame({"flux": [1.0, 2.0]}, index=pandas.Index(dates, name="time"))
    found = read(frame, read_table)
    assert found.colnames == ["time", "flux"]
    assert list(found["time"]) == [2458849.5, 2458850.5]


def test_data_sets_of_xarray_are_tables_and_arrays_are_images():
    xarray = pytest.importorskip("xarray")
    found = read(xarray.Dataset({"flux": ("time", [1.0, 2.0])}, {"time": [5.0, 6.0]}), read_table)
    assert [list(found[name]) for name in ("time", "flux")] == [[5, 6], [1, 2]]
    pixels = np.arange(20.0).reshape(4, 5)
    array = xarray.DataArray(pixels, dims=("y", "x"), attrs={"units": "Jy"})
    np.testing.assert_array_equal(read(array, lambda path: fits_array(path, 0)), pixels)
    assert read(array, lambda path: fits.getheader(path)["BUNIT"]) == "Jy"


def test_a_time_series_is_the_light_curve_of_its_file(tmp_path):
    days, flux = light_curve_columns()
    series = TimeSeries({"flux": flux * u.electron / u.s}, time=Time(days, format="jd"))
    header = fits.Header({"BJDREFI": 0, "BJDREFF": 0.0})
    plain = fits.BinTableHDU(Table({"TIME": days, "FLUX": flux}), header)
    fits.HDUList([fits.PrimaryHDU(), plain]).writeto(tmp_path / "star.fits")
    found, known = read(series, read_light_curve), read_light_curve(tmp_path / "star.fits")
    np.testing.assert_array_equal(found.time, known.time)
    np.testing.assert_array_equal(found.flux, known.flux)
    assert found.time_system == known.time_system
    np.testing.assert_array_equal(read(series, read_series).flux, known.flux)


def test_positions_are_right_ascension_and_declination():
    found = read(QTable({"where": SkyCoord([1, 2] * u.deg, [3, 4] * u.deg)}), read_table)
    assert list(np.round(found["ra"], 9)) == [1, 2]
    assert list(np.round(found["dec"], 9)) == [3, 4]


def test_an_image_of_astropy_is_that_of_its_file(tmp_path):
    wcs = WCS(naxis=2)
    wcs.wcs.ctype, wcs.wcs.cdelt = ("RA---TAN", "DEC--TAN"), (-2e-4, 2e-4)
    wcs.wcs.crval = wcs.wcs.crpix = (10, 20)
    pixels = np.random.default_rng(0).normal(size=(30, 40)).astype(np.float32)
    image = CCDData(pixels, unit="electron", meta={"FILTER": "r", "OBJECT": "M 31"}, wcs=wcs)
    image.write(tmp_path / "one.fits")
    (found,), (known,) = read(image, find_band_images), find_band_images(tmp_path / "one.fits")
    assert (found.band, found.shape) == (known.band, known.shape) == ("r", (30, 40))
    assert found.pixel_scale_arcsec == pytest.approx(known.pixel_scale_arcsec)
    assert found.path.name == "M-31_r.fits"
    np.testing.assert_array_equal(read(image, lambda path: fits_array(path, 0)), pixels)
    assert read(image, lambda path: fits.getheader(path)["BUNIT"]) == "electron"


def test_masked_pixels_are_missing():
    image = NDData(np.ones((8, 8), np.int16), mask=np.eye(8, dtype=bool), meta={})
    assert np.isnan(np.diag(read(image, lambda path: fits_array(path, 0)))).all()


def test_bands_of_one_object_are_files_that_differ_by_their_band():
    one = [NDData(np.ones((8, 8)), meta={"OBJECT": "lens", "FILTER": band}) for band in "gri"]
    with as_files([*one, one[0]]) as paths:
        names = [path.name for path in paths]
    assert names == ["lens_g.fits", "lens_r.fits", "lens_i.fits", "lens_g-2.fits"]
    assert not any(path.exists() for path in paths)


@pytest.mark.parametrize("unit", ["um", "THz"])
def test_a_spectrum_of_specutils_is_that_of_its_file(unit, tmp_path):
    spectrum_class = pytest.importorskip("specutils").Spectrum
    wavelength = np.linspace(4000, 7000, 500)
    flux, error = 1 + 0.1 * np.random.default_rng(0).normal(size=500), np.full(500, 0.1)
    table = Table({"wavelength": wavelength, "flux": flux, "error": error})
    header = fits.Header({"VACUUM": True})
    hdus = [fits.PrimaryHDU(header=header), fits.BinTableHDU(table)]
    fits.HDUList(hdus).writeto(tmp_path / "one.fits")
    (known,) = read_spectra(tmp_path / "one.fits")
    axis = (wavelength * u.AA).to(unit, u.spectral())
    order = np.argsort(axis.value)
    one = spectrum_class(
        spectral_axis=axis[order],
        flux=flux[order] * u.Unit("1e-17 erg / (s cm2 AA)"),
        uncertainty=StdDevUncertainty(error[order]),
        meta={"VACUUM": True},
    )
    (found,) = read(one, read_spectra)
    for name in ("wavelength", "flux", "sigma"):
        expected = getattr(known, name) * (1e-17 if name != "wavelength" else 1)
        ratio = getattr(found, name) / expected
        np.testing.assert_allclose(ratio, ratio[0], rtol=1e-9)
    assert "assumed" not in "".join(found.flags)


def test_a_series_of_gwpy_is_the_strain_of_its_file(tmp_path):
    series_class = pytest.importorskip("gwpy.timeseries").TimeSeries
    noise = np.random.default_rng(0).normal(0, 1e-21, 2 * 4096)
    known = open_file(write_gwosc(tmp_path / "one.hdf5", noise, gps_start=1_200_000_000))
    one = series_class(noise, t0=1_200_000_000, sample_rate=4096, channel="H1:STRAIN")
    with as_files([one]) as (path,):
        found = open_file(path)
        strain, exclusion = read_slice(found, 0, found.samples)
    for name in ("detector", "gps_start", "sample_rate", "samples"):
        assert getattr(found, name) == getattr(known, name)
    np.testing.assert_array_equal(strain, noise)
    assert not exclusion.any()
    with pytest.raises(UsageError, match="does not say its detector"):
        read(series_class(noise, sample_rate=4096), open_file)


def test_a_map_of_sunpy_is_that_of_its_file(tmp_path):
    open_map = pytest.importorskip("sunpy.map").Map
    path = write_map(tmp_path, "magnetogram", bipole()[1], "hmi.sharp_cea_720s.377.20110215_TAI")
    for key, value in (("CUNIT1", "degree"), ("CUNIT2", "degree"), ("DATE-OBS", "2011-02-15")):
        fits.setval(path, key, value=value, ext=1)
    found, known = from_sunpy(open_map(path)), read_sharp(path)
    np.testing.assert_array_equal(found.data, known.data)
    for name in ("quantity", "scale", "longitude", "latitude", "region", "time"):
        assert getattr(found, name) == getattr(known, name), name


def test_a_light_curve_of_lightkurve_is_that_of_its_file(tmp_path):
    lightkurve = pytest.importorskip("lightkurve", reason="it needs pandas below 3")
    time, flux = light_curve(seed=1)
    path = write_spoc(tmp_path / "one.fits", time, flux, OBJECT="TIC 5", TICID=5)
    one = lightkurve.LightCurve(
        time=Time(time, format="btjd", scale="tdb"),
        flux=flux * u.electron / u.s,
        meta={"OBJECT": "TIC 5", "TICID": 5},
    )
    found, known = read_light_curve(one), read_light_curve(path)
    assert (found.id, found.time_system) == (known.id, known.time_system)
    np.testing.assert_allclose(read(one, read_series).flux, known.flux, rtol=1e-6)
    np.testing.assert_allclose(found.time, known.time)
    np.testing.assert_allclose(found.flux, known.flux)


def test_a_prediction_on_a_table_is_that_on_its_file(tmp_path):
    table = Table({band: [18.5, 17.9, 21.0] for band in "ugrizy"})
    table.write(tmp_path / "stars.csv")
    predictor = load_pretrained("sgq_mlp")
    found, known = predictor.predict(table), predictor.predict(tmp_path / "stars.csv")
    assert found.pformat(max_lines=-1) == known.pformat(max_lines=-1)


def test_errors_name_the_object_and_not_a_file_of_ours():
    table = Table({"a": [1.0]}, meta={"OBJECT": "my star"})
    with pytest.raises(UsageError, match="my-star") as caught:
        read(table, read_light_curve)
    assert "objects-" not in str(caught.value)


def test_columns_of_other_things_are_refused_by_name():
    with pytest.raises(UsageError, match="column 'a' holds dict, list"):
        read(Table({"a": np.array([[1], {}], dtype=object)}), read_table)


def test_arrays_are_no_objects():
    for given in (np.zeros((3, 4)), {"x": np.zeros(3)}, [[1.0, 2.0]], np.zeros(3) * u.mag):
        assert given_paths(given) is None
