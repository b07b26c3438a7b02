"""Queries of archives, asked of a service on the loopback."""

import json
import warnings

import numpy as np
import pytest
from astropy.table import Table

from astro_dl.cli import main
from astro_dl.core.archives import all_archives, named_query, register_archive
from astro_dl.core.errors import UsageError
from astro_dl.observations.tables.archive import fetch_table, read_adql
from astro_dl.observations.tables.read import read_table
from astro_dl.science.gaia.queries import GAIA_COLUMNS, SOURCES
from astro_dl.science.gaia.simulation.catalogue import simulate_catalogue
from tests.observations.tables.tap_service import tap_service

pytest.importorskip("pyvo", reason="needs pyvo")

GAIA = all_archives()["gaia"]
ALL = "SELECT source_id, phot_g_mean_mag FROM gaiadr3.gaia_source"


@pytest.fixture(scope="module")
def sky():
    """Return a patch of the sky as the archive's table holds it."""
    rng = np.random.default_rng(0)
    catalogue = simulate_catalogue(rng.integers(4, size=300), 17.0, rng)[list(GAIA_COLUMNS)]
    table = Table({"source_id": np.arange(300) + 2**60})
    table["ra"], table["dec"] = 56.75 + rng.normal(size=(2, 300))
    for name in catalogue.colnames:
        table[name] = catalogue[name]
    table["parallax_over_error"] = table["parallax"] / table["parallax_error"]
    table["random_index"] = rng.integers(SOURCES, size=300)
    return table


@pytest.mark.parametrize("synchronous", [True, False])
def test_an_answer_is_the_rows_asked_for_with_their_units(sky, synchronous):
    adql = "SELECT source_id, parallax FROM gaiadr3.gaia_source WHERE phot_g_mean_mag < 14"
    with tap_service(sky) as (url, archive):
        found = fetch_table(adql, url, synchronous=synchronous)
    wanted = sky[sky["phot_g_mean_mag"] < 14]
    np.testing.assert_array_equal(found.table["source_id"], wanted["source_id"])
    np.testing.assert_array_equal(found.table["parallax"], wanted["parallax"])
    assert found.table["parallax"].unit == "mas"
    assert archive.queries == [adql]
    assert archive.deleted == ([] if synchronous else [1])


def test_an_answer_is_kept_until_it_is_damaged_or_refreshed(sky):
    with tap_service(sky) as (url, archive):
        first = fetch_table(ALL, url)
        again = fetch_table(ALL.replace(" FROM", "\n  FROM"), f"{url}/")
        assert (first.from_cache, again.from_cache) == (False, True)
        assert again.path == first.path
        np.testing.assert_array_equal(again.table["source_id"], sky["source_id"])
        assert len(archive.queries) == 1
        fetch_table(ALL, url, refresh=True)
        assert len(archive.queries) == 2
        first.path.write_bytes(first.path.read_bytes()[:-1])
        with pytest.warns(UserWarning, match="damaged and is fetched anew"):
            assert not fetch_table(ALL, url).from_cache
        fetch_table(ALL, url, rows=5)
        assert len(archive.queries) == 4
    note = json.loads(first.path.with_suffix(".json").read_text())
    assert (note["adql"], note["n"], note["url"]) == (ALL, 300, url)
    assert fetch_table(ALL, url).from_cache, "the cache needs no service"


@pytest.mark.parametrize("synchronous", [True, False])
@pytest.mark.parametrize(
    ("adql", "message"),
    [
        ("SELEC nothing", r"refuses the query: .*syntax error"),
        ("SELECT colour FROM gaiadr3.gaia_source", r"refuses the query: .*no such column: colour"),
        (f"{ALL} WHERE phot_g_mean_mag > 99", "finds no row; loosen its conditions"),
        (" ", "the query is empty"),
    ],
)
def test_a_bad_query_is_said_in_one_line_and_not_kept(sky, synchronous, adql, message, tmp_path):
    with tap_service(sky) as (url, _), pytest.raises(UsageError, match=message) as error:
        fetch_table(adql, url, synchronous=synchronous)
    assert "\n" not in str(error.value)
    assert not list((tmp_path / "cache").rglob("*.vot"))


@pytest.mark.parametrize("synchronous", [True, False])
def test_no_service_is_said_to_be_none(sky, synchronous):
    with tap_service(sky) as (url, _):
        wrong = url.replace("/tap", "/elsewhere")
        with pytest.raises(UsageError, match=r"no service answers .*check the network"):
            fetch_table(ALL, wrong, synchronous=synchronous)
    with pytest.raises(UsageError, match=r"no service answers .*check the network"):
        fetch_table(ALL, url, synchronous=synchronous)


def test_an_answer_that_is_no_table_is_said_to_be_none(sky, monkeypatch):
    with tap_service(sky) as (url, archive):
        monkeypatch.setattr(archive, "answer", lambda adql, rows: ("<html>login</html>", True))
        with pytest.raises(UsageError, match="the answer is no table"):
            fetch_table(ALL, url, synchronous=True)


def test_a_job_that_takes_too_long_is_given_up_and_deleted(sky):
    with tap_service(sky, polls=10**6) as (url, archive):
        with pytest.raises(UsageError, match=r"no answer within 0.1 s"):
            fetch_table(ALL, url, timeout_s=0.1)
        assert archive.deleted == [1]


def test_an_answer_that_the_archive_cuts_is_warned_of(sky):
    with tap_service(sky, most_rows=10) as (url, _):
        with pytest.warns(UserWarning, match="cut its answer at 10 rows"):
            assert len(fetch_table(ALL, url).table) == 10
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert len(fetch_table(ALL, url, rows=5).table) == 5


def test_a_cone_holds_what_is_near_and_bright_enough(sky):
    adql = named_query(
        GAIA, "cone_search", {"ra": 56.75, "dec": 56.75, "radius_deg": 1, "magnitude_limit": 16}
    )
    with tap_service(sky) as (url, _):
        found = fetch_table(adql, url).table
    across = np.hypot((sky["ra"] - 56.75) * np.cos(np.radians(sky["dec"])), sky["dec"] - 56.75)
    near = (across < 0.98) & (sky["phot_g_mean_mag"] <= 16)
    assert set(sky["source_id"][near]) <= set(found["source_id"])
    assert not set(found["source_id"]) & set(sky["source_id"][across > 1.02])
    assert max(found["phot_g_mean_mag"]) <= 16
    assert found.colnames == ["source_id", "ra", "dec", *GAIA_COLUMNS]


def test_red_giants_are_red_luminous_and_near(sky):
    with tap_service(sky) as (url, _):
        found = fetch_table(named_query(GAIA, "red_giants", {"sample_fraction": 1}), url).table
    near = (sky["parallax"] >= 0.5) & (sky["parallax_over_error"] >= 10) & (sky["ruwe"] < 1.4)
    absolute = sky["phot_g_mean_mag"] + 5 * np.log10(np.maximum(sky["parallax"], 0.01)) - 10
    wanted = sky[near & (sky["bp_rp"] > 1) & (absolute < 3.5)]
    assert len(wanted) > 1
    assert found["source_id"].tolist() == wanted["source_id"].tolist()
    assert f"random_index < {round(SOURCES / 100)}" in named_query(
        GAIA, "red_giants", {"sample_fraction": 0.01}
    )


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("cone", {}, "unknown query 'cone'; did you mean 'cone_search'"),
        ("cone_search", {"ra": 10}, "cone_search: dec missing; give --set dec=VALUE"),
        ("cone_search", {"ra": 400, "dec": 0}, "cone_search.ra: 400"),
        ("cone_search", {"ra": 1, "dec": "0; DROP", "radius_deg": 1}, "cone_search.dec"),
        ("red_giants", {"distance": 10}, "did you mean 'distance_pc'"),
    ],
)
def test_arguments_of_named_queries_are_checked(name, arguments, message):
    with pytest.raises(UsageError, match=message):
        named_query(GAIA, name, arguments)


def test_a_query_in_a_file_is_read_without_its_semicolon(tmp_path):
    file = tmp_path / "query.adql"
    file.write_text(f"{ALL};\n")
    assert read_adql(file) == ALL
    file.write_text("\n")
    with pytest.raises(UsageError, match="holds no query"):
        read_adql(file)
    with pytest.raises(UsageError, match="not readable as text"):
        read_adql(tmp_path / "none.adql")


def test_the_command_line_fetches_into_a_file(sky, tmp_path, capsys):
    file, out = tmp_path / "query.adql", tmp_path / "stars.fits"
    file.write_text(f"{ALL} WHERE phot_g_mean_mag < 15")
    with tap_service(sky) as (url, _):
        words = ["fetch", "gaia", "--adql", str(file), "--tap", url, "--out", str(out)]
        assert main([*words, "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert (
            main(
                [
                    "fetch",
                    "gaia",
                    "cone_search",
                    "-s",
                    "ra=56.75",
                    "-s",
                    "dec=56.75",
                    "--tap",
                    url,
                    "--sync",
                    "--rows",
                    "3",
                ]
            )
            == 0
        )
    assert told["n"] == len(read_table(out)) == (sky["phot_g_mean_mag"] < 15).sum()
    assert (told["file"], told["from_cache"]) == (str(out), False)
    assert capsys.readouterr().out.strip().endswith(".vot")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["gaiia", "red_giants"], "unknown archive 'gaiia'; did you mean 'gaia'"),
        (["gaia"], "give the name of a query (cone_search, red_giants) or --adql FILE"),
        (["gaia", "red_giants", "--adql", "x"], "one of both"),
        (["gaia", "--adql", "x", "--set", "ra=1"], "--set is for named queries"),
        (["gaia", "red_giants", "--out", "x.txt"], "names no format"),
    ],
)
def test_wrong_words_are_refused_before_anything_is_asked(words, message, capsys):
    assert main(["fetch", *words]) == 2
    assert message in capsys.readouterr().err


def test_archives_are_addressed_by_encrypted_connections():
    assert all(archive.url.startswith("https://") for archive in all_archives().values())


def test_a_name_is_of_one_archive_only():
    register_archive("gaia", GAIA.url, GAIA.queries)
    with pytest.raises(UsageError, match="archive 'gaia' is registered already"):
        register_archive("gaia", "https://example.org/tap")
    assert all_archives()["gaia"] == GAIA
