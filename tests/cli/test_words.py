"""What the command line tells before anything heavy is loaded, and how it completes words."""

import subprocess
import sys
from importlib.util import find_spec

import pytest
from astropy.table import Table

from astro_dl.cli import main
from astro_dl.cli.parser import parse
from astro_dl.core.errors import UsageError
from astro_dl.core.source.docstrings import parameter_texts
from astro_dl.evaluation.compare import compare
from astro_dl.observations.tables.write import write_table
from tests.toy_training import run


@pytest.mark.parametrize(
    ("words", "nearest"),
    [
        (["train", "qick"], "quick"),
        (["predict", "sgq_mpl", "none.csv"], "sgq_mlp"),
        (["evaluate", "gw_cn"], "gw_cnn"),
        (["compare", "gw_cnn", "gw_lst"], "gw_lstm"),
        (["evaluate", "gw_cnn", "--member", "gw_rg"], "gw_gru"),
    ],
)
def test_a_name_that_is_misspelled_is_told_before_a_framework_is_loaded(words, nearest):
    program = f"from astro_dl.cli import main; code = main({words}); import sys; "
    program += "print(code, *{'keras', 'tensorflow', 'matplotlib'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.split() == ["2"]
    assert f"did you mean {nearest!r}?" in done.stderr


def help_of(words, capsys):
    with pytest.raises(SystemExit):
        parse([*words, "--help"])
    return " ".join(capsys.readouterr().out.split())


def test_options_of_a_task_tell_meaning_unit_and_default(capsys):
    text = help_of(["predict", "tess_resnet"], capsys)
    assert "--period VALUE period of a known signal [d]" in text
    assert "--min-snr VALUE the search ends at the first signal below this" in text
    assert "(7.0)" in text


def test_every_option_of_every_task_is_told(capsys):
    text = help_of(["predict", "gw_cnn"], capsys)
    assert "option of the task" not in text


def test_a_docstring_is_read_by_parameter():
    def function(first, low, high, **rest):
        """Do it.

        Parameters
        ----------
        first : float, default 1.5
            Period of ``it`` [d], 0.5 or more; it may
            be absent. More.
        low, high : int
            Ends, from 0.5 to 2.
        **rest
            Passed on

        Returns
        -------
        int
        """

    assert parameter_texts(function) == {
        "first": "Period of it [d], 0.5 or more",
        "low": "Ends, from 0.5 to 2",
        "high": "Ends, from 0.5 to 2",
        "rest": "Passed on",
    }


@pytest.mark.skipif(find_spec("shtab") is None, reason="needs the extra completion")
def test_shells_complete_verbs_and_options(capsys):
    assert main(["completion", "bash"]) == 0
    script = capsys.readouterr().out
    assert "--samp" in script
    assert "finetune" in script
    done = subprocess.run(["bash", "-n"], input=script, text=True, capture_output=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("ending", [".vot", ".xml", ".votable"])
def test_tables_go_out_as_votables_by_ending(ending, tmp_path):
    table = Table({"id": ["a", "b"], "z": [0.1, 0.2]})
    path = write_table(table, tmp_path / f"table{ending}")
    assert path.read_bytes().startswith(b"<?xml")
    assert list(Table.read(path, format="votable")["id"]) == ["a", "b"]


@pytest.mark.slow
def test_bundles_are_compared_on_the_same_examples(toy_task, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("ASTRO_DL_CACHE", str(tmp_path))
    short = {"training.epochs": 1, "evaluation.bootstrap": 20}
    names = [str(run(tmp_path / f"run{n}", seed=n, **short).folder) for n in (1, 2)]
    assert main(["compare", *names, "--n", "64", "--quiet", "--out", str(tmp_path / "c.png")]) == 0
    assert "64 examples" in capsys.readouterr().out
    assert (tmp_path / "c.png").stat().st_size > 1000
    found = compare(names, n=64, progress=False)
    assert [*found.headlines] == [*names, "matched filter", "bound"]
    assert len(found.plot().axes[0].get_yticklabels()) == 4
    assert len(repr(found)) < 1000
    with pytest.raises(UsageError, match="metric 'no'; accepted"):
        found.plot("no")


def test_only_bundles_that_answer_the_same_are_compared():
    with pytest.raises(UsageError, match=r"sgq_mlp has another task than .*gw_cnn"):
        compare(["gw_cnn", "sgq_mlp"])
    with pytest.raises(UsageError, match="give some, once"):
        compare(["gw_cnn", "gw_cnn"])
