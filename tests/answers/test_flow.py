"""Joint posteriors go all the way: training, bundle, table, evaluation."""

from dataclasses import dataclass, replace
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from astropy.table import Table
from scipy.stats import multivariate_normal

import astro_dl
from astro_dl.answers.flow import Flow
from astro_dl.bundles.bundle import save_bundle
from astro_dl.core.config import EvaluationConfig, load_config
from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Examples
from astro_dl.core.registry import register_task
from astro_dl.core.task import InputSpec, Task
from astro_dl.distributions.priors import Normal, Uniform
from astro_dl.evaluation.predictions import Outcome
from astro_dl.inference.load import load_pretrained
from astro_dl.models.build import build_from, build_model, logits_model, resolve
from astro_dl.training.likelihoods import MapLikelihood

NOISE = 0.3


@dataclass(frozen=True)
class Sums:
    """How noisy the sums are."""

    noise: float = NOISE


def head(physics=None):
    return Flow(
        ("a", "b"), ("km", ""), prior=(Normal(0.0, 1.0), Normal(1.0, 1.0)), bins=6, hidden=8
    )


def simulate(physics, n, rng):
    """Return the sum and the difference of two Gaussian numbers, with noise."""
    y = rng.normal((0, 1), 1, (n, 2))
    x = np.stack([y.sum(axis=1), y[:, 0] - y[:, 1]], axis=1)
    x = x + physics.noise * np.array([1, 5]) * rng.standard_normal((n, 2))
    info = Table({"pair": rng.integers(2**62, size=n)})
    return Examples(x.astype(np.float32), y.astype(np.float32), info)


def exact(x, noise=NOISE):
    """Return mean (n, 2) and covariance of the posterior, by linear algebra."""
    design = np.array([[1, 1], [1, -1]])
    weight = np.diag(1 / (noise * np.array([1, 5])) ** 2)
    covariance = np.linalg.inv(np.eye(2) + design.T @ weight @ design)
    prior = np.array([0, 1])
    return (prior + x @ weight @ design) @ covariance, covariance


TASK = Task(
    name="toy_sums",
    summary="Which two numbers have this sum?",
    physics=Sums,
    head=head,
    input_spec=lambda physics: InputSpec((2,), {"quantity": "sum and difference"}),
    simulate=simulate,
    group="pair",
)


def config(**changes):
    return {
        "task": "toy_sums",
        "model": "mlp",
        "hyperparameters": {"units": [24], "activation": "silu"},
        "data": {"n_train": 4000, "n_validation": 500, "n_test": 300, "workers": 1},
        "training": {
            "epochs": 20, "batch_size": 100, "learning_rate": 0.01, "schedule": "cosine",
            "jit_compile": "off",
        },
        "evaluation": {"bootstrap": 20, "plots": False},
    } | changes  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _registered():
    register_task("toy_sums", TASK)


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """Return the predictor of a network as it is before its training."""
    keras.utils.set_random_seed(0)
    resolved = resolve(load_config(config()))
    model = build_model("mlp", task="toy_sums", **resolved.hyperparameters)
    folder = tmp_path_factory.mktemp("flow") / "bare"
    save_bundle(folder, model, resolved, {}, [{"epoch": 1, "loss": 1.0}])
    return load_pretrained(folder)


def test_a_card_tells_the_whole_answer(bare):
    assert bare.head == head()
    assert bare.bundle.card.to_plain()["head"]["prior"][0]["shape"] == "normal"


def test_a_card_of_before_there_was_a_choice_is_read():
    card = {k: v for k, v in head().to_card().items() if k not in ("told", "scale")}
    assert Flow.from_card(card) == head()


@pytest.mark.parametrize(("told", "moved"), [("maps", 2 * 21), ("gaussian", 2 * 2 + 1)])
def test_what_an_observation_does_not_tell_is_the_same_for_all(told, moved):
    answer = replace(head(), told=told, scale="normal")
    model = build_from("mlp", InputSpec((2,)), answer, {"units": [8], "l2": 0.01})
    logits = np.asarray(logits_model(model)(np.random.default_rng(0).normal(0, 1, (50, 2))))
    assert np.count_nonzero(logits.std(axis=0) > 0) == moved
    assert Flow.from_card(answer.to_card()) == answer
    assert len(model.losses) == 2


def test_tables_have_quantiles_in_units(bare):
    x = simulate(Sums(), 5, np.random.default_rng(0)).x
    table = bare.predict(x)
    assert table["a_q05"].unit == "km"
    rising = [table[f"b_{one}"] for one in ("q05", "q16", "q50", "q84", "q95")]
    assert (np.diff(rising, axis=0) > 0).all()
    np.testing.assert_allclose(table["b"], table["b_q50"])


def test_several_networks_are_mixed(bare):
    x = simulate(Sums(), 3, np.random.default_rng(0)).x
    together = replace(bare, members=(bare, bare), uncertainty="ensemble").answers(x)
    np.testing.assert_allclose(together.values, bare.answers(x).values, atol=1e-6)
    assert (together.parts["std_epistemic"] == 0).all()


def test_the_loss_is_the_log_density_over_the_prior(bare):
    x, y, _ = simulate(Sums(), 20, np.random.default_rng(1))
    logits = bare.score(x)
    loss = MapLikelihood(bare.head.map, reduction=None)(bare.head._points(y), logits)
    told = bare.answers(x).distribution.log_information(y)
    np.testing.assert_allclose(-keras.ops.convert_to_numpy(loss), told, atol=2e-3)


def test_parameters_outside_the_prior_are_refused():
    uniform = Flow(("a",), prior=(Uniform(0.0, 1.0),))
    uniform.check_targets(np.array([[0.0], [1.0]], np.float32), "training")
    for wrong in (1.5, np.nan):
        with pytest.raises(UsageError, match="outside the prior"):
            uniform.check_targets(np.array([[0.5], [wrong]]), "training")


@pytest.mark.parametrize(
    "changed",
    [{"prior": ()}, {"bins": 1}, {"hidden": 0}, {"told": "some"}, {"scale": "square"}],
)
def test_answers_that_are_none_are_refused(changed):
    with pytest.raises(UsageError, match=next(iter(changed))):
        replace(head(), **changed)


@pytest.mark.parametrize(
    "changed",
    [
        {"prior": [{"shape": "normal", "mean": 0.0, "deviation": -1.0}] * 2},
        {"prior": [{"shape": "cauchy", "mean": 0.0, "deviation": 1.0}] * 2},
        {"prior": 3},
        {"bins": "many"},
        {"told": "some"},
        {"scale": "square"},
    ],
)
def test_cards_that_tell_no_answer_are_refused(changed):
    with pytest.raises(UsageError, match=r"prior|bins|told|scale"):
        Flow.from_card({**head().to_card(), **changed})


def test_metrics_of_the_exact_posterior_are_right():
    """An outcome whose posterior is the prior itself: nothing is known, and all covers."""
    rng = np.random.default_rng(2)
    kind = head()
    y = rng.normal((0, 1), 1, (400, 2))
    answers = kind.answers(np.zeros((400, kind.outputs)))
    outcome = Outcome(kind, y, {"network": answers.values}, None, {"network": answers.distribution})
    found = kind.metrics(outcome, "network", EvaluationConfig(bootstrap=20), rng)
    assert found["information"]["value"] == pytest.approx(0, abs=1e-6)
    entropy = 2 * 0.5 * np.log(2 * np.pi * np.e)
    assert found["log_score"]["value"] == pytest.approx(-entropy, abs=0.15)
    for key in ("random_regions", "density_regions"):
        assert found[key]["ks"]["p_value"] > 0.005
    named = kind.headline(found)
    assert {"information", "log_score", "pit_ks a", "crps b"} <= named.keys()
    drawn = kind.figures(SimpleNamespace(outcome=outcome, metrics={"about": {}}))
    assert drawn.keys() == {"residuals", "pit", "coverage", "posterior"}
    indices, captions = kind.most_wrong(outcome)
    assert len(indices) == len(captions) == 8


@pytest.mark.slow
def test_training_finds_the_exact_posterior(tmp_path):
    bundle = astro_dl.train(config(), out=tmp_path / "run", progress=False)
    predictor = load_pretrained(bundle.folder)
    x, y, _ = simulate(Sums(), 300, np.random.default_rng(5))
    posterior = predictor.answers(x).distribution
    mean, covariance = exact(x)
    spread = np.sqrt(np.diag(covariance))
    assert np.median(np.abs(posterior.mean - mean) / spread) < 0.15
    np.testing.assert_allclose(np.median(posterior.std, axis=0), spread, rtol=0.1)
    draws = posterior.sample(np.random.default_rng(0), 2000)
    correlation = np.median([np.corrcoef(one)[0, 1] for one in draws])
    expected = covariance[0, 1] / np.prod(spread)
    assert correlation == pytest.approx(expected, abs=0.1)
    best = multivariate_normal(np.zeros(2), covariance).logpdf(y - mean)
    assert 0 < np.mean(best - posterior.log_pdf(y)) < 0.16
    report = astro_dl.evaluate(bundle, progress=False)
    found = report.metrics["methods"][report.outcome.own]
    assert found["density_regions"]["ks"]["value"] < 0.12
