"""Simulations, folds and tunings by workers give what one process does."""

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from astropy.table import Table
from distributed import LocalCluster

import astro_dl
from astro_dl.cluster.mapping import mapped_by
from astro_dl.cluster.tune import tune_on
from astro_dl.core.config import load_config
from astro_dl.core.errors import UsageError
from astro_dl.data.parallel import independent_map
from astro_dl.evaluation.cross_validation import cross_validate
from astro_dl.science.own_table.setup import own_table_config
from tests.toy_training import config
from tests.tuning.toy_worker import RANGES, SMALL, run


def threads():
    """Return a scheduler with two workers in threads of this process."""
    options = {"processes": False, "protocol": "tcp", "host": "127.0.0.1"}
    return LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0", **options)


@pytest.fixture(scope="module")
def address():
    with threads() as one:
        yield one.scheduler_address


def folder_of(number):
    return number, str(Path.cwd())


def test_items_are_worked_on_in_this_folder(address, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with mapped_by(address):
        found = list(independent_map(folder_of, range(5)))
    assert found == [(k, str(tmp_path)) for k in range(5)]
    assert list(independent_map(abs, [-1, 2])) == [1, 2]


def test_workers_can_be_started_where_others_have_worked(address):
    with mapped_by(address):
        assert list(independent_map(abs, [-3])) == [3]
    state = random.getstate()
    with threads() as another, mapped_by(another.scheduler_address):
        assert list(independent_map(abs, [-3])) == [3]
    assert random.getstate() == state


def test_simulations_are_the_same_by_any_workers(address, toy_task):
    expected = astro_dl.simulate("toy_binary", 2500, seed=3)
    with mapped_by(address):
        found = astro_dl.simulate("toy_binary", 2500, seed=3)
    np.testing.assert_array_equal(found.x, expected.x)
    assert found.info["pair_id"].tolist() == expected.info["pair_id"].tolist()
    with mapped_by(address), pytest.raises(UsageError, match="seed must be 0 or more"):
        astro_dl.simulate("toy_binary", 10, seed=-1)


def test_folds_are_the_same_by_any_workers(address, tmp_path):
    rng = np.random.default_rng(0)
    colour = rng.normal(size=120)
    table = Table({"colour": colour, "field": np.arange(120) // 4})
    table["kind"] = np.where(colour + 0.5 * rng.normal(size=120) > 0, "star", "galaxy")
    table.write(tmp_path / "sky.csv")
    settings = {"training.epochs": 1, "evaluation.bootstrap": 0, "evaluation.baselines": False}
    asked = own_table_config("mlp", tmp_path / "sky.csv", "kind", "colour", "field", **settings)
    expected = cross_validate(asked, 2, tmp_path / "here", progress=False)
    with mapped_by(address):
        found = cross_validate(asked, 2, tmp_path / "there", progress=False)
    assert found.to_json() == expected.to_json()
    assert (tmp_path / "there" / "fold_2" / "card.json").exists()


@pytest.mark.slow
def test_tunings_are_the_same_by_any_workers(address, toy_task, tmp_path):
    pytest.importorskip("optuna")
    expected = run(tmp_path / "here" / "tuned", trials=3)
    options = {"trials": 3, "ranges": RANGES, "generation": 4, "patience_s": 10}
    found = tune_on(
        address, load_config(config()), tmp_path / "there" / "tuned", progress=False,
        **options, **SMALL,
    )  # fmt: skip
    assert found.settings == expected.settings
    assert found.value == expected.value
    assert replace(found, folder=expected.folder).table.colnames == expected.table.colnames
