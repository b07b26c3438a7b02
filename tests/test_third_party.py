"""Models and tasks of other packages, found by entry points."""

import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

TOY = Path(__file__).parent / "data" / "toy_package"


@pytest.fixture
def site(tmp_path):
    """Return a folder where the toy package lies as pip would install it."""
    project = tomllib.loads((TOY / "pyproject.toml").read_text())["project"]
    shutil.copy(TOY / "toy_astro.py", tmp_path)
    _install(tmp_path, project["name"], project["version"], project["entry-points"])
    return tmp_path


def _install(site, name, version, entry_points):
    folder = site / f"{name.replace('-', '_')}-{version}.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    lines = []
    for group, points in entry_points.items():
        lines += [f"[{group}]", *(f"{key} = {target}" for key, target in points.items())]
    (folder / "entry_points.txt").write_text("\n".join(lines) + "\n")


def _run(site, *words):
    return subprocess.run(
        [sys.executable, *words],
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_they_are_listed_without_importing_keras(site):
    done = _run(site, "-m", "astro_dl", "list", "toy_*", "--json")
    assert json.loads(done.stdout) == {"models": ["toy_net"], "tasks": ["toy_pulse"]}
    assert done.stderr == ""


def test_they_are_simulated_from_the_command_line(site, tmp_path):
    out = tmp_path / "pulses.hdf5"
    words = ["simulate", "toy_pulse", "--n", "10", "--out", str(out), "--set", "snr_range=[9,9]"]
    done = _run(site, "-m", "astro_dl", *words, "--quiet", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["physics"]["snr_range"] == [9.0, 9.0]
    assert out.is_file()


@pytest.mark.slow
def test_they_keep_the_promises_of_the_zoo(site):
    program = """
import astro_dl
from astro_dl.testing import check_model, check_task
x, y, info = astro_dl.simulate("toy_pulse", 8, seed=1)
model = astro_dl.build_model("toy_net", units=4)
assert model.predict(x, verbose=0).shape == (8, 1)
check_model("toy_net")
check_task("toy_pulse")
"""
    done = _run(site, "-c", program)
    assert done.returncode == 0, done.stderr


def test_a_broken_package_is_left_out_with_a_warning(site):
    points = {"astro_dl.models": {"broken": "no_such_module:register"}}
    _install(site, "broken-astro", "0.1", points)
    done = _run(site, "-m", "astro_dl", "list", "toy_*", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["models"] == ["toy_net"]
    assert done.stderr.count("\n") == 1
    assert "broken-astro" in done.stderr
    assert "no_such_module" in done.stderr


def test_a_package_that_takes_a_name_is_left_out_with_a_warning(site):
    (site / "greedy.py").write_text(
        "from astro_dl import register_model\n"
        "def register():\n    register_model('mlp', 'greedy:build', summary='another')\n"
    )
    _install(site, "greedy-astro", "0.1", {"astro_dl.models": {"greedy": "greedy:register"}})
    done = _run(site, "-m", "astro_dl", "list", "mlp")
    assert done.returncode == 0
    assert "'mlp' is registered already" in done.stderr
    assert "Multilayer" in done.stdout
