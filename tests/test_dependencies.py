"""What is imported is declared in pyproject.toml, and what is needed always is no extra."""

import ast
import re
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
OURS = {
    *("toy_astro", "astro_dl", "tests", "scripts", "simulator_benchmarks"),
    *(path.stem for path in (ROOT / "scripts").glob("*.py")),
}
# Distributions of another name, which need not be installed.
OPTIONAL = {"batman": "batman-package", "lal": "lalsuite", "lalsimulation": "lalsuite"}


def declared(*requirements):
    return {re.match(r"[\w.-]+", one)[0].lower() for one in chain.from_iterable(requirements)}


CORE = declared(PROJECT["dependencies"])
ANY = CORE | declared(*PROJECT["optional-dependencies"].values())


def scripts():
    for path in sorted((ROOT / "scripts").rglob("*")):
        if path.suffix == ".py" or (path.is_file() and path.read_bytes()[:22].endswith(b"python3")):
            yield path


def imports(path, lazy):
    """Return the third-party packages that a file imports, also within functions if `lazy`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = set()
    for node in ast.walk(tree) if lazy else tree.body:
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module.partition(".")[0])
    return names - OURS - sys.stdlib_module_names


@cache
def distributions_by_package():
    return packages_distributions()


def undeclared(names, accepted):
    installed = distributions_by_package()
    known = {name: [OPTIONAL.get(name, name), *installed.get(name, ())] for name in names}
    return {
        name
        for name, distributions in known.items()
        if not accepted & {one.lower().replace("_", "-") for one in distributions}
    }


@pytest.mark.parametrize("folder", ["astro_dl", "tests", "scripts"])
def test_every_import_is_declared(folder):
    paths = scripts() if folder == "scripts" else (ROOT / folder).rglob("*.py")
    found = {path: undeclared(imports(path, lazy=True), ANY) for path in paths}
    assert found
    assert {path: names for path, names in found.items() if names} == {}


def test_modules_import_no_extra_before_it_is_needed():
    paths = [path for path in (ROOT / "astro_dl").rglob("*.py") if "testing" not in path.parts]
    found = {path: undeclared(imports(path, lazy=False), CORE) for path in paths}
    assert {path: names for path, names in found.items() if names} == {}


def test_what_is_not_declared_is_found(tmp_path):
    path = tmp_path / "module.py"
    path.write_text("import numpy\n\ndef f():\n    import joblib.externals\n")
    assert undeclared(imports(path, lazy=True), ANY) == {"joblib"}
    assert undeclared(imports(path, lazy=False), ANY) == set()


def test_every_dependency_has_a_floor():
    floors = [one for one in PROJECT["dependencies"] if not re.fullmatch(r"[\w.-]+>=[\d.]+", one)]
    assert floors == []
