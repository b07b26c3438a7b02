"""Strain that is not there: zeros, constants and quality tables that are not whole."""

import h5py
import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.science.gravitational_waves.gwosc import open_strain, read_strain
from astro_dl.science.gravitational_waves.strain_files import EXCLUSIONS, open_file, read_slice
from tests.science.gravitational_waves.gwosc_files import write_gwosc

RATE, START, SECONDS = 4096, 1_200_000_000, 6
CONSTANT = EXCLUSIONS.index("constant") + 1


def noise():
    return np.random.default_rng(8).normal(scale=1e-21, size=SECONDS * RATE)


@pytest.mark.parametrize("value", [0.0, -0.0, 3e-19, -999.0])
@pytest.mark.parametrize("length", [0.02, 0.5, 4.0])
def test_a_stretch_of_one_value_is_excluded_though_its_quality_is_good(tmp_path, value, length):
    strain = noise()
    gap = slice(RATE + 17, RATE + 17 + round(length * RATE))
    strain[gap] = value
    file = open_file(write_gwosc(tmp_path / "a.hdf5", strain))
    exclusion = read_slice(file, 0, file.samples)[1]
    expected = np.zeros(len(strain))
    expected[gap] = CONSTANT
    np.testing.assert_array_equal(exclusion, expected)
    # Wherever a slice cuts the stretch, it is known for one.
    part = read_slice(file, gap.start + 3, gap.start + 9)[1]
    assert (part == CONSTANT).all()


def test_single_zeros_are_strain(tmp_path):
    strain = noise()
    strain[::100] = 0
    file = open_file(write_gwosc(tmp_path / "a.hdf5", strain))
    assert not read_slice(file, 0, file.samples)[1].any()


def test_zeros_spoil_what_the_filter_makes_of_them(tmp_path):
    strain = noise()
    strain[2 * RATE : 3 * RATE] = 0
    (source,) = open_strain([write_gwosc(tmp_path / "a.hdf5", strain)])
    segment = read_strain(source, START, SECONDS, 2048)
    assert not segment.valid[2 * 2048 : 3 * 2048].any()
    assert segment.valid[100 : 2048 + 1800].all()


def without(path, *names):
    with h5py.File(path, "a") as file:
        for name in names:
            del file[name]
    return path


def test_files_without_quality_are_of_good_quality(tmp_path):
    path = without(write_gwosc(tmp_path / "a.hdf5", noise()), "quality")
    (source,) = open_strain([path])
    assert read_strain(source, START, SECONDS, RATE).valid.all()


def test_a_quality_table_without_names_is_refused_by_name(tmp_path):
    path = without(write_gwosc(tmp_path / "a.hdf5", noise()), "quality/simple/DQShortnames")
    with pytest.raises(UsageError, match=r"a\.hdf5 has no dataset 'quality/simple/DQShortnames'"):
        open_strain([path])


def test_seconds_beyond_a_short_quality_table_are_excluded(tmp_path):
    quality = np.full(4, 7, np.uint32)
    (source,) = open_strain([write_gwosc(tmp_path / "a.hdf5", noise(), quality=quality)])
    valid = read_strain(source, START, SECONDS, RATE).valid
    assert valid[: 4 * RATE].all()
    assert not valid[4 * RATE :].any()


@pytest.mark.parametrize("quality", [np.full(SECONDS, 7.0), np.full((SECONDS, 2), 7)])
def test_quality_that_is_no_series_of_integers_is_refused(tmp_path, quality):
    path = write_gwosc(tmp_path / "a.hdf5", noise(), quality=quality)
    with pytest.raises(UsageError, match=r"a\.hdf5: data quality is .*accepted: integers"):
        open_strain([path])


def test_strain_of_zeros_alone_is_refused(tmp_path):
    path = write_gwosc(tmp_path / "a.hdf5", np.zeros(SECONDS * RATE))
    with pytest.raises(UsageError, match=r"a\.hdf5"):
        open_strain([path])
