"""Attacks on a linear network, whose distance to its decision is known."""

from types import SimpleNamespace

import numpy as np
import pytest

from astro_dl.answers.binary import Binary
from astro_dl.answers.multiclass import Multiclass
from astro_dl.answers.reconstruction import Reconstruction
from astro_dl.answers.regression import Regression
from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.explain.adversarial import perturbed, smallest_perturbation
from astro_dl.explain.robustness import noise_sigma, robustness
from astro_dl.models.build import build_from, logits_model

WEIGHTS = np.random.default_rng(1).standard_normal(40).astype(np.float32)
X = np.random.default_rng(2).standard_normal((6, 40)).astype(np.float32)


@pytest.fixture(scope="module")
def linear():
    model = build_from("mlp", InputSpec((40,)), Binary(("no", "yes")), {"units": ()})
    model.get_layer("logits").set_weights([WEIGHTS[:, None], np.zeros(1)])
    return logits_model(model)


@pytest.mark.parametrize("attack", ["fgsm", "pgd"])
def test_the_smallest_change_of_a_linear_network_is_its_distance(attack, linear):
    found = smallest_perturbation(linear, X, attack=attack)
    distance = np.abs(X @ WEIGHTS) / np.linalg.norm(WEIGHTS) / np.sqrt(40)
    assert (found >= 0.999 * distance).all()
    assert (found <= 1.25 * distance).all()


def test_noise_of_the_same_norm_does_less(linear):
    noise = smallest_perturbation(linear, X, attack="noise")
    assert (noise > 1.5 * smallest_perturbation(linear, X, attack="pgd")).all()


@pytest.mark.parametrize("attack", ["fgsm", "pgd", "noise"])
def test_changes_have_the_size_that_is_asked_for(attack, linear):
    moved = perturbed(linear, X, 0.3, attack, sigma=2.0)
    np.testing.assert_allclose(np.sqrt(np.mean((moved - X) ** 2, axis=1)), 0.6, rtol=1e-4)
    if attack != "noise":
        assert (moved @ WEIGHTS < X @ WEIGHTS).all()


def test_what_has_no_noise_is_never_changed(linear):
    sigma = np.ones((1, 40), np.float32)
    sigma[:, :10] = 0
    moved = perturbed(linear, X, 0.3, sigma=sigma)
    np.testing.assert_array_equal(moved[:, :10], X[:, :10])
    assert np.isinf(smallest_perturbation(linear, X, sigma=0.0)).all()
    with pytest.raises(UsageError, match="unknown attack"):
        perturbed(linear, X, 0.3, "pdg")


def test_the_noise_of_series_is_that_of_most_samples():
    x = np.random.default_rng(0).normal(0, 3, (2, 5000, 1))
    x[:, :100] += 100
    np.testing.assert_allclose(noise_sigma(x)[:, 0, 0], 3, rtol=0.05)
    assert not noise_sigma({"v": X})["v"].any()


def stand_in(head, model, calibration=None):
    """Return what `robustness` takes of a predictor."""
    return SimpleNamespace(
        head=head,
        model=model,
        members=(),
        calibration=calibration or {},
        score=lambda x: np.asarray(model(x)),
    )


def test_robustness_is_told_beside_noise_with_intervals(linear):
    calibration = {"scale": 1.0, "offset": 0.0}
    found = robustness(stand_in(Binary(("no", "yes")), linear, calibration), X, bootstrap=20)
    assert (found["what"], found["n"]) == ("the decision", 6)
    assert found["pgd"]["median"]["low"] <= found["pgd"]["median"]["value"]
    assert found["pgd"]["median"]["value"] < found["noise"]["median"]["value"]
    assert found["pgd"]["turned"]["value"] == 1 > found["pgd"]["turned"]["low"]


def dense(head, weights):
    """Return the logits of a linear network with these weights (40, outputs)."""
    model = build_from("mlp", InputSpec((40,)), head, {"units": ()})
    model.get_layer("logits").set_weights([weights, np.zeros(weights.shape[1])])
    return logits_model(model)


def test_the_class_turns_where_the_runner_up_overtakes():
    head = Multiclass(("a", "b", "c"))
    weights = np.random.default_rng(3).standard_normal((40, 3)).astype(np.float32)
    found = robustness(stand_in(head, dense(head, weights)), X, bootstrap=0)
    logits, sigma = X @ weights, X.std(axis=0)
    second, first = np.argsort(logits, axis=1)[:, -2:].T
    rows = np.arange(len(X))
    margin = logits[rows, first] - logits[rows, second]
    slope = np.linalg.norm((weights[:, first] - weights[:, second]) * sigma[:, None], axis=0)
    distance = np.median(margin / slope / np.sqrt(40))
    assert found["what"] == "the class"
    assert 0.95 * distance < found["pgd"]["median"]["value"] < 1.3 * distance


def test_a_value_turns_where_it_has_risen_by_its_sigma():
    head = Regression(("teff",), distribution="gaussian")
    weights = np.zeros((40, 2), np.float32)
    weights[:, 0] = WEIGHTS
    model = dense(head, weights)
    sigma = np.exp(0.5 * np.asarray(model(X))[:, 1])
    found = robustness(stand_in(head, model), X, bootstrap=0)
    distance = np.median(sigma / np.linalg.norm(WEIGHTS * X.std(axis=0)) / np.sqrt(40))
    assert found["what"] == "teff by 1 σ"
    assert 0.95 * distance < found["fgsm"]["median"]["value"] < 1.3 * distance
    point = Regression(("teff",))
    found = robustness(stand_in(point, dense(point, weights[:, :1])), X, bootstrap=0)
    assert found["what"] == "teff by 1 standard deviation"


def test_what_turns_nowhere_is_refused(linear):
    with pytest.raises(UsageError, match="robustness is not measured of a reconstruction"):
        robustness(stand_in(Reconstruction(("x",)), linear), X)
