"""The same seed gives the same weights, bit by bit, in any process of the same machine."""

import hashlib
import json
import os
import subprocess
import sys

import pytest

TRAIN = """
import sys
import astro_dl
from tests import toy
from tests.toy_training import config
from astro_dl.core.registry import register_task

if __name__ == "__main__":
    register_task(toy.BINARY.name, toy.BINARY)
    settings = {"training.epochs": 2, "data.workers": int(sys.argv[2])}
    astro_dl.train(config(), out=sys.argv[1], progress=False, **settings)
"""


def trained(folder, *, workers=1, **environment):
    """Return what a training in a process of its own leaves: sha256 of weights, validation."""
    subprocess.run(
        [sys.executable, "-c", TRAIN, str(folder), str(workers)],
        env={**os.environ, "ASTRO_DL_CACHE": str(folder.parent / "cache"), **environment},
        check=True,
        capture_output=True,
    )
    card = json.loads((folder / "card.json").read_text())
    return hashlib.sha256((folder / "weights.h5").read_bytes()).hexdigest(), card["data"]


@pytest.mark.slow
def test_two_processes_train_the_same_weights(tmp_path):
    one = trained(tmp_path / "one" / "run", PYTHONHASHSEED="1")
    other = trained(tmp_path / "other" / "run", PYTHONHASHSEED="2", workers=2)
    assert one == other
