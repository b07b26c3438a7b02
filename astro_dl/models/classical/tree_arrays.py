"""From fitted trees of scikit-learn, XGBoost and LightGBM to the arrays of a `TreeEnsemble`."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from astro_dl.models.classical.arrays import UNSEEN, Arrays, Sizes, columns_of, read_off
from astro_dl.models.classical.estimators import Fitted


class Tree(NamedTuple):
    """Node by node: number of the feature, threshold, the two ways, and what leaves hold."""

    feature: np.ndarray
    threshold: np.ndarray
    left: np.ndarray
    right: np.ndarray
    value: np.ndarray
    levels: int


def forest(fitted: Fitted, x: np.ndarray, y: np.ndarray) -> tuple[Arrays, Sizes]:
    """Return the arrays and sizes of a forest, or of a single tree."""
    head = fitted.head
    grown = [getattr(one[-1], "estimators_", [one[-1]]) for one in fitted.estimators]
    rounds = zip(*grown, strict=True)
    trees = [_tree(one.tree_, fitted) for trees in rounds for one in trees]
    arrays, sizes = _packed(trees)
    return arrays | read_off(head, np.zeros(len(head.names))), sizes


def gradient_boosting(fitted: Fitted, x: np.ndarray, y: np.ndarray) -> tuple[Arrays, Sizes]:
    """Return the arrays and sizes of gradient boosting on histograms."""
    if fitted.head.classes:
        (one,) = fitted.estimators
        rounds = [[_boosted_tree(tree.nodes) for tree in each] for each in one._predictors]
        return _boosted(fitted, rounds, np.ravel(one._baseline_prediction))
    by_target = [
        [_boosted_tree(tree.nodes) for (tree,) in one._predictors] for one in fitted.estimators
    ]
    start = np.ravel([one._baseline_prediction for one in fitted.estimators])
    return _boosted(fitted, list(zip(*by_target, strict=True)), start)


def xgboost(fitted: Fitted, x: np.ndarray, y: np.ndarray) -> tuple[Arrays, Sizes]:
    """Return the arrays and sizes of XGBoost's trees."""
    if fitted.head.classes:
        (one,) = fitted.estimators
        trees = _trees_of_xgboost(one.get_booster())
        margins = len(fitted.seen) if len(fitted.seen) > 2 else 1
        return _boosted(fitted, _in_rounds(trees, margins), np.zeros(margins))
    by_target, start = [], []
    for one in fitted.estimators:
        scale, mean = one.transformer_.scale_[0], one.transformer_.mean_[0]
        trees = _trees_of_xgboost(one.regressor_.get_booster())
        by_target.append([tree._replace(value=scale * tree.value) for tree in trees])
        start.append(mean)
    return _boosted(fitted, list(zip(*by_target, strict=True)), np.array(start))


def lightgbm(fitted: Fitted, x: np.ndarray, y: np.ndarray) -> tuple[Arrays, Sizes]:
    """Return the arrays and sizes of LightGBM's trees, the first of which hold its start."""
    margins = len(fitted.seen) if len(fitted.seen) > 2 else 1
    by_model = []
    for one in fitted.estimators:
        stored = one.booster_.dump_model()["tree_info"]
        trees = [_tree_of_lightgbm(tree["tree_structure"]) for tree in stored]
        by_model.append(_of_all(trees, one.n_estimators * margins))
    if fitted.head.classes:
        return _boosted(fitted, _in_rounds(by_model[0], margins), np.zeros(margins))
    return _boosted(fitted, list(zip(*by_model, strict=True)), np.zeros(len(by_model)))


def adaboost(fitted: Fitted, x: np.ndarray, y: np.ndarray) -> tuple[Arrays, Sizes]:
    """Return the arrays and sizes of adaptively boosted trees."""
    head = fitted.head
    boosted = [one[-1] for one in fitted.estimators]
    n = boosted[0].n_estimators
    if not head.classes:
        columns = [_of_all([_tree(tree.tree_, fitted) for tree in one], n) for one in boosted]
        weights = [np.pad(one.estimator_weights_[: len(one)], (0, n - len(one))) for one in boosted]
        arrays, sizes = _packed([tree for each in zip(*columns, strict=True) for tree in each])
        arrays["trees/tree_weight"] = np.stack(weights, axis=1)
        return arrays | read_off(head, np.zeros(len(head.names))), sizes
    (one,) = boosted
    k = len(fitted.seen)
    weights = one.estimator_weights_[: len(one)] / one.estimator_weights_.sum()
    trees = []
    for tree, weight in zip(one, weights, strict=True):
        made = _tree(tree.tree_, fitted)
        seen = made.value[:, fitted.seen]
        answers = np.zeros_like(made.value)
        # SAMME (Zhu et al. 2009, eq. 4): 1 for the class that is voted for, else -1 / (k - 1).
        votes = (seen.argmax(axis=1)[:, None] == np.arange(k)) * (1 + 1 / (k - 1)) - 1 / (k - 1)
        answers[:, fitted.seen] = weight * votes / (k - 1)
        trees.append(made._replace(value=answers))
    arrays, sizes = _packed(_of_all(trees, n))
    bias = np.full(len(head.names), UNSEEN)
    bias[fitted.seen] = 0
    return arrays | read_off(head, bias), sizes


def _boosted(
    fitted: Fitted, rounds: Sequence[Sequence[Tree]], start: np.ndarray
) -> tuple[Arrays, Sizes]:
    """Return the arrays of trees whose sums, from a start, are margins.

    A single margin between two of several classes is halved and given to both, with opposite signs.
    """
    head, columns = fitted.head, columns_of(fitted)
    if len(start) < len(columns):
        start = np.array([-start[0], start[0]]) / 2
        rounds = [
            [one._replace(value=-one.value / 2), one._replace(value=one.value / 2)]
            for (one,) in rounds
        ]
    bias = np.full(head.outputs, UNSEEN)
    bias[columns] = start
    trees = []
    for each in rounds:
        full = [_stump(1)] * head.outputs
        for column, tree in zip(columns, each, strict=True):
            full[column] = tree
        trees += full
    arrays, sizes = _packed(trees)
    return arrays | {"logits/kernel": np.eye(head.outputs), "logits/bias": bias}, sizes


def _in_rounds(trees: Sequence[Tree], margins: int) -> list[Sequence[Tree]]:
    return [trees[first : first + margins] for first in range(0, len(trees), margins)]


def _trees_of_xgboost(booster: Any) -> list[Tree]:
    stored = json.loads(bytes(booster.save_raw("json")))
    found = []
    for tree in stored["learner"]["gradient_booster"]["model"]["trees"]:
        left, right = np.array(tree["left_children"]), np.array(tree["right_children"])
        place, leaf = np.arange(len(left)), left < 0
        conditions = np.array(tree["split_conditions"], np.float32)
        # The way goes left where a value is less than the condition, here where it is not greater.
        below = np.nextafter(conditions, np.float32(-np.inf))
        left, right = np.where(leaf, place, left), np.where(leaf, place, right)
        found.append(
            Tree(
                np.where(leaf, 0, np.array(tree["split_indices"], int)),
                np.where(leaf, 0, below),
                left,
                right,
                np.where(leaf, conditions, 0)[:, None].astype(np.float64),
                _levels(left, right),
            )
        )
    return found


def _tree_of_lightgbm(root: Mapping[str, Any]) -> Tree:
    nodes = [root]
    ways: list[tuple[int, int]] = []
    for node in nodes:
        place = len(ways)
        if "leaf_value" in node:
            ways.append((place, place))
        else:
            ways.append((len(nodes), len(nodes) + 1))
            nodes += [node["left_child"], node["right_child"]]
    left, right = np.array(ways).T
    return Tree(
        np.array([node.get("split_feature", 0) for node in nodes]),
        np.array([node.get("threshold", 0.0) for node in nodes]),
        left,
        right,
        np.array([[node.get("leaf_value", 0.0)] for node in nodes]),
        _levels(left, right),
    )


def _levels(left: np.ndarray, right: np.ndarray) -> int:
    """Return the steps from the root to the deepest leaf, which leads to itself."""
    reached, steps = np.array([0]), 0
    while True:
        inner = reached[left[reached] != reached]
        if not len(inner):
            return steps
        reached, steps = np.concatenate([left[inner], right[inner]]), steps + 1


def _tree(tree: Any, fitted: Fitted) -> Tree:
    """Return one of scikit-learn's decision trees; leaves of classifiers hold probabilities."""
    place = np.arange(tree.node_count)
    leaf = tree.children_left < 0
    value = tree.value[:, 0]
    if fitted.head.classes:
        full = np.zeros((len(value), len(fitted.head.names)))
        full[:, fitted.seen] = value
        value = full
    return Tree(
        np.where(leaf, 0, tree.feature),
        np.where(leaf, 0, tree.threshold),
        np.where(leaf, place, tree.children_left),
        np.where(leaf, place, tree.children_right),
        value,
        tree.max_depth,
    )


def _boosted_tree(nodes: np.ndarray) -> Tree:
    """Return one of scikit-learn's trees on histograms."""
    place, leaf = np.arange(len(nodes)), nodes["is_leaf"].astype(bool)
    return Tree(
        np.where(leaf, 0, nodes["feature_idx"]),
        np.where(leaf, 0, nodes["num_threshold"]),
        np.where(leaf, place, nodes["left"]),
        np.where(leaf, place, nodes["right"]),
        nodes["value"][:, None],
        int(nodes["depth"].max()),
    )


def _of_all(trees: list[Tree], n: int) -> list[Tree]:
    """Return n trees, of which those that a boosting cut short lacks hold zeros."""
    return trees + [_stump(trees[0].value.shape[1])] * (n - len(trees))


def _stump(width: int) -> Tree:
    """Return a tree that is one leaf and holds zeros."""
    none = np.zeros(1, int)
    return Tree(none, none, none, none, np.zeros((1, width)), 0)


def _packed(trees: Sequence[Tree]) -> tuple[Arrays, Sizes]:
    """Return the weights of a `TreeEnsemble` and its sizes."""
    nodes = max(len(tree.feature) for tree in trees)

    def stacked(field: str) -> np.ndarray:
        parts = [np.asarray(getattr(tree, field)) for tree in trees]
        return np.stack(
            [np.pad(one, [(0, nodes - len(one)), *[(0, 0)] * (one.ndim - 1)]) for one in parts]
        )

    arrays = {
        f"trees/{field}": stacked(field) for field in ("feature", "left", "right", "value")
    } | {"trees/threshold": _not_above(stacked("threshold"))}
    return arrays, {"nodes": nodes, "levels": max(tree.levels for tree in trees)}


def _not_above(thresholds: np.ndarray) -> np.ndarray:
    """Return the greatest float32 not above: a float32 is on the same side of both."""
    rounded = thresholds.astype(np.float32)
    return np.where(rounded > thresholds, np.nextafter(rounded, np.float32(-np.inf)), rounded)


def isolation_trees(forest: Any) -> tuple[Arrays, Sizes]:
    """Return the arrays and sizes of an isolation forest, whose leaves hold depths.

    A depth is the steps to a leaf plus those that its examples would still take, in units of the
    mean of all (Liu, Ting & Zhou 2008, eq. 1).
    """
    from sklearn.ensemble._iforest import _average_path_length

    trees = []
    whole = _average_path_length(np.array([forest.max_samples_]))[0]
    for one in forest.estimators_:
        tree = one.tree_
        place, leaf = np.arange(tree.node_count), tree.children_left < 0
        depth = np.zeros(tree.node_count)
        for node in place[~leaf]:  # children follow their parents
            depth[tree.children_left[node]] = depth[tree.children_right[node]] = depth[node] + 1
        value = (depth + _average_path_length(tree.n_node_samples)) / whole
        left, right = (
            np.where(leaf, place, one) for one in (tree.children_left, tree.children_right)
        )
        feature, threshold = (np.where(leaf, 0, one) for one in (tree.feature, tree.threshold))
        trees.append(Tree(feature, threshold, left, right, value[:, None], tree.max_depth))
    return _packed(trees)
