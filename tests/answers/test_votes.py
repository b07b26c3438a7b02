"""Votes on a tree of questions: probabilities against independent formulas, and all the way."""

from dataclasses import dataclass

import keras
import numpy as np
import pytest
from astropy.table import Table
from scipy.special import gammaln
from scipy.stats import dirichlet_multinomial

import astro_dl
from astro_dl.answers.votes import Question, Votes
from astro_dl.bundles.bundle import load_bundle
from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Examples
from astro_dl.core.registry import register_task
from astro_dl.core.task import Classical, InputSpec, Task
from astro_dl.data.parallel import mapping_by
from astro_dl.metrics.votes import fractions_of, log_probability, probability_transforms
from astro_dl.models.heads import QuestionShares
from astro_dl.testing import check_task
from astro_dl.training.vote_likelihood import DirichletMultinomial, log_gamma

TREE = (
    Question("shape", ("smooth", "featured", "artefact")),
    Question("arms", ("arms", "no_arms"), after="featured"),
)
HEAD = Votes.asking(TREE)
SIZES = (3, 2)


@dataclass(frozen=True)
class Galaxies:
    """How many people are asked."""

    voters: int = 30


def truth(x):
    """Return the shares behind two numbers of a galaxy, (n, 5)."""
    first = np.exp(np.stack([x[:, 0], -x[:, 0], np.full(len(x), -2.0)], axis=1))
    second = 1 / (1 + np.exp(-2 * x[:, 1]))
    return np.concatenate(
        [first / first.sum(axis=1, keepdims=True), np.stack([second, 1 - second], axis=1)], axis=1
    )


def simulate(physics, n, rng):
    """Return galaxies that scatter about their shares, and what people say of them."""
    x = rng.normal(size=(n, 2)).astype(np.float32)
    shares = truth(x)
    drawn = [
        np.stack([rng.dirichlet(20 * row) for row in part])
        for part in (shares[:, :3], shares[:, 3:])
    ]
    first = np.stack([rng.multinomial(physics.voters, row) for row in drawn[0]])
    led = zip(first[:, 1], drawn[1], strict=True)
    second = np.stack([rng.multinomial(k, row) for k, row in led])
    info = Table({"galaxy": rng.integers(2**62, size=n)})
    return Examples(x, np.concatenate([first, second], axis=1).astype(np.float32), info)


TASK = Task(
    name="toy_galaxies",
    summary="What would people say?",
    physics=Galaxies,
    head=lambda physics: HEAD,
    input_spec=lambda physics: InputSpec((2,), {"quantity": "two numbers"}),
    simulate=simulate,
    group="galaxy",
    classical=Classical(features=lambda physics, x: x, peers=("linear_regression",)),
)


@pytest.fixture(scope="module", autouse=True)
def _registered():
    register_task("toy_galaxies", TASK)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    folder = tmp_path_factory.mktemp("votes") / "run"
    config = {
        "task": "toy_galaxies",
        "model": "mlp",
        "hyperparameters": {"units": [16], "dropout": 0.0},
        "data": {"n_train": 1024, "n_validation": 256, "n_test": 512},
        "training": {"epochs": 8, "batch_size": 64, "learning_rate": 0.02},
        "evaluation": {"bootstrap": 20},
    }
    return astro_dl.train(config, out=folder)


def test_the_task_and_its_answer_keep_the_contract():
    with mapping_by(map):
        check_task("toy_galaxies")


def test_probabilities_of_counts_are_those_of_scipy():
    rng = np.random.default_rng(0)
    alpha = rng.gamma(2.0, size=(6, 5))
    counts = rng.integers(0, 9, (6, 5)).astype(float)
    counts[0, 3:] = 0
    found = log_probability(counts, alpha, SIZES)
    for row in range(6):
        for number, part in enumerate((slice(0, 3), slice(3, 5))):
            k = counts[row, part].astype(int)
            wanted = dirichlet_multinomial.logpmf(k, alpha[row, part], k.sum())
            assert found[row, number] == pytest.approx(wanted, abs=1e-10)
    loss = DirichletMultinomial(SIZES)(counts, np.log(alpha))
    assert float(loss) == pytest.approx(-found.mean(), rel=1e-5)


def test_a_question_that_nobody_was_asked_has_no_loss_and_no_gradient():
    loss = DirichletMultinomial(SIZES)
    counts = np.array([[9.0, 1.0, 0.0, 0.0, 0.0]])
    logits = np.array([[1.0, 0.0, -1.0, 0.0, 0.0]])
    other = logits + np.array([0, 0, 0, 3.0, -2.0])
    assert float(loss(counts, logits)) == pytest.approx(float(loss(counts, other)), rel=1e-6)


def test_the_logarithm_of_gamma_holds_over_all_concentrations():
    x = np.exp(np.linspace(-10, 10.5, 200)).astype(np.float32)
    found = keras.ops.convert_to_numpy(log_gamma(keras.ops.convert_to_tensor(x)))
    np.testing.assert_allclose(found, gammaln(x.astype(float)), rtol=3e-6, atol=2e-5)


def test_shares_are_a_softmax_within_each_question():
    logits = np.random.default_rng(1).normal(size=(4, 5)).astype(np.float32)
    shares = np.asarray(QuestionShares(SIZES)(logits))
    np.testing.assert_allclose(shares, fractions_of(np.exp(logits), SIZES), rtol=1e-5)
    np.testing.assert_allclose(HEAD.answers(logits).values, shares, rtol=1e-5)


def test_voters_are_led_down_the_tree():
    shares = np.array([[0.2, 0.7, 0.1, 0.25, 0.75]])
    np.testing.assert_allclose(HEAD.reached(shares), [[1.0, 0.7]])


def test_transforms_of_drawn_counts_are_even():
    rng = np.random.default_rng(2)
    alpha = np.tile([2.0, 3.0, 1.0, 4.0, 2.0], (1500, 1))
    counts = np.concatenate(
        [
            np.stack([rng.multinomial(30, p) for p in rng.dirichlet(alpha[0, part], 1500)])
            for part in (slice(0, 3), slice(3, 5))
        ],
        axis=1,
    )
    found = probability_transforms(counts, alpha, SIZES, rng)
    heights = np.histogram(found.ravel(), 10, (0, 1))[0] / found.size * 10
    assert np.abs(heights - 1).max() < 0.1
    counts[:, 3:] = 0
    assert np.isnan(probability_transforms(counts, alpha, SIZES, rng)[:, 3:]).all()


def test_a_network_learns_the_shares_and_is_honest(bundle):
    report = astro_dl.evaluate(bundle.folder)
    own = report.metrics["methods"]["network"]
    peer = report.metrics["methods"]["linear regression"]
    assert own["vote_rmse"]["value"] < 0.9 * peer["vote_rmse"]["value"]
    assert own["coverage"]["low"] - 0.03 < 0.9 < own["coverage"]["high"] + 0.03
    assert own["log_score"]["low"] < own["log_score"]["value"] < own["log_score"]["high"]
    assert set(HEAD.figures(report)) == {"votes", "coverage"}


def test_the_card_keeps_the_tree_and_the_table_has_its_columns(bundle):
    loaded = load_bundle(bundle.folder)
    assert loaded.card.head == HEAD
    assert loaded.card.calibration["kind"] == "concentration"
    x = np.array([[2.0, 1.0], [-2.0, np.nan]], np.float32)
    table = astro_dl.load_pretrained(bundle.folder).predict(x)
    assert {"reached_arms", "f_smooth", "f_smooth_q05", "f_smooth_q95"} <= set(table.colnames)
    assert "reached_shape" not in table.colnames
    assert table["f_smooth_q05"][0] < table["f_smooth"][0] < table["f_smooth_q95"][0]
    assert np.isnan(table["f_smooth"][1])
    assert table["flags"][1] == "non_finite_input"


def test_several_networks_answer_together():
    logits = np.random.default_rng(3).normal(size=(2, 4, 5))
    both = HEAD.combined(list(logits), [None, {"kind": "concentration", "factor": 2.0}])
    alone = [HEAD.answers(one).values for one in logits]
    np.testing.assert_allclose(both.values, np.mean(alone, axis=0), rtol=1e-5)
    np.testing.assert_allclose(fractions_of(HEAD.scores(both), SIZES), both.values, rtol=1e-5)


@pytest.mark.parametrize(
    ("questions", "message"),
    [
        ((Question("a", ("x", "y")), Question("b", ("y", "z"))), "all different"),
        ((Question("a", ("x",)),), "two and more"),
        ((Question("a", ("x", "y"), after="z"), Question("b", ("z", "w"))), "earlier"),
    ],
)
def test_trees_that_make_no_sense_are_refused(questions, message):
    with pytest.raises(UsageError, match=message):
        Votes.asking(questions)


@pytest.mark.parametrize("value", [-1.0, 0.5, np.nan])
def test_what_are_no_counts_is_refused(value):
    votes = np.ones((3, 5), np.float32)
    votes[1, 2] = value
    with pytest.raises(UsageError, match="no counts"):
        HEAD.check_targets(votes, "training")
    with pytest.raises(UsageError, match="nobody"):
        HEAD.check_targets(np.zeros((3, 5)), "training")
