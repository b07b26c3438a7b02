"""Classical methods as models: scikit-learn fits them, plain arrays and Keras apply them.

input (…) ─ flatten ─ [trees | neighbours] ─ [log] ─ embedding ─ logits

Their bundles are like every other: weights are arrays, and nothing of scikit-learn is stored. They
are fitted by `astro_dl.models.classical.fit`; unfitted ones answer the same for every input.
"""

from typing import Annotated, Any, Literal

import keras

from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError
from astro_dl.core.limits import Bounds, Count, Fraction, Natural, Positive
from astro_dl.core.task import InputSpec
from astro_dl.models.classical.estimators import DEEPEST
from astro_dl.models.classical.layers import (
    LogProbabilities,
    NearestNeighbours,
    Reduction,
    TreeEnsemble,
)
from astro_dl.models.heads import attach_head

Levels = Annotated[int, Bounds(0, DEEPEST)]


def random_forest(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    n_estimators: Count = 300,
    min_samples_leaf: Count | None = None,
    max_features: Literal["sqrt"] | Fraction | None = None,
    nodes: Count | None = None,
    levels: Levels | None = None,
) -> keras.Model:
    """Return a random forest (Breiman 2001).

    Parameters
    ----------
    input_spec : InputSpec
        One array of any rank, which is flattened.
    head : AnswerKind
        Any kind; values without a distribution.
    n_estimators : int
        Trees for all classes, or for each target.
    min_samples_leaf : int, optional
        Fewest training examples in a leaf; None for what is best on the validation set.
    max_features : "sqrt" or float, optional
        Features looked at for a split: square root of their number, or a share; None as above.
    nodes, levels : int, optional
        Size of the fitted trees; None before they are.
    """
    width, columns = (len(head.names), 1) if head.classes else (1, len(head.names))
    trees = n_estimators * columns
    layer = TreeEnsemble(
        trees,
        nodes or 1,
        levels or 0,
        width,
        len(head.names),
        "mean",
        name="trees",
        dtype="float32",
    )
    return _model("random_forest", input_spec, head, layer, n_estimators)


def gradient_boosting(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    max_iter: Count | None = None,
    max_leaf_nodes: Annotated[int, Bounds(2)] | None = None,
    learning_rate: Positive = 0.06,
    nodes: Count | None = None,
    levels: Levels | None = None,
) -> keras.Model:
    """Return gradient-boosted trees on binned features (Ke et al. 2017).

    Parameters
    ----------
    input_spec : InputSpec
        One array of any rank, which is flattened.
    head : AnswerKind
        Any kind; values without a distribution.
    max_iter, max_leaf_nodes : int, optional
        Rounds of boosting, and leaves of a tree; None for what is best on the validation set.
    learning_rate : float
        Share of each tree that is taken.
    nodes, levels : int, optional
        Size of the fitted trees; None before they are.
    """
    trees = (max_iter or 1) * head.outputs
    layer = TreeEnsemble(
        trees, nodes or 1, levels or 0, 1, head.outputs, "sum", name="trees", dtype="float32"
    )
    return _model("gradient_boosting", input_spec, head, layer)


def adaboost(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    n_estimators: Count = 100,
    max_depth: Annotated[int, Bounds(1, DEEPEST)] | None = None,
    learning_rate: Positive | None = None,
    nodes: Count | None = None,
    levels: Levels | None = None,
) -> keras.Model:
    """Return boosted trees that weigh what they got wrong (Freund & Schapire 1997; Drucker 1997).

    Parameters
    ----------
    input_spec : InputSpec
        One array of any rank, which is flattened.
    head : AnswerKind
        Any kind; values without a distribution.
    n_estimators : int
        Most trees for all classes, or for each target.
    max_depth : int, optional
        Of each tree; None for what is best on the validation set.
    learning_rate : float, optional
        Power to which weights are raised; None as above.
    nodes, levels : int, optional
        Size of the fitted trees; None before they are.
    """
    reduction: Reduction = "sum" if head.classes else "weighted_median"
    layer = _trees(n_estimators, nodes, levels, head, reduction)
    return _model("adaboost", input_spec, head, layer)


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
    return _model("knn", input_spec, head, layer, asked)


def logistic_regression(
    input_spec: InputSpec, head: AnswerKind, *, penalty: Positive | None = None
) -> keras.Model:
    """Return a logistic regression, or a ridge regression for values.

    Parameters
    ----------
    input_spec : InputSpec
        One array of any rank, which is flattened.
    head : AnswerKind
        Any kind; values without a distribution.
    penalty : float, optional
        Of squared coefficients of scaled features; None for what is best on the validation set.
    """
    return _model("logistic_regression", input_spec, head)


def _trees(
    rounds: int, nodes: int | None, levels: int | None, head: AnswerKind, reduction: Reduction
) -> TreeEnsemble:
    """Return trees whose leaves hold one number per class, or one tree for each target."""
    k = len(head.names)
    trees, width = (rounds, k) if head.classes else (rounds * k, 1)
    return TreeEnsemble(
        trees, nodes or 1, levels or 0, width, k, reduction, name="trees", dtype="float32"
    )


def _model(
    name: str, input_spec: InputSpec, head: AnswerKind, layer: Any = None, votes: Natural = 0
) -> keras.Model:
    """Return the model around a layer; votes are those of a mean of class labels."""
    if isinstance(input_spec.shape, dict):
        raise UsageError(f"{name} takes one array, not {', '.join(input_spec.shape)}")
    if head.has_distribution:
        raise UsageError(f"{name} gives values without a distribution; ask for points")
    inputs = keras.Input(input_spec.shape, name="input")
    flat = len(input_spec.shape) == 1
    x = inputs if flat else keras.layers.Flatten(name="flatten")(inputs)
    if layer is not None:
        x = layer(x)
    if votes and head.classes:
        x = LogProbabilities(votes, name="log_probabilities", dtype="float32")(x)
    return keras.Model(inputs, attach_head(x, head), name=name)
