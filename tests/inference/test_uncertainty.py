"""How sure networks are: their own word, passes with dropout, several networks."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from astro_dl.answers.binary import Binary
from astro_dl.answers.multiclass import Multiclass
from astro_dl.answers.regression import Regression
from astro_dl.bundles.bundle import save_bundle
from astro_dl.core.config import load_config
from astro_dl.core.errors import UsageError
from astro_dl.core.registry import register_task
from astro_dl.core.task import InputSpec
from astro_dl.inference.input_checks import input_statistics
from astro_dl.inference.load import load_pretrained
from astro_dl.models.build import build_from, logits_model, resolve
from astro_dl.models.members import committee_members, with_active_dropout
from tests import toy

DROPPING = {"filters": [3], "kernel_sizes": [5], "units": [16], "dropout": 0.5}
MIXTURE = replace(
    toy.REGRESSION,
    name="toy_mixture",
    head=lambda physics: Regression(("snr", "offset"), ("", "m"), "mixture", components=2),
)


@pytest.fixture(scope="module", autouse=True)
def mixture_task():
    register_task("toy_mixture", MIXTURE)


def saved(task, folder, seed=3, **hyperparameters):
    config = {"task": task.name, "model": "cnn1d", "seed": seed}
    config = resolve(load_config({**config, "hyperparameters": {**DROPPING, **hyperparameters}}))
    physics = task.physics()
    keras.utils.set_random_seed(seed)
    model = build_from(
        "cnn1d", task.input_spec(physics), task.head(physics), config.hyperparameters
    )
    x = task.simulate(physics, 300, np.random.default_rng(3)).x
    save_bundle(folder, model, config, {"input_statistics": input_statistics(x)})
    return load_pretrained(folder)


@pytest.fixture(scope="module")
def predictors(tmp_path_factory, toy_task, toy_regression):
    folder = tmp_path_factory.mktemp("uncertainty")
    tasks = {"binary": toy_task, "values": toy_regression, "mixture": MIXTURE}
    return {name: saved(task, folder / name) for name, task in tasks.items()}


@pytest.fixture(scope="module")
def x():
    return toy.simulate_binary(toy.ToyPhysics(), 600, np.random.default_rng(5)).x


def dense_network(**hyperparameters):
    keras.utils.set_random_seed(1)
    head = Multiclass(tuple("abc"))
    return logits_model(build_from("mlp", InputSpec((4,)), head, hyperparameters))


def applied(model, x):
    return keras.ops.convert_to_numpy(model(x, training=False))


def test_dropout_is_active_and_normalisation_is_not():
    model = dense_network(units=[400], normalization="batch", dropout=0.4, activation="linear")
    layer = next(one for one in model.layers if "normalization" in one.name)
    layer.moving_mean.assign(np.full(400, 5.0))
    x = np.random.default_rng(0).normal(size=(8, 4)).astype(np.float32)
    passes = with_active_dropout(model)
    draws = applied(passes, np.tile(x, (400, 1))).reshape(400, 8, 3)
    assert (draws.std(axis=0) > 0.05).all()
    # linear after the dropout: its mean is the network itself, with the moving statistics
    expected = applied(model, x)
    error = draws.std(axis=0) / np.sqrt(400)
    assert (np.abs(draws.mean(axis=0) - expected) < 5 * error).all()
    np.testing.assert_array_equal(layer.moving_mean, 5.0)
    np.testing.assert_array_equal(applied(model, x), expected)


def test_the_seed_decides_what_is_dropped():
    model = dense_network(units=[50], dropout=0.5)
    x = np.ones((4, 4), np.float32)
    one, same, other = (applied(with_active_dropout(model, seed), x) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


def test_recurrent_dropout_is_active_too():
    keras.utils.set_random_seed(1)
    hyperparameters = {"recurrent_units": [8], "recurrent_dropout": 0.5, "bidirectional": True}
    head = Binary(("no", "yes"))
    model = build_from("tess_gru", InputSpec((32, 1)), head, hyperparameters)
    model = logits_model(model)
    passes = with_active_dropout(model)
    x = np.random.default_rng(0).normal(size=(4, 32, 1)).astype(np.float32)
    assert not np.array_equal(applied(passes, x), applied(passes, x))
    assert with_active_dropout(dense_network(units=[4])) is None


def test_variance_is_the_sum_of_its_parts(predictors, x):
    table = predictors["mixture"].predict(x[:200], uncertainty="mc_dropout", passes=8)
    for name in ("snr", "offset"):
        std, aleatoric, epistemic = (
            np.asarray(table[name + ending])
            for ending in ("_std", "_std_aleatoric", "_std_epistemic")
        )
        np.testing.assert_allclose(std**2, aleatoric**2 + epistemic**2, rtol=1e-4)
        assert (epistemic > 0).all()
        quantiles = [np.asarray(table[f"{name}_q{q}"]) for q in ("05", "16", "50", "84", "95")]
        assert (np.diff(quantiles, axis=0) > 0).all()
    assert table["offset_std_epistemic"].unit == "m"
    assert table.meta["uncertainty"] == "mc_dropout"


def test_points_have_an_epistemic_part_alone(predictors, x):
    predictor = predictors["values"]
    assert predictor.predict(x[:5]).colnames == ["id", "snr", "offset", "flags"]
    table = predictor.predict(x[:5], uncertainty="mc_dropout", passes=4)
    assert table.colnames[1:4] == ["snr", "snr_std", "snr_std_epistemic"]
    np.testing.assert_array_equal(table["snr_std"], table["snr_std_epistemic"])


def test_entropy_is_divided_and_rows_stay_apart(predictors, x):
    x = x[:40].copy()
    x[3] = np.nan
    predictor = predictors["binary"]
    table = predictor.predict(x, uncertainty="mc_dropout", passes=10)
    total, expected, mutual = (
        np.asarray(table[name])
        for name in ("predictive_entropy", "expected_entropy", "mutual_information")
    )
    known = np.arange(40) != 3
    assert np.isnan([total[3], expected[3], mutual[3]]).all()
    np.testing.assert_allclose(total[known], (expected + mutual)[known], atol=1e-6)
    assert (mutual[known] > 0).all()
    assert (total[known] <= np.log(2) + 1e-6).all()


def test_predictions_are_made_block_by_block(predictors, x, monkeypatch):
    predictor = predictors["mixture"]
    whole = predictor.predict(x)
    monkeypatch.setattr("astro_dl.inference.arrays.ROWS_AT_ONCE", 256)
    seen = []
    answers = type(predictor).answers
    monkeypatch.setattr(
        type(predictor),
        "answers",
        lambda self, part, *rest: seen.append(len(part)) or answers(self, part, *rest),
    )
    parts = predictor.predict(x, ids=[f"star {k}" for k in range(600)])
    assert seen == [256, 256, 88]
    assert parts["id"][-1] == "star 599"
    for name in whole.colnames[1:-1]:
        np.testing.assert_allclose(parts[name], whole[name], rtol=1e-4, atol=1e-5)


def test_several_bundles_answer_together(tmp_path, toy_task, predictors, x):
    folders = [tmp_path / f"run{seed}" for seed in (1, 2, 3)]
    alone = [saved(toy_task, folder, seed) for seed, folder in enumerate(folders)]
    ensemble = load_pretrained(folders)
    table = ensemble.predict(x[:50])
    expected = np.mean([one.predict(x[:50])["p_signal"] for one in alone], axis=0)
    np.testing.assert_allclose(table["p_signal"], expected, atol=1e-6)
    assert (np.asarray(table["mutual_information"]) > 0).all()
    np.testing.assert_allclose(
        ensemble.score(x[:50]), np.mean([one.score(x[:50]) for one in alone], axis=0), atol=1e-6
    )
    assert table.meta["uncertainty"] == "ensemble"
    assert table.meta["bundle_sha256"].count(",") == 2
    np.testing.assert_array_equal(
        ensemble.predict(x[:50], uncertainty="ensemble")["logit"], table["logit"]
    )
    with pytest.raises(UsageError, match="accepted: ensemble"):
        ensemble.predict(x, uncertainty="mc_dropout")
    with pytest.raises(UsageError, match="must be of the same"):
        load_pretrained([folders[0], predictors["mixture"].bundle.folder])
    with pytest.raises(UsageError, match="at least one"):
        load_pretrained([])
    assert load_pretrained([folders[0]]).members == ()


def test_members_of_a_committee_answer_alone_and_their_mean_is_its_answer():
    keras.utils.set_random_seed(1)
    model = build_from(
        "lens_ensemble",
        InputSpec((16, 16, 2)),
        Multiclass(tuple("abc")),
        {"members": ("lens_cnn", "lens_cnn")},
    )
    model = logits_model(model)
    members = committee_members(model)
    x = np.random.default_rng(0).normal(size=(5, 16, 16, 2)).astype(np.float32)
    answers = [applied(member, x) for member in members]
    assert not np.allclose(answers[0], answers[1])
    np.testing.assert_allclose(np.mean(answers, axis=0), applied(model, x), atol=1e-5)
    assert committee_members(dense_network(units=[4])) == ()


def test_members_that_agree_leave_the_answer_as_it_is():
    head = Regression(("z",), ("",), "mixture", components=2, support=(0.0, np.inf))
    logits = np.random.default_rng(1).normal(size=(30, head.outputs))
    alone = head.answers(logits, {"factors": [1.3]})
    together = head.combined([logits] * 3, [{"factors": [1.3]}] * 3)
    np.testing.assert_allclose(together.values, alone.values, rtol=1e-5)
    np.testing.assert_allclose(together.distribution.std, alone.distribution.std, rtol=1e-6)
    np.testing.assert_allclose(together.parts["std_epistemic"], 0, atol=1e-9)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"uncertainty": "dropout"}, "unknown uncertainty 'dropout'"),
        ({"uncertainty": "ensemble"}, "needs several bundles"),
        ({"uncertainty": "mc_dropout", "passes": 1}, "passes is 1"),
    ],
)
def test_what_cannot_be_had_is_refused(predictors, x, options, message):
    with pytest.raises(UsageError, match=message):
        predictors["binary"].predict(x, **options)


def test_networks_without_dropout_say_so(tmp_path, toy_task, x):
    predictor = saved(toy_task, tmp_path / "plain", dropout=0.0)
    with pytest.raises(UsageError, match=r"plain: .* of which the network has none"):
        predictor.predict(x, uncertainty="mc_dropout")
