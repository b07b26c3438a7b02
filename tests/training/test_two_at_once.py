"""Two trainings never write into one folder."""

import subprocess
import sys

import pytest

from astro_dl.core.errors import UsageError
from astro_dl.core.lock import locked
from tests.toy_training import run

TRAIN = """
task: star_galaxy_quasar
model: mlp
hyperparameters: {units: [4]}
data: {n_train: 64, n_validation: 64, workers: 1}
training: {epochs: 30, batch_size: 64}
"""


def test_a_folder_in_training_is_refused_and_left_alone(toy_task, tmp_path):
    with locked(tmp_path / "run", "training"):
        with pytest.raises(UsageError, match=r"run is in use by another training \(process "):
            run(tmp_path / "run")
        assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_of_two_commands_at_once_one_is_refused(tmp_path):
    (tmp_path / "small.yaml").write_text(TRAIN)
    command = [sys.executable, "-m", "astro_dl", "train", str(tmp_path / "small.yaml"), "--quiet"]
    both = [
        subprocess.Popen(
            [*command, "--out", str(tmp_path / "run"), "--set", f"seed={seed}"],
            stderr=subprocess.PIPE,
            text=True,
        )
        for seed in (1, 2)
    ]
    said = [one.communicate()[1] for one in both]
    assert sorted(one.returncode for one in both) == [0, 2]
    refused = next(text for one, text in zip(both, said, strict=True) if one.returncode)
    assert "is in use by another training" in refused or "holds a bundle already" in refused
