"""What stands in files for a value that is not there, and never is taken for one."""

import numpy as np
import pytest
from astropy.io import fits

from astro_dl.core.errors import UsageError
from astro_dl.observations.light_curves.files import read_light_curve
from astro_dl.observations.light_curves.light_curve import from_arrays
from tests.science.transits.stand_in import write_spoc

TIME = np.arange(2000.0, 2006.0, 0.02)
FLUX = 1200 + 2 * np.cos(TIME)
LOST = [7, 120, 121]


@pytest.mark.parametrize("value", [0.0, -0.0, -1e30, 1e20, -999.0, -9999.0, -1.0, 3.4e38])
def test_flux_that_no_star_has_is_left_out_and_flagged(value):
    flux = FLUX.copy()
    flux[LOST] = value
    curve = from_arrays("x", TIME, flux)
    np.testing.assert_array_equal(curve.time, np.delete(TIME, LOST))
    np.testing.assert_allclose(np.median(curve.flux), 1)
    assert curve.flags == ("impossible_flux",)


def test_deep_eclipses_and_negative_noise_of_faint_stars_are_kept():
    eclipsed = FLUX.copy()
    eclipsed[40:60] *= 0.02
    assert from_arrays("x", TIME, eclipsed).flags == ()
    faint = 3 + 2 * np.random.default_rng(4).standard_normal(len(TIME))
    assert (faint < 0).sum() > 5
    assert len(from_arrays("x", TIME, faint).time) == len(TIME)


@pytest.mark.parametrize("value", [0.0, -1.0, -9999.0, 1e30, -1e30])
def test_times_of_lost_cadences_are_left_out_and_flagged(value):
    time = TIME.copy()
    time[LOST] = value
    curve = from_arrays("x", time, FLUX)
    np.testing.assert_array_equal(curve.time, np.delete(TIME, LOST))
    assert curve.flags == ("impossible_time",)


@pytest.mark.parametrize("start", [0.0, -3.0, -800.0, 2.45e6])
def test_times_about_any_zero_are_kept(start):
    time = TIME - TIME[0] + start
    np.testing.assert_array_equal(from_arrays("x", time, FLUX).time, time)


def test_nulls_of_integer_columns_are_missing(tmp_path):
    counts = FLUX.astype(np.int32)
    counts[LOST] = -7
    columns = [
        fits.Column("TIME", "D", array=TIME),
        fits.Column("FLUX", "J", array=counts, null=-7),
    ]
    fits.BinTableHDU.from_columns(columns).writeto(tmp_path / "a.fits")
    curve = read_light_curve(tmp_path / "a.fits")
    np.testing.assert_array_equal(curve.time, np.delete(TIME, LOST))


@pytest.mark.parametrize("word", ["", "NaN", "null", "--", "N/A"])
def test_words_for_nothing_in_text_are_missing(tmp_path, word):
    cells = [f"{value:.4f}" for value in FLUX]
    cells[7] = word
    rows = "\n".join(f"{t:.5f},{f}" for t, f in zip(TIME, cells, strict=True))
    path = tmp_path / "a.csv"
    path.write_text(f"time,flux\n{rows}\n")
    curve = read_light_curve(path)
    assert len(curve.time) == len(TIME) - 1
    assert curve.flags == ("nan_flux",)


def test_magnitudes_of_99_are_missing(tmp_path):
    magnitude = 12 - 2.5 * np.log10(FLUX / 1200)
    magnitude[LOST] = [99.0, 99.999, -99.0]
    path = tmp_path / "a.csv"
    np.savetxt(path, np.stack([TIME, magnitude], 1), delimiter=",", header="time,mag", comments="")
    curve = read_light_curve(path)
    expected = np.delete(FLUX, LOST)
    np.testing.assert_allclose(curve.flux, expected / np.median(expected), rtol=1e-6)


def test_a_file_of_lost_cadences_alone_is_refused_by_name(tmp_path):
    path = write_spoc(tmp_path / "lost.fits", TIME, np.zeros(len(TIME)))
    with pytest.raises(UsageError, match=r"lost\.fits: 0 of 300 points"):
        read_light_curve(path)
