"""What rows of tables of images are called, and what is no image of fluxes."""

import numpy as np
import pytest
from astropy.io import fits

from astro_dl.core.errors import UsageError
from astro_dl.core.reading.many_files import tolerating
from tests.science.lenses.test_fits_of_many import (
    NAMES,
    band_columns,
    images,
    predict,
    table,
    told,
    write,
)


@pytest.mark.parametrize("unsigned", [False, True])
def test_numbers_of_catalogues_keep_all_their_digits(tmp_path, unsigned):
    numbers = 2**60 + np.arange(1, 4)
    made = {"bzero": 2**63, "array": numbers.astype(np.uint64)} if unsigned else {"array": numbers}
    rows = [table([fits.Column("ID", "K", **made), *band_columns()])]
    assert list(predict([write(tmp_path / "a.fits", rows)])["id"]) == list(map(str, numbers))


def test_a_row_without_an_identifier_is_called_by_its_number(tmp_path):
    rows = [table(told((NAMES[0], "", NAMES[2])) + band_columns())]
    found = predict([write(tmp_path / "a.fits", rows)])
    assert list(found["id"]) == [NAMES[0], "a.fits:1", NAMES[2]]


def test_magnitudes_are_refused_in_tables_as_in_images(tmp_path):
    columns = band_columns()
    columns[1].unit = "mag/arcsec2"
    write(tmp_path / "table.fits", [table(told() + columns)])
    write(tmp_path / "images.fits", images(BUNIT=lambda row: "mag"))
    for name in ("table.fits", "images.fits"):
        with pytest.raises(UsageError, match=rf"{name}.*flux in mag.*linear unit"):
            predict([tmp_path / name])


def test_objects_of_one_name_stay_apart_whether_they_can_be_used_or_not(tmp_path):
    short = images()[1:]
    paths = [write(tmp_path / name, short) for name in ("a.fits", "b.fits")]
    twice = told((NAMES[2],) * 3) + band_columns()
    paths.append(write(tmp_path / "c.fits", [table(twice)]))
    noted = {}
    with tolerating(noted):
        found = predict(paths)
    assert list(noted) == [NAMES[0], f"b.fits:{NAMES[0]}"]
    for name, reason in zip("ab", noted.values(), strict=True):
        assert f"{name}.fits, {NAMES[0]}" in reason
    other = [f"{led}{name}" for led in ("", "b.fits:") for name in NAMES[1:]]
    more = [f"c.fits:{NAMES[2]}{end}" for end in ("", ":2", ":3")]
    assert sorted(found["id"]) == sorted(other + more)
