from dataclasses import replace

import numpy as np
import pytest

from astro_dl.core.config import load_config
from astro_dl.core.errors import UsageError
from astro_dl.data.cache import cached_split, cached_store, split_physics
from astro_dl.data.simulate import simulate
from astro_dl.data.store import open_store
from tests import toy

PHYSICS = toy.ToyPhysics()


def cached(task=toy.BINARY, physics=PHYSICS, n=50, seed=0, split="train", **options):
    return cached_store(task, physics, n, seed, split, progress=False, **options)


def test_a_set_is_made_once_and_found_again():
    path = cached()
    made = path.stat().st_mtime_ns
    assert cached() == path
    assert path.stat().st_mtime_ns == made


def test_whatever_changes_the_examples_changes_the_file():
    paths = {
        cached(),
        cached(n=51),
        cached(seed=1),
        cached(split="validation"),
        cached(physics=replace(PHYSICS, snr=(4.0, 4.0))),
        cached(task=replace(toy.BINARY, version=2)),
        cached(block_size=10),
    }
    assert len(paths) == 7
    assert cached(workers=2) in paths


def test_a_damaged_file_is_remade():
    path = cached()
    whole = open_store(path).read()
    path.write_bytes(path.read_bytes()[:1000])
    assert cached() == path
    assert (open_store(path).read().x == whole.x).all()


def test_a_file_named_by_the_physics_counts_by_its_content(tmp_path):
    from astro_dl.data.store import content_key

    psd = tmp_path / "psd.txt"
    psd.write_text("1 2")
    first = content_key({"psd": str(psd)})
    psd.write_text("1 3")
    assert content_key({"psd": str(psd)}) != first


def test_the_splits_of_a_config(toy_task):
    data = {"n_train": 40, "n_validation": 30, "n_test": 400, "test_signal_fraction": 0.1}
    config = load_config({"task": "toy_binary", "model": "cnn1d", "seed": 4, "data": data})
    train, validation, test = (
        cached_split(config, split, progress=False) for split in ("train", "validation", "test")
    )
    assert (len(train), len(validation), len(test)) == (40, 30, 400)
    assert (train.read().x == simulate("toy_binary", 40, seed=4).x).all()
    assert np.mean(test.y) == pytest.approx(0.1, abs=0.05)
    groups = [set(store.info["pair_id"]) for store in (train, validation, test)]
    assert not groups[0] & groups[1] | groups[0] & groups[2] | groups[1] & groups[2]


def test_a_test_fraction_needs_a_task_that_has_one(toy_multiclass):
    config = load_config(
        {
            "task": "toy_multiclass",
            "model": "cnn1d",
            "data": {"test_signal_fraction": 0.1},
        }
    )
    assert split_physics(config, "train") == PHYSICS
    with pytest.raises(UsageError, match="test_signal_fraction"):
        split_physics(config, "test")
