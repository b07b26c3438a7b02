"""Maps of active regions: what is read, and what is refused."""

import numpy as np
import pytest
from astropy.io import fits
from hypothesis import example, given, settings
from hypothesis import strategies as st

from astro_dl.core.errors import UsageError
from astro_dl.science.sun.hmi import average_to, find_partner, from_sunpy, read_sharp
from tests.science.sun.stand_in import Map, bipole, keywords, write_map


def test_a_file_is_read_with_its_place_on_the_disc(tmp_path):
    continuum, field = bipole()
    found = read_sharp(write_map(tmp_path, "magnetogram", field))
    np.testing.assert_allclose(found.data, field, rtol=1e-6, atol=1e-6)
    assert (found.quantity, found.scale, found.region) == ("line_of_sight", 0.03, "NOAA 11158")
    assert (found.longitude, found.latitude, found.observer_latitude) == (10.0, 15.0, 5.0)
    assert read_sharp(write_map(tmp_path, "continuum", continuum)).quantity == "continuum"
    assert read_sharp(write_map(tmp_path, "Br", field)).quantity == "radial"


def test_longitudes_are_taken_around_the_circle(tmp_path):
    path = write_map(tmp_path, "Br", bipole()[1], CRVAL1=5.0, CRLN_OBS=350.0)
    assert read_sharp(path).longitude == pytest.approx(15.0)


def test_bare_words_in_the_header_are_mended(tmp_path):
    path = write_map(tmp_path, "magnetogram", bipole()[1], R_VALUE="XXXXX")
    raw = path.read_bytes()
    path.write_bytes(raw.replace(b"R_VALUE = 'XXXXX   '", b"R_VALUE = nan       "))
    assert read_sharp(path).region == "NOAA 11158"


def test_compressed_images_are_read(tmp_path):
    path = write_map(tmp_path, "magnetogram", np.rint(bipole()[1]), kind=fits.CompImageHDU)
    assert np.abs(read_sharp(path).data).max() == pytest.approx(1500, rel=0.01)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"CTYPE1": "HPLN-TAN", "CTYPE2": "HPLT-TAN"}, "CRLN-CEA"),
        ({"CTYPE1": None}, "coordinates"),
        ({"CRVAL1": 240.0}, "limb"),
        ({"CRLN_OBS": None}, "CRLN_OBS"),
        ({"CDELT1": None}, "CDELT1"),
        ({"CDELT2": 0.06}, "not square"),
        ({"BUNIT": "DN/s"}, "unit"),
    ],
)
def test_headers_that_cannot_be_used_are_refused(tmp_path, changes, words):
    with pytest.raises(UsageError, match=words):
        read_sharp(write_map(tmp_path, "magnetogram", bipole()[1], **changes))


def test_files_that_hold_no_map_are_refused(tmp_path):
    cube = write_map(tmp_path, "Br", np.zeros((3, 20, 20)))
    with pytest.raises(UsageError, match="two axes"):
        read_sharp(cube)
    table = tmp_path / "x.continuum.fits"
    columns = [fits.Column("flux", "E", array=np.zeros(3))]
    fits.BinTableHDU.from_columns(columns).writeto(table)
    with pytest.raises(UsageError, match="no image"):
        read_sharp(table)
    with pytest.raises(UsageError, match=r"continuum\.fits"):
        read_sharp(write_map(tmp_path, "Bp", bipole()[1]))
    text = tmp_path / "y.Br.fits"
    text.write_text("nothing")
    with pytest.raises(UsageError, match="cannot be read as FITS"):
        read_sharp(text)


def test_maps_that_are_mostly_missing_are_refused(tmp_path):
    field = bipole()[1]
    field[:200] = np.nan
    with pytest.raises(UsageError, match="67% of the pixels are missing"):
        read_sharp(write_map(tmp_path, "magnetogram", field))


def test_a_map_of_sunpy_is_taken_by_its_data_and_keywords():
    continuum, field = bipole()
    meta = {key.lower(): value for key, value in keywords(BUNIT="Gauss").items()}
    assert from_sunpy(Map(field, meta)).quantity == "line_of_sight"
    assert from_sunpy(Map(field, meta), "radial").quantity == "radial"
    assert from_sunpy(Map(continuum, meta | {"bunit": "DN/s"})).quantity == "continuum"
    with pytest.raises(UsageError, match="unit"):
        from_sunpy(Map(field, meta | {"bunit": "km/s"}))
    with pytest.raises(UsageError, match="not a map"):
        from_sunpy(field)


def test_the_partner_of_a_file_is_found_among_those_given_and_beside_it(tmp_path):
    field = write_map(tmp_path, "magnetogram", bipole()[1])
    assert find_partner(field, "continuum") is None
    elsewhere = tmp_path / "other"
    elsewhere.mkdir()
    continuum = write_map(elsewhere, "continuum", bipole()[0])
    assert find_partner(field, "continuum", [continuum]) == continuum
    beside = write_map(tmp_path, "continuum", bipole()[0])
    assert find_partner(field, "continuum") == beside


def test_averaging_by_a_whole_number_is_the_mean_of_blocks():
    data = np.random.default_rng(0).normal(size=(40, 60)).astype(np.float32)
    expected = data.reshape(4, 10, 6, 10).mean(axis=(1, 3))
    np.testing.assert_allclose(average_to(data, 0.03, 0.3), expected, atol=1e-6)


@settings(max_examples=30, deadline=None)
@given(st.integers(5, 60), st.integers(5, 60), st.floats(1.0, 4.9))
@example(5, 5, 4.0)
def test_averaging_keeps_a_uniform_map_uniform(rows, columns, ratio):
    found = average_to(np.full((rows, columns), 7.0), 1.0, ratio)
    known = np.isfinite(found)
    assert known.any()
    np.testing.assert_allclose(found[known], 7.0, rtol=1e-6)


def test_averaging_keeps_the_total_and_leaves_out_what_is_missing():
    data = np.zeros((35, 35), np.float32)
    data[10:25, 10:25] = np.random.default_rng(1).normal(5, 1, (15, 15))
    found = average_to(data, 1.0, 3.5)
    assert found.sum() * 3.5**2 == pytest.approx(data.sum(), rel=1e-5)
    data[:] = 3
    data[5:9, 5:9] = np.nan
    np.testing.assert_allclose(average_to(data, 1.0, 7.0), 3.0)
    data[:14, :14] = np.nan
    assert np.isnan(average_to(data, 1.0, 7.0)).sum() == 4


def test_maps_coarser_than_the_network_needs_are_refused():
    with pytest.raises(UsageError, match="coarser"):
        average_to(np.zeros((9, 9)), 0.5, 0.3)


@pytest.mark.parametrize(
    ("cards", "turned"),
    [
        ({"CDELT1": -0.03}, np.s_[:, ::-1]),
        ({"CDELT2": -0.03}, np.s_[::-1]),
        ({"CROTA2": 180.0}, np.s_[::-1, ::-1]),
        ({"CROTA2": -179.98}, np.s_[::-1, ::-1]),
        ({"CROTA2": 180.0, "CDELT1": -0.03}, np.s_[::-1]),
        ({"CROTA2": 360.0}, np.s_[:]),
    ],
)
def test_maps_are_put_upright(cards, turned, tmp_path):
    _, field = bipole()
    found = read_sharp(write_map(tmp_path, "magnetogram", field[turned], **cards))
    np.testing.assert_allclose(found.data, field, rtol=1e-6, atol=1e-6)
    assert found.scale == 0.03


def test_maps_that_stand_askew_are_refused(tmp_path):
    with pytest.raises(UsageError, match="turned by 30 deg"):
        read_sharp(write_map(tmp_path, "magnetogram", bipole()[1], CROTA2=30.0))


@pytest.mark.parametrize("fill", [0.0, np.nan, np.inf])
def test_a_continuum_that_was_filled_is_missing_there(fill, tmp_path):
    continuum = bipole()[0] + np.random.default_rng(0).normal(0, 1e-3, bipole()[0].shape)
    continuum[:, :20] = fill
    found = read_sharp(write_map(tmp_path, "continuum", continuum))
    assert np.isnan(found.data[:, :20]).all()
    assert np.isfinite(found.data[:, 20:]).all()
