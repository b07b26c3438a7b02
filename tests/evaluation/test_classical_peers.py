"""Classical peers are fitted once, however many test sets they are scored on."""

from dataclasses import replace

import numpy as np

from astro_dl.core.config import load_config
from astro_dl.core.registry import get_task
from astro_dl.evaluation import classical
from astro_dl.models.build import resolve

DATA = {"n_train": 96, "n_validation": 64, "block_size": 64, "workers": 1}


def test_peers_are_fitted_once_for_several_test_sets(monkeypatch):
    task = get_task("pulsar_candidate")
    task = replace(task, classical=replace(task.classical, peers=("knn", "logistic_regression")))
    config = resolve(load_config({"task": task.name, "model": "pulsar_mlp", "data": DATA}))
    head, physics = task.head(task.physics()), task.physics()
    sets = [np.asarray(task.simulate(physics, 40, np.random.default_rng(k)).x) for k in (1, 2)]
    fit, fitted = classical.fit_estimators, []

    def counted(name, *rest):
        fitted.append(name)
        return fit(name, *rest)

    monkeypatch.setattr(classical, "fit_estimators", counted)
    first, second = (classical.peer_scores(task, head, config, [x], progress=False) for x in sets)
    assert fitted == ["knn", "logistic_regression"]
    assert not np.array_equal(first["knn"], second["knn"])
    again = classical.peer_scores(task, head, replace(config, seed=1), sets[:1], progress=False)
    assert fitted == ["knn", "logistic_regression"] * 2
    assert list(again) == list(first)


def test_peers_on_fewer_features_see_no_others():
    task = get_task("pulsar_candidate")
    few = replace(task.classical, peers=("knn",), fewer={"two numbers": 2})
    task = replace(task, classical=few)
    config = resolve(load_config({"task": task.name, "model": "pulsar_mlp", "data": DATA}))
    head, physics = task.head(task.physics()), task.physics()
    x = np.asarray(task.simulate(physics, 40, np.random.default_rng(1)).x)
    changed = x.copy()
    changed[:, 2:] = changed[::-1, 2:]
    before, after = (
        classical.peer_scores(task, head, config, [one], progress=False) for one in (x, changed)
    )
    assert list(before) == ["knn", "knn on two numbers"]
    np.testing.assert_array_equal(before["knn on two numbers"], after["knn on two numbers"])
    assert not np.array_equal(before["knn"], after["knn"])
