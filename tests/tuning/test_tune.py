"""`tune`, from ranges to a config, alone and by several processes of which one is killed."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from astropy.table import Table

from astro_dl.cli import main
from astro_dl.core.config import load_config
from astro_dl.core.errors import UsageError
from astro_dl.data import cache
from astro_dl.training import epochs as fit
from astro_dl.training import train
from astro_dl.tuning import attempt, storage, tune
from tests.toy_training import config, interrupt
from tests.tuning import toy_worker
from tests.tuning.toy_worker import RANGES, SMALL, run

optuna = pytest.importorskip("optuna")
pytestmark = pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")


@pytest.fixture(scope="module")
def tuned(toy_task, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASTRO_DL_CACHE", str(tmp_path_factory.mktemp("cache")))
        return run(tmp_path_factory.mktemp("runs") / "tuned", trials=6)


def test_the_winner_is_a_config_that_trains_to_the_same_score(tuned, toy_task, tmp_path):
    assert load_config(tuned.folder / "best.yaml") == tuned.config
    assert tuned.config.training.learning_rate == tuned.settings["training.learning_rate"]
    bundle = train(tuned.folder / "best.yaml", out=tmp_path / "run", progress=False)
    assert bundle.card.data.validation["val_loss"] == tuned.value


def test_the_table_has_every_trial_and_the_best_is_the_best_of_it(tuned):
    table = Table.read(tuned.folder / "trials.csv", format="ascii.csv")
    assert list(table["trial"]) == list(range(6))
    assert set(RANGES) < set(table.colnames)
    complete = table[table["state"] == "complete"]
    assert min(complete["val_loss"]) == tuned.value
    assert set(tuned.importance) == set(RANGES)
    assert sum(tuned.importance.values()) == pytest.approx(1)
    assert sorted(path.name for path in tuned.folder.iterdir()) == [
        "best.yaml", "importance.png", "trials.csv", "trials.journal",
    ]  # fmt: skip


def test_the_same_is_found_again_and_more_trials_go_on_from_there(
    tuned, toy_task, tmp_path, monkeypatch
):
    began = []
    inner = attempt.train
    monkeypatch.setattr(attempt, "train", lambda *a, **k: began.append(1) or inner(*a, **k))
    again = run(tmp_path / "tuned", trials=2)
    assert list(again.table["val_loss"]) == list(tuned.table["val_loss"][:2])
    assert len(began) == 2
    more = run(tmp_path / "tuned", trials=3)
    assert len(began) == 3
    assert list(more.table["val_loss"]) == list(tuned.table["val_loss"][:3])


def test_the_test_set_is_locked(toy_task, tmp_path, monkeypatch):
    inner, asked = cache.cached_split, []

    def watched(config, split, *rest):
        asked.append(split)
        assert split != "test"
        return inner(config, split, *rest)

    for name, module in list(sys.modules.items()):
        if name.startswith("astro_dl.") and getattr(module, "cached_split", None) is inner:
            monkeypatch.setattr(module, "cached_split", watched)
    run(tmp_path / "tuned", trials=2)
    assert set(asked) == {"train", "validation"}


def test_a_trial_that_lags_behind_the_median_of_earlier_ones_is_pruned(toy_task, tmp_path):
    rates = [0.01, 0.012, 0.014, 0.016, 0.018, 0.02]
    last = np.random.default_rng(config()["seed"]).permutation(6)[-1]
    rates[last] = 1e-7
    ranges = {"training.learning_rate": rates}
    options = {"sampler": "grid", "generation": 5, "progress": False, "patience_s": 3}
    found = tune(config(), tmp_path / "tuned", 6, ranges, **options, **SMALL)
    assert list(found.table["state"]) == ["complete"] * 5 + ["pruned"]
    assert found.table["training.learning_rate"][5] == 1e-7
    assert found.table["epochs"][5] < 5
    assert found.value == min(found.table["val_loss"][:5])


def test_a_trial_that_cannot_be_trained_is_a_row_with_its_reason(toy_task, tmp_path):
    ranges = {"hyperparameters.kernel_sizes": [9, [3, 3, 3]]}
    found = tune(config(), tmp_path / "tuned", 2, ranges, sampler="grid", progress=False, **SMALL)
    failed = found.table[found.table["state"] == "failed"]
    assert len(failed) == 1
    assert "cnn1d" in failed["error"][0]
    assert found.settings == {"hyperparameters.kernel_sizes": 9}


def test_an_interrupted_trial_goes_on_from_its_checkpoint(toy_task, tmp_path, monkeypatch):
    epochs, inner = [], fit._run_epoch

    def counted(*arguments):
        row = inner(*arguments)
        epochs.append(arguments[4])
        if len(epochs) == 3:
            interrupt()
        return row

    monkeypatch.setattr(fit, "_run_epoch", counted)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "tuned", trials=1)
    epochs[:] = [None] * 4
    found = run(tmp_path / "tuned", trials=1)
    assert epochs[4:] == [2, 3, 4]
    assert found.table["epochs"][0] == 5


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"trials": 0}, "trials is 0"),
        ({"generation": 0}, "generation is 0"),
        ({"sampler": "gird"}, "unknown sampler 'gird'; did you mean 'grid'"),
        ({"pruner": "mean"}, "unknown pruner 'mean'"),
        ({"sampler": "grid"}, "a grid needs"),
        ({"training.monitor": "loss"}, "no validation score"),
        ({"stages": [{"seed": 1}]}, "stages or alternatives cannot be tuned"),
        ({"storage": "nosuchdb://localhost/x"}, "storage nosuchdb"),
        ({"storage": "/proc/nothing/here"}, "storage /proc/nothing/here"),
    ],
)
def test_what_cannot_be_tuned_is_refused_in_one_line(toy_task, tmp_path, options, message):
    with pytest.raises(UsageError, match=message):
        tune(config(), tmp_path / "out", ranges=RANGES, progress=False, **options)
    assert not (tmp_path / "out" / "best.yaml").exists()


def test_a_database_that_others_make_at_the_same_time_is_opened_in_the_end(monkeypatch):
    from sqlalchemy.exc import OperationalError

    tries = []

    def make():
        tries.append(1)
        if len(tries) < 3:
            raise OperationalError("CREATE TABLE", {}, Exception("table exists"))
        return "study"

    monkeypatch.setattr(storage.time, "sleep", lambda seconds: None)
    assert storage._made_together(make) == "study"
    assert len(tries) == 3


def test_a_storage_of_other_settings_is_refused(tuned, toy_task):
    with pytest.raises(UsageError, match="holds study 'tuned' with another generation"):
        run(tuned.folder, trials=6, generation=5)


def test_ranges_of_a_config_are_tuned_and_a_training_takes_no_notice(toy_task, tmp_path, capsys):
    file = tmp_path / "mine.yaml"
    own = {**config(), "tune": {"training.learning_rate": "1e-3..0.1:log"}}
    file.write_text(json.dumps(own))
    assert load_config(file) == load_config(config())
    words = ["tune", str(file), "--trials", "2", "--out", str(tmp_path / "out"), "--quiet"]
    words += [f"--set={key}={value}" for key, value in SMALL.items()]
    words += ["--range", "training.batch_size=[25, 50]", "--storage"]
    assert main([*words, f"sqlite:///{tmp_path}/study.db", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found["best"]["settings"]) == {"training.learning_rate", "training.batch_size"}
    assert len(found["trials"]) == 2


@pytest.mark.slow
def test_four_processes_of_which_one_is_killed_find_what_one_alone_finds(toy_task, tmp_path):
    alone = run(tmp_path / "alone")

    def start():
        words = [sys.executable, "-m", toy_worker.__name__, str(tmp_path / "shared")]
        root = Path(__file__).parents[2]
        environment = {**os.environ, "PYTHONPATH": str(root), "OMP_NUM_THREADS": "1"}
        return subprocess.Popen(words, cwd=root, env=environment, stdout=subprocess.PIPE)

    # The first is amid a trial when it is killed, however long the others take to start.
    processes = [start()]
    journal = tmp_path / "shared" / "trials.journal"
    while not journal.exists() or b"intermediate" not in journal.read_bytes():
        time.sleep(0.05)
    processes += [start() for _ in range(3)]
    processes[0].send_signal(signal.SIGKILL)
    study = optuna.load_study(
        study_name="shared",
        storage=optuna.storages.JournalStorage(
            optuna.storages.journal.JournalFileBackend(str(journal))
        ),
    )
    results = [json.loads(one.communicate()[0]) for one in processes[1:]]
    assert processes[0].wait() == -signal.SIGKILL
    for found in results:
        assert found["settings"] == alone.settings
        np.testing.assert_allclose(found["value"], alone.value, rtol=1e-6)
    again = Table.read(tmp_path / "shared" / "trials.csv", format="ascii.csv")
    assert list(again["state"]) == list(alone.table["state"])
    assert sum(one.state.name == "FAIL" for one in study.get_trials()) >= 1
