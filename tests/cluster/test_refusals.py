"""What cannot be divided, or is not given, is told before any worker is asked."""

import pytest

from astro_dl.cli.main import main
from tests.cluster.catalogues import magnitudes


@pytest.fixture
def table(tmp_path, monkeypatch):
    """Return the name of a small catalogue in this folder."""
    monkeypatch.chdir(tmp_path)
    magnitudes(3).write("t.parquet")
    (tmp_path / "empty.txt").write_text("\n")
    (tmp_path / "none").mkdir()
    return "t.parquet"


LOCAL = ["--scheduler", "local:1"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["gw_cnn", "t.parquet", *LOCAL, "--out", "p"], "made of all files together"),
        (["photoz_mdn", "t.parquet", *LOCAL], "--scheduler writes a folder"),
        (["photoz_mdn", "t.parquet", *LOCAL, "--out", "p", "--figures", "f"], "no --figures"),
        (["photoz_mdn", "t.parquet", *LOCAL, "--out", "p", "--density-out", "d.h5"], "density_out"),
        (["photoz_mdn", "no.csv", *LOCAL, "--out", "p"], "no.csv: no such file"),
        (["photoz_mdn", "t.parquet", *LOCAL, "--out", "."], "holds other files"),
        (
            ["photoz_mdn", "t.parquet", *LOCAL, "--out", "p", "--uncertainty", "mc_dropout"],
            "mc_dropout",
        ),
        (["photoz_mdn", "t.parquet", "--out", "p", "--scheduler", "host"], "accepted: an address"),
        (["photoz_mdn"], "required: files"),
        (["photoz_mdn", "--list", "no.txt"], "--list no.txt: no such file"),
        (["photoz_mdn", "--list", "empty.txt"], "names no file"),
        (["photoz_mdn", "--glob", "*.fits"], "matches no file"),
        (["photoz_mdn", "--parquet", "none"], "holds no .parquet file"),
        (["photoz_mdn", "--parquet", "t.parquet"], "no such folder"),
    ],
)
def test_slips_are_told_in_a_line(table, capsys, words, message):
    assert main(["predict", *words]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert message in error


def test_a_training_is_of_one_process(capsys):
    assert main(["train", "quick", *LOCAL]) == 2
    assert "--scheduler trains the folds of --cv" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [["--list", "all.txt"], ["--glob", "*.parquet"], ["--parquet", "."]]
)
def test_files_are_found_in_three_ways(table, tmp_path, words):
    from astro_dl.cli.file_lists import files_of
    from astro_dl.cli.parser import parse

    (tmp_path / "all.txt").write_text(f"{table}\n\n")
    (tmp_path / "_metadata.parquet").touch()
    expected = [table] if words[0] != "--glob" else ["_metadata.parquet", table]
    assert files_of(parse(["predict", "photoz_mdn", *words])) == expected
