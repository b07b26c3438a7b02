"""Every shipped bundle: small, complete, usable offline, and the same under every backend."""

import importlib.util
import json
import os
import subprocess
import sys
from functools import cache

import keras
import numpy as np
import pytest
from scipy.special import logsumexp
from sklearn.metrics import roc_auc_score

import astro_dl
from astro_dl.answers.votes import Votes
from astro_dl.bundles.bundle import load_bundle
from astro_dl.core.config import load_config
from astro_dl.core.examples import inputs_by_name, take_inputs
from astro_dl.core.registry import get_task, model_entry
from astro_dl.core.schema import plain
from astro_dl.core.shipped import shipped_bundles, shipped_configs
from astro_dl.training.composed.alternatives import is_made_from

NAMES = sorted(shipped_bundles())

OF_EACH_MODEL = sorted(
    {model_entry(load_bundle(name).card.model).builder: name for name in NAMES}.values()
)
"""One bundle of each builder."""

PROGRAM = """
import sys
import numpy as np
import keras
import astro_dl

assert keras.backend.backend() == sys.argv[1]
with np.load(sys.argv[2]) as stored:
    inputs = {key: stored[key] for key in stored.files}
results = {}
for name in sys.argv[4:]:
    named = {key.split("/")[1]: x for key, x in inputs.items() if key.split("/")[0] == name}
    results[name] = astro_dl.load_pretrained(name).score(named.get("x", named))
np.savez(sys.argv[3], **results)
"""


@cache
def simulated(task, physics):
    """Return examples of a task, which bundles of one physics share."""
    return astro_dl.simulate(task, 200, seed=3, **json.loads(physics))


def examples_for(predictor):
    physics = json.dumps(plain(predictor.bundle.config.physics), sort_keys=True)
    return simulated(predictor.task.name, physics)


@pytest.mark.parametrize("name", NAMES)
def test_cards_hold_no_rows_of_data(name):
    def lists(part):
        if isinstance(part, list):
            yield part
        for one in part.values() if isinstance(part, dict) else ():
            yield from lists(one)

    card = load_bundle(name).card
    tables = [one for one in lists(card.input_statistics) if not isinstance(one[0], float)]
    # Summaries, such as the Gaussians of a mixture, have a dozen rows at most.
    assert all(len(rows) <= 12 for rows in tables)
    assert len(json.dumps(card.to_plain())) < 40_000


@pytest.mark.parametrize("name", NAMES)
def test_cards_have_the_cautions_of_what_the_network_learnt_from(name):
    """scripts/renew_cards writes them anew."""
    data = load_bundle(name).card.data
    simulated = data.source == "simulation" or "simulation" in " ".join(data.started_from)
    task = get_task(load_bundle(name).config.task)
    assert (data.caution or "") == task.cautions(simulated or data.source is None)


@pytest.mark.parametrize("name", NAMES)
def test_bundle_is_small_and_made_from_its_config(name):
    folder = shipped_bundles()[name]
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) <= 4 * 2**20
    assert is_made_from(load_bundle(name).config, load_config(shipped_configs()[name]))


def test_all_bundles_together_are_small():
    files = [path for folder in shipped_bundles().values() for path in folder.rglob("*")]
    assert sum(path.stat().st_size for path in files if path.is_file()) <= 50 * 2**20


@pytest.mark.parametrize("name", NAMES)
def test_card_reports_metrics_with_intervals_beside_the_baselines(name):
    card = load_bundle(name).card
    real = card.metrics.get("real", {}).values()
    assert (card.metrics.get("simulated") and card.baselines) or any(map(len, real))
    counted = isinstance(card.head, Votes)
    sure = card.head.gives_probabilities or card.head.has_distribution or counted
    # Posteriors are not calibrated afterwards; what they cover is guaranteed.
    made_honest = card.calibration["kind"] != "none" or (sure and card.guarantees is not None)
    assert made_honest == sure
    assert card.hardware
    assert card.training_time_s > 0
    assert not card.data.interrupted


def above_chance(y, logits, info, predictor):
    assert roc_auc_score(y, logits) > 0.7


def more_often_right_than_the_commonest_class(y, logits, info, predictor):
    assert np.mean(logits.argmax(1) == y) > np.bincount(y).max() / len(y) + 0.1


def correlated_with_the_truth(y, logits, info, predictor):
    assert np.corrcoef(predictor.probabilities(logits)[:, 0], y[:, 0])[0, 1] > 0.5


def pixels_ranked(y, logits, info, predictor):
    others = logsumexp(logits[..., 1:], axis=-1) - logits[..., 0]
    assert roc_auc_score(y.ravel() > 0, others.ravel()) > 0.9


def more_told_than_by_the_prior(y, logits, info, predictor):
    # Chance tells nothing; half a nat of a parameter is a deviation of 0.6 times the prior's.
    least = min(1, 0.5 * len(predictor.head.names))
    assert predictor.head.answers(logits).distribution.log_information(y).mean() > least


def more_votes_where_more_are_expected(y, logits, info, predictor):
    first = predictor.head.answers(logits).values[:, 0]
    assert np.corrcoef(first, y[:, 0] / y[:, :2].sum(axis=1))[0, 1] > 0.5


def anomalies_ranked(y, logits, info, predictor):
    score = predictor.head.answers(logits).values
    assert roc_auc_score(info[predictor.task.anomaly], score) > 0.7


def most_of_the_light_explained(y, logits, info, predictor):
    assert np.mean((logits.reshape(y.shape) - y) ** 2) < 0.2 * np.mean(y**2)


def explained_but_for_the_noise(y, logits, info, predictor):
    # Half of the mean squared residual of a network that has learnt nothing is some hundred.
    assert 0.45 < logits[:, 0].mean() < 1


FAR_FROM_CHANCE = {
    "binary": above_chance,
    "multiclass": more_often_right_than_the_commonest_class,
    "regression": correlated_with_the_truth,
    "pixels": pixels_ranked,
    "flow": more_told_than_by_the_prior,
    "votes": more_votes_where_more_are_expected,
    "reconstruction": anomalies_ranked,
    "image": most_of_the_light_explained,
    "generation": explained_but_for_the_noise,
}


@pytest.mark.parametrize("name", NAMES)
def test_predictions_are_far_from_chance(name):
    predictor = astro_dl.load_pretrained(name)
    x, y, info = examples_for(predictor)
    FAR_FROM_CHANCE[predictor.head.kind](y, predictor.score(x), info, predictor)


@pytest.fixture(scope="module")
def logits(tmp_path_factory):
    """Return what this and every other installed backend make of the shipped bundles."""
    folder, here, inputs = tmp_path_factory.mktemp("logits"), keras.backend.backend(), {}
    found = {here: {}}
    for name in OF_EACH_MODEL:
        predictor = astro_dl.load_pretrained(name)
        x = take_inputs(examples_for(predictor).x, slice(0, 32))
        found[here][name] = predictor.score(x)
        inputs |= {f"{name}/{key}": array for key, array in inputs_by_name(x).items()}
    np.savez(folder / "inputs.npz", **inputs)
    for backend in {"tensorflow", "jax", "torch"} - {here}:
        if importlib.util.find_spec(backend) is None:
            continue
        environment = {
            **os.environ,
            "KERAS_BACKEND": backend,
            "CUDA_VISIBLE_DEVICES": "",
            # most of JAX's time here goes into compiling what runs once
            "XLA_FLAGS": "--xla_backend_optimization_level=0",
        }
        files = [str(folder / "inputs.npz"), str(folder / f"{backend}.npz")]
        command = [sys.executable, "-c", PROGRAM, backend, *files, *OF_EACH_MODEL]
        subprocess.run(command, env=environment, check=True)
        with np.load(files[1]) as arrays:
            found[backend] = dict(arrays)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", OF_EACH_MODEL)
@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_backends_give_the_same_logits(logits, backend, name):
    here = keras.backend.backend()
    if backend == here or backend not in logits:
        pytest.skip(f"{backend} is what the others are compared with, or not installed")
    ours, theirs = logits[here][name], logits[backend][name]
    # single precision holds seven digits: of logits above one, 1e-4 of their size
    np.testing.assert_allclose(theirs, ours, atol=1e-4, rtol=1e-4)
