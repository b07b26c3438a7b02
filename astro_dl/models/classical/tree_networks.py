"""Forests and boosted trees as models, see `astro_dl.models.classical.networks`."""

from typing import Annotated, Literal

import keras

from astro_dl.core.answer import AnswerKind
from astro_dl.core.limits import Bounds, Count, Fraction, NonNegative, Positive
from astro_dl.core.task import InputSpec
from astro_dl.models.classical.layers import Reduction, TreeEnsemble
from astro_dl.models.classical.methods import DEEPEST
from astro_dl.models.classical.networks import classical_model

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
    return _forest("random_forest", input_spec, head, n_estimators, nodes, levels)


def extra_trees(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    n_estimators: Count = 300,
    min_samples_leaf: Count | None = None,
    max_features: Literal["sqrt"] | Fraction | None = None,
    nodes: Count | None = None,
    levels: Levels | None = None,
) -> keras.Model:
    """Return extremely randomised trees: thresholds too are random (Geurts et al. 2006).

    Parameters
    ----------
    input_spec, head
        As of `random_forest`.
    n_estimators, min_samples_leaf, max_features
        As of `random_forest`.
    nodes, levels
        As of `random_forest`.
    """
    return _forest("extra_trees", input_spec, head, n_estimators, nodes, levels)


def decision_tree(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    max_depth: Annotated[int, Bounds(1, DEEPEST)] | None = None,
    min_samples_leaf: Count | None = None,
    nodes: Count | None = None,
    levels: Levels | None = None,
) -> keras.Model:
    """Return a decision tree (Breiman et al. 1984).

    Parameters
    ----------
    input_spec, head
        As of `random_forest`.
    max_depth, min_samples_leaf : int, optional
        Most steps to a leaf, and fewest training examples in it; None for what is best on the
        validation set.
    nodes, levels
        As of `random_forest`.
    """
    layer = _trees(1, nodes, levels, head, "mean")
    return classical_model("decision_tree", input_spec, head, layer, log=True)


def gradient_boosting(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    max_iter: Count | None = None,
    max_leaf_nodes: Annotated[int, Bounds(2)] | None = None,
    learning_rate: Positive = 0.06,
    l2_regularization: NonNegative | None = None,
    max_features: Annotated[float, Bounds(0, 1, open_low=True)] = 1.0,
    nodes: Count | None = None,
    levels: Levels | None = None,
) -> keras.Model:
    """Return gradient-boosted trees on binned features (Ke et al. 2017).

    Parameters
    ----------
    input_spec, head
        As of `random_forest`.
    max_iter, max_leaf_nodes : int, optional
        Rounds of boosting, and leaves of a tree; None for what is best on the validation set.
    learning_rate : float
        Share of each tree that is taken.
    l2_regularization : float, optional
        Penalty on the square of what a leaf says; None for 1 where a class has fewer than 20
        examples, without which boosting diverges there, and 0 elsewhere.
    max_features : float
        Share of the features that is looked at for a split, drawn anew for each.
    nodes, levels
        As of `random_forest`.
    """
    return _boosting("gradient_boosting", input_spec, head, max_iter, nodes, levels)


def xgboost(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    n_estimators: Count | None = None,
    max_depth: Annotated[int, Bounds(1, DEEPEST)] | None = None,
    learning_rate: Positive = 0.1,
    nodes: Count | None = None,
    levels: Levels | None = None,
) -> keras.Model:
    """Return gradient-boosted trees with regularised leaves, by XGBoost (Chen & Guestrin 2016).

    Parameters
    ----------
    input_spec, head
        As of `random_forest`.
    n_estimators, max_depth : int, optional
        Rounds of boosting, and most steps to a leaf; None for what is best on the validation set.
    learning_rate : float
        Share of each tree that is taken.
    nodes, levels
        As of `random_forest`.
    """
    return _boosting("xgboost", input_spec, head, n_estimators, nodes, levels)


def lightgbm(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    n_estimators: Count | None = None,
    num_leaves: Annotated[int, Bounds(2)] | None = None,
    learning_rate: Positive = 0.06,
    nodes: Count | None = None,
    levels: Levels | None = None,
) -> keras.Model:
    """Return gradient-boosted trees grown leaf by leaf, by LightGBM (Ke et al. 2017).

    Parameters
    ----------
    input_spec, head
        As of `random_forest`.
    n_estimators, num_leaves : int, optional
        Rounds of boosting, and leaves of a tree; None for what is best on the validation set.
    learning_rate : float
        Share of each tree that is taken.
    nodes, levels
        As of `random_forest`.
    """
    return _boosting("lightgbm", input_spec, head, n_estimators, nodes, levels)


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
    input_spec, head
        As of `random_forest`.
    n_estimators : int
        Most trees for all classes, or for each target.
    max_depth : int, optional
        Of each tree; None for what is best on the validation set.
    learning_rate : float, optional
        Power to which weights are raised; None as above.
    nodes, levels
        As of `random_forest`.
    """
    reduction: Reduction = "sum" if head.classes else "weighted_median"
    layer = _trees(n_estimators, nodes, levels, head, reduction)
    return classical_model("adaboost", input_spec, head, layer)


def _forest(
    name: str,
    input_spec: InputSpec,
    head: AnswerKind,
    trees: int,
    nodes: int | None,
    levels: int | None,
) -> keras.Model:
    layer = _trees(trees, nodes, levels, head, "mean")
    return classical_model(name, input_spec, head, layer, log=True, votes=trees)


def _boosting(
    name: str,
    input_spec: InputSpec,
    head: AnswerKind,
    rounds: int | None,
    nodes: int | None,
    levels: int | None,
) -> keras.Model:
    return classical_model(name, input_spec, head, boosted_trees(head, rounds, nodes, levels))


def boosted_trees(
    head: AnswerKind, rounds: int | None, nodes: int | None, levels: int | None
) -> TreeEnsemble:
    """Return trees whose answers are summed: one for each logit in every round.

    Parameters
    ----------
    head : AnswerKind
        What is asked.
    rounds, nodes, levels : int, optional
        Rounds of boosting and size of the fitted trees; None before they are.
    """
    return TreeEnsemble(
        (rounds or 1) * head.outputs,
        nodes or 1,
        levels or 0,
        1,
        head.outputs,
        "sum",
        name="trees",
        dtype="float32",
    )


def _trees(
    rounds: int, nodes: int | None, levels: int | None, head: AnswerKind, reduction: Reduction
) -> TreeEnsemble:
    """Return trees whose leaves hold one number per class, or one tree for each target."""
    k = len(head.names)
    trees, width = (rounds, k) if head.classes else (rounds * k, 1)
    return TreeEnsemble(
        trees, nodes or 1, levels or 0, width, k, reduction, name="trees", dtype="float32"
    )
