"""The documentation builds without a warning, its links lead somewhere, and its table sorts."""

import doctest
import importlib
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from astro_dl.core.shipped import shipped_bundles
from tests.inspection.test_page import browser  # noqa: F401

ROOT = Path(__file__).parent.parent
TUTORIALS = sorted(path.stem for path in (ROOT / "docs" / "tutorials").glob("*.py"))
AS_NOTEBOOKS = ("gravitational_waves", "star_galaxy_quasar")
"""All run when the site is built; that they run as notebooks, too, is the same for all."""
WITH_EXAMPLES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in sorted((ROOT / "astro_dl").rglob("*.py"))
    if re.search(r">>> (?!.*# doctest: \+SKIP)", path.read_text(encoding="utf-8"))
]
"""Modules whose examples are not all of files that only a user has."""


class Links(HTMLParser):
    """Gathers where a page leads, and the places in it that can be led to."""

    def __init__(self):
        super().__init__()
        self.targets, self.places = set(), set()

    def handle_starttag(self, tag, attributes):
        told = dict(attributes)
        self.targets |= {told[key] for key in ("href", "src") if told.get(key)}
        self.places |= {told[key] for key in ("id", "name") if told.get(key)}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Return the folder of the built site."""
    if find_spec("sphinx") is None:
        pytest.skip("needs the extra docs")
    out = tmp_path_factory.mktemp("docs")
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "docs"), "--out", str(out)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return out / "html"


def parsed(page):
    links = Links()
    links.feed(page.read_text(encoding="utf-8"))
    return links


@pytest.mark.slow
def test_every_link_within_the_site_leads_somewhere(site):
    # A template of the theme lies among its static files.
    found = [page for page in site.rglob("*.html") if "_static" not in page.parts]
    pages = {page.resolve(): parsed(page) for page in found}
    assert len(pages) > 50
    broken = []
    for page, links in pages.items():
        for target in links.targets:
            parts = urlsplit(target)
            if parts.scheme or parts.netloc or not (parts.path or parts.fragment):
                continue
            file = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            place = parts.fragment
            if not file.exists() or (place and file in pages and place not in pages[file].places):
                broken.append(f"{page.relative_to(site.resolve())}: {target}")
    assert broken == []


def test_every_domain_has_a_tutorial():
    domains = {path.parent.name for path in (ROOT / "astro_dl" / "science").glob("*/entries.py")}
    # Data of one's own have a page instead: docs/own_data.md.
    assert {name for name in domains if not name.startswith(("own_", "finetuned"))} == {*TUTORIALS}


@pytest.mark.slow
def test_every_tutorial_ends_in_a_figure_that_the_first_page_shows(site):
    first = (site / "index.html").read_text(encoding="utf-8")
    for name in TUTORIALS:
        assert f"sphx_glr_{name}_001.png" in first
        assert f'href="gallery/{name}.html"' in first


@pytest.mark.slow
@pytest.mark.parametrize("name", AS_NOTEBOOKS)
def test_a_tutorial_runs_as_a_notebook(site, name, tmp_path, monkeypatch):
    nbclient, nbformat = map(pytest.importorskip, ("nbclient", "nbformat"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    notebook = nbformat.read(site.parent / "source" / "gallery" / f"{name}.ipynb", 4)
    resources = {"metadata": {"path": str(tmp_path)}}
    nbclient.NotebookClient(notebook, kernel_name="python3", resources=resources).execute()
    outputs = [one for cell in notebook.cells for one in cell.get("outputs", ())]
    assert any("image/png" in one.get("data", {}) for one in outputs)


@pytest.mark.slow
def test_every_bundle_has_a_page_with_its_figures(site):
    for name, folder in shipped_bundles().items():
        text = (site / "zoo" / name / "index.html").read_text(encoding="utf-8")
        assert "Intended use" in text
        assert text.count("<img") >= len(list((folder / "plots").glob("*.png")))


@pytest.mark.slow
def test_the_table_of_the_zoo_sorts_by_the_heading_that_is_clicked(site, browser):  # noqa: F811
    page = browser.new_page()
    page.goto((site / "zoo" / "index.html").as_uri())

    def column(number):
        cells = page.query_selector_all(f"table.sortable tbody td:nth-child({number})")
        return [cell.inner_text() for cell in cells]

    page.click("table.sortable th:nth-child(4)")
    sizes = [int(text.replace(",", "")) for text in column(4)]
    assert sizes == sorted(sizes)
    page.click("table.sortable th:nth-child(4)")
    assert [int(text.replace(",", "")) for text in column(4)] == sizes[::-1]
    page.click("table.sortable th:nth-child(8)")
    known = [text for text in column(8) if text]
    assert column(8)[: len(known)] == known
    assert [float(text.split()[0]) for text in known] == sorted(
        float(text.split()[0]) for text in known
    )
    assert len(column(1)) == len(shipped_bundles())
    assert all(column(6)), "a bundle has no metric"


@pytest.mark.slow
def test_the_reference_has_every_public_name(site):
    text = (site / "api.html").read_text(encoding="utf-8")
    import astro_dl

    for name in set(astro_dl.__all__) - {"__version__"}:
        assert re.search(rf'id="astro_dl\.{name}"', text), name


@pytest.mark.slow
@pytest.mark.parametrize("module", WITH_EXAMPLES)
def test_examples_in_docstrings_say_what_comes_out(module):
    failed, tried = doctest.testmod(
        importlib.import_module(module), optionflags=doctest.NORMALIZE_WHITESPACE
    )
    assert (failed, tried > 0) == (0, True)
