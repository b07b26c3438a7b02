"""Rows of files of one name keep ids of their own, in every task that reads tables."""

import numpy as np
import pytest
from astropy.table import Table, vstack

from astro_dl.observations.tables.blocks import iterate_identified
from astro_dl.observations.tables.predict import predict_rows
from tests.observations.tables.stand_in import stand_in


def same_names(tmp_path, folders=("north", "south"), n=3):
    """Return tables of one name in several folders."""
    paths = []
    for number, folder in enumerate(folders):
        (tmp_path / folder).mkdir(parents=True)
        table = Table({band: 18.0 + 0.1 * np.arange(n) + number for band in "ugriz"})
        paths.append(tmp_path / folder / "field.csv")
        table.write(paths[-1], format="ascii.csv")
    return paths


@pytest.mark.parametrize(
    ("folders", "first"),
    [
        (("north", "south"), "north/field.csv:0"),
        (("a/x", "b/x"), "a/x/field.csv:0"),
    ],
)
def test_as_many_folders_are_told_as_are_needed(tmp_path, folders, first):
    paths = same_names(tmp_path, folders)
    ids = np.concatenate([ids for ids, _, _ in iterate_identified(paths, rows=2)])
    assert ids[0] == first
    assert len(set(ids)) == 6


def test_predictions_of_files_of_one_name_are_told_apart(tmp_path):
    paths = same_names(tmp_path)
    table = vstack(list(predict_rows(stand_in("star_galaxy_quasar"), paths)))
    assert table["id"].tolist() == [
        f"{one}/field.csv:{k}" for one in ("north", "south") for k in range(3)
    ]


def test_one_file_needs_no_name(tmp_path):
    (path, _) = same_names(tmp_path)
    ids = next(iterate_identified([path]))[0]
    assert ids.tolist() == [0, 1, 2]
