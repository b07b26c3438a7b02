"""Likelihoods that networks are trained by are those of the distributions that they answer with."""

import math
from dataclasses import replace

import keras
import numpy as np
import pytest
from scipy.special import log_ndtr

from astro_dl.answers.regression import Regression
from astro_dl.core.errors import UsageError
from astro_dl.core.sections.training import TrainingConfig
from astro_dl.core.task import InputSpec
from astro_dl.models.build import build_from, logits_model
from astro_dl.training.likelihoods import GaussianLikelihood, log_normal_cdf
from astro_dl.training.objective import fold_scaling, make_objective, unfold_scaling

MIXTURE = Regression(("z", "m"), ("", ""), "mixture", components=3)
GRID = Regression(("z",), ("",), "grid", grid=tuple(np.linspace(0, 2, 41).tolist()))
SUPPORTS = [(-math.inf, math.inf), (0.0, math.inf), (-math.inf, 9.0), (0.0, 9.0)]


def targets(n=300, seed=0):
    """Return redshifts, and another target, within 0 and 9."""
    rng = np.random.default_rng(seed)
    return np.clip(rng.normal([1.0, 4.0], [0.4, 1.5], (n, 2)), 0.01, 8.9).astype(np.float32)


def test_logarithms_of_normal_probabilities_are_precise_in_both_tails():
    x = np.linspace(-35, 9, 2001).astype(np.float32)
    found = keras.ops.convert_to_numpy(log_normal_cdf(keras.ops.convert_to_tensor(x)))
    np.testing.assert_allclose(found, log_ndtr(x.astype(float)), rtol=3e-6, atol=2e-6)


@pytest.mark.parametrize("support", SUPPORTS)
def test_the_loss_of_mixtures_is_minus_the_logarithm_of_their_density(support):
    head, y = replace(MIXTURE, support=support), targets()
    objective = make_objective(head, y, TrainingConfig())
    logits = np.random.default_rng(1).normal(0, 1.5, (len(y), head.outputs))
    model = build_from("mlp", InputSpec((head.outputs,)), head, {"units": []})
    model.get_layer("logits").set_weights([np.eye(head.outputs), np.zeros(head.outputs)])
    fold_scaling(model, objective)
    physical = logits_model(model).predict_on_batch(logits.astype(np.float32))
    density = head.distributions(physical).log_pdf(y) + np.log(objective.scale)
    losses = objective.loss.call(objective.encode(y), logits.astype(np.float32))
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(losses), -density.mean(axis=1), rtol=1e-4, atol=1e-4
    )


@pytest.mark.parametrize("support", SUPPORTS)
def test_means_far_outside_the_support_leave_loss_and_gradient_finite(support):
    head, y = replace(MIXTURE, support=support), targets(8)
    objective = make_objective(head, y, TrainingConfig())
    model = logits_model(build_from("mlp", InputSpec((4,)), head, {"units": []}))
    kernel, bias = (np.zeros(one.shape) for one in model.get_layer("logits").get_weights())
    losses = []
    for extreme in (0.0, -60.0, 60.0):
        bias[6:12], bias[12:] = extreme, -4.0
        model.get_layer("logits").set_weights([kernel, bias])
        model.compile(keras.optimizers.SGD(1e-6), objective.loss, jit_compile=False)
        losses.append(float(model.train_on_batch(np.ones((8, 4)), objective.encode(y))))
        assert all(np.isfinite(one).all() for one in model.get_weights())
    assert np.isfinite(losses).all()
    assert min(losses[1:]) > losses[0]


def test_grids_are_trained_by_the_bin_of_the_target():
    y = np.array([[0.0], [0.049], [0.05], [2.0]], np.float32)
    objective = make_objective(GRID, y, TrainingConfig())
    assert objective.encode(y).tolist() == [0, 0, 1, 39]
    logits = np.random.default_rng(0).normal(size=(4, 40)).astype(np.float32)
    log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    expected = -np.mean(log_p[np.arange(4), [0, 0, 1, 39]])
    assert float(objective.loss(objective.encode(y), logits)) == pytest.approx(expected, rel=1e-5)
    scores = objective.validation_scores(logits, y)
    assert scores["val_loss"] == pytest.approx(expected, rel=1e-5)
    error = np.abs(GRID.distributions(logits).mean - y) / y.std()
    assert scores["val_mae"] == pytest.approx(error.mean(), rel=1e-5)


@pytest.mark.parametrize(
    "head", [replace(MIXTURE, support=(1.0, 9.0)), replace(GRID, names=("z",))]
)
def test_targets_that_cannot_be_are_refused(head):
    y = targets() if head is not GRID and len(head.names) == 2 else targets()[:, :1] + 1.5
    with pytest.raises(UsageError, match="training targets are outside"):
        make_objective(head, y, TrainingConfig())


@pytest.mark.parametrize("head", [MIXTURE, GRID], ids=["mixture", "grid"])
def test_models_give_what_the_head_says_and_scaling_unfolds(head):
    keras.utils.set_random_seed(1)
    y = targets()[:, : len(head.names)].clip(0, 2)
    objective = make_objective(head, y, TrainingConfig())
    model = build_from("mlp", InputSpec((4,)), head, {"units": [8]})
    x = np.random.default_rng(2).normal(size=(20, 4)).astype(np.float32)
    standard = logits_model(model).predict_on_batch(x)
    fold_scaling(model, objective)
    values, logits = model.predict_on_batch(x), logits_model(model).predict_on_batch(x)
    known = head.distributions(logits)
    if head is GRID:
        np.testing.assert_allclose(values, known.probabilities, rtol=1e-4)
    else:
        parts = [part.reshape(20, -1) for part in (known.weights, known.means, known.scales)]
        np.testing.assert_allclose(values, np.concatenate(parts, axis=1), rtol=1e-4)
    copy = keras.models.model_from_json(model.to_json())
    copy.set_weights(model.get_weights())
    np.testing.assert_array_equal(copy.predict_on_batch(x), values)
    unfold_scaling(model, objective)
    np.testing.assert_allclose(logits_model(model).predict_on_batch(x), standard, atol=1e-4)


def test_a_mixture_learns_two_answers_to_one_question():
    rng = np.random.default_rng(3)
    x = rng.uniform(-1, 1, (2000, 1)).astype(np.float32)
    high = rng.random(2000) < 0.3
    y = np.where(high, 3.0, 1.0)[:, None] + 0.1 * x + 0.1 * rng.normal(size=(2000, 1))
    head = Regression(("z",), ("",), "mixture", components=2, support=(0.0, math.inf))
    objective = make_objective(head, y, TrainingConfig())
    keras.utils.set_random_seed(2)
    model = build_from("mlp", InputSpec((1,)), head, {"units": [16]})
    network = logits_model(model)
    network.compile(keras.optimizers.Adam(0.02), objective.loss, jit_compile=False)
    network.fit(x, objective.encode(y), batch_size=250, epochs=25, verbose=0)
    fold_scaling(model, objective)
    found = head.distributions(network.predict_on_batch(x[:50]))
    np.testing.assert_allclose(found.cdf(np.array([2.0]))[:, 0, 0], 0.7, atol=0.08)
    np.testing.assert_allclose(found.mode[:, 0], 1 + 0.1 * x[:50, 0], atol=0.1)
    assert (found.quantile(0.95)[:, 0] > 2.8).all()


def test_with_full_variance_weight_means_are_learnt_as_by_squared_errors():
    truth, log_variance = np.zeros((2, 1), np.float32), np.array([[-2.0], [4.0]], np.float32)

    def slopes(weight):
        """Return the derivative of each example's loss by its mean, at a mean of one."""
        loss = GaussianLikelihood(weight, reduction=None)
        above, below = (
            np.asarray(loss(truth, np.hstack([np.full_like(truth, mean), log_variance])))
            for mean in (1.1, 0.9)
        )
        return (above - below) / 0.2

    np.testing.assert_allclose(slopes(0.0), np.exp(-log_variance[:, 0]), rtol=1e-4)
    np.testing.assert_allclose(slopes(1.0), 1.0, rtol=1e-4)


def test_only_gaussians_have_variances_to_weigh():
    training = TrainingConfig(variance_weight=0.5)
    assert make_objective(replace(MIXTURE, distribution="gaussian"), targets(), training)
    with pytest.raises(UsageError, match="variance_weight: a regression without Gaussians"):
        make_objective(MIXTURE, targets(), training)
