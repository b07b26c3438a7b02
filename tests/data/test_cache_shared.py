"""Processes that share a cache make each set once, and lose nothing of it."""

import multiprocessing
from dataclasses import replace

import pytest

from astro_dl.data import cache
from astro_dl.data.cache import cached_store
from astro_dl.data.store import open_store
from tests import toy


def noted(physics, n, rng):
    """Simulate, and note that it was done."""
    import os
    import time
    from pathlib import Path

    with Path(os.environ["ASTRO_DL_CACHE"]).joinpath("notes").open("a") as notes:
        notes.write(f"{os.getpid()}\n")
    time.sleep(0.2)
    return toy.simulate_binary(physics, n, rng)


TASK = replace(toy.BINARY, name="toy_noted", simulate=noted)


def make(_):
    path = cached_store(TASK, toy.ToyPhysics(), 60, 5, "train", block_size=20, progress=False)
    return len(open_store(path).read())


def test_a_set_that_two_ask_for_at_once_is_made_by_one(tmp_path):
    (tmp_path / "cache").mkdir()
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        assert pool.map(make, range(2), chunksize=1) == [60, 60]
    notes = (tmp_path / "cache" / "notes").read_text().split()
    assert len(notes) == 3
    assert len(set(notes)) == 1
    names = [path.name for path in (tmp_path / "cache" / "stores").iterdir()]
    assert len(names) == 1
    assert names[0].endswith(".h5")


def test_a_set_that_is_there_is_read_without_a_lock(tmp_path, monkeypatch):
    """So that a cache on a disk that only others may write serves all."""
    (tmp_path / "cache").mkdir()
    assert make(0) == 60
    monkeypatch.setattr(cache, "locked", lambda *_: pytest.fail("locked"))
    assert make(1) == 60
