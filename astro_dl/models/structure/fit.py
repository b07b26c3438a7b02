"""Methods without labels fitted by scikit-learn and others, and turned into arrays."""

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np

from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError
from astro_dl.core.extras import import_extra
from astro_dl.core.task import InputSpec
from astro_dl.models.autoencoders.reconstruction import known_values
from astro_dl.models.build import build_from
from astro_dl.models.classical.arrays import in_two_parts
from astro_dl.models.classical.tree_arrays import isolation_trees
from astro_dl.models.defaults import own_answer

Array = np.ndarray
Found = tuple[dict[str, Array], dict[str, Any]]
FAR = 1e30
MOST_COMPONENTS = 10
KEPT_BY_EPS = 0.9


def fit(
    name: str,
    input_spec: InputSpec,
    head: AnswerKind,
    training: tuple[Array, Array],
    validation: tuple[Array, Array],
    seed: int,
    hyperparameters: Mapping[str, Any],
) -> tuple[keras.Model, dict[str, Any]]:
    """Return a fitted model and all its hyper-parameters.

    Parameters
    ----------
    name : str
        A model of `astro_dl.models.structure`.
    input_spec : InputSpec
        What it takes; marks of missing values are not looked at but as such.
    head : AnswerKind
        Not looked at: what the method gives depends on what is found.
    training, validation : tuple of ndarray
        Inputs (n, …) of the former; targets and the latter are not looked at.
    seed : int
        Of what is random.
    hyperparameters : mapping
        Of the model.

    Raises
    ------
    UsageError
        If there are too few rows for what is asked.
    """
    rows = known_values(input_spec, training[0])
    known = np.isfinite(rows)
    mean = np.where(known, rows, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    mean = mean.astype(np.float32).astype(np.float64)
    given = dict(hyperparameters)
    filled = _sample(np.where(known, rows, mean), given.get("most_examples"), seed)
    needed = max(int(given.get(key) or 1) for key in ("n_clusters", "n_components", "n_neighbors"))
    if len(filled) <= needed:
        raise UsageError(f"{name}: {len(filled)} training rows are too few, {needed + 1} needed")
    arrays, found = FITS[name](filled, seed, given)
    values = {**given, **found}
    answer = own_answer(name, input_spec, values)
    model = build_from(name, input_spec, answer or head, values)
    arrays["known/mean"] = mean
    for weight in model.weights:
        weight.assign(np.reshape(arrays[weight.path], weight.shape))
    return model, values


def _sample(rows: Array, most: int | None, seed: int) -> Array:
    if most is None or len(rows) <= most:
        return rows
    return rows[np.sort(np.random.default_rng(seed).choice(len(rows), most, replace=False))]


def _kmeans(rows: Array, seed: int, given: Mapping[str, Any]) -> Found:
    from sklearn.cluster import KMeans

    fitted = KMeans(given["n_clusters"], n_init=10, random_state=seed).fit(rows)
    return {"groups/points": fitted.cluster_centers_}, {}


def _gmm(rows: Array, seed: int, given: Mapping[str, Any]) -> Found:
    from sklearn.mixture import GaussianMixture

    def fitted(count: int) -> Any:
        return GaussianMixture(count, n_init=2, max_iter=500, random_state=seed).fit(rows)

    asked = given["n_components"]
    counts = [asked] if asked else range(1, min(MOST_COMPONENTS, len(rows) // 2) + 1)
    best = min((fitted(count) for count in counts), key=lambda one: one.bic(rows))
    width = np.log(np.diagonal(best.precisions_cholesky_, axis1=1, axis2=2)).sum(axis=1)
    peak = np.log(best.weights_) + width - 0.5 * rows.shape[1] * np.log(2 * np.pi)
    arrays = {"centre": best.means_, "precision": best.precisions_cholesky_, "constant": peak}
    found = {f"densities/{key}": value for key, value in arrays.items()}
    return found, {"n_components": best.n_components}


def _dbscan(rows: Array, seed: int, given: Mapping[str, Any]) -> Found:
    from sklearn.cluster import DBSCAN
    from sklearn.neighbors import NearestNeighbors

    eps, least = given["eps"], min(given["min_samples"], len(rows))
    if eps is None:
        distances = NearestNeighbors(n_neighbors=least).fit(rows).kneighbors(rows)[0][:, -1]
        eps = float(np.quantile(distances, KEPT_BY_EPS))
    fitted = DBSCAN(eps=eps, min_samples=least).fit(rows)
    core = fitted.core_sample_indices_
    if not len(core):
        raise UsageError(f"dbscan: no row has {least} others within eps {eps:g}; raise eps")
    arrays, groups = _grouped(rows[core], fitted.labels_[core])
    return {**arrays, "groups/limit": np.array([eps])}, {
        "eps": eps,
        "groups": groups,
        "points": len(core),
    }


def _hdbscan(rows: Array, seed: int, given: Mapping[str, Any]) -> Found:
    from sklearn.cluster import HDBSCAN

    size = min(given["min_cluster_size"], len(rows))
    fitted = HDBSCAN(min_cluster_size=size, min_samples=given["min_samples"], copy=True).fit(rows)
    groups = int(fitted.labels_.max()) + 1
    if not groups:
        raise UsageError(f"hdbscan: no cluster of {size} rows is found; lower min_cluster_size")
    noise = np.where(fitted.labels_ < 0, groups, fitted.labels_)
    arrays, _ = _grouped(rows, noise, groups + 1)
    return arrays, {"groups": groups, "points": len(rows)}


def _agglomerative(rows: Array, seed: int, given: Mapping[str, Any]) -> Found:
    from sklearn.cluster import AgglomerativeClustering

    fitted = AgglomerativeClustering(given["n_clusters"]).fit(rows)
    arrays, _ = _grouped(rows, fitted.labels_, given["n_clusters"])
    return arrays, {"points": len(rows)}


def _som(rows: Array, seed: int, given: Mapping[str, Any]) -> Found:
    package = import_extra("minisom", "clustering")
    height, width = given["height"], given["width"]
    fitted = package.MiniSom(
        *(height, width, rows.shape[1]),
        sigma=min(given["sigma"], max(height, width)),
        learning_rate=given["learning_rate"],
        random_seed=seed,
    )
    fitted.random_weights_init(rows)
    fitted.train_random(rows, given["steps"])
    nodes = fitted.get_weights().reshape(height * width, -1)
    places = np.stack(np.divmod(np.arange(height * width), width), axis=1)
    return {"groups/points": nodes, "places/points": nodes, "places/codes": places}, {}


def _pca(rows: Array, seed: int, given: Mapping[str, Any]) -> Found:
    from sklearn.decomposition import PCA

    fitted = PCA(_components(rows, given), random_state=seed).fit(rows)
    return _linear(fitted.mean_, fitted.components_.T, fitted.components_)


def _ica(rows: Array, seed: int, given: Mapping[str, Any]) -> Found:
    from sklearn.decomposition import FastICA

    count = _components(rows, given)
    fitted = FastICA(count, whiten="unit-variance", max_iter=2000, random_state=seed).fit(rows)
    return _linear(fitted.mean_, fitted.components_.T, fitted.mixing_.T)


def _linear(centre: Array, encoder: Array, components: Array) -> Found:
    arrays = {"centre": centre, "encoder": encoder, "components": components}
    return {f"components/{key}": value for key, value in arrays.items()}, {}


def _nmf(rows: Array, seed: int, given: Mapping[str, Any]) -> Found:
    from sklearn.decomposition import NMF

    least = rows.min(axis=0)
    fitted = NMF(_components(rows, given), init="nndsvda", max_iter=5000, tol=1e-6)
    components = fitted.fit(rows - least).components_
    step = 1 / max(float(np.linalg.norm(components @ components.T, 2)), 1e-12)
    return {
        "components/centre": least,
        "components/components": components,
        "components/step": np.array([step]),
    }, {}


def _tsne(rows: Array, seed: int, given: Mapping[str, Any]) -> Found:
    from sklearn.manifold import TSNE

    perplexity = min(given["perplexity"], (len(rows) - 1) / 3)
    made = TSNE(given["n_components"], perplexity=perplexity, random_state=seed)
    return _mapped(rows, made.fit_transform(rows))


def _umap(rows: Array, seed: int, given: Mapping[str, Any]) -> Found:
    package = import_extra("umap", "clustering")
    settings = {key: given[key] for key in ("n_components", "n_neighbors", "min_dist")}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the single thread that a seed asks for
        return _mapped(rows, package.UMAP(**settings, random_state=seed).fit_transform(rows))


def _mapped(rows: Array, codes: Array) -> Found:
    return {"map/points": rows, "map/codes": codes}, {"points": len(rows)}


def _kernel_density(rows: Array, seed: int, given: Mapping[str, Any]) -> Found:
    n, k = rows.shape
    width = given["bandwidth"] or float(n ** (-1 / (k + 4)) * rows.std(axis=0).mean())
    norm = np.log(n) + k * np.log(width) + 0.5 * k * np.log(2 * np.pi)
    arrays = {"points": rows, "width": np.array([width]), "norm": np.array([norm])}
    found = {f"kernels/{key}": value for key, value in arrays.items()}
    return found, {"bandwidth": width, "points": n}


def _isolation_forest(rows: Array, seed: int, given: Mapping[str, Any]) -> Found:
    from sklearn.ensemble import IsolationForest

    forest = IsolationForest(n_estimators=given["n_estimators"], random_state=seed).fit(rows)
    return isolation_trees(forest)


def _local_outlier_factor(rows: Array, seed: int, given: Mapping[str, Any]) -> Found:
    from sklearn.neighbors import LocalOutlierFactor

    count = min(given["n_neighbors"], len(rows) - 1)
    fitted = LocalOutlierFactor(count, novelty=True).fit(rows)
    arrays = {
        "points": rows,
        "reach": fitted._distances_fit_X_[:, fitted.n_neighbors_ - 1],
        "density": fitted._lrd,
    }
    found = {f"factor/{key}": value for key, value in arrays.items()}
    return found, {"n_neighbors": fitted.n_neighbors_, "points": len(rows)}


def _one_class_svm(rows: Array, seed: int, given: Mapping[str, Any]) -> Found:
    from sklearn.svm import OneClassSVM

    machine = OneClassSVM(nu=given["nu"]).fit(rows)
    return {
        "kernels/points": machine.support_vectors_,
        "kernels/scale": in_two_parts(np.ones(rows.shape[1])),
        "kernels/sharpness": in_two_parts(np.array([machine._gamma])),
        "kernels/coefficients": in_two_parts(machine.dual_coef_.T),
        "shift/kernel": np.array([[-1.0]]),
        "shift/bias": -machine.intercept_,
    }, {"points": len(machine.support_vectors_)}


def _components(rows: Array, given: Mapping[str, Any]) -> int:
    count = int(given["n_components"])
    if count > rows.shape[1]:
        raise UsageError(f"n_components is {count}, of {rows.shape[1]} features; accepted: fewer")
    return count


def _grouped(points: Array, labels: Array, groups: int | None = None) -> tuple[Any, int]:
    """Return points by group, and which are none of each group's; and how many groups."""
    count = int(labels.max()) + 1 if groups is None else groups
    order = np.argsort(labels, kind="stable")
    others = np.where(labels[order] == np.arange(count)[:, None], 0.0, FAR)
    return {"groups/points": points[order], "groups/others": others}, count


FITS: Mapping[str, Callable[[Array, int, Mapping[str, Any]], Found]] = {
    "kmeans": _kmeans,
    "gmm": _gmm,
    "dbscan": _dbscan,
    "hdbscan": _hdbscan,
    "agglomerative": _agglomerative,
    "som": _som,
    "pca": _pca,
    "ica": _ica,
    "nmf": _nmf,
    "tsne": _tsne,
    "umap": _umap,
    "kernel_density": _kernel_density,
    "isolation_forest": _isolation_forest,
    "local_outlier_factor": _local_outlier_factor,
    "one_class_svm": _one_class_svm,
}
