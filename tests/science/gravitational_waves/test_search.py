import os
from pathlib import Path

import numpy as np
import pytest
from astropy import units as u
from astropy.table import QTable

from astro_dl.core.errors import UsageError
from astro_dl.science.gravitational_waves.coherence import Evidence
from astro_dl.science.gravitational_waves.figures import (
    constant_q_power,
    draw_search,
    picture_triggers,
)
from astro_dl.science.gravitational_waves.glitches import sine_gaussian
from astro_dl.science.gravitational_waves.noise import gaussian_noise
from astro_dl.science.gravitational_waves.peaks import find_triggers
from astro_dl.science.gravitational_waves.psd import aligo_design_psd
from astro_dl.science.gravitational_waves.scan import Scan
from astro_dl.science.gravitational_waves.search import (
    coincident_scores,
    estimate_background,
    ranking,
    search,
    signal_probability,
)
from astro_dl.science.gravitational_waves.waveforms.phenom_d import imrphenomd
from tests.science.gravitational_waves.gwosc_files import write_gwosc
from tests.science.gravitational_waves.stand_in import matched_filter_predictor

START = 1_200_000_000
RATE, SECONDS = 4096, 40
GW150914 = 1126259462.42


def event_files(detectors="HL", start=1126259446):
    folder = os.environ.get("ASTRO_DL_TEST_DATA")
    if not folder:
        pytest.skip("ASTRO_DL_TEST_DATA is not set: no real strain to search")
    strain = Path(folder) / "gravitational_waves" / "strain"
    return [strain / f"{name}-{name}1_LOSC_4_V2-{start}-32.hdf5" for name in detectors]


def signal(merger, distance):
    """Strain of a face-on binary of 38 and 32 solar masses."""
    frequencies = np.fft.rfftfreq(SECONDS * RATE, 1 / RATE)
    spectrum = imrphenomd(frequencies, 38.0, 32.0, 0.0, 0.0, distance, dtype=np.complex128)
    spectrum = np.where(frequencies > 15, np.ravel(spectrum), 0)
    return np.fft.irfft(spectrum * np.exp(-2j * np.pi * frequencies * merger)) * RATE


def write_pair(folder, additions):
    """Write noise plus an addition for each of H1 and L1."""
    frequencies = np.fft.rfftfreq(SECONDS * RATE, 1 / RATE)
    psd = np.where(frequencies > 8, aligo_design_psd(frequencies), np.inf)
    paths = []
    for seed, (name, addition) in enumerate(additions.items()):
        strain = gaussian_noise(psd, 1, RATE, SECONDS, np.random.default_rng(seed))[0] + addition
        paths.append(write_gwosc(folder / f"{name}.hdf5", strain, detector=name))
    return paths


@pytest.fixture(scope="module")
def gw150914_table():
    return search(matched_filter_predictor(), event_files(), progress=False)


def test_gw150914_is_found_on_time_and_loudest_by_far(gw150914_table):
    first = gw150914_table[0]
    assert abs(first["gps_time"].to_value(u.s) - GW150914) < 0.05
    assert first["utc"].startswith("2015-09-14T09:50:45.4")
    assert first["statistic_H1"] > 100
    assert first["statistic_L1"] > 50
    assert first["ranking_statistic"] > gw150914_table["ranking_statistic"][1:].max(initial=4) + 1
    assert first["flags"] == "far_limited_by_livetime"
    background = gw150914_table.meta["background_livetime_s"]
    assert background > 1500
    rate = first["false_alarm_rate"].to_value(1 / u.yr)
    assert rate == pytest.approx(365.25 * 86400 / background)
    assert 25 < gw150914_table.meta["live_time_s"] < 31


def test_table_survives_being_written(gw150914_table, tmp_path):
    gw150914_table.write(tmp_path / "triggers.ecsv")
    again = QTable.read(tmp_path / "triggers.ecsv")
    assert again["gps_time"][0] == gw150914_table["gps_time"][0]
    assert again.meta["live_time_s"] == gw150914_table.meta["live_time_s"]


def test_figures_show_the_scores_and_the_loudest_triggers(gw150914_table, tmp_path):
    paths = draw_search(matched_filter_predictor(), event_files(), gw150914_table, tmp_path)
    assert [path.name for path in paths] == [
        "timeline.png",
        *(f"trigger_{number + 1}.png" for number in range(min(3, len(gw150914_table)))),
    ]
    assert all(path.stat().st_size > 10_000 for path in paths)


def test_every_trigger_has_a_picture_of_its_strain(gw150914_table):
    pictures = dict(picture_triggers(matched_filter_predictor(), event_files(), gw150914_table))
    assert list(pictures) == list(range(len(gw150914_table)))
    # Power about the merger of GW150914 is far above that of noise, in both detectors.
    spectrograms = [axes.collections[0] for axes in pictures[0].axes if axes.collections]
    power = [mesh.get_array().max() for mesh in spectrograms[:2]]
    assert min(power) > 15


def test_gw150914_is_found_by_one_detector_and_by_both_together():
    for detectors, files in ((("H1",), event_files("H")), (("H1", "L1"), event_files())):
        predictor = matched_filter_predictor(detectors)
        table = search(predictor, files, stride_s=0.1, progress=False)
        assert abs(table["gps_time"][0].to_value(u.s) - GW150914) < 0.1
        assert table["flags"][0] == "far_limited_by_livetime"
        assert np.sum(table["ranking_statistic"] > table["ranking_statistic"][0] / 4) == 1


def test_an_injected_signal_is_found_at_its_time_and_a_glitch_in_one_detector_is_not(tmp_path):
    time = np.arange(SECONDS * RATE) / RATE
    glitch = 4e-22 * sine_gaussian(time - 10.3, 90.0, 0.02, 0.0)
    paths = write_pair(
        tmp_path,
        {"H1": glitch + signal(25.31, 900), "L1": signal(25.31 - 0.007, 900)},
    )
    table = search(matched_filter_predictor(), paths, stride_s=0.05, progress=False)
    assert table["gps_time"][0].to_value(u.s) - START == pytest.approx(25.31, abs=0.05)
    assert not np.any(np.abs(table["gps_time"].to_value(u.s) - START - 10.3) < 1)
    alone = search(matched_filter_predictor(), paths[:1], stride_s=0.05, progress=False)
    assert np.any(np.abs(alone["gps_time"].to_value(u.s) - START - 10.3) < 1)


def test_noise_alone_gives_an_empty_table_with_all_columns(tmp_path):
    paths = write_pair(tmp_path, {"H1": 0.0, "L1": 0.0})
    table = search(matched_filter_predictor(), paths, stride_s=0.25, threshold=50.0, progress=False)
    assert len(table) == 0
    assert table.colnames == [
        "gps_time",
        "utc",
        "ranking_statistic",
        "probability",
        "false_alarm_rate",
        "false_alarm_rate_without",
        "statistic_H1",
        "statistic_L1",
        "flags",
    ]
    table.write(tmp_path / "empty.ecsv")


def test_windows_coincide_within_the_light_travel_time_only():
    scores = np.full((100, 2), -5.0, dtype=np.float32)
    scores[50, 0] = 10
    for stride, reach in ((0.05, 1), (0.004, 3)):
        scanned = Scan(0.0, stride, ("H1", "L1"), scores.copy(), scores[:, :0])
        for shift in (0, 1, -1, reach, reach + 1, -reach - 1):
            scanned.scores[:, 1] = -5
            scanned.scores[50 + shift, 1] = 8
            found = coincident_scores(scanned)[50]
            np.testing.assert_array_equal(found, [10, 8 if abs(shift) <= reach else -5])


def test_time_slides_predict_the_number_of_chance_coincidences():
    rng = np.random.default_rng(4)
    scores = rng.normal(-1, 2, size=(200_000, 2)).astype(np.float32)
    scanned = Scan(0.0, 0.05, ("H1", "L1"), scores, scores[:, :0])
    evidence = Evidence(("H1", "L1"), scores.astype(float), np.zeros(scores.shape))
    series = ranking(scores, evidence)
    near = np.arange(len(series)) < 20_000
    background, without = estimate_background(scanned, series, evidence, near, 20, 0.0, 20)
    # A tenth of the time of each of both is left out, at different lags.
    assert without.live_time == pytest.approx(0.8 * background.live_time, rel=0.01)
    assert len(without.rankings) == pytest.approx(0.8 * len(background.rankings), rel=0.02)
    assert background.live_time == pytest.approx(20 * 10_000)
    for level in (5.0, 7.0):
        found = len(find_triggers(series, level, 20))
        louder = background.count_louder(np.array([level]))
        expected = background.false_alarm_rate(louder)[0] * 10_000 / (365.25 * 86400)
        assert found == pytest.approx(expected, abs=4 * np.sqrt(expected))
    quietest = background.count_louder(np.array([1e9]))
    assert quietest == 0
    assert background.false_alarm_rate(quietest)[0] == pytest.approx(365.25 * 86400 / 200_000)


def test_a_detector_alone_is_its_own_background():
    scores = np.full((1000, 1), -3.0, dtype=np.float32)
    scores[[100, 300, 500], 0] = [9, 5, 7]
    scanned = Scan(0.0, 0.1, ("V1",), scores, scores[:, :0])
    near = np.zeros(len(scores), bool)
    background, _ = estimate_background(scanned, ranking(scores, None), None, near, 100, 0.0, 10)
    louder = background.count_louder(np.array([9, 7, 5]))
    np.testing.assert_array_equal(louder, [0, 1, 2])
    assert background.live_time == pytest.approx(100)
    rates = background.false_alarm_rate(louder) * 100 / (365.25 * 86400)
    np.testing.assert_allclose(rates, [1, 2, 3])


def test_probabilities_follow_the_false_alarm_rate_and_the_stated_rate_of_signals():
    rates = np.array([1e6, 100.0, 1e-3, np.inf])
    found = signal_probability(rates, np.full(4, 8.0), 100.0)
    np.testing.assert_allclose(found, [1e-4, 0.5, 1.0, 0.0], atol=2e-5)
    assert signal_probability(np.array([100.0]), np.array([16.0]), 100.0) == pytest.approx(1 / 9)
    assert signal_probability(np.array([1.0]), np.array([8.0]), 0.0) == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cluster_window_s": 0}, "cluster_window_s"),
        ({"cluster_window_s": np.nan}, "cluster_window_s"),
        ({"cluster_window_s": np.inf}, "cluster_window_s"),
        ({"stride_s": np.nan}, "stride_s"),
        ({"stride_s": np.inf}, "stride_s"),
        ({"signals_per_year": np.nan}, "signals_per_year"),
        ({"signals_per_year": np.inf}, "signals_per_year"),
        ({"threshold": np.nan}, "threshold"),
        ({"clip_sigma": 0.0}, "clip_sigma"),
        ({"clip_sigma": np.nan}, "clip_sigma"),
        ({"slides": -1}, "slides"),
        ({"signals_per_year": -1}, "signals_per_year"),
    ],
)
def test_bad_options_are_refused(tmp_path, options, message):
    with pytest.raises(UsageError, match=message):
        search(matched_filter_predictor(), [tmp_path], progress=False, **options)


@pytest.mark.parametrize("unit", [1e-40, 1.0])
def test_what_is_no_strain_is_refused(unit, tmp_path):
    numbers = unit * np.random.default_rng(0).standard_normal(20 * RATE)
    path = write_gwosc(tmp_path / "H.hdf5", numbers)
    with pytest.raises(UsageError, match="neither whitened nor scaled"):
        search(matched_filter_predictor(), [path], progress=False)


def test_strain_without_a_usable_second_is_refused(tmp_path):
    quality = np.full(20, 1, dtype=np.uint32)
    strain = 1e-21 * np.random.default_rng(0).standard_normal(20 * RATE)
    path = write_gwosc(tmp_path / "H.hdf5", strain, quality=quality)
    with pytest.raises(UsageError, match=r"none of the strain can be .* data quality"):
        search(matched_filter_predictor(), [path], progress=False)


def test_constant_q_power_is_one_in_white_noise_and_peaks_at_a_burst():
    frequencies = np.geomspace(20, 512, 60)
    white = np.random.default_rng(1).normal(size=8192)
    power = constant_q_power(white, 2048, frequencies)
    assert power.mean() == pytest.approx(1, abs=0.05)
    time = np.arange(8192) / 2048
    burst = 5 * sine_gaussian(time - 2.2, 100.0, 8 / (2 * np.pi * 100), 0.4)
    power = constant_q_power(white + burst, 2048, frequencies)
    row, column = np.unravel_index(power.argmax(), power.shape)
    assert frequencies[row] == pytest.approx(100, rel=0.1)
    assert time[column] == pytest.approx(2.2, abs=0.01)
