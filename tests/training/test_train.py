import shutil
from dataclasses import replace

import keras
import numpy as np
import pytest

from astro_dl.bundles.bundle import load_bundle, load_weights
from astro_dl.core.errors import UsageError
from astro_dl.core.registry import register_task
from astro_dl.data.simulate import simulate
from astro_dl.training import epochs as fit
from tests import toy
from tests.toy_training import (
    Killed,
    assert_equal_weights,
    config,
    cut_short,
    interrupt,
    kill,
    run,
    stored,
)

STREAM = {"data.mode": "stream"}


@pytest.fixture(scope="module")
def straight(toy_task, tmp_path_factory):
    """Return a whole training of four epochs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASTRO_DL_CACHE", str(tmp_path_factory.mktemp("cache")))
        return run(tmp_path_factory.mktemp("runs") / "straight")


def test_a_training_leaves_a_complete_bundle(straight):
    names = sorted(path.name for path in straight.folder.iterdir())
    assert names == ["README.md", "card.json", "config.yaml", "history.csv", "weights.h5"]
    history = (straight.folder / "history.csv").read_text().splitlines()
    assert len(history) == 5
    assert history[0].startswith("epoch,loss,val_loss,val_auc,val_accuracy,learning_rate")
    card = load_bundle(straight.folder).card
    assert card.data.interrupted is False
    assert card.calibration["kind"] == "platt"
    assert card.calibration["scale"] > 0
    assert card.input_statistics["x"]["std"][0] == pytest.approx(1.1, abs=0.2)
    assert card.training_time_s > 0
    assert straight.config.hyperparameters["padding"] == "valid"


def test_it_learns_and_the_thresholds_hold_on_fresh_noise(straight):
    assert straight.card.data.validation["val_auc"] > 0.7
    assert set(straight.card.thresholds) == {"0.1"}
    fresh = simulate("toy_binary", 2000, seed=99, signal_fraction=0.0)
    model = load_weights(straight)
    logits = np.log(p := model.predict(fresh.x, verbose=0)[:, 0]) - np.log1p(-p)
    assert np.mean(logits > straight.card.thresholds["0.1"]) == pytest.approx(0.1, abs=0.06)


def test_ctrl_c_leaves_a_usable_bundle_and_resuming_ends_where_a_whole_training_does(
    straight, toy_task, tmp_path, monkeypatch
):
    with monkeypatch.context() as patch:
        cut_short(patch, 2, interrupt)
        bundle = run(tmp_path / "run")
    assert bundle.card.data.interrupted is True
    assert bundle.card.data.epochs == 2
    assert load_weights(bundle).count_params() == bundle.card.parameters
    resumed = run(tmp_path / "run", resume=True)
    assert resumed.card.data.interrupted is False
    assert_equal_weights(straight, resumed)
    assert not (tmp_path / "run" / ".checkpoint").exists()


@pytest.mark.slow
def test_a_killed_streaming_training_goes_on_exactly_but_only_with_its_settings(
    toy_task, tmp_path, monkeypatch
):
    whole = run(tmp_path / "whole", **STREAM)
    with monkeypatch.context() as patch:
        cut_short(patch, 2, kill)
        with pytest.raises(Killed):
            run(tmp_path / "cut", **STREAM)
    assert [path.name for path in (tmp_path / "cut").iterdir()] == [".checkpoint"]
    with pytest.raises(UsageError, match="unfinished training; resume it"):
        run(tmp_path / "cut", **STREAM)
    with pytest.raises(UsageError, match=r"training\.batch_size=50, not 60"):
        run(tmp_path / "cut", resume=True, **STREAM | {"training.batch_size": 60})
    shutil.copytree(tmp_path / "cut", tmp_path / "damaged")
    checkpoint = tmp_path / "damaged" / ".checkpoint" / "state.h5"
    checkpoint.write_bytes(checkpoint.read_bytes()[:5000])
    with pytest.raises(UsageError, match="damaged checkpoint"):
        run(tmp_path / "damaged", resume=True, **STREAM)
    assert_equal_weights(whole, run(tmp_path / "cut", resume=True, **STREAM))


def test_ctrl_c_in_the_first_epoch_leaves_nothing(toy_task, tmp_path, monkeypatch):
    monkeypatch.setattr(fit, "_run_epoch", lambda *arguments: interrupt())
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_finished_run_is_not_overwritten_and_resuming_returns_it(straight, toy_task):
    with pytest.raises(UsageError, match="holds a bundle already"):
        run(straight.folder)
    assert run(straight.folder, resume=True).sha256 == straight.sha256
    with pytest.raises(UsageError, match="with other settings"):
        run(straight.folder, resume=True, **{"training.epochs": 9})


def test_a_loss_that_is_not_finite_names_epoch_and_batch(toy_task, tmp_path):
    with pytest.raises(UsageError, match=r"batch \d+ of epoch 1 is not finite; lower training.lea"):
        run(tmp_path / "run", **{"training.learning_rate": 1e30, "training.optimizer": "sgd"})
    assert not (tmp_path / "run").exists()


def test_steps_together_train_what_steps_alone_do(toy_task, tmp_path, monkeypatch):
    short = {"training.epochs": 1}
    together = run(tmp_path / "together", **short)
    monkeypatch.setattr(fit, "GROUP_STEPS", 1)
    alone = stored(run(tmp_path / "alone", **short))
    for name, array in stored(together).items():
        np.testing.assert_allclose(array, alone[name], atol=1e-6, err_msg=name)


def test_a_single_class_is_refused(toy_task, tmp_path):
    with pytest.raises(
        UsageError, match=r"all 200 examples of the validation set are of .*'noise'"
    ):
        run(tmp_path / "run", **{"physics.signal_fraction": 0.0})
    assert not (tmp_path / "run").exists()


def test_sets_that_share_a_group_are_refused(tmp_path):
    def one_star(physics, n, rng):
        examples = toy.simulate_binary(physics, n, rng)
        examples.info["pair_id"] = rng.integers(5, size=n)
        return examples

    leaky = replace(toy.BINARY, name="toy_leaky", simulate=one_star)
    register_task("toy_leaky", leaky)
    with pytest.raises(UsageError, match=r"5 values of 'pair_id' are in both"):
        run(tmp_path / "run", task="toy_leaky")


def test_an_error_in_a_simulating_process_keeps_its_message(tmp_path):
    register_task("toy_failing", replace(toy.BINARY, name="toy_failing", simulate=toy.fail_late))
    with pytest.raises(UsageError, match="no more stars"):
        run(tmp_path / "run", task="toy_failing", **STREAM)
    assert not (tmp_path / "run").exists()


def test_regression_gives_physical_values_and_can_be_fine_tuned(toy_regression, tmp_path):
    settings = {"training.epochs": 8, "hyperparameters.dropout": 0.0}

    def regression():
        return config("toy_regression")

    bundle = run(tmp_path / "first", config=regression, **settings)
    x, y, _ = simulate("toy_regression", 500, seed=7)

    def error(bundle):
        return np.sqrt(np.mean((load_weights(bundle).predict(x, verbose=0) - y) ** 2, axis=0))

    assert load_weights(bundle).predict(x, verbose=0)[:, 1].mean() == pytest.approx(5000, abs=5)
    assert error(bundle)[1] < 0.8 * y[:, 1].std()
    tuned = run(
        tmp_path / "second",
        config=regression,
        **settings
        | {
            "training.epochs": 1,
            "training.learning_rate": 1e-6,
            "initial_weights": str(bundle.folder),
            "seed": 5,
        },
    )
    assert error(tuned) == pytest.approx(error(bundle), rel=0.05)
    assert bundle.card.data.started_from == ()
    n_train = bundle.card.data.n_train
    assert tuned.card.data.started_from == (f"first (n_train {n_train}, simulation)",)


def test_weights_of_another_architecture_are_refused(straight, toy_task, tmp_path):
    changes = {"initial_weights": str(straight.folder), "hyperparameters.filters": [5]}
    with pytest.raises(UsageError, match=r"initial_weights: .* weight 'convolution_1"):
        run(tmp_path / "run", **changes)


def test_a_new_head_is_trained_on_old_features(straight, toy_multiclass, tmp_path):
    bundle = run(
        tmp_path / "run",
        config=lambda: config("toy_multiclass"),
        **{
            "initial_weights": str(straight.folder),
            "training.learning_rate": 1e-9,
            "training.epochs": 1,
        },
    )
    old, new = stored(straight), stored(bundle)
    np.testing.assert_allclose(old["dense_1/kernel"], new["dense_1/kernel"], atol=1e-6)
    assert new["logits/kernel"].shape == (8, 3)
    assert bundle.card.calibration["kind"] == "temperature"


def test_many_settings_together(toy_multiclass, tmp_path):
    bundle = run(
        tmp_path / "run",
        config=lambda: config("toy_multiclass"),
        **{
            "training.epochs": 2,
            "training.schedule": "plateau",
            "training.optimizer": "sgd",
            "training.clip_norm": 1.0,
            "training.class_weight": {"noise": 2.0},
            "training.label_smoothing": 0.1,
            "training.monitor": "val_accuracy",
            "training.mixed_precision": "on",
        },
    )
    assert "val_accuracy" in bundle.card.data.validation
    assert {array.dtype for array in stored(bundle).values()} == {np.dtype(np.float32)}


def test_the_default_policy_is_untouched(straight):
    assert keras.config.dtype_policy().name == "float32"
