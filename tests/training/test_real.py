"""Training and evaluation on real sets, with classical peers, deviations and symmetries."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from astro_dl.answers.head import Head
from astro_dl.answers.regression import Regression
from astro_dl.bundles.headlines import real_sets, simulated_scores
from astro_dl.core.config import load_config
from astro_dl.core.errors import UsageError
from astro_dl.core.registry import model_entry, register_task
from astro_dl.core.task import Classical, Dataset
from astro_dl.data.real import real_split
from astro_dl.data.simulate import simulate
from astro_dl.evaluation.classical import PEERS, fit_peers
from astro_dl.evaluation.evaluate import evaluate
from astro_dl.inference.load import load_pretrained
from astro_dl.training import train
from tests import toy


def read_survey(physics, folder):
    """Return six hundred examples of sixty stars; the folder's file says how loud they are."""
    path = folder / "loudness.txt"
    if not path.is_file():
        raise UsageError(f"{path}: no such file")
    physics = replace(physics, snr=(float(path.read_text()),) * 2)
    examples = toy.simulate_binary(physics, 600, np.random.default_rng(3))
    examples.info["star"] = np.arange(600) // 10
    return examples


def rectified(physics, x):
    return np.linalg.norm(np.asarray(x)[..., 0] @ toy.templates(64).T, axis=1, keepdims=True)


REAL = replace(
    toy.BINARY,
    name="toy_real",
    datasets={
        "survey": Dataset("A toy survey", read_survey, group="star", collection="toy"),
        "challenge": Dataset(
            "The same again", read_survey, group="star", simulated=True, collection="toy"
        ),
        "pair": Dataset("A few", lambda *about: read_survey(*about).take(slice(50)), split=False),
    },
    classical=replace(
        toy.BINARY.classical,
        features=rectified,
        peers=("gradient_boosting", "logistic_regression"),
    ),
    augmentation=replace(toy.BINARY.augmentation, symmetries=(np.negative,)),
)
GAUSSIAN = replace(
    toy.REGRESSION,
    name="toy_gaussian",
    classical=Classical(
        features=lambda physics, x: np.hstack([rectified(physics, x), np.mean(x, axis=1)]),
        peers=("knn", "logistic_regression"),
    ),
    head=lambda physics: Regression(("snr", "offset"), ("", "m"), "gaussian"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    register_task("toy_real", REAL)
    register_task("toy_gaussian", GAUSSIAN)
    path = tmp_path_factory.mktemp("real")
    (path / "loudness.txt").write_text("8")
    return path


def settings(folder, **changes):
    values = {
        "task": "toy_real",
        "model": "cnn1d",
        "hyperparameters": {"filters": [8], "kernel_sizes": [16], "pool_sizes": [4], "units": [8]},
        "data": {"source": "survey", "folder": str(folder), "n_train": 600, "workers": 1},
        "training": {"epochs": 3, "learning_rate": 0.01},
        "evaluation": {"bootstrap": 10, "plots": False, "average_symmetries": True},
    }
    return load_config(values, **changes)


@pytest.fixture(scope="module")
def bundle(folder, tmp_path_factory):
    return train(settings(folder), tmp_path_factory.mktemp("run") / "real", progress=False)


def test_a_real_set_is_split_by_group_the_same_way_every_time(folder):
    config = settings(folder)
    parts = {name: real_split(config, name) for name in ("train", "validation", "test")}
    stars = {name: set(part.info["star"]) for name, part in parts.items()}
    assert sum(map(len, parts.values())) == 600
    assert len(set.union(*stars.values())) == sum(map(len, stars.values())) == 60
    assert [len(part) for part in parts.values()] == [420, 60, 120]
    np.testing.assert_array_equal(real_split(config, "test").x, parts["test"].x)


def test_a_network_trained_on_a_real_set_is_scored_on_its_unseen_groups(bundle):
    report = evaluate(bundle, progress=False, save=True)
    assert report.metrics["about"]["n"] == 120
    assert "test split of the real set survey, by star" in report.metrics["about"]["data"]
    assert "survey" in bundle.card.data.source
    saved = load_pretrained(bundle.folder).bundle.card.metrics
    assert "simulated" not in saved
    assert saved["real"]["survey"]["n"] == 120
    assert set(saved["real"]["survey"]) >= {"network", "gradient boosting", "matched filter"}


def test_peers_learn_from_the_same_training_set(bundle):
    methods = evaluate(bundle, progress=False).metrics["methods"]
    for name in ("gradient boosting", "logistic regression"):
        assert methods[name]["auc"]["value"] > 0.95


def test_a_simulated_network_is_scored_on_a_real_set_by_name(folder, tmp_path):
    config = settings(folder, **{"data.source": "simulation", "data.n_validation": 200})
    made = train(config, tmp_path / "run", progress=False)
    about = evaluate(made, "survey", progress=False).metrics["about"]
    assert (about["n"], about["data"][:24]) == (120, "test split of the real s")


def test_a_set_too_small_to_train_on_is_scored_whole(bundle):
    about = evaluate(bundle, "pair", progress=False).metrics["about"]
    assert (about["n"], about["data"]) == (50, "real set pair")


def test_answers_are_averaged_over_symmetries(bundle):
    predictor = load_pretrained(bundle.folder)
    x, _, _ = simulate(toy.BINARY, 50, seed=9)
    np.testing.assert_allclose(predictor.score(x), predictor.score(-x), rtol=1e-5, atol=1e-6)
    plain = replace(
        bundle.config, evaluation=replace(bundle.config.evaluation, average_symmetries=False)
    )
    plain = replace(predictor, bundle=replace(bundle, config=plain))
    expected = (plain.score(x) + plain.score(-x)) / 2
    np.testing.assert_allclose(predictor.score(x), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"data.source": "surveys"}, "unknown real set of toy_real 'surveys'.*survey"),
        ({"data.source": "pair"}, "'pair' is too small to train on"),
        ({"data.folder": "/nowhere"}, "loudness.txt: no such file"),
        ({"data.test_fraction": 0.9}, "leave nothing to train on"),
    ],
)
def test_real_sets_that_cannot_be_had_are_refused(folder, tmp_path, changes, message):
    with pytest.raises(UsageError, match=message):
        train(settings(folder, **changes), tmp_path / "run", progress=False)
    assert not (tmp_path / "run").exists()


def test_a_folder_of_real_data_must_be_named(folder, monkeypatch):
    monkeypatch.delenv("ASTRO_DL_TEST_DATA", raising=False)
    with pytest.raises(UsageError, match="ASTRO_DL_TEST_DATA"):
        real_split(settings(folder, **{"data.folder": None}), "test")


@pytest.mark.slow
def test_predicted_deviations_cover_the_truth_and_reach_the_table(folder, tmp_path):
    config = settings(
        folder,
        **{
            "task": "toy_gaussian",
            "data.source": "simulation",
            "data.n_train": 3000,
            "data.n_validation": 1000,
            "data.n_test": 2000,
            "evaluation.average_symmetries": False,
        },
    )
    made = train(config, tmp_path / "run", progress=False)
    both = replace(config, evaluation=replace(config.evaluation, uncertainty=("mc_dropout",)))
    report = evaluate(replace(made, config=both), progress=False)
    assert set(report.outcome.distributions) == {"network", "knn"}
    assert report.metrics["methods"]["knn"]["targets"]["offset"]["crps"]["value"] > 0
    ways = report.metrics["uncertainty"]
    assert set(ways) == {"head", "mc_dropout"}
    assert 0 < ways["mc_dropout"]["snr"]["epistemic_share"]["value"] < 1
    assert "offset epistemic_share" in report.to_text()
    for name in ("snr", "offset"):
        assert ways["head"][name]["coverage"][1]["value"] == pytest.approx(0.68, abs=0.05)
        entry = report.metrics["methods"]["network"]["targets"][name]
        coverage = {round(row["nominal"], 2): row["value"] for row in entry["coverage"]}
        assert coverage[0.68] == pytest.approx(0.68, abs=0.05)
    assert coverage[0.95] == pytest.approx(0.95, abs=0.03)
    x, y, _ = simulate(GAUSSIAN, 500, seed=4)
    table = load_pretrained(made.folder).predict(x, keep_flagged=True)
    pull = (table["offset"].value - y[:, 1]) / table["offset_std"].value
    assert table["offset_std"].unit == "m"
    assert np.mean(np.abs(pull) < norm.ppf(0.975)) == pytest.approx(0.95, abs=0.05)
    values = load_pretrained(made.folder)
    np.testing.assert_allclose(values.probabilities(values.score(x))[:, 1], table["offset"].value)


@pytest.mark.parametrize("name", PEERS)
@pytest.mark.parametrize("kind", ["binary", "multiclass", "regression"])
def test_every_peer_serves_every_kind_of_head_and_bears_missing_values(name, kind):
    if kind not in (model_entry(name).answers or (kind,)):
        pytest.skip("not for this kind")
    rng = np.random.default_rng(1)
    names = {"binary": ("no", "yes"), "multiclass": tuple("abc"), "regression": ("z",)}[kind]
    features = rng.normal(size=(400, 3))
    y = np.digitize(features[:, 0], [0] if kind == "binary" else [-0.5, 0.5])
    features[::7, 1] = np.nan
    (score,) = fit_peers([name], Head(kind, names), features[:300], y[:300], seed=0).values()
    found = score(features[300:])
    assert np.isfinite(found).all()
    best = {"binary": lambda: found > 0, "multiclass": lambda: found.argmax(1)}
    answer = best.get(kind, lambda: found[:, 0].round())()
    assert np.mean(answer == y[300:]) > 0.75


def test_a_set_that_others_simulated_is_not_taken_for_real(folder, tmp_path):
    config = settings(folder, **{"data.source": "challenge"})
    made = train(config, tmp_path / "run", progress=False)
    evaluate(made, progress=False, save=True)
    evaluate(made, "pair", progress=False, save=True)
    card = load_pretrained(made.folder).bundle.card
    assert list(real_sets(card)) == ["pair"]
    assert simulated_scores(card)["n"] == 120
    text = (made.folder / "README.md").read_text("utf-8")
    assert "## Scores on the set challenge, simulated by others" in text
    assert "## Scores on the real set pair" in text


def test_no_network_is_scored_on_objects_that_it_learnt_from(bundle):
    with pytest.raises(UsageError, match=r"'challenge' has objects .* as those of 'survey'"):
        evaluate(bundle, "challenge", progress=False)
