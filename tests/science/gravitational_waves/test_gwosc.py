from pathlib import Path

import h5py
import matplotlib
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from astro_dl.core.errors import UsageError
from astro_dl.science.gravitational_waves.gwosc import common_span, open_strain, read_strain
from astro_dl.science.gravitational_waves.strain_files import EXCLUSIONS
from tests.science.gravitational_waves.gwosc_files import write_gwosc

START = 1_200_000_000
RATE = 4096


def noise(seconds, rate=RATE, seed=0):
    return np.random.default_rng(seed).normal(scale=1e-21, size=seconds * rate)


def seconds_excluded(segment):
    codes, counts = np.unique(segment.exclusion, return_counts=True)
    return {
        EXCLUSIONS[code - 1]: count / segment.sample_rate
        for code, count in zip(codes, counts, strict=True)
        if code
    }


def test_strain_at_the_rate_of_the_file_is_read_as_it_is(tmp_path):
    strain = noise(4)
    (source,) = open_strain([write_gwosc(tmp_path / "H.hdf5", strain)])
    segment = read_strain(source, START + 1, 2, RATE)
    np.testing.assert_array_equal(segment.strain, strain[RATE : 3 * RATE])
    assert segment.valid.all()
    assert (segment.detector, segment.gps_start) == ("H1", START + 1)


@pytest.mark.parametrize("rate", [4096, 16384])
def test_resampling_keeps_tones_below_the_new_nyquist_frequency_and_removes_those_above(
    tmp_path, rate
):
    time = np.arange(4 * rate) / rate
    for frequency, kept in ((35.0, 1.0), (900.0, 1.0), (1040.0, 0.0), (1500.0, 0.0)):
        tone = 1e-21 * np.sin(2 * np.pi * frequency * time + 0.3)
        path = write_gwosc(tmp_path / f"{frequency}.hdf5", tone, sample_rate=rate)
        segment = read_strain(open_strain([path])[0], START, 4, 2048)
        expected = kept * 1e-21 * np.sin(2 * np.pi * frequency * np.arange(8192) / 2048 + 0.3)
        good = segment.valid
        assert good.sum() == 8192 - 2 * 64
        np.testing.assert_allclose(segment.strain[good], expected[good], atol=3e-25)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    first=st.integers(0, 8 * 2048 - 1),
    length=st.integers(1, 4 * 2048),
    gap=st.integers(0, 8 * RATE - 200),
)
def test_a_slice_is_the_same_however_it_is_cut(tmp_path, first, length, gap):
    strain = noise(8)
    strain[gap : gap + 100] = np.nan
    path = write_gwosc(tmp_path / "H.hdf5", strain)
    (source,) = open_strain([path])
    whole = read_strain(source, START, 12, 2048)
    part = read_strain(source, START + first / 2048, length / 2048, 2048)
    expected, rounding = whole.strain[first : first + length], 1e-12 * np.abs(whole.strain).max()
    np.testing.assert_allclose(part.strain, expected, rtol=0, atol=rounding)
    np.testing.assert_array_equal(part.exclusion, whole.exclusion[first : first + length])
    assert np.isfinite(part.strain).all()


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    bad_seconds=st.sets(st.integers(0, 7), max_size=6),
    bits=st.sampled_from([0, 1, 2, 6]),
    missing=st.sets(st.integers(0, 7), max_size=1),
)
def test_excluded_time_is_what_quality_and_gaps_say(tmp_path, bad_seconds, bits, missing):
    strain = noise(8)
    for second in missing:
        strain[second * RATE : (second + 1) * RATE] = np.nan
    quality = np.full(8, 7, dtype=np.uint32)
    quality[list(bad_seconds)] = bits
    path = write_gwosc(tmp_path / "H.hdf5", strain, quality=quality)
    segment = read_strain(open_strain([path])[0], START, 9, RATE)
    expected = {
        "no data": 1.0,
        "not finite": float(len(missing)),
        "data quality": float(len(bad_seconds - missing)),
    }
    assert seconds_excluded(segment) == {name: time for name, time in expected.items() if time}


def test_only_the_quality_that_a_search_needs_is_required(tmp_path):
    path = write_gwosc(tmp_path / "H.hdf5", noise(4), quality=np.full(4, 0b011, dtype=np.uint32))
    assert read_strain(open_strain([path])[0], START, 4, RATE).valid.all()


def test_files_of_a_detector_are_joined_across_a_gap(tmp_path):
    strain = noise(8)
    first = write_gwosc(tmp_path / "a.hdf5", strain[: 3 * RATE])
    second = write_gwosc(tmp_path / "b.hdf5", strain[5 * RATE :], gps_start=START + 5)
    (source,) = open_strain([second, first])
    segment = read_strain(source, START, 8, RATE)
    assert seconds_excluded(segment) == {"no data": 2.0}
    np.testing.assert_array_equal(segment.strain[segment.valid][: 3 * RATE], strain[: 3 * RATE])
    np.testing.assert_array_equal(segment.strain[-3 * RATE :], strain[5 * RATE :])
    adjacent = write_gwosc(tmp_path / "c.hdf5", strain[3 * RATE :], gps_start=START + 3)
    joined = read_strain(open_strain([first, adjacent])[0], START + 1, 6, 2048)
    whole = open_strain([write_gwosc(tmp_path / "d.hdf5", strain)])[0]
    np.testing.assert_array_equal(joined.strain, read_strain(whole, START + 1, 6, 2048).strain)


def test_detectors_are_aligned_to_the_time_they_have_in_common(tmp_path):
    files = [
        write_gwosc(tmp_path / "V.hdf5", noise(8), detector="V1", gps_start=START + 3),
        write_gwosc(tmp_path / "H.hdf5", noise(8), detector="H1"),
        write_gwosc(tmp_path / "L.hdf5", noise(8), detector="L1", gps_start=START + 1),
    ]
    sources = open_strain(files)
    assert [source.detector for source in sources] == ["H1", "L1", "V1"]
    assert common_span(sources) == (START + 3, START + 8)


def remove(name):
    def change(path):
        with h5py.File(path, "a") as file:
            del file[name]

    return change


def truncate(path):
    path.write_bytes(path.read_bytes()[:-20000])


def scribble(path):
    path.write_bytes(b"\x00" * 4000)


def rename(path):
    with h5py.File(path, "a") as file:
        del file["meta/Detector"]
        file["meta/Detector"] = "X9"


def shorten(path):
    with h5py.File(path, "a") as file:
        file["meta/Duration"][()] = 3


def reshape(path):
    with h5py.File(path, "a") as file:
        del file["strain/Strain"]
        file["strain/Strain"] = np.ones((2, 8))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (remove("strain/Strain"), "no dataset 'strain/Strain'"),
        (remove("meta/GPSstart"), "no dataset 'meta/GPSstart'"),
        (remove("meta/Detector"), "no dataset 'meta/Detector'"),
        (truncate, "truncated"),
        (scribble, "cannot be read"),
        (rename, "'X9'; accepted: H1, L1, V1"),
        (shorten, "contradicts itself"),
        (reshape, r"shape \(2, 8\)"),
        (Path.unlink, "no such file"),
    ],
)
def test_bad_files_are_refused_by_name(tmp_path, change, message):
    path = write_gwosc(tmp_path / "H.hdf5", noise(4))
    change(path)
    with pytest.raises(UsageError, match=message) as caught:
        open_strain([path])
    assert "H.hdf5" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_all_nan_is_refused(tmp_path):
    path = write_gwosc(tmp_path / "H.hdf5", np.full(4 * RATE, np.nan))
    with pytest.raises(UsageError, match="only NaN"):
        open_strain([path])


def test_overlapping_files_of_a_detector_are_refused(tmp_path):
    first = write_gwosc(tmp_path / "a.hdf5", noise(4))
    second = write_gwosc(tmp_path / "b.hdf5", noise(4), gps_start=START + 3)
    with pytest.raises(UsageError, match="both of H1 and overlap"):
        open_strain([first, second])


def test_files_without_common_time_are_refused(tmp_path):
    first = write_gwosc(tmp_path / "a.hdf5", noise(4))
    second = write_gwosc(tmp_path / "b.hdf5", noise(4), detector="L1", gps_start=START + 4)
    with pytest.raises(UsageError, match="no time in common"):
        open_strain([first, second])
    with pytest.raises(UsageError, match="no strain files"):
        open_strain([])


@pytest.mark.parametrize("rate", [8192, 3000])
def test_upsampling_and_broken_ratios_are_refused(tmp_path, rate):
    (source,) = open_strain([write_gwosc(tmp_path / "H.hdf5", noise(4))])
    with pytest.raises(UsageError, match="4096 Hz"):
        read_strain(source, START, 1, rate)


def write_frame(path, strain, quality):
    with matplotlib.rc_context():
        timeseries = pytest.importorskip("gwpy.timeseries", reason="gwpy is not installed")
    pytest.importorskip("lalframe", reason="no library for frames is installed")
    series = timeseries.TimeSeriesDict()
    for kind, values, rate in (("STRAIN", strain, RATE), ("DQMASK", quality, 1)):
        name = f"H1:GWOSC-4KHZ_R1_{kind}"
        series[name] = timeseries.TimeSeries(
            values, channel=name, name=name, t0=START, sample_rate=rate
        )
    series.write(path, format="gwf")
    return path


@pytest.mark.oracle
def test_frames_hold_the_same_strain_as_hdf5(tmp_path):
    strain = noise(4)
    quality = np.array([7, 7, 1, 3], dtype=np.int32)
    (source,) = open_strain([write_frame(tmp_path / "H.gwf", strain, quality)])
    assert (source.detector, source.sample_rate, source.gps_start) == ("H1", RATE, START)
    hdf5 = write_gwosc(tmp_path / "H.hdf5", strain, quality=quality.astype(np.uint32))
    expected = read_strain(open_strain([hdf5])[0], START, 5, RATE)
    segment = read_strain(source, START, 5, RATE)
    np.testing.assert_array_equal(segment.strain, expected.strain)
    np.testing.assert_array_equal(segment.exclusion, expected.exclusion)
    assert seconds_excluded(segment) == {"no data": 1.0, "data quality": 1.0}


@pytest.mark.oracle
def test_broken_frames_are_refused(tmp_path):
    path = write_frame(tmp_path / "H.gwf", noise(4), np.full(4, 7, dtype=np.int32))
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(UsageError, match=r"cannot read .*H.gwf"):
        open_strain([path])
