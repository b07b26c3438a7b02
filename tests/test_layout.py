"""The house rules of the package: small folders, small files, no circle of imports."""

import subprocess
from collections import Counter
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "astro_dl"
MODULES = [path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py"]
LONGEST_FILE, LARGEST_FOLDER, LOOSE_MODULES = 400, 20, 2


def python_files():
    """Return the Python files under version control, scripts without an ending among them."""
    done = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=False,
    )  # fmt: skip
    if done.returncode:
        pytest.skip("this is no git checkout")
    for path in (ROOT / name.decode() for name in done.stdout.split(b"\0") if name):
        if path.suffix == ".py" or (path.parent.name == "scripts" and is_python(path)):
            yield path


def is_python(path):
    return path.is_file() and b"python" in path.read_bytes().partition(b"\n")[0]


def test_no_file_is_long():
    lengths = {path: len(path.read_bytes().splitlines()) for path in python_files()}
    assert len(lengths) > 400
    assert {path: n for path, n in lengths.items() if n > LONGEST_FILE} == {}


def test_no_folder_is_large():
    sizes = Counter(path.parent for path in MODULES)
    assert {folder: n for folder, n in sizes.items() if n > LARGEST_FOLDER} == {}


def test_few_modules_lie_loose():
    assert sum(path.parent == PACKAGE for path in MODULES) <= LOOSE_MODULES


def test_no_imports_run_in_a_circle():
    graph = grimp.build_graph("astro_dl", cache_dir=None)
    assert (
        circles({name: graph.find_modules_directly_imported_by(name) for name in graph.modules})
        == []
    )


def test_circles_are_found():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}}) == [{"b", "c"}]
    assert circles({"a": {"b", "c"}, "b": {"d"}, "c": {"d"}, "d": set()}) == []


def circles(imported):
    """Return the sets of modules that import each other, directly or through others."""
    reachable = {}
    for name in imported:
        found, waiting = set(), [name]
        while waiting:
            for other in imported[waiting.pop()] - found:
                found.add(other)
                waiting.append(other)
        reachable[name] = found
    together = [
        frozenset(other for other in reachable[name] if name in reachable[other])
        for name in imported
    ]
    return [set(one) for one in dict.fromkeys(together) if one]
