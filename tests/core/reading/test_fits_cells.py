"""Cells of binary tables are those that astropy reads."""

import gzip

import numpy as np
import pytest
from astropy.io import fits

from astro_dl.core.errors import UsageError
from astro_dl.core.reading.fits_cells import ColumnArray, read_cell, table_layout
from astro_dl.core.reading.fits_images import ImageFile, open_images

RNG = np.random.default_rng(0)
N = 3
COLUMNS = {
    "ID": fits.Column("ID", "12A", array=["J0123-45", "b", ""]),
    "NUMBER": fits.Column("NUMBER", "K", array=[2**60 + 1, -5, 0]),
    "FLAG": fits.Column("FLAG", "L", array=[True, False, True]),
    "BITS": fits.Column("BITS", "11X", array=RNG.integers(0, 2, (N, 11)).astype(bool)),
    "SINGLE": fits.Column("SINGLE", "D", array=RNG.normal(size=N)),
    "IMAGE": fits.Column("IMAGE", "35E", dim="(7,5)", array=RNG.normal(size=(N, 5, 7))),
    "CUBE": fits.Column("CUBE", "60J", dim="(5,4,3)", array=RNG.integers(-9, 9, (N, 3, 4, 5))),
    "SCALED": fits.Column("SCALED", "2I", array=RNG.integers(-9, 9, (N, 2))),
    "UNSIGNED": fits.Column(
        "UNSIGNED", "4I", bzero=32768, array=RNG.integers(0, 65535, (N, 4)).astype(np.uint16)
    ),
    "LONG": fits.Column(
        "LONG", "K", bzero=2**63, array=np.array([2**63 + 11, 5, 2**60 + 1], np.uint64)
    ),
}
READ = sorted(COLUMNS.keys() - {"FLAG", "BITS"})


def write(path, extra=()):
    table = fits.BinTableHDU.from_columns(list(COLUMNS.values()), name="T")
    fits.HDUList([fits.PrimaryHDU(), table, *extra]).writeto(path)
    for keyword, value in (("TSCAL8", 0.5), ("TZERO8", -3.0)):
        fits.setval(path, keyword, value=value, ext=1)
    return path


@pytest.mark.parametrize("beside", ["nothing", "a compressed image"])
def test_cells_are_those_of_the_library(tmp_path, beside):
    compressed = fits.CompImageHDU(np.zeros((8, 8), np.float32))
    path = write(tmp_path / "a.fits", [] if beside == "nothing" else [compressed])
    with open_images(path) as opened, fits.open(path) as expected:
        assert isinstance(opened, ImageFile) == (beside == "nothing")
        layout = table_layout(opened[1])
        assert list(layout.columns) == list(COLUMNS)
        assert layout.rows == expected[1].header["NAXIS2"]
        assert layout.width == expected[1].header["NAXIS1"]
        assert table_layout(opened[0]) is None
        for name in READ:
            for row in (2, 0, 1):
                found, wanted = read_cell(opened[1], name, row), expected[1].data[name][row]
                assert isinstance(found, str) == (name == "ID")
                np.testing.assert_array_equal(np.squeeze(found), wanted)
    assert layout.columns["CUBE"].shape == (3, 4, 5)
    assert not layout.columns["BITS"].is_number


def test_columns_are_arrays_whose_rows_are_read(tmp_path):
    with open_images(write(tmp_path / "a.fits")) as opened, fits.open(tmp_path / "a.fits") as known:
        for name in READ:
            array, wanted = ColumnArray(opened[1], name), known[1].data[name]
            assert (array.ndim, array.shape, len(array)) == (wanted.ndim, wanted.shape, N)
            assert array.dtype.kind.replace("u", "i") == wanted.dtype.kind.replace("u", "i")
            np.testing.assert_array_equal(array[1:], wanted[1:])
            np.testing.assert_array_equal(array[-1], wanted[-1])
            assert array[:0].shape == (0, *wanted.shape[1:])


def test_missing_integers_are_nan(tmp_path):
    column = fits.Column("A", "4J", null=-99, dim="(2,2)", array=[[[1, -99], [3, 4]]])
    path = tmp_path / "a.fits"
    fits.HDUList([fits.PrimaryHDU(), fits.BinTableHDU.from_columns([column])]).writeto(path)
    with open_images(path) as opened:
        np.testing.assert_array_equal(read_cell(opened[1], "A", 0), [[1, np.nan], [3, 4]])


def test_a_shape_that_does_not_fit_its_cell_is_none(tmp_path):
    path = write(tmp_path / "a.fits")
    path.write_bytes(path.read_bytes().replace(b"(7,5)", b"(7,6)"))
    with open_images(path) as opened:
        assert table_layout(opened[1]).columns["IMAGE"].shape == (35,)


def test_compressed_files_are_read_and_wrong_numbers_refused(tmp_path):
    path = write(tmp_path / "a.fits")
    packed = tmp_path / "a.fits.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    with open_images(packed) as opened:
        assert read_cell(opened[1], "ID", 0) == "J0123-45"
    content = path.read_bytes()
    place = content.index(b"TSCAL")
    path.write_bytes(content[: place + 10] + b"'half'".rjust(20) + content[place + 30 :])
    with pytest.raises(UsageError, match=r"a\.fits: TSCAL8 is 'half'"), open_images(path) as opened:
        table_layout(opened[1])
