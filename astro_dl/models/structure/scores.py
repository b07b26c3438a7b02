"""Methods that tell how unusual an example is: others fit them, arrays and Keras apply them."""

from typing import Annotated

import keras

from astro_dl.core.answer import AnswerKind
from astro_dl.core.limits import Bounds, Count, Positive
from astro_dl.core.task import InputSpec
from astro_dl.models.classical.kernel_layers import RadialKernels
from astro_dl.models.classical.layers import TreeEnsemble
from astro_dl.models.classical.methods import DEEPEST
from astro_dl.models.structure.layers import (
    Elementwise,
    KernelSurprise,
    LocalOutlierFactor,
)
from astro_dl.models.structure.wiring import scored

Share = Annotated[float, Bounds(0, 1, open_low=True)]


def kernel_density(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    bandwidth: Positive | None = None,
    most_examples: Count = 20_000,
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
    return scored("kernel_density", input_spec, head, layer)


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
    return scored("isolation_forest", input_spec, head, *layers)


def local_outlier_factor(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    n_neighbors: Count = 20,
    most_examples: Count = 20_000,
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
    return scored("local_outlier_factor", input_spec, head, layer)


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
    return scored("one_class_svm", input_spec, head, kernels, shift)
