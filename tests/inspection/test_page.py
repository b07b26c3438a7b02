"""The page, in a real browser: sorted, filtered, graded by keyboard, exported, and safe."""

import csv
import io
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from astropy import units as u
from astropy.table import QTable, Table
from PIL import Image

from astro_dl.cli import main
from astro_dl.core.errors import UsageError
from astro_dl.inspection import inspect
from astro_dl.inspection.page import render_page
from astro_dl.inspection.pictures import candidate_names, draw_pictures
from astro_dl.observations.labelled.setup import Given, find_own
from astro_dl.observations.labelled.sources import Kind
from astro_dl.observations.tables.read import read_table

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
EVIL = "</script><img src=x onerror=\"document.title='owned'\">{title}'\""


def candidates():
    return QTable(
        {
            "id": ["a.png", "b.png", EVIL, "d,\"4\".png"],
            "p_lens": [0.2, 0.9, np.nan, 0.5],
            "gps_time": [1126259462.4213, 1, 2, 3] * u.s,
            "flags": ["", "blended", "", "edge,blended"],
        }
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    for number, name in enumerate(("a.png", "b.png")):
        Image.fromarray(np.full((8, 8), 100 * number, np.uint8)).save(tmp_path / name)
    return tmp_path


@pytest.fixture
def page_file(folder):
    files = [folder / "a.png", folder / "b.png"]
    made = inspect(candidates(), files, folder / "page.html", grades=("lens", "no"))
    assert (made.candidates, made.pictures, made.grades) == (4, 2, ("lens", "no"))
    return made.page


@pytest.fixture(scope="module")
def browser():
    sync = pytest.importorskip("playwright.sync_api")
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip(f"no browser among {', '.join(BROWSERS)}")
    with sync.sync_playwright() as playwright:
        options = ["--no-sandbox"] if os.name == "posix" and os.geteuid() == 0 else []
        opened = playwright.chromium.launch(executable_path=path, args=options)
        yield opened
        opened.close()


@pytest.fixture
def page(browser, page_file):
    page = browser.new_page()
    page.faults, page.asked = [], []
    page.on("console", lambda message: page.faults.append(message.text))
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto(page_file.as_uri())
    yield page
    assert page.faults == []
    assert {url for url in page.asked if not url.startswith(("data:", "blob:"))} == {
        page_file.as_uri()
    }
    page.close()


def rows(page):
    return [int(one.get_attribute("data-row")) for one in page.query_selector_all("tbody tr")]


def export(page):
    with page.expect_download() as download:
        page.keyboard.press("e")
    return Path(download.value.path()).read_text()


def test_any_column_sorts_both_ways_with_what_is_missing_last(page):
    page.keyboard.press("j")
    page.click("th button:text-is('p_lens')")
    assert rows(page) == [1, 3, 0, 2]
    assert page.get_attribute("tr[aria-selected=true]", "data-row") == "1"
    page.click("th button:text-is('p_lens')")
    assert rows(page) == [0, 3, 1, 2]
    page.click("th button:text-is('flags')")
    assert rows(page) == [1, 3, 0, 2]


@pytest.mark.parametrize(
    ("column", "asked", "left"),
    [
        ("p_lens", ">0.4", [1, 3]),
        ("p_lens", "0.1..0.5", [0, 3]),
        ("p_lens", "<=0.2", [0]),
        ("flags", "BLEND", [1, 3]),
        ("flags", "!edge", [0, 1, 2]),
        ("id", ".png", [0, 1, 3]),
        ("id", "nowhere", []),
    ],
)
def test_any_column_filters(page, column, asked, left):
    page.fill(f"input[aria-label='filter {column}']", asked)
    assert rows(page) == left
    if not left:
        assert page.inner_text("#shown") == "Nothing passes the filters."


def test_candidates_are_graded_by_keyboard_and_the_grades_survive(page, page_file):
    for key in ("2", "1", "k", "k", "0", "j", "ArrowDown", "ArrowDown", "2"):
        page.keyboard.press(key)
    assert page.inner_text("#count").startswith("2 of 4 graded")
    page.reload()
    found = list(csv.DictReader(io.StringIO(export(page))))
    assert [(one["file"], one["grade"], one["row"]) for one in found] == [
        ("b.png", "lens", "2"),
        ('d,"4".png', "no", "4"),
    ]
    assert found[1]["flags"] == "edge,blended"
    page.keyboard.press("u")
    assert rows(page) == [0, 2]


def test_keys_typed_into_a_filter_are_no_grades(page):
    page.click("input[aria-label='filter id']")
    page.keyboard.type("1")
    assert page.inner_text("#count").startswith("0 of 4 graded")


def test_exported_grades_are_a_table_of_labels(page, folder):
    page.keyboard.press("1")
    page.keyboard.press("2")
    (folder / "grades.csv").write_text(export(page))
    table = read_table(folder / "grades.csv")
    assert table.colnames[:2] == ["file", "grade"]
    assert list(table["file"]) == ["a.png", "b.png"]
    assert list(table["grade"]) == ["lens", "no"]


def test_exported_grades_are_labels_of_a_fine_tuning(browser, tmp_path):
    names = [f"{k}.png" for k in range(7)]
    for name in names:
        Image.fromarray(np.zeros((8, 8), np.uint8)).save(tmp_path / name)
    files = [tmp_path / name for name in names]
    table = QTable({"id": names, "p_lens": np.linspace(0, 1, 7)})
    made = inspect(table, files, tmp_path / "page.html", grades=("lens", "no"))
    page = browser.new_page()
    page.goto(made.page.as_uri())
    for key in "121212":
        page.keyboard.press(key)
    (tmp_path / "grades.csv").write_text(export(page))
    page.close()
    given = Given(tmp_path, tmp_path / "grades.csv", "grade", unlabelled="ignore")
    with pytest.warns(UserWarning, match="1 of 7 files have no label and are left out"):
        found = find_own(Kind("images", (".png",), lambda sources, member: iter(())), given)
    assert [source.name for source in found.sources] == names[:6]
    assert found.about.classes == ("lens", "no")
    assert found.about.truth(found.rows, "grades").tolist() == [0, 1, 0, 1, 0, 1]


def test_pictures_and_exact_times_are_shown(page):
    assert page.get_attribute("#shown img", "src").startswith("data:image/png;base64,")
    assert "1126259462.4213" in page.inner_text("#shown")
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert "There is no picture" in page.inner_text("#shown")


def test_nothing_of_a_table_is_read_as_html(page):
    assert page.title() == "4 candidates of the table"
    assert EVIL in page.text_content("tbody")
    assert page.query_selector("tbody img[src=x]") is None


def test_a_page_names_no_other_file_and_no_network(page_file):
    text = page_file.read_text()
    assert "http://" not in text
    assert "https://" not in text
    assert "default-src 'none'" in text
    assert text.count("</script>") == 2


def test_texts_of_the_page_are_escaped():
    text = render_page("<b>&", Table({"id": ["x"]}), ["x"], {}, ["<i>"])
    assert "<title>&lt;b&gt;&amp;</title>" in text
    assert "<i>" not in text


def test_the_verb_writes_beside_the_table_and_keeps_what_it_reads(folder, capsys):
    table = folder / "found.ecsv"
    Table(candidates()).write(table)
    assert main(["inspect", str(table), str(folder / "a.png"), "--grades", "yes, no"]) == 0
    assert capsys.readouterr().out.strip() == str(folder / "found.html")
    assert main(["inspect", str(table), "--out", str(table)]) == 2
    assert "is an input" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"grades": ("a", "a")}, "all different"),
        ({"grades": tuple("abcdefghij")}, "one to nine"),
        ({"limit": 0}, "limit is 0"),
        ({"out": "no/such/folder/page.html"}, "there is no folder"),
        ({"bundle": "gw_cn"}, "did you mean 'gw_cnn'"),
        ({"files": ["broken.png"]}, "broken.png: not readable as an image"),
    ],
)
def test_what_cannot_be_inspected_is_refused_in_one_line(folder, monkeypatch, options, message):
    monkeypatch.chdir(folder)
    Path("broken.png").write_bytes(b"no image")
    table = Table({"id": ["broken.png"]})
    with pytest.raises(UsageError, match=message):
        inspect(table, **{"out": "page.html", **options})
    assert not Path("page.html").exists()


def test_pictures_of_one_name_in_two_folders_are_not_taken_for_each_other(tmp_path):
    for grey, night in ((50, "n1"), (150, "n2")):
        (tmp_path / night).mkdir()
        Image.fromarray(np.full((8, 8), grey, np.uint8)).save(tmp_path / night / "a.png")
    files = [tmp_path / night / "a.png" for night in ("n1", "n2")]

    def greys(*names, files=files):
        made = draw_pictures(None, files, Table({"id": list(names)}))
        return {row: Image.open(io.BytesIO(png)).getpixel((0, 0))[0] for row, png in made}

    assert greys("n2/a.png", "n1/a.png") == {0: 150, 1: 50}
    assert greys(str(files[1])) == {0: 150}
    assert greys("a.png") == {}
    assert greys("n1/a.png", "n2/a.png", files=files[1:]) == {1: 150}
    # Moved since, but only one can be meant.
    assert greys("elsewhere/a.png", "b.png", files=[files[1], files[1]]) == {0: 150}


def test_candidates_are_called_by_their_folders_where_their_files_are_called_alike():
    assert candidate_names(Table({"id": ["n1/a.png", "n2/b.png"]})) == ["a.png", "b.png"]
    assert candidate_names(Table({"id": ["n1/a.png", "n2/a.png"]})) == ["n1/a.png", "n2/a.png"]


def test_a_table_without_rows_is_refused(tmp_path):
    with pytest.raises(UsageError, match="no rows to inspect"):
        inspect(candidates()[:0], [], tmp_path / "page.html")
