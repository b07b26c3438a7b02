"""Methods without labels as models: other packages fit them, arrays and Keras apply them.

input (…) ─ flatten ─ known values ─ [nearness of clusters] [code] score ─ logits

The embedding is the code, or the known values where there is none. Unfitted ones answer the same
for every input; they are fitted by `astro_dl.models.structure.fit`.
"""

from collections.abc import Sequence
from typing import Annotated, Any

import keras

from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError
from astro_dl.core.limits import Bounds, Count, NonNegative, Positive
from astro_dl.core.task import InputSpec
from astro_dl.models.classical.kernel_layers import GaussianDensities, RadialKernels
from astro_dl.models.classical.layers import TreeEnsemble
from astro_dl.models.classical.methods import DEEPEST
from astro_dl.models.reconstruction import has_marks
from astro_dl.models.structure.layers import (
    ComponentCode,
    Elementwise,
    GroupNearness,
    KernelSurprise,
    KnownValues,
    LocalOutlierFactor,
    NearestCode,
)

MANY = 20_000
TwoOrMore = Annotated[int, Bounds(2)]
Share = Annotated[float, Bounds(0, 1, open_low=True)]


def kmeans(input_spec: InputSpec, head: AnswerKind, *, n_clusters: Count = 8) -> keras.Model:
    """Return k-means (Lloyd 1982): the cluster of the nearest centre, and how far that is.

    Parameters
    ----------
    input_spec : InputSpec
        One array of any rank, which is flattened; marks of missing values are no features.
    head : AnswerKind
        Of kind ``"structure"``.
    n_clusters : int
        How many.
    """
    layer = GroupNearness(n_clusters, n_clusters, name="groups", dtype="float32")
    return _nearest_groups("kmeans", input_spec, head, layer)


def gmm(
    input_spec: InputSpec, head: AnswerKind, *, n_components: Count | None = None
) -> keras.Model:
    """Return a mixture of Gaussians (Dempster, Laird & Rubin 1977).

    It gives the probability of each component, and minus the logarithm of the density.

    Parameters
    ----------
    input_spec, head
        As of `kmeans`.
    n_components : int, optional
        How many; None for the number from 1 to 10 of the least information criterion (BIC).
    """
    inputs, known = _known(input_spec)
    layer = GaussianDensities(
        n_components or 1, full=True, normalised=False, name="densities", dtype="float32"
    )
    logs = layer(_embedded(known))
    score = Elementwise("surprise", name="surprise", dtype="float32")(logs)
    return _model("gmm", head, inputs, [logs], score)


def dbscan(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    eps: Positive | None = None,
    min_samples: Count = 10,
    most_examples: Count = MANY,
    groups: Count | None = None,
    points: Count | None = None,
) -> keras.Model:
    """Return density-based clusters (Ester et al. 1996).

    A row belongs to the cluster of the nearest core point if that is within ``eps``, else it is
    noise.

    Parameters
    ----------
    input_spec, head
        As of `kmeans`.
    eps : float, optional
        Reach of a core point, on the scale of the inputs; None for the distance to the
        ``min_samples``-th neighbour that 90% of the training rows keep.
    min_samples : int
        Rows within reach of a core point.
    most_examples : int
        Random training examples that it is fitted on.
    groups, points : int, optional
        Clusters and core points that were found; None before it is fitted.
    """
    layer = GroupNearness(points or 1, groups or 1, outside=True, name="groups", dtype="float32")
    return _nearest_groups("dbscan", input_spec, head, layer)


def hdbscan(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    min_cluster_size: TwoOrMore = 20,
    min_samples: Count | None = None,
    most_examples: Count = MANY,
    groups: Count | None = None,
    points: Count | None = None,
) -> keras.Model:
    """Return density-based clusters of several densities (Campello et al. 2013).

    A row belongs to what the nearest training row belongs to: a cluster or noise.

    Parameters
    ----------
    input_spec, head
        As of `kmeans`.
    min_cluster_size : int
        Fewest rows of a cluster.
    min_samples : int, optional
        Neighbours by which density is measured; None for as many as ``min_cluster_size``.
    most_examples : int
        Random training examples that it is fitted on, which the model keeps.
    groups, points : int, optional
        Clusters that were found, and examples; None before it is fitted.
    """
    kept = (groups or 1) + 1
    layer = GroupNearness(points or kept, kept, name="groups", dtype="float32")
    return _nearest_groups("hdbscan", input_spec, head, layer)


def agglomerative(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    n_clusters: Count = 8,
    most_examples: Count = 5000,
    points: Count | None = None,
) -> keras.Model:
    """Return clusters joined pair by pair (Ward 1963).

    A row belongs to the cluster of the nearest training row.

    Parameters
    ----------
    input_spec, head
        As of `kmeans`.
    n_clusters : int
        How many.
    most_examples : int
        Random training examples that it is fitted on, which the model keeps.
    points : int, optional
        How many these are; None before it is fitted.
    """
    layer = GroupNearness(points or n_clusters, n_clusters, name="groups", dtype="float32")
    return _nearest_groups("agglomerative", input_spec, head, layer)


def som(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    height: Count = 8,
    width: Count = 8,
    sigma: Positive = 1.5,
    learning_rate: Positive = 0.5,
    steps: Count = 20_000,
) -> keras.Model:
    """Return a self-organising map (Kohonen 1982): cells of a plane that keep neighbours together.

    A row belongs to the cell of the nearest node, and its code is the place of that cell.

    Parameters
    ----------
    input_spec, head
        As of `kmeans`.
    height, width : int
        Cells of the map.
    sigma, learning_rate : float
        First reach [cells] and first step of the learning.
    steps : int
        Random rows that it is shown.
    """
    cells = height * width
    inputs, known = _known(input_spec)
    nearness = GroupNearness(cells, cells, name="groups", dtype="float32")(known)
    found = NearestCode(cells, 2, name="places", dtype="float32")(known)
    return _model("som", head, inputs, [nearness, _embedded(found[:, :2])], found[:, 2:])


def pca(input_spec: InputSpec, head: AnswerKind, *, n_components: Count = 2) -> keras.Model:
    """Return principal components (Pearson 1901), and the mean squared error without the others.

    Parameters
    ----------
    input_spec, head
        As of `kmeans`.
    n_components : int
        Length of the code.
    """
    layer = ComponentCode(n_components, name="components", dtype="float32")
    return _coded("pca", input_spec, head, layer, n_components)


def ica(input_spec: InputSpec, head: AnswerKind, *, n_components: Count = 2) -> keras.Model:
    """Return independent components (Hyvärinen & Oja 2000), and the mean squared error.

    Parameters
    ----------
    input_spec, head, n_components
        As of `pca`.
    """
    layer = ComponentCode(n_components, name="components", dtype="float32")
    return _coded("ica", input_spec, head, layer, n_components)


def nmf(input_spec: InputSpec, head: AnswerKind, *, n_components: Count = 2) -> keras.Model:
    """Return non-negative parts (Lee & Seung 1999), and the mean squared error.

    Inputs are moved so that the least of each feature in the training is 0; less is taken as 0.

    Parameters
    ----------
    input_spec, head, n_components
        As of `pca`.
    """
    layer = ComponentCode(n_components, positive=True, name="components", dtype="float32")
    return _coded("nmf", input_spec, head, layer, n_components)


def tsne(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    n_components: Annotated[int, Bounds(2, 3)] = 2,
    perplexity: Positive = 30.0,
    most_examples: Count = 10_000,
    points: Count | None = None,
) -> keras.Model:
    """Return a map that keeps neighbours together, t-SNE (van der Maaten & Hinton 2008).

    It has no rule for new rows: each takes the place of the nearest training row, at a distance
    that is its score.

    Parameters
    ----------
    input_spec, head
        As of `kmeans`.
    n_components : int
        Axes of the map.
    perplexity : float
        About how many neighbours are kept together.
    most_examples : int
        Random training examples that it is fitted on, which the model keeps.
    points : int, optional
        How many these are; None before it is fitted.
    """
    layer = NearestCode(points or 1, n_components, name="map", dtype="float32")
    return _coded("tsne", input_spec, head, layer, n_components)


def umap(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    n_components: Count = 2,
    n_neighbors: TwoOrMore = 15,
    min_dist: NonNegative = 0.1,
    most_examples: Count = MANY,
    points: Count | None = None,
) -> keras.Model:
    """Return a map that keeps neighbours together, UMAP (McInnes et al. 2018; extra: clustering).

    Each new row takes the place of the nearest training row, at a distance that is its score.

    Parameters
    ----------
    input_spec, head
        As of `kmeans`.
    n_components : int
        Axes of the map.
    n_neighbors : int
        How many are kept together.
    min_dist : float
        Least distance on the map.
    most_examples : int
        Random training examples that it is fitted on, which the model keeps.
    points : int, optional
        How many these are; None before it is fitted.
    """
    layer = NearestCode(points or 1, n_components, name="map", dtype="float32")
    return _coded("umap", input_spec, head, layer, n_components)


def kernel_density(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    bandwidth: Positive | None = None,
    most_examples: Count = MANY,
    points: Count | None = None,
) -> keras.Model:
    """Return minus the logarithm of a density made of Gaussian kernels (Parzen 1962).

    Parameters
    ----------
    input_spec, head
        As of `kmeans`.
    bandwidth : float, optional
        Width of a kernel, on the scale of the inputs; None for Scott's rule.
    most_examples : int
        Random training examples that it is fitted on, which the model keeps.
    points : int, optional
        How many these are; None before it is fitted.
    """
    layer = KernelSurprise(points or 1, name="kernels", dtype="float32")
    return _scored("kernel_density", input_spec, head, layer)


def isolation_forest(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    n_estimators: Count = 200,
    nodes: Count | None = None,
    levels: Annotated[int, Bounds(0, DEEPEST)] | None = None,
) -> keras.Model:
    """Return how few random cuts set a row apart (Liu, Ting & Zhou 2008): from 0 to 1.

    Parameters
    ----------
    input_spec, head
        As of `kmeans`.
    n_estimators : int
        Trees.
    nodes, levels : int, optional
        Size of the fitted trees; None before they are.
    """
    trees = TreeEnsemble(
        n_estimators, nodes or 1, levels or 0, 1, 1, "mean", name="trees", dtype="float32"
    )
    layers = [trees, Elementwise("halvings", name="halvings", dtype="float32")]
    return _scored("isolation_forest", input_spec, head, *layers)


def local_outlier_factor(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    n_neighbors: Count = 20,
    most_examples: Count = MANY,
    points: Count | None = None,
) -> keras.Model:
    """Return how much sparser it is around a row than around its neighbours (Breunig et al. 2000).

    Parameters
    ----------
    input_spec, head
        As of `kmeans`.
    n_neighbors : int
        Neighbours by which density is measured.
    most_examples : int
        Random training examples that it is fitted on, which the model keeps.
    points : int, optional
        How many these are; None before it is fitted.
    """
    kept = points or 1
    layer = LocalOutlierFactor(kept, min(n_neighbors, kept), name="factor", dtype="float32")
    return _scored("local_outlier_factor", input_spec, head, layer)


def one_class_svm(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    nu: Share = 0.05,
    most_examples: Count = 10_000,
    points: Count | None = None,
) -> keras.Model:
    """Return how far outside the support of the training rows (Schölkopf et al. 2001).

    Parameters
    ----------
    input_spec, head
        As of `kmeans`.
    nu : float
        Share of the training rows that may be outside, where the score is positive.
    most_examples : int
        Random training examples that it is fitted on.
    points : int, optional
        Vectors that the model keeps; None before it is fitted.
    """
    kernels = RadialKernels(points or 1, 1, name="kernels", dtype="float32")
    shift = keras.layers.Dense(1, name="shift", dtype="float32")
    return _scored("one_class_svm", input_spec, head, kernels, shift)


def _known(input_spec: InputSpec) -> tuple[Any, Any]:
    """Return the input of a model, and the values without marks."""
    if isinstance(input_spec.shape, dict):
        raise UsageError(f"one array is taken, not {', '.join(input_spec.shape)}")
    inputs = keras.Input(input_spec.shape, name="input")
    flat = len(input_spec.shape) == 1
    x = inputs if flat else keras.layers.Flatten(name="flatten")(inputs)
    return inputs, KnownValues(has_marks(input_spec), name="known", dtype="float32")(x)


def _nearest_groups(
    name: str, input_spec: InputSpec, head: AnswerKind, layer: keras.layers.Layer
) -> keras.Model:
    inputs, known = _known(input_spec)
    nearness = layer(_embedded(known))
    score = Elementwise("farness", name="distance", dtype="float32")
    return _model(name, head, inputs, [nearness], score(nearness))


def _coded(
    name: str, input_spec: InputSpec, head: AnswerKind, layer: keras.layers.Layer, codes: int
) -> keras.Model:
    inputs, known = _known(input_spec)
    found = layer(known)
    return _model(name, head, inputs, [_embedded(found[:, :codes])], found[:, codes:])


def _scored(
    name: str, input_spec: InputSpec, head: AnswerKind, *layers: keras.layers.Layer
) -> keras.Model:
    inputs, known = _known(input_spec)
    score = _embedded(known)
    for layer in layers:
        score = layer(score)
    return _model(name, head, inputs, [], score)


def _model(
    name: str, head: AnswerKind, inputs: Any, parts: Sequence[Any], score: Any
) -> keras.Model:
    """Return the model that gives some parts and a score; the embedding is on their way."""
    outputs = [*parts, score]
    if len(outputs) > 1:
        logits = keras.layers.Concatenate(dtype="float32", name="logits")(outputs)
    else:
        logits = keras.layers.Identity(dtype="float32", name="logits")(score)
    return keras.Model(inputs, head.last_layers(logits), name=name)


def _embedded(x: Any) -> Any:
    return keras.layers.Identity(name="embedding")(x)
