"""Signals in files: what is found, what is given, what is refused and what is flagged."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from scipy.signal import lfilter

from astro_dl.core.errors import UsageError
from astro_dl.observations.light_curves.files import read_light_curve
from astro_dl.science.transits.detrending import in_transit
from astro_dl.science.transits.figures import draw_signals, picture_signals
from astro_dl.science.transits.inputs import light_curve_inputs
from astro_dl.science.transits.predict import find_signals, fold_signal, table_signals
from astro_dl.science.transits.search.signals import Signal
from tests.science.transits import stand_in
from tests.science.transits.stand_in import DEPTH, DURATION, EPOCH, PERIOD

KNOWN = {"period": PERIOD, "epoch": EPOCH, "duration": DURATION}
TIME, FLUX = stand_in.light_curve()


@pytest.fixture
def predictor():
    return stand_in.stand_in()


@pytest.fixture
def spoc(tmp_path):
    return stand_in.write_spoc(tmp_path / "star.fits", TIME, FLUX)


@pytest.fixture
def csv(tmp_path):
    def write(time, flux, name="star.csv"):
        np.savetxt(tmp_path / name, np.stack([time, flux], axis=1), delimiter=",", fmt="%.9f")
        return tmp_path / name

    return write


def flags(table, row=0):
    return str(table["flags"][row]).split(",")


def test_search_finds_the_transit_and_classifies_it(predictor, spoc):
    table = find_signals(predictor, [spoc], search=True)
    assert len(table) == 1
    (row,) = table
    assert row["period"].to_value("d") == pytest.approx(PERIOD, rel=1e-3)
    offset = (row["epoch"].to_value("d") - EPOCH + PERIOD / 2) % PERIOD - PERIOD / 2
    assert offset == pytest.approx(0, abs=0.02)
    assert row["duration"].to_value("d") == pytest.approx(DURATION, rel=0.25)
    assert row["depth"] == pytest.approx(DEPTH, rel=0.1)
    assert (row["id"], row["time_system"], row["label"]) == ("TIC 123", "BTJD", "planet_candidate")
    assert row["p_planet_candidate"] == pytest.approx(0.7)
    assert row["flags"] == ""
    # Of seven transits one is in the gap.
    assert row["transits"] == 6
    assert table.meta["searched"]


def test_known_ephemeris_gives_the_same_signal_in_any_time_system(predictor, spoc):
    found = find_signals(predictor, [spoc], **KNOWN)
    julian = find_signals(predictor, [spoc], **{**KNOWN, "epoch": EPOCH + 2457000})
    assert found["epoch"][0].to_value("d") == pytest.approx(julian["epoch"][0].to_value("d"))
    period_alone = find_signals(predictor, [spoc], period=PERIOD)
    assert period_alone["depth"][0] == pytest.approx(found["depth"][0], rel=0.05)
    assert not found.meta["searched"]


def test_files_of_several_stars_are_searched_each(predictor, spoc, tmp_path):
    time, flux = stand_in.light_curve(period=5.1, seed=2)
    other = stand_in.write_spoc(tmp_path / "b.fits", time, flux, OBJECT="TIC 456")
    quiet = stand_in.write_spoc(
        tmp_path / "c.fits", *stand_in.light_curve(depth=0.0, seed=3), OBJECT="TIC 789"
    )
    table = find_signals(predictor, [spoc, other, quiet])
    assert list(table["id"]) == ["TIC 123", "TIC 456"]
    assert table.meta["stars"] == ["TIC 123", "TIC 456", "TIC 789"]
    empty = find_signals(predictor, [quiet])
    assert len(empty) == 0
    assert empty.colnames == table.colnames
    with pytest.raises(UsageError, match="one period for 2 stars"):
        find_signals(predictor, [spoc, other], period=PERIOD)


def test_a_file_gives_the_inputs_of_the_simulation(predictor, spoc):
    curve = read_light_curve(spoc)
    signal = Signal(PERIOD, EPOCH, DURATION, DEPTH, 30.0, 7)
    from_file = fold_signal(predictor.physics, curve, [signal], 0)
    simulated = light_curve_inputs(predictor.physics, TIME, FLUX[None], signal.ephemeris)
    for name, view in from_file.x.items():
        np.testing.assert_allclose(view, simulated.x[name], atol=2e-3)


def test_transits_of_other_signals_are_left_out(predictor, spoc):
    curve = read_light_curve(spoc)
    one = Signal(PERIOD, EPOCH, DURATION, DEPTH, 30.0, 7)
    other = Signal(5.0, EPOCH + 1, DURATION, DEPTH, 20.0, 5)
    alone = fold_signal(predictor.physics, curve, [one], 0)
    both = fold_signal(predictor.physics, curve, [one, other], 0)
    assert np.isnan(both.flux).sum() > np.isnan(alone.flux).sum()
    harmonic = replace(other, harmonic_of=0)
    related = fold_signal(predictor.physics, curve, [one, harmonic], 0)
    np.testing.assert_array_equal(related.flux, alone.flux)


def test_transits_of_other_planets_do_not_disturb_a_known_one(predictor, csv):
    # One of the known planet's transits coincides with that of a deep one.
    deep = 0.03 * in_transit(TIME, 6.3, EPOCH + PERIOD, 0.3)[0]
    alone = find_signals(predictor, [csv(TIME, FLUX)], **KNOWN)
    both = find_signals(predictor, [csv(TIME, FLUX - 1500 * deep, "both.csv")], **KNOWN)
    assert len(both) == 1
    assert both["depth"][0] == pytest.approx(alone["depth"][0], rel=0.05)
    assert flags(both) == flags(alone)


def test_short_cadences_are_averaged_and_coarse_ones_flagged(predictor, tmp_path):
    fine = stand_in.light_curve(minutes=2.0, noise=1e-3)
    path = stand_in.write_spoc(tmp_path / "fine.fits", *fine)
    assert find_signals(predictor, [path], **KNOWN)["snr"][0] > 20
    assert "coarse_cadence" not in flags(find_signals(predictor, [path], **KNOWN))
    table = find_signals(
        stand_in.stand_in(cadence_minutes=2.0),
        [stand_in.write_spoc(tmp_path / "coarse.fits", TIME, FLUX)],
        **KNOWN,
    )
    assert "coarse_cadence" in flags(table)


def test_mended_files_are_flagged(predictor, csv):
    order = np.r_[np.random.default_rng(0).permutation(len(TIME)), 5, 9]
    flux = FLUX.copy()
    flux[100:110] = np.nan
    found = flags(find_signals(predictor, [csv(TIME[order], flux[order])], **KNOWN))
    assert {"unsorted_times", "duplicate_times", "nan_flux"} <= set(found)


def test_too_little_data_for_a_period_are_flagged(predictor, spoc):
    once = find_signals(predictor, [spoc], period=60.0, epoch=EPOCH, duration=DURATION)
    assert {"single_transit", "period_longer_than_baseline", "sparse_view"} <= set(flags(once))
    never = find_signals(predictor, [spoc], period=60.0, epoch=EPOCH + 30, duration=DURATION)
    assert "no_transit_in_data" in flags(never)
    assert never["label"][0] == ""
    assert np.isnan(never["p_planet_candidate"][0])


def test_binaries_are_flagged_by_their_eclipses(predictor, csv):
    folded = np.mod(TIME - EPOCH, 2 * PERIOD)
    deeper = (folded < DURATION / 2) | (folded > 2 * PERIOD - DURATION / 2)
    curve = csv(TIME, FLUX - 1500 * 0.006 * deeper)
    assert "odd_even_differ" in flags(find_signals(predictor, [curve], **KNOWN))
    half = np.abs(np.mod(TIME - EPOCH, PERIOD) - PERIOD / 2) < DURATION / 2
    curve = csv(TIME, FLUX - 1500 * 0.003 * half)
    assert "secondary_event" in flags(find_signals(predictor, [curve], **KNOWN))


def test_depths_are_judged_in_the_noise_of_their_own_scale(predictor, csv):
    keep = np.exp(-np.median(np.diff(TIME)) / 0.06)
    driven = np.random.default_rng(4).standard_normal(len(TIME)) * np.sqrt(1 - keep**2)
    slow = 1500 * 2e-3 * lfilter([1], [1, -keep], driven)
    (row,) = find_signals(predictor, [csv(TIME, FLUX + slow)], **KNOWN)
    assert row["red_noise"] > 1.5
    # Were errors those of white noise, one dip would be of 5.3 of them.
    assert "secondary_event" not in row["flags"]
    assert "odd_even_differ" not in row["flags"]
    (quiet,) = find_signals(predictor, [csv(TIME, FLUX, "quiet.csv")], **KNOWN)
    assert quiet["red_noise"] < 1.4


def test_values_beyond_the_training_are_flagged(predictor, spoc):
    low = {name: {"minimum": [-0.5], "maximum": [9.0]} for name in ("global", "local", "secondary")}
    predictor.bundle.card.input_statistics = low
    assert "outside_training_range" in flags(find_signals(predictor, [spoc], **KNOWN))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"epoch": EPOCH}, "give period, too"),
        ({"period": PERIOD, "search": True}, "either search or period"),
        ({"period": -1.0}, "above 0"),
        ({"period": np.inf}, "above 0"),
        ({"period": np.nan}, "above 0"),
        ({"period": PERIOD, "duration": 3.4}, "3.4 hours are 0.1417 d"),
        ({"min_period": 30.0, "max_period": 3.0}, "cannot be searched"),
    ],
)
def test_unusable_options_are_refused(predictor, spoc, options, words):
    with pytest.raises(UsageError, match=words):
        find_signals(predictor, [spoc], **options)


def test_epochs_of_another_time_system_are_refused_where_it_is_unknown(predictor, csv):
    with pytest.raises(UsageError, match="unknown zero"):
        find_signals(predictor, [csv(TIME, FLUX)], **{**KNOWN, "epoch": EPOCH + 2457000})
    with pytest.raises(UsageError, match="give it as a Julian date"):
        find_signals(predictor, [csv(TIME + 2457000, FLUX)], **KNOWN)


def test_each_signal_gets_a_page(predictor, spoc, tmp_path):
    table = find_signals(predictor, [spoc], search=True)
    (page,) = draw_signals(predictor, [spoc], table, tmp_path / "figures")
    assert page.name == "TIC_123_1.png"
    image = np.asarray(Image.open(page).convert("L"))
    assert min(image.shape) > 800
    assert 0.01 < np.mean(image < 128) < 0.5
    ((row, picture),) = picture_signals(predictor, [spoc], table)
    assert row == 0
    points = [line.get_xdata().size for line in picture.axes[0].get_lines()]
    assert sum(points) > 1000
    assert min(points) > 10
    (signal,) = table_signals(table)
    assert signal.period == pytest.approx(table["period"][0].to_value("d"))
