"""Light curves of makers other than the missions: columns, names, time systems, quality."""

import numpy as np
import pytest

from astro_dl.observations.light_curves.files import read_light_curve
from tests.observations.light_curves.maker_files import write_maker

TIME = np.arange(1600.0, 1604.0, 0.02)
FLUX = 800 + 3 * np.sin(TIME)


@pytest.mark.parametrize(
    ("maker", "numbers", "system"),
    [
        ("eleanor", ("TIC 77",), "BTJD"),
        ("TGLC", ("GAIA DR3 5551234", "TIC 77"), "BTJD"),
        ("K2SFF", ("EPIC 77",), "BKJD"),
    ],
)
def test_the_corrected_flux_of_each_maker_is_read(tmp_path, maker, numbers, system):
    curve = read_light_curve(write_maker(tmp_path / "a.fits", maker, TIME, FLUX))
    np.testing.assert_allclose(curve.flux, FLUX / np.median(FLUX), rtol=1e-5)
    assert (curve.numbers, curve.time_system) == (numbers, system)
    assert curve.magnitude == pytest.approx(11.25)


@pytest.mark.parametrize("maker", ["eleanor", "TGLC", "K2SFF"])
def test_cadences_that_a_maker_marks_are_left_out(tmp_path, maker):
    marks = np.zeros(len(TIME), np.int32)
    marks[[3, 50, 51]] = [1, 4096, 2]
    curve = read_light_curve(write_maker(tmp_path / "a.fits", maker, TIME, FLUX, marks))
    np.testing.assert_allclose(curve.time, np.delete(TIME, [3, 50, 51]))


def test_the_raw_flux_is_read_where_no_other_is_finite(tmp_path):
    path = write_maker(tmp_path / "a.fits", "eleanor", TIME, FLUX * np.nan)
    raw = np.linspace(5, 9, len(TIME))
    np.testing.assert_allclose(read_light_curve(path).flux, raw / np.median(raw), rtol=1e-5)
