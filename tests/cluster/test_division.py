"""A run is divided into parts that hold every file and row once, whoever works on them."""

from pathlib import Path

import pytest

from astro_dl.cluster.division import divide
from astro_dl.core.errors import UsageError
from astro_dl.core.reading.share import Division, divisible, division_of, each_alone
from astro_dl.observations.galaxies.band_files import alike_but_for_bands
from tests.cluster.catalogues import magnitudes

FILES, ROWS = Division(each_alone), Division(each_alone, rows=True)


def empty_files(folder, names):
    paths = [folder / name for name in names]
    for path in paths:
        path.parent.mkdir(exist_ok=True)
        path.touch()
    return paths


@pytest.mark.parametrize("ending", ["parquet", "fits"])
def test_large_tables_are_divided_by_rows_and_small_ones_are_gathered(tmp_path, ending):
    paths = []
    for k, n in enumerate((4, 5, 25, 3)):
        paths.append(tmp_path / f"{k}.{ending}")
        magnitudes(n).write(paths[-1])
    parts = divide(paths, ROWS, None, 10)
    assert [part.number for part in parts] == list(range(5))
    assert [[path.stem for path in part.paths] for part in parts] == [
        ["0", "1"], ["2"], ["2"], ["2"], ["3"]
    ]  # fmt: skip
    assert [part.share.rows for part in parts] == [
        None, range(10), range(10, 20), range(20, 25), None
    ]  # fmt: skip
    assert not any(part.share.alone for part in parts)


def test_a_table_that_is_read_from_its_beginning_only_is_one_part(tmp_path):
    magnitudes(25).write(tmp_path / "a.csv")
    (part,) = divide([tmp_path / "a.csv"], ROWS, None, 10)
    assert part.share.rows is None
    assert part.share.alone


def test_a_damaged_table_is_a_part_of_its_own(tmp_path):
    (tmp_path / "bad.parquet").write_bytes(b"no")
    magnitudes(3).write(tmp_path / "good.parquet")
    parts = divide([tmp_path / "good.parquet", tmp_path / "bad.parquet"], ROWS, None, 10)
    assert [len(part.paths) for part in parts] == [1, 1]


def test_files_of_one_object_stay_together(tmp_path):
    names = [f"{k}_{band}.fits" for k in range(3) for band in "gri"]
    paths = empty_files(tmp_path, names)
    parts = divide(paths, Division(alike_but_for_bands), None, 4)
    assert [[path.name for path in part.paths] for part in parts] == [
        names[:3], names[3:6], names[6:]
    ]  # fmt: skip


def test_large_files_make_parts_of_few(tmp_path, monkeypatch):
    monkeypatch.setattr("astro_dl.cluster.division.BYTES_PER_PART", 100)
    paths = empty_files(tmp_path, [f"{k}.fits" for k in range(4)])
    for path in paths:
        path.write_bytes(b"0" * 50)
    assert [len(part.paths) for part in divide(paths, FILES, None, None)] == [2, 2]


def test_names_tell_files_from_those_of_other_parts(tmp_path):
    paths = empty_files(tmp_path, ["a/1.fits", "a/2.fits", "b/1.fits"])
    parts = divide(paths, FILES, None, 1)
    assert [list(part.share.names.values()) for part in parts] == [
        ["a/1.fits"], ["2.fits"], ["b/1.fits"]
    ]  # fmt: skip
    assert [part.share.ambiguous for part in parts] == [{"1.fits"}, set(), {"1.fits"}]


def test_readers_say_how_their_runs_are_divided():
    @divisible(rows=True, undivided=("draws",))
    def reader(predictor, paths, *, draws=0):
        """Read nothing."""

    assert division_of(reader) == Division(each_alone, True, ("draws",))
    assert division_of(lambda predictor, paths: None) is None


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises((UsageError, FileNotFoundError), match=r"no\.fits"):
        divide([Path(tmp_path / "no.fits")], FILES, None, None)
