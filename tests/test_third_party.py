"""A domain of another package, found by its entry point, has the rights of ours."""

import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

TOY = Path(__file__).parent / "data" / "toy_package"
ROOT = Path(__file__).parent.parent

WHOLE_WAY = """
import sys
from pathlib import Path
import astro_dl
from astro_dl.cli import main

folder = Path(sys.argv[1])
run, records = folder / "run", folder / "records.pulse"
assert main(["train", "toy_pulse_config", "--out", str(run), "--quiet"]) == 0

from toy_astro.files import write_pulses
x, y, info = astro_dl.simulate("toy_pulse", 40, seed=1, snr_range=(9, 9))
names = [f"{'pulse' if one else 'noise'}_{k}" for k, one in enumerate(y)]
write_pulses(records, names, x[..., 0])

table, figures = str(folder / "table.csv"), str(folder / "figures")
assert main(["evaluate", str(run), "--quiet"]) == 0
words = ["predict", str(run), str(records), "--out", table, "--figures", figures]
assert main(words) == 0
broken = folder / "broken.pulse"
broken.write_text("# pulse\\nshort 1 2 3\\n")
assert main(["predict", str(run), str(broken)]) == 2
"""


def install(site):
    """Lay the toy package into a folder as pip would."""
    project = tomllib.loads((TOY / "pyproject.toml").read_text())["project"]
    shutil.copytree(TOY / "toy_astro", site / "toy_astro")
    declare(site, project["name"], project["version"], project["entry-points"])


def declare(site, name, version, entry_points):
    folder = site / f"{name.replace('-', '_')}-{version}.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    lines = []
    for group, points in entry_points.items():
        lines += [f"[{group}]", *(f"{key} = {target}" for key, target in points.items())]
    (folder / "entry_points.txt").write_text("\n".join(lines) + "\n")


def run(site, *words):
    return subprocess.run(
        [sys.executable, *words],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(site), str(ROOT)])},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def site(tmp_path):
    """Return a folder where the toy package is installed."""
    install(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def whole_way(tmp_path_factory):
    """Return the folder and the output of a training by name, its evaluation and its use."""
    folder = tmp_path_factory.mktemp("whole_way")
    install(folder)
    done = run(folder, "-c", WHOLE_WAY, str(folder))
    assert done.returncode == 0, done.stderr
    return folder, done


def test_it_is_listed_without_importing_what_it_is_made_of(site):
    program = (
        "import sys; from astro_dl.cli import main; main(['list', 'toy_*', '--json']);"
        "print({'keras', 'numpy', 'toy_astro.task'} & set(sys.modules), file=sys.stderr)"
    )
    done = run(site, "-c", program)
    assert json.loads(done.stdout) == {
        "models": ["toy_net"],
        "tasks": ["toy_pulse"],
        "bundles": [],
    }
    assert done.stderr == "set()\n"


def test_it_is_simulated_from_the_command_line(site, tmp_path):
    out = tmp_path / "pulses.hdf5"
    words = ["simulate", "toy_pulse", "--n", "10", "--out", str(out), "--set", "snr_range=[9,9]"]
    done = run(site, "-m", "astro_dl", *words, "--quiet", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["physics"]["snr_range"] == [9.0, 9.0]
    assert out.is_file()


def test_its_config_is_trained_by_name(whole_way):
    card = json.loads((whole_way[0] / "run" / "card.json").read_text())
    assert (card["task"], card["model"]) == ("toy_pulse", "toy_net")


def test_its_metrics_are_in_the_report_and_on_the_card(whole_way):
    folder, done = whole_way
    found = json.loads((folder / "run" / "metrics.json").read_text())["simulated"]["task"]
    assert found.keys() == {"network", "matched filter"}
    best = found["matched filter"]["clean_detections"]
    assert 0.1 < best["low"] < best["value"] < best["high"] < 1
    assert "clean_detections" in done.stdout
    network = found["network"]["clean_detections"]
    card = json.loads((folder / "run" / "card.json").read_text())
    assert card["metrics"]["simulated"]["clean_detections"]["value"] == network["value"]


def test_the_figures_of_its_evaluation_are_drawn(whole_way):
    drawn = {path.name for path in (whole_way[0] / "run" / "plots").glob("*.png")}
    assert {"roc.png", "efficiency.png"} <= drawn


def test_its_own_files_are_read_and_told_apart(whole_way):
    folder, done = whole_way
    rows = [line.split(",") for line in (folder / "table.csv").read_text().splitlines()]
    columns = dict(zip(rows[0], zip(*rows[1:], strict=True), strict=True))
    truth = [name.split("_")[0] for name in columns["id"]]
    assert len(truth) == 40
    right = sum(one == other for one, other in zip(truth, columns["label"], strict=True))
    assert right >= 36
    assert "broken.pulse, line 2: 3 samples; accepted: 48" in done.stderr


def test_the_figure_of_its_prediction_is_drawn(whole_way):
    assert (whole_way[0] / "figures" / "pulses.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
def test_it_keeps_the_promises_of_the_zoo(site):
    program = """
from astro_dl.testing import check_model, check_task
check_model("toy_net")
check_task("toy_pulse")
"""
    done = run(site, "-c", program)
    assert done.returncode == 0, done.stderr


def test_it_is_one_folder_of_which_the_package_knows_nothing():
    rooms = {str(path.relative_to(TOY)) for path in TOY.rglob("*") if path.is_file()}
    assert {path for path in rooms if "__pycache__" not in path} == {
        "pyproject.toml",
        "toy_astro/__init__.py",
        "toy_astro/configs/toy_pulse_config.yaml",
        "toy_astro/entries.py",
        "toy_astro/figures.py",
        "toy_astro/files.py",
        "toy_astro/metrics.py",
        "toy_astro/networks.py",
        "toy_astro/physics.py",
        "toy_astro/predict.py",
        "toy_astro/simulate.py",
        "toy_astro/task.py",
    }
    sources = [path for path in (ROOT / "astro_dl").rglob("*.py") if path.is_file()]
    words = ("toy_astro", "toy_pulse", "toy_net", "clean_detections")
    assert len(sources) > 100
    assert not [path for path in sources if any(word in path.read_text() for word in words)]


def test_a_broken_package_is_left_out_with_a_warning(site):
    points = {"astro_dl.models": {"broken": "no_such_module:register"}}
    declare(site, "broken-astro", "0.1", points)
    done = run(site, "-m", "astro_dl", "list", "toy_*", "--json")
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
    declare(site, "greedy-astro", "0.1", {"astro_dl.models": {"greedy": "greedy:register"}})
    done = run(site, "-m", "astro_dl", "list", "mlp")
    assert done.returncode == 0
    assert "'mlp' is registered already" in done.stderr
    assert "Multilayer" in done.stdout
