"""What stands beside the package says the same as the package."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

import astro_dl

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CONDA_NAMES = {"matplotlib": "matplotlib-base"}


def test_every_file_names_the_version():
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text())["version"] == astro_dl.__version__
    assert f'version = "{astro_dl.__version__}"' in (ROOT / "packaging/conda/meta.yaml").read_text()
    newest = re.search(r"^## (\S+?),? ", (ROOT / "CHANGELOG.md").read_text(), re.M)
    assert newest[1] == astro_dl.__version__


def test_the_conda_recipe_has_every_dependency_with_its_floor():
    recipe = (ROOT / "packaging/conda/meta.yaml").read_text()
    for requirement in PROJECT["dependencies"]:
        name, floor = requirement.split(">=")
        assert f"- {CONDA_NAMES.get(name, name)} >={floor}\n" in recipe


def test_the_container_and_the_templates_name_what_is_there():
    assert 'ENTRYPOINT ["astro-dl"]' in (ROOT / "Containerfile").read_text()
    for path in (ROOT / ".github/ISSUE_TEMPLATE").glob("*.md"):
        _, front, text = path.read_text().split("---\n", 2)
        assert {"name", "about"} <= yaml.safe_load(front).keys()
        assert text.strip()


@pytest.mark.parametrize("name", [".pre-commit-config.yaml", "CITATION.cff"])
def test_they_are_sound_yaml(name):
    assert yaml.safe_load((ROOT / name).read_text())


def test_links_between_pages_lead_somewhere():
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    assert len(pages) > 15
    for page in pages:
        text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
        for target in re.findall(r"\]\(([^)\s#]+)(?:#[^)]*)?\)", text):
            assert "//" in target or (page.parent / target).exists(), f"{page.name}: {target}"


def test_commands_of_contributing_are_there():
    for script in re.findall(r"\bscripts/\w+", (ROOT / "CONTRIBUTING.md").read_text()):
        assert (ROOT / script).is_file(), script
