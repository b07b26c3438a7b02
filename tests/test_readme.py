"""What README and docs show runs, what they name is there, and what tables say is so."""

import os
import pkgutil
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from astro_dl.cli.parser import parse
from astro_dl.core.config import each_stage, load_config
from astro_dl.core.reading.strict_yaml import read_yaml
from astro_dl.core.shipped import known_bundles, shipped_bundles
from astro_dl.training.composed.alternatives import variants

ROOT = Path(__file__).parent.parent
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text()
README = (ROOT / "README.md").read_text()
TEXT = README + ARCHITECTURE
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", TEXT, re.M | re.S)
FUNCTIONS = sorted(set(re.findall(r"`([\w.]+)\(\)`", ARCHITECTURE)))
FOLDERS = re.search(r"```text\n(.*?)```", ARCHITECTURE, re.S)[1].splitlines()
SHELL = [text for language, text in BLOCKS if language == "sh"]
PYTHON = [text for language, text in BLOCKS if language == "python"]
COMMANDS = (ROOT / "docs" / "commands.md").read_text()
SETTINGS = re.findall(r"^```yaml\n(.*?)^```", COMMANDS, re.M | re.S)
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SHOWN = re.compile(r"^(?:\$ )?astro-dl ((?:[^\n]*\\\n)*[^\n]*)$", re.M)
LARGEST_README = 8000
OWN_RUNS = {
    "runs/try": "gw_cnn",
    "runs/stars": "variable_iresnet",
    "runs/clustering": "cosmology_npe",
}
"""Stand for bundles that a reader has made; others are of tables, as `OF_TABLES`."""
OF_TABLES = "sgq_mlp"


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
    assert (folder / "classes.png").is_file()


def test_the_readme_is_read_in_some_minutes():
    assert len(README.encode()) < LARGEST_README


def test_extras_that_are_named_exist():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]
    for page in PAGES:
        for names in re.findall(r"pip install '(?:\.|astro_dl)\[([^]]+)\]'", page.read_text()):
            assert set(names.split(",")) <= extras.keys(), page


def commands_of(page):
    """Return the words of every command of ours that a page shows."""
    for block in re.findall(r"^```(?:sh|console|bash)\n(.*?)^```", page.read_text(), re.M | re.S):
        for command in SHOWN.findall(block):
            told = shlex.split(command.replace("\\\n", " "), comments=True)
            # What a variable of the shell stands for is told where it is set.
            words = [word for word in told if not word.startswith("$")]
            yield words[: [*words, ">"].index(">")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_that_a_page_shows_is_understood(page, monkeypatch):
    monkeypatch.setattr("astro_dl.cli.options.bundle_name", str)
    for words in commands_of(page):
        takes_task_options = words[0] in ("predict", "explain")
        made = takes_task_options and words[1] not in known_bundles()
        like = OWN_RUNS.get(words[1], OF_TABLES) if made else None
        parse([words[0], like, *words[2:]] if like else words)


@pytest.mark.parametrize("block", SETTINGS)
def test_settings_are_those_of_a_config(block):
    config = load_config("quick", **read_yaml(block))
    assert len(variants(config)) > 1 or len(each_stage(config, variants)) > 1


def test_the_tables_are_those_of_the_registry_and_the_cards(tmp_path):
    run(tmp_path, sys.executable, str(ROOT / "scripts" / "readme_tables"), "--check")


def test_every_name_of_a_file_or_folder_exists():
    for path in re.findall(r"`((?:astro_dl|configs|docs|scripts|tests)/[\w./]*)", TEXT):
        assert (ROOT / path).exists(), path


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_that_the_architecture_names_is_there(name):
    assert callable(pkgutil.resolve_name(f"astro_dl.{name}"))


def test_the_tree_of_the_architecture_is_that_of_the_package():
    told = {line.split()[0] for line in FOLDERS}
    folders = {path.parent.name for path in (ROOT / "astro_dl").glob("*/__init__.py")}
    assert told == folders
    assert len(FUNCTIONS) > 25
