"""Classical methods as models: other packages fit them, plain arrays and Keras apply them.

input (…) ─ flatten ─ [trees | neighbours | kernels | densities] ─ [log] ─ embedding ─ logits

Their bundles are like every other: weights are arrays, and nothing of those packages is stored.
They are fitted by `astro_dl.models.classical.fit`; unfitted ones answer the same for every input.
Trees are in `astro_dl.models.classical.tree_networks`.
"""

from typing import Literal

import keras

from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError
from astro_dl.core.limits import Count, Fraction, Natural, NonNegative, Positive
from astro_dl.core.task import InputSpec
from astro_dl.models.classical.kernel_layers import (
    GaussianDensities,
    LaplaceProcess,
    RadialKernels,
)
from astro_dl.models.classical.layers import LogProbabilities, NearestNeighbours
from astro_dl.models.heads import attach_head


def knn(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    n_neighbors: Count | None = None,
    examples: Count | None = None,
) -> keras.Model:
    """Return the mean of the nearest training examples (Fix & Hodges 1951).

    Parameters
    ----------
    input_spec : InputSpec
        One array of any rank, which is flattened; features are scaled by their scatter.
    head : AnswerKind
        Any kind; values without a distribution.
    n_neighbors : int, optional
        How many; None for what is best on the validation set.
    examples : int, optional
        Training examples, which the model keeps; None before it is fitted.
    """
    kept = examples or 1
    asked = min(n_neighbors or 1, kept)
    layer = NearestNeighbours(kept, asked, len(head.names), name="neighbours", dtype="float32")
    return classical_model("knn", input_spec, head, layer, log=True, votes=asked)


def svm(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    C: Positive | None = None,
    gamma: Literal["scale"] | Positive | None = None,
    most_examples: Count = 10_000,
    examples: Count | None = None,
) -> keras.Model:
    """Return a support-vector machine with Gaussian kernels (Cortes & Vapnik 1995).

    Of several classes each has its own, against the rest.

    Parameters
    ----------
    input_spec, head
        As of `knn`.
    C : float, optional
        Price of examples on the wrong side; None for what is best on the validation set.
    gamma : "scale" or float, optional
        Sharpness of the kernels, of squared distances of scaled features, or one over their number;
        None as above.
    most_examples : int
        Random training examples that it is fitted on: the time grows as their square.
    examples : int, optional
        Vectors that the model keeps; None before it is fitted.
    """
    return classical_model("svm", input_spec, head, _kernels(examples, head))


def gaussian_process(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    most_examples: Count = 1000,
    examples: Count | None = None,
    processes: Count | None = None,
) -> keras.Model:
    """Return a Gaussian process with a Gaussian kernel and noise (Rasmussen & Williams 2006).

    Height and width of the kernel, and the noise, are those of the greatest likelihood. Values are
    the means; of several classes each has its own process, against the rest.

    Parameters
    ----------
    input_spec, head
        As of `knn`.
    most_examples : int
        Random training examples that it is fitted on: the time grows as their cube.
    examples, processes : int, optional
        Examples that the model keeps, and processes of classes; None before it is fitted.
    """
    if not head.classes:
        return classical_model("gaussian_process", input_spec, head, _kernels(examples, head))
    layer = LaplaceProcess(
        examples or 1, processes or 1, len(head.names), name="process", dtype="float32"
    )
    return classical_model("gaussian_process", input_spec, head, layer, log=True)


def naive_bayes(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    var_smoothing: NonNegative | None = None,
) -> keras.Model:
    """Return naive Bayes: classes as Gaussians whose features are independent.

    Parameters
    ----------
    input_spec : InputSpec
        One array of any rank, which is flattened.
    head : AnswerKind
        Classes.
    var_smoothing : float, optional
        What is added to the variances of scaled features; None for what is best on the validation
        set.
    """
    layer = GaussianDensities(
        len(head.names), full=False, normalised=True, name="densities", dtype="float32"
    )
    return classical_model("naive_bayes", input_spec, head, layer)


def linear_regression(
    input_spec: InputSpec,
    head: AnswerKind,
) -> keras.Model:
    """Return least squares; for classes, a logistic regression without penalty.

    Parameters
    ----------
    input_spec, head
        As of `knn`.
    """
    return classical_model("linear_regression", input_spec, head)


def logistic_regression(
    input_spec: InputSpec, head: AnswerKind, *, penalty: Positive | None = None
) -> keras.Model:
    """Return a logistic regression, or a ridge regression for values.

    Parameters
    ----------
    input_spec, head
        As of `knn`.
    penalty : float, optional
        Of squared coefficients of scaled features; None for what is best on the validation set.
    """
    return classical_model("logistic_regression", input_spec, head)


def lasso(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    penalty: Positive | None = None,
) -> keras.Model:
    """Return a regression that leaves features out (Tibshirani 1996), logistic for classes.

    Parameters
    ----------
    input_spec, head
        As of `knn`.
    penalty : float, optional
        Of absolute coefficients of scaled features and targets; None for what is best on the
        validation set.
    """
    return classical_model("lasso", input_spec, head)


def elastic_net(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    penalty: Positive | None = None,
    l1_ratio: Fraction | None = None,
) -> keras.Model:
    """Return a regression with both penalties (Zou & Hastie 2005), logistic for classes.

    Parameters
    ----------
    input_spec, head
        As of `knn`.
    penalty : float, optional
        Of coefficients of scaled features and targets; None for what is best on the validation set.
    l1_ratio : float, optional
        Share of the absolute coefficients in it, the rest being of their squares; None as above.
    """
    return classical_model("elastic_net", input_spec, head)


def _kernels(examples: int | None, head: AnswerKind) -> RadialKernels:
    return RadialKernels(examples or 1, head.outputs, name="kernels", dtype="float32")


def classical_model(
    name: str,
    input_spec: InputSpec,
    head: AnswerKind,
    layer: keras.layers.Layer | None = None,
    log: bool = False,
    votes: Natural = 0,
) -> keras.Model:
    """Return the model around what a method computes.

    Parameters
    ----------
    name : str
        Of the model.
    input_spec, head : InputSpec, AnswerKind
        What it takes and gives.
    layer : keras.layers.Layer, optional
        From features (batch, k) to what logits are linear in; by default they are in the features.
    log : bool
        Whether the layer gives probabilities, where classes are asked for.
    votes : int
        How many class labels a probability is the mean of; 0 where it is no such mean.

    Raises
    ------
    UsageError
        If there are several inputs, or a distribution is asked for.
    """
    if isinstance(input_spec.shape, dict):
        raise UsageError(f"{name} takes one array, not {', '.join(input_spec.shape)}")
    if head.has_distribution:
        raise UsageError(f"{name} gives values without a distribution; ask for points")
    inputs = keras.Input(input_spec.shape, name="input")
    flat = len(input_spec.shape) == 1
    x = inputs if flat else keras.layers.Flatten(name="flatten")(inputs)
    if layer is not None:
        x = layer(x)
    if log and head.classes:
        x = LogProbabilities(votes, name="log_probabilities", dtype="float32")(x)
    return keras.Model(inputs, attach_head(x, head), name=name)
