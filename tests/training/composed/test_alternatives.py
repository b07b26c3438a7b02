"""Settings that are left to the validation set."""

import pytest

from astro_dl.core.config import load_config
from astro_dl.core.errors import UsageError
from astro_dl.training import epochs as fit
from astro_dl.training.composed.alternatives import check_blind, is_made_from, variants
from tests.toy_training import config, interrupt, run, stored

SLOW, FAST = 1e-6, 0.01
COMPARED = {
    "training.epochs": 2,
    "training.learning_rate": SLOW,
    "alternatives": [
        {"training.learning_rate": FAST},
        {"training.learning_rate": SLOW, "hyperparameters.filters": [2]},
    ],
}


@pytest.fixture(scope="module")
def chosen(toy_task, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASTRO_DL_CACHE", str(tmp_path_factory.mktemp("cache")))
        return run(tmp_path_factory.mktemp("runs") / "chosen", **COMPARED)


def test_the_best_on_the_validation_set_is_kept_and_the_card_has_all_scores(chosen):
    assert chosen.config.training.learning_rate == FAST
    assert chosen.config.alternatives == ()
    scores = chosen.card.data.alternatives["val_loss"]
    assert list(scores) == [
        "as it stands",
        "training.learning_rate=0.01",
        "training.learning_rate=1e-06, hyperparameters.filters=[2]",
    ]
    assert min(scores.values()) == chosen.card.data.validation["val_loss"]
    assert min(scores, key=scores.get) == "training.learning_rate=0.01"
    assert chosen.card.name == chosen.folder.name
    assert not [path.name for path in chosen.folder.iterdir() if path.name.startswith(".")]


def test_it_is_the_bundle_of_a_training_with_the_chosen_settings(chosen, toy_task, tmp_path):
    settings = {"training.epochs": 2, "training.learning_rate": FAST}
    alone = stored(run(tmp_path / "alone", **settings))
    assert all((alone[name] == array).all() for name, array in stored(chosen).items())


def test_other_folds_than_those_that_it_was_chosen_on_are_refused(chosen):
    with pytest.raises(UsageError, match="alternatives on one split"):
        check_blind(chosen)


def test_resuming_a_finished_choice_returns_it(chosen, toy_task):
    assert run(chosen.folder, resume=True, **COMPARED).sha256 == chosen.sha256
    with pytest.raises(UsageError, match="with other settings"):
        run(chosen.folder, resume=True, **COMPARED | {"alternatives": []})


def test_an_interrupted_choice_goes_on_without_training_again_what_is_finished(
    chosen, toy_task, tmp_path, monkeypatch
):
    folder, epochs, inner = tmp_path / "chosen", [], fit._run_epoch

    def counted(*arguments):
        row = inner(*arguments)
        epochs.append(arguments[4])
        if len(epochs) == 4:
            interrupt()
        return row

    monkeypatch.setattr(fit, "_run_epoch", counted)
    with pytest.raises(KeyboardInterrupt):
        run(folder, **COMPARED)
    assert [path.name for path in folder.iterdir()] == [".alternatives"]
    with pytest.raises(UsageError, match="unfinished training; resume it"):
        run(folder, **COMPARED)
    epochs[:] = [None] * 4
    resumed = run(folder, resume=True, **COMPARED)
    assert epochs[4:] == [1, 0, 1]
    assert resumed.card.data.alternatives["val_loss"] == pytest.approx(
        chosen.card.data.alternatives["val_loss"], rel=1e-4
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"data.n_validation": 5}, r"alternatives\.0: unknown setting .* 'data\.n_validation'"),
        ({"training.monitor": "val_auc"}, r"alternatives\.0: unknown setting"),
        ({"training.epoch": 3}, r"alternatives\.0: .*training\.epoch: unknown.*epochs"),
        ({"hyperparameters.filter": [3]}, r"alternatives\.0: .*filter.*filters"),
    ],
)
def test_an_alternative_that_cannot_be_compared_is_refused(toy_task, change, message):
    with pytest.raises(UsageError, match=message):
        variants(load_config(config(), alternatives=[change]))


def test_only_validation_scores_are_compared(toy_task, tmp_path):
    with pytest.raises(UsageError, match="'loss' is no validation score"):
        run(tmp_path / "run", **COMPARED, **{"training.monitor": "loss"})


def test_what_a_fit_leaves_open_may_be_found(toy_task):
    least = {"task": "toy_binary", "model": "knn"}
    wanted = load_config({**least, "hyperparameters": {"n_neighbors": None}})
    made = load_config({**least, "hyperparameters": {"n_neighbors": 3}})
    assert is_made_from(made, wanted)
    assert not is_made_from(wanted, made)
