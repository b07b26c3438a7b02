"""What mypy makes of tasks and predictors: functions must be of the physics that a task names."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

GIVEN = """
from pathlib import Path
from typing import Any

import numpy as np

from astro_dl.answers.binary import Binary
from astro_dl.core.examples import Examples, Inputs
from astro_dl.core.task import Classical, Dataset, InputSpec, Task
from astro_dl.inference import predictor, protocol


class Stars:
    brightness: float = 1.0


class Clouds:
    mass: float = 1.0


def head(physics: Stars) -> Binary: ...
def spec(physics: Stars) -> InputSpec: ...
def draw(physics: Stars, n: int, rng: np.random.Generator) -> Examples: ...
def of_any(physics: object, x: Inputs) -> np.ndarray: ...
def head_of_clouds(physics: Clouds) -> Binary: ...
def features_of_clouds(physics: Clouds, x: Inputs) -> np.ndarray: ...
def read_clouds(physics: Clouds, folder: Path) -> Examples: ...
def of_stars(one: protocol.Predictor[Stars]) -> float:
    return one.physics.brightness
def from_stars(loaded: predictor.Predictor[Stars]) -> float:
    return of_stars(loaded)


classical: Classical[Stars] = Classical(features=of_any)
sets: dict[str, Dataset[Any]] = {}
task: Task[Stars] = Task("a", "", Stars, head, spec, draw, "g", None, classical, sets)
"""
WRONG = {
    "a head of other physics": 'Task("a", "", Stars, head_of_clouds, spec, draw, "g")',
    "features of other physics": "one: Classical[Stars] = Classical(features=features_of_clouds)",
    "a set of other physics": 'two: Dataset[Stars] = Dataset("", read_clouds)',
    "a predictor of other physics": """
def from_clouds(loaded: predictor.Predictor[Clouds]) -> float:
    return of_stars(loaded)
""",
    "physics without that field": """
def mass(one: protocol.Predictor[Stars]) -> float:
    return one.physics.mass
""",
}


@pytest.mark.slow
def test_functions_of_other_physics_are_refused_by_mypy(tmp_path):
    (tmp_path / "given.py").write_text(GIVEN)
    for number, wrong in enumerate(WRONG.values()):
        (tmp_path / f"wrong_{number}.py").write_text(GIVEN + wrong)
    settings = Path(__file__).parents[1] / "pyproject.toml"
    command = [sys.executable, "-m", "mypy", "--config-file", settings, "--no-error-summary"]
    files = sorted(path.name for path in tmp_path.iterdir())
    options = ["--cache-dir", tmp_path / "cache", "--disable-error-code", "empty-body"]
    ran = subprocess.run(
        [*command, *options, *files],
        cwd=tmp_path,
        env={**os.environ, "MYPYPATH": str(settings.parent)},
        capture_output=True,
        text=True,
    )
    errors = [line for line in ran.stdout.splitlines() if ": error: " in line]
    assert sorted(line.partition(":")[0] for line in errors) == files[1:], ran.stdout + ran.stderr
