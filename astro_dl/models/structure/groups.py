"""Methods that find groups: other packages fit them, arrays and Keras apply them."""

from typing import Annotated

import keras

from astro_dl.core.answer import AnswerKind
from astro_dl.core.limits import Bounds, Count, Positive
from astro_dl.core.task import InputSpec
from astro_dl.models.classical.kernel_layers import GaussianDensities
from astro_dl.models.structure.layers import (
    Elementwise,
    GroupNearness,
    NearestCode,
)
from astro_dl.models.structure.wiring import embedded, known_values, nearest_groups, wired

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
    return nearest_groups("kmeans", input_spec, head, layer)


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
    inputs, known = known_values(input_spec)
    layer = GaussianDensities(
        n_components or 1, full=True, normalised=False, name="densities", dtype="float32"
    )
    logs = layer(embedded(known))
    score = Elementwise("surprise", name="surprise", dtype="float32")(logs)
    return wired("gmm", head, inputs, [logs], score)


def dbscan(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    eps: Positive | None = None,
    min_samples: Count = 10,
    most_examples: Count = 20_000,
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
    return nearest_groups("dbscan", input_spec, head, layer)


def hdbscan(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    min_cluster_size: TwoOrMore = 20,
    min_samples: Count | None = None,
    most_examples: Count = 20_000,
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
    return nearest_groups("hdbscan", input_spec, head, layer)


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
    return nearest_groups("agglomerative", input_spec, head, layer)


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
    inputs, known = known_values(input_spec)
    nearness = GroupNearness(cells, cells, name="groups", dtype="float32")(known)
    found = NearestCode(cells, 2, name="places", dtype="float32")(known)
    return wired("som", head, inputs, [nearness, embedded(found[:, :2])], found[:, 2:])
