"""A share of a run is read as it would be among all files and rows."""

from pathlib import Path

import numpy as np
import pytest

import astro_dl
from astro_dl.cluster.division import divide
from astro_dl.core.errors import UsageError
from astro_dl.core.files import distinct_names, file_stems
from astro_dl.core.reading.share import (
    Division,
    Share,
    current_share,
    each_alone,
    reading_share,
)
from astro_dl.inference.arrays import predict_arrays
from astro_dl.observations.tables.blocks import iterate_identified
from astro_dl.observations.tables.read import count_rows, iterate_table
from tests.cluster.catalogues import magnitudes


def test_files_are_named_as_among_all():
    paths = [Path("a/1.fits"), Path("b/1.fits"), Path("b/2.fits")]
    names = distinct_names(paths)
    assert list(names.values()) == ["a/1.fits", "b/1.fits", "2.fits"]
    with reading_share(Share(names={paths[1]: names[paths[1]]})):
        assert distinct_names([paths[1]]) == {paths[1]: "b/1.fits"}
        assert distinct_names([Path("other/1.fits")]) == {Path("other/1.fits"): "1.fits"}
    assert current_share() is None


def test_what_workers_make_of_files_of_one_stem_has_names_of_its_own(tmp_path):
    paths = [tmp_path / name for name in ("x.fits", "x.png", "y.fits")]
    for path in paths:
        path.touch()
    called = []
    for part in divide(paths, Division(each_alone), None, 1):
        with reading_share(part.share):
            called += file_stems(part.paths).values()
    assert called == ["x", "x_2", "y"]


def test_names_of_many_files_are_found_at_once():
    paths = [Path(f"/field/{k % 7}/{k}.fits") for k in range(20_000)]
    paths.append(Path("/field/x/3.fits"))
    names = distinct_names(paths)
    assert names[paths[4]] == "4.fits"
    assert names[paths[3]] == "3/3.fits"
    assert len(set(names.values())) == len(paths)


@pytest.mark.parametrize("ending", ["parquet", "fits"])
def test_rows_are_those_of_the_whole_with_their_numbers(tmp_path, ending):
    path = tmp_path / f"t.{ending}"
    table = magnitudes(100)
    if ending == "parquet":
        import pyarrow as pa
        from pyarrow import parquet

        columns = pa.table({name: np.asarray(table[name]) for name in table.colnames})
        parquet.write_table(columns, path, row_group_size=30)
    else:
        table.write(path)
    assert count_rows(path) == 100
    found = list(iterate_table(path, 20, span=range(25, 91)))
    assert max(map(len, found)) <= 20
    values = np.concatenate([part["u"] for part in found])
    np.testing.assert_array_equal(values, table["u"][25:91])
    with reading_share(Share({path: "t"}, alone=True, rows=range(25, 91))):
        ids = np.concatenate([ids for ids, *_ in iterate_identified([path], rows=20)])
    assert ids.tolist() == list(range(25, 91))
    with reading_share(Share({path: "a/t"}, rows=range(99, 100))):
        ((ids, *_),) = iterate_identified([path])
    assert ids.tolist() == ["a/t:99"]


def test_a_share_of_which_nothing_can_be_used_has_rows_all_the_same():
    predictor = astro_dl.load_pretrained("photoz_mdn")
    nothing = np.full((2, *predictor.input_spec.shape), np.nan, np.float32)
    with pytest.raises(UsageError, match="2 of 2 examples have NaN"):
        predict_arrays(predictor, nothing)
    with reading_share(Share()):
        table = predict_arrays(predictor, nothing)
    assert set(table["flags"]) == {"non_finite_input"}
