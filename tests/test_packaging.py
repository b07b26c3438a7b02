"""What a wheel carries."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """Return the folder from which a wheel is made."""
    folder = tmp_path_factory.mktemp("build")
    words = ["egg_info", "--egg-base", str(folder), "build_py", "--build-lib", str(folder / "lib")]
    subprocess.run(
        [sys.executable, "setup.py", "--quiet", *words], cwd=ROOT, check=True, capture_output=True
    )
    return folder / "lib"


@pytest.mark.parametrize("kind", ["configs", "models"])
def test_shipped_files_are_in_it(library, kind):
    def visible(folder):
        paths = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
        return {path for path in paths if not any(part.startswith(".") for part in path.parts)}

    assert visible(library / "astro_dl" / "_packaged" / kind) == visible(ROOT / kind)


def test_it_is_typed_and_has_every_package(library):
    assert (library / "astro_dl" / "py.typed").is_file()
    sources = {path.relative_to(ROOT) for path in (ROOT / "astro_dl").rglob("*.py")}
    assert {path.relative_to(library) for path in library.rglob("*.py")} == sources


def test_the_installed_package_finds_them(library):
    program = "from astro_dl.core.shipped import shipped_configs; print(shipped_configs()['quick'])"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(library)},
        cwd=library,
        capture_output=True,
        text=True,
        check=True,
    )
    assert (
        Path(done.stdout.strip()) == library / "astro_dl" / "_packaged" / "configs" / "quick.yaml"
    )
