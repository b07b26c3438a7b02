"""Methods that find a few numbers for many: other packages fit them, Keras applies them."""

from typing import Annotated

import keras

from astro_dl.core.answer import AnswerKind
from astro_dl.core.limits import Bounds, Count, NonNegative, Positive
from astro_dl.core.task import InputSpec
from astro_dl.models.structure.layers import (
    ComponentCode,
    NearestCode,
)
from astro_dl.models.structure.wiring import coded

TwoOrMore = Annotated[int, Bounds(2)]


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
    return coded("pca", input_spec, head, layer, n_components)


def ica(input_spec: InputSpec, head: AnswerKind, *, n_components: Count = 2) -> keras.Model:
    """Return independent components (Hyvärinen & Oja 2000), and the mean squared error.

    Parameters
    ----------
    input_spec, head, n_components
        As of `pca`.
    """
    layer = ComponentCode(n_components, name="components", dtype="float32")
    return coded("ica", input_spec, head, layer, n_components)


def nmf(input_spec: InputSpec, head: AnswerKind, *, n_components: Count = 2) -> keras.Model:
    """Return non-negative parts (Lee & Seung 1999), and the mean squared error.

    Inputs are moved so that the least of each feature in the training is 0; less is taken as 0.

    Parameters
    ----------
    input_spec, head, n_components
        As of `pca`.
    """
    layer = ComponentCode(n_components, positive=True, name="components", dtype="float32")
    return coded("nmf", input_spec, head, layer, n_components)


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
    return coded("tsne", input_spec, head, layer, n_components)


def umap(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    n_components: Count = 2,
    n_neighbors: TwoOrMore = 15,
    min_dist: NonNegative = 0.1,
    most_examples: Count = 20_000,
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
    return coded("umap", input_spec, head, layer, n_components)
