"""Lost cadences, gaps of years and given numbers: what is found, or said."""

import time as clock

import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.science.transits.predict import find_signals
from astro_dl.science.transits.search.periodic import search_transits
from tests.science.transits.stand_in import (
    DEPTH,
    DURATION,
    EPOCH,
    PERIOD,
    light_curve,
    stand_in,
    write_spoc,
)

TIME, FLUX = light_curve()


def found(tmp_path, flux, time=TIME, **options):
    path = write_spoc(tmp_path / "star.fits", time, flux)
    return find_signals(stand_in(), [path], **options)


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (0.0, "impossible_flux"),
        (-2e30, "impossible_flux"),
        (3e25, "impossible_flux"),
        (-999.0, "impossible_flux"),
        (20.0, "lone_dips"),
        (9e4, ""),
    ],
)
@pytest.mark.parametrize("number", [1, 30])
def test_wild_values_hide_no_transit(tmp_path, value, word, number):
    flux = FLUX.copy()
    flux[np.linspace(9, len(flux) - 9, number).astype(int)] = value
    table = found(tmp_path, flux, search=True)
    assert table["period"][0].to_value("d") == pytest.approx(PERIOD, rel=1e-3)
    assert table["depth"][0] == pytest.approx(DEPTH, rel=0.15)
    assert word in table["flags"][0].split(",") or not word


@pytest.mark.parametrize(("gap", "period"), [(710.0, 3.31), (1400.0, 5.87)])
def test_sectors_years_apart_give_the_period_within_seconds(gap, period):
    sector = np.arange(0, 26.0, 30 / 1440)
    time = 1400 + np.concatenate([sector, sector + gap])
    phase = (time - 1401.3 + period / 2) % period - period / 2
    noise = 3e-4 * np.random.default_rng(6).standard_normal(len(time))
    start = clock.process_time()
    (signal, *_) = search_transits(time, 1 + noise - 0.005 * (np.abs(phase) < 0.07))
    assert clock.process_time() - start < 10
    # Half a duration of drift from end to end is all that may be wrong.
    assert abs(signal.period / period - 1) * (gap + 26) < 0.07


def test_what_cannot_be_searched_says_so(tmp_path):
    with pytest.raises(UsageError, match=r"star\.fits: 40 points cannot be searched"):
        found(tmp_path, FLUX[:40], TIME[:40])
    with pytest.raises(UsageError, match=r"star\.fits: all points have the same flux"):
        found(tmp_path, np.ones(len(TIME)), TIME)
    with pytest.raises(UsageError, match=r"star\.fits: 1 of \d+ points .* at times of their own"):
        found(tmp_path, FLUX, np.full(len(TIME), TIME[0]))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"max_period": 0}, "periods from 0.5 to 0 d cannot be searched"),
        ({"max_period": 0.0}, "cannot be searched"),
        ({"min_period": 0}, "periods from 0 to"),
        ({"min_period": float("nan")}, "cannot be searched"),
        ({"max_period": float("inf")}, "cannot be searched"),
        ({"max_signals": 0}, "max_signals is 0"),
        ({"period": 0}, "period is 0"),
        ({"period": PERIOD, "duration": 0}, "duration is 0"),
        ({"min_snr": float("nan")}, "min_snr is nan"),
        ({"epoch": 0.0}, "give period, too"),
        ({"period": PERIOD, "epoch": 0.0}, "epoch 0 is more than 1000 d from the data"),
    ],
)
def test_zero_is_a_value_and_not_left_out(tmp_path, options, words):
    with pytest.raises(UsageError, match=words):
        found(tmp_path, FLUX, **options)


@pytest.mark.parametrize(
    ("epoch", "hint"),
    [
        (EPOCH + 56999.5, "it looks like MJD"),
        (EPOCH + 2167, "it looks like BKJD"),
        (EPOCH - 2000, "give it in the file's own times"),
        (float("nan"), "epoch nan"),
    ],
)
def test_an_epoch_of_another_zero_is_refused_with_a_hint(tmp_path, epoch, hint):
    with pytest.raises(UsageError, match=hint):
        found(tmp_path, FLUX, period=PERIOD, epoch=epoch, duration=DURATION)


@pytest.mark.parametrize("epoch", [EPOCH, EPOCH + 2457000, EPOCH + 40 * PERIOD])
def test_epochs_in_the_files_own_times_or_julian_dates_are_taken(tmp_path, epoch):
    table = found(tmp_path, FLUX, period=PERIOD, epoch=epoch, duration=DURATION)
    assert table["depth"][0] == pytest.approx(DEPTH, rel=0.1)


def test_a_bad_file_among_several_costs_no_other_star(tmp_path):
    from astro_dl.core.reading.many_files import tolerating

    good = write_spoc(tmp_path / "good.fits", TIME, FLUX)
    (tmp_path / "bad.fits").write_text("no FITS")
    noted: dict[str, str] = {}
    with tolerating(noted):
        table = find_signals(stand_in(), [tmp_path / "bad.fits", good], period=PERIOD)
    assert table["id"].tolist() == ["TIC 123"]
    assert list(noted) == [str(tmp_path / "bad.fits")]
    assert "bad.fits: cannot be read as FITS" in next(iter(noted.values()))
    with pytest.raises(UsageError, match=r"bad\.fits: cannot be read as FITS"):
        find_signals(stand_in(), [tmp_path / "bad.fits", good], period=PERIOD)
