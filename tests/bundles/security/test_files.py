"""Files of a bundle that were exchanged, removed or added are noticed, and nothing in them runs."""

import os
import pickle

import pytest

from astro_dl.bundles.bundle import load_bundle, load_weights
from tests.bundles.tampered_bundle import refuse

NAMES = ["card.json", "config.yaml", "weights.h5", "history.csv", "metrics.json", "README.md"]


def test_pristine_bundle_loads(folder):
    assert load_weights(load_bundle(folder)).count_params() == 39


@pytest.mark.parametrize("name", [*NAMES[1:], "plots/roc.png"])
def test_changed_byte_is_noticed(folder, name, no_reading):
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / name).write_bytes(data)
    refuse(folder, "sha256 differs")


@pytest.mark.parametrize("name", [*NAMES, "plots/roc.png"])
def test_missing_file_is_noticed(folder, name, no_reading):
    (folder / name).unlink()
    refuse(folder, "No such file|no card.json")


def test_unlisted_files_are_never_opened(folder):
    (folder / "evil.pkl").write_bytes(pickle.dumps(os.getcwd))
    (folder / "plots" / "x.py").write_text("raise SystemExit")
    load_weights(load_bundle(folder))


@pytest.mark.parametrize("name", ["weights.h5", "config.yaml", "card.json", "plots"])
def test_symbolic_links_are_refused(folder, name, no_reading):
    moved = folder.parent / "elsewhere"
    (folder / name).rename(moved)
    (folder / name).symlink_to(moved)
    refuse(folder, "symbolic link")


def test_named_pipe_is_refused(folder, no_reading):
    (folder / "weights.h5").unlink()
    os.mkfifo(folder / "weights.h5")
    refuse(folder, "not a regular file")
