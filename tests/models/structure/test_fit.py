"""Methods without labels answer from arrays what their packages answer."""

import keras
import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.models.defaults import default_hyperparameters, own_answer
from astro_dl.models.structure.fit import FITS, fit

RNG = np.random.default_rng(0)
ROWS = np.concatenate([RNG.normal(4, 0.7, (150, 3)), RNG.normal(-3, 1, (150, 3))]).astype(
    np.float32
)
NEW = RNG.normal(0, 4, (80, 3)).astype(np.float32)
MARKED = InputSpec((6,), {"columns": ["a", "b", "c"], "missing": "in the second half"})


def fitted(name, rows=ROWS, spec=None, **changes):
    spec = spec or InputSpec((3,))
    given = {**default_hyperparameters(name), **changes}
    model, found = fit(name, spec, None, (rows, None), (rows, None), 0, given)
    return model, own_answer(name, spec, found)


def answers(name, x, **changes):
    model, head = fitted(name, **changes)
    return head, keras.ops.convert_to_numpy(model(x))


def test_gaussian_mixtures():
    from sklearn.mixture import GaussianMixture

    theirs = GaussianMixture(2, n_init=2, max_iter=500, random_state=0).fit(ROWS.astype(float))
    head, ours = answers("gmm", NEW, n_components=2)
    np.testing.assert_allclose(ours[:, -1], -theirs.score_samples(NEW), rtol=1e-5, atol=1e-5)
    columns = head.columns(head.answers(ours))
    np.testing.assert_allclose(columns["membership_1"], theirs.predict_proba(NEW)[:, 0], atol=1e-5)


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("isolation_forest", "ensemble:IsolationForest:n_estimators=200,random_state=0"),
        ("one_class_svm", "svm:OneClassSVM:nu=0.05"),
        ("local_outlier_factor", "neighbors:LocalOutlierFactor:n_neighbors=20,novelty=1"),
        # One leaf: bounds of scikit-learn's tree leave but rounding errors far out.
        ("kernel_density", "neighbors:KernelDensity:bandwidth=0.5,leaf_size=10000"),
    ],
)
def test_anomaly_scores(name, make):
    import importlib

    module, kind, settings = make.split(":")
    given = {key: float(v) for key, v in (one.split("=") for one in settings.split(","))}
    whole = ("n_estimators", "random_state", "n_neighbors", "leaf_size")
    given = {key: int(v) if key in whole else v for key, v in given.items()}
    given |= {"novelty": True} if "novelty" in given else {}
    estimator = getattr(importlib.import_module(f"sklearn.{module}"), kind)(**given)
    estimator.fit(ROWS.astype(float))
    theirs = (estimator.decision_function if name == "one_class_svm" else estimator.score_samples)(
        NEW.astype(float)
    )
    changes = {"bandwidth": 0.5} if name == "kernel_density" else {}
    _, ours = answers(name, NEW, **changes)
    np.testing.assert_allclose(ours[:, -1], -theirs, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", ["pca", "ica", "nmf"])
def test_codes(name):
    from sklearn.decomposition import NMF, PCA, FastICA

    rows, new = ROWS.astype(float), ROWS[:40].astype(float)
    _, ours = answers(name, ROWS[:40])
    if name == "nmf":
        least = rows.min(axis=0)
        model = NMF(2, init="nndsvda", max_iter=50_000, tol=1e-9).fit(rows - least)
        left = new - least - model.transform(new - least) @ model.components_
        np.testing.assert_allclose(ours[:, -1], (left**2).mean(axis=1), atol=2e-3)
        return
    model = PCA(2) if name == "pca" else FastICA(2, whiten="unit-variance", random_state=0)
    theirs = model.set_params(**({"max_iter": 2000} if name == "ica" else {})).fit(rows)
    np.testing.assert_allclose(ours[:, :2], theirs.transform(new), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("name", ["kmeans", "agglomerative", "dbscan", "hdbscan"])
def test_two_clouds_are_two_clusters(name):
    two = {"n_clusters": 2} if name in ("kmeans", "agglomerative") else {}
    head, ours = answers(name, ROWS, **two)
    found = head.columns(head.answers(ours))["cluster"]
    first, second = (found[part][found[part] != "noise"] for part in (slice(150), slice(150, None)))
    assert len({*first}) == len({*second}) == 1
    assert first[0] != second[0]
    assert min(len(first), len(second)) > 100


def test_new_rows_take_the_place_of_the_nearest():
    _, ours = answers("tsne", ROWS)
    assert ours[:, -1].max() < 1e-3
    assert np.ptp(ours[:, :2], axis=0).min() > 1


@pytest.mark.parametrize("name", sorted({*FITS} - {"umap", "tsne"}))
def test_marks_of_missing_values_are_not_looked_at(name):
    plain, _ = fitted(name)
    marked = np.concatenate([ROWS, np.zeros_like(ROWS)], axis=1)
    model, _ = fitted(name, marked, MARKED)
    x = np.concatenate([NEW, np.zeros_like(NEW)], axis=1)
    np.testing.assert_array_equal(plain(NEW), model(x))
    lost = x.copy()
    lost[:, 0], lost[:, 3] = 0, 1
    mean = x.copy()
    mean[:, 0] = ROWS[:, 0].astype(np.float64).mean()
    np.testing.assert_allclose(model(lost), model(mean), atol=1e-4, rtol=1e-4)


def test_what_cannot_be_found_is_refused():
    with pytest.raises(UsageError, match="5 training rows are too few, 9 needed"):
        fitted("kmeans", ROWS[:5])
    with pytest.raises(UsageError, match="raise eps"):
        fitted("dbscan", eps=1e-9)
    with pytest.raises(UsageError, match="n_components is 4, of 3 features"):
        fitted("pca", n_components=4)
