"""What the README shows runs, and what its tables say is so."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from astro_dl.core.config import load_config
from astro_dl.core.shipped import shipped_bundles
from astro_dl.core.strict_yaml import read_yaml
from astro_dl.training.alternatives import variants

ROOT = Path(__file__).parent.parent
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", (ROOT / "README.md").read_text(), re.M | re.S)
SHELL = [text for language, text in BLOCKS if language == "sh"]
PYTHON = [text for language, text in BLOCKS if language == "python"]
SETTINGS = [text for language, text in BLOCKS if language == "yaml"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with the scripts in it, where the commands run one after the other."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "scripts").symlink_to(ROOT / "scripts")
    return folder


def run(folder, *words):
    """Run a command with this Python first, and fail with what it wrote."""
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "ASTRO_DL_CACHE": str(folder / "cache"),
        "MPLBACKEND": "Agg",
    }
    done = subprocess.run(
        words, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def runnable(block):
    """Whether the weights that a block names are shipped."""
    return all(name in shipped_bundles() for name in re.findall(r'pretrained\("(\w+)"\)', block))


@pytest.mark.slow
def test_the_commands_and_then_the_python_run_in_order(folder):
    run(folder, "bash", "-euo", "pipefail", "-c", "\n".join(SHELL))
    assert (folder / "triggers.ecsv").is_file()
    assert list((folder / "figures").glob("*.png"))
    run(folder, sys.executable, "-c", "\n".join(filter(runnable, PYTHON)))


@pytest.mark.parametrize("block", SETTINGS)
def test_settings_are_those_of_a_config(block):
    given = read_yaml(block)["alternatives"]
    found = variants(load_config("quick", alternatives=given))
    assert len(found) == 1 + len(given)
    learning_rates = [config.training.learning_rate for config in found.values()]
    assert learning_rates[1] == given[0]["training.learning_rate"] != learning_rates[0]


def test_the_tables_are_those_of_the_registry_and_the_cards(tmp_path):
    run(tmp_path, sys.executable, str(ROOT / "scripts" / "readme_tables"), "--check")


def test_every_name_of_a_file_or_folder_exists():
    text = (ROOT / "README.md").read_text()
    for path in re.findall(r"`((?:astro_dl|configs|scripts|tests)/[\w./]*)", text):
        assert (ROOT / path).exists(), path
