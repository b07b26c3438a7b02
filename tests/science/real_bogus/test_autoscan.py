"""The features of autoscan as a table: labels, sets and missing values."""

import gzip
import os
from pathlib import Path

import numpy as np
import pytest

from astro_dl.core.config import Config, DataConfig
from astro_dl.core.errors import UsageError
from astro_dl.data.real import real_split
from astro_dl.science.real_bogus.autoscan import COLUMNS, FILE, AutoscanPhysics, read_autoscan

DATA = os.environ.get("ASTRO_DL_TEST_DATA")
HEADER = ",".join(["id", "label", *(column.name for column in COLUMNS), "split"])


def write(folder, rows):
    path = folder / FILE
    path.parent.mkdir()
    path.write_bytes(gzip.compress("\n".join([HEADER, *rows]).encode()))
    return folder


def row(number, label, split="train", first="1.0"):
    return ",".join([str(number), str(label), first, *["2.0"] * (len(COLUMNS) - 1), split])


def test_an_artefact_in_the_file_is_no_real_source(tmp_path):
    examples = read_autoscan(AutoscanPhysics(), write(tmp_path, [row(5, 1), row(7, 0, "test")]))
    assert examples.y.tolist() == [0, 1]
    assert list(examples.info["detection_id"]) == [5, 7]
    assert list(examples.info["set"]) == ["train", "test"]


def test_missing_features_are_marked(tmp_path):
    examples = read_autoscan(AutoscanPhysics(), write(tmp_path, [row(1, 0), row(2, 1, first="")]))
    k = len(COLUMNS)
    assert examples.x.shape == (2, 2 * k)
    assert examples.x[1, 0] == 0
    assert examples.x[:, k].tolist() == [0, 1]


def test_other_labels_are_refused(tmp_path):
    with pytest.raises(UsageError, match="label is 2"):
        read_autoscan(AutoscanPhysics(), write(tmp_path, [row(1, 0), row(2, 2)]))


@pytest.mark.skipif(not DATA, reason="ASTRO_DL_TEST_DATA names no folder of real data")
def test_the_given_sets_are_kept_apart_and_half_is_real():
    if not Path(DATA, FILE).is_file():
        pytest.skip(f"no {FILE}")
    config = Config(
        task="autoscan", model="real_bogus_mlp", data=DataConfig(source="des_autoscan", folder=DATA)
    )
    sets = {name: real_split(config, name) for name in ("train", "validation", "test")}
    numbers = [set(one.info["detection_id"]) for one in sets.values()]
    assert sum(map(len, numbers)) == len(set.union(*numbers))
    for one in sets.values():
        assert 0.4 < one.y.mean() < 0.6
        assert np.abs(one.x).max() < 50
