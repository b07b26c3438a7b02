"""Trainings in a row, each from the weights of the one before."""

import csv
from dataclasses import replace

import pytest

from astro_dl.core.config import load_config, stage_configs
from astro_dl.core.errors import UsageError
from astro_dl.evaluation.evaluate import evaluate
from astro_dl.models.build import resolve
from astro_dl.training import epochs as fit
from astro_dl.training.composed.alternatives import check_blind, is_made_from
from tests.toy_training import Killed, assert_equal_weights, config, interrupt, kill, run

FIRST = {"training": {"epochs": 2, "learning_rate": 0.02}}
SECOND = {"seed": 5, "physics": {"snr": [3.0, 8.0]}, "data": {"n_train": 400}}
THIRD = {"seed": 6, "training": {"augment": False, "class_weight": {"noise": 1.5, "signal": 0.5}}}
STAGES = [FIRST, SECOND, THIRD]
SHORT = {"training.epochs": 1}


def staged(stages=STAGES, epochs=1):
    values = config()
    return values | {"training": values["training"] | {"epochs": epochs}, "stages": stages}


def train_staged(folder, stages=STAGES, **settings):
    return run(folder, config=lambda: staged(stages), **settings)


def history(bundle):
    with open(bundle.folder / "history.csv") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def runs(toy_task, tmp_path_factory):
    """Return a folder with a cache of its own, and the bundle of all stages in it."""
    folder = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASTRO_DL_CACHE", str(folder / "cache"))
        return folder, train_staged(folder / "staged")


def test_stages_are_the_trainings_done_by_hand_one_after_the_other(runs, tmp_path):
    _, bundle = runs
    by_hand = None
    for number, changes in enumerate(STAGES, start=1):
        by_hand = run(
            tmp_path / f"stage {number}",
            config=lambda: staged(()),
            initial_weights=None if by_hand is None else str(by_hand.folder),
            **changes,
        )
    assert_equal_weights(bundle, by_hand)
    told = ("started_from", "n_train", "n_validation", "epochs", "best_epoch", "validation")
    for key in told:
        assert getattr(bundle.card.data, key) == getattr(by_hand.card.data, key), key
    assert bundle.card.calibration == by_hand.card.calibration
    assert bundle.config.physics == by_hand.config.physics
    assert bundle.card.seed == 6


def test_the_card_and_the_history_tell_of_every_stage(runs):
    _, bundle = runs
    assert bundle.card.name == "staged"
    assert bundle.card.data.started_from == (
        "stage 1 (n_train 600, simulation)",
        "stage 2 (n_train 400, simulation)",
    )
    rows = history(bundle)
    assert [(row["stage"], row["epoch"]) for row in rows] == [
        *(("1", "1"), ("1", "2")),
        *(("2", "1"), ("3", "1")),
    ]
    assert float(rows[0]["learning_rate"]) == pytest.approx(0.02)
    assert [path.name for path in bundle.folder.iterdir() if path.name.startswith(".")] == []


def test_its_config_goes_through_all_stages_again_and_ends_at_the_same_weights(runs, tmp_path):
    _, bundle = runs
    assert bundle.config == resolve(load_config(staged()))
    assert bundle.config.initial_weights is None
    assert stage_configs(bundle.config)[1].data.n_train == 400
    again = run(tmp_path / "again", config=lambda: bundle.folder)
    assert_equal_weights(again, bundle)
    assert again.config == bundle.config


def test_the_bundle_is_scored_as_the_last_stage_and_its_history_drawn(runs, tmp_path):
    _, bundle = runs
    settings = {"training.epochs": 1, "data.n_test": 300, "evaluation.bootstrap": 0}
    small = load_config(bundle.config, **settings)
    figures = tmp_path / "figures"
    report = evaluate(replace(bundle, config=small), plots_folder=figures, progress=False)
    assert report.metrics["about"]["n"] == 300
    assert (figures / "history.png").is_file()


def test_resuming_finished_stages_returns_them_and_other_stages_are_refused(runs):
    _, bundle = runs
    assert train_staged(bundle.folder, resume=True).sha256 == bundle.sha256
    for stages in (STAGES[:2], (), [FIRST, THIRD, SECOND]):
        with pytest.raises(UsageError, match="with other settings"):
            train_staged(bundle.folder, stages, resume=True)
    with pytest.raises(UsageError, match="holds a bundle already"):
        train_staged(bundle.folder)


@pytest.mark.parametrize(("how", "stop"), [(interrupt, KeyboardInterrupt), (kill, Killed)])
@pytest.mark.parametrize("after", [2, 3])
def test_interrupted_stages_go_on_where_they_stopped(runs, tmp_path, monkeypatch, how, stop, after):
    _, bundle = runs
    folder, inner, epochs = tmp_path / "staged", fit._run_epoch, []

    def counted(*arguments):
        row = inner(*arguments)
        epochs.append(arguments[4])
        if len(epochs) == after:
            how()
        return row

    monkeypatch.setattr(fit, "_run_epoch", counted)
    with pytest.raises(stop):
        train_staged(folder)
    assert [path.name for path in folder.iterdir()] == [".stages"]
    with pytest.raises(UsageError, match="unfinished training; resume it"):
        train_staged(folder)
    epochs[:] = [None] * after
    monkeypatch.chdir(tmp_path)
    assert_equal_weights(train_staged("staged", resume=True), bundle)
    assert epochs[after:] == {2: [1, 0, 0], 3: [0, 0]}[after]


def test_each_stage_chooses_among_its_own_alternatives(toy_task, tmp_path):
    choosing = FIRST | {"alternatives": [{"training.learning_rate": 1e-7}]}
    bundle = train_staged(tmp_path / "run", [choosing, {}], **{"data.n_train": 300}, **SHORT)
    scores = bundle.card.data.alternatives["stage 1, val_loss"]
    assert min(scores, key=scores.get) == "as it stands"
    assert [stage.training.learning_rate for stage in stage_configs(bundle.config)] == [0.02, 0.01]
    assert bundle.config.alternatives == ()
    assert is_made_from(
        bundle.config, load_config(staged([choosing, {}]), data={"n_train": 300}, **SHORT)
    )
    with pytest.raises(UsageError, match="alternatives on one split"):
        check_blind(bundle)


@pytest.mark.parametrize(
    ("stage", "message"),
    [
        ({"physics": {"snrs": [3, 4]}}, r"stages: in stage 2, physics\.snrs: unknown key"),
        ({"hyperparameters": {"filter": [3]}}, r"stages: in stage 2, .*'filters'"),
        (
            {"alternatives": [{"training.epoch": 3}]},
            r"stages: in stage 2, alternatives\.0: .*did you mean 'epochs'",
        ),
        (
            {"alternatives": [{"model": "resnet1d"}]},
            r"stages: in stage 2, alternatives: model is the same in all stages",
        ),
    ],
)
def test_an_unsound_stage_is_refused_before_the_first_is_trained(
    toy_task, tmp_path, stage, message
):
    with pytest.raises(UsageError, match=message):
        train_staged(tmp_path / "run", [FIRST, stage])
    assert not (tmp_path / "run").exists()


def test_models_that_are_fitted_at_once_have_no_stages(toy_task, tmp_path):
    with pytest.raises(UsageError, match="in stage 1, knn is fitted at once, from nothing"):
        run(tmp_path / "run", config=lambda: staged() | {"model": "knn", "hyperparameters": {}})
