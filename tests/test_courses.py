"""The page on the networks of the courses runs, and its numbers are so."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from astro_dl.core.config import load_config
from astro_dl.core.reading.strict_yaml import read_yaml

TEXT = (Path(__file__).parent.parent / "docs" / "courses.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", TEXT, re.M | re.S)
PYTHON, SHELL, SETTINGS = (
    "\n".join(text for language, text in BLOCKS if language == wanted)
    for wanted in ("python", "sh", "yaml")
)


@pytest.mark.slow
def test_the_python_and_then_the_commands_run(tmp_path):
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "ASTRO_DL_CACHE": str(tmp_path / "cache"),
        "MPLBACKEND": "Agg",
    }
    for words in ([sys.executable, "-c", PYTHON], ["bash", "-euo", "pipefail", "-c", SHELL]):
        done = subprocess.run(
            words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "runs" / "lenses" / "card.json").is_file()


def test_the_settings_are_those_of_a_config():
    training = load_config("quick", **read_yaml(SETTINGS)).training
    assert training.optimizer_settings == {"momentum": 0.9, "nesterov": True}
    assert training.class_sampling == "equal"
