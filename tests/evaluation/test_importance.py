"""Columns that a model uses are important, in the order of their weight."""

import numpy as np
import pytest

from astro_dl.answers.binary import Binary
from astro_dl.answers.multiclass import Multiclass
from astro_dl.answers.regression import Regression
from astro_dl.evaluation.figures.values import draw_importance
from astro_dl.evaluation.importance import permutation_importance

HEADS = {
    "binary": Binary(("no", "yes")),
    "multiclass": Multiclass(("a", "b", "c")),
    "regression": Regression(("u",)),
}


def table(n=3000):
    rng = np.random.default_rng(0)
    values = rng.normal(size=(n, 4))
    missing = rng.random((n, 4)) < [0, 0, 0, 0.5]
    x = np.concatenate([np.where(missing, 0, values), missing], axis=1).astype(np.float32)
    # The last column tells something only by being missing.
    return x, 0.5 * x[:, 0] + 2 * x[:, 1] + 1.0 * x[:, 7]


@pytest.mark.parametrize("kind", HEADS)
def test_columns_are_ordered_by_what_they_are_worth(kind):
    x, hidden = table()
    edges = np.quantile(hidden, [1 / 3, 2 / 3])
    y = {"binary": hidden > 0.5, "multiclass": np.digitize(hidden, edges), "regression": hidden}
    model = {
        "binary": lambda x: 0.5 * x[:, 0] + 2 * x[:, 1] + x[:, 7],
        "multiclass": lambda x: np.eye(3)[
            np.digitize(0.5 * x[:, 0] + 2 * x[:, 1] + x[:, 7], edges)
        ],
        "regression": lambda x: (0.5 * x[:, 0] + 2 * x[:, 1] + x[:, 7])[:, None],
    }[kind]
    found = permutation_importance(model, x, y[kind], HEADS[kind], ("a", "b", "c", "d"))
    columns = found["columns"]
    assert list(columns) in (["b", "a", "d", "c"], ["b", "d", "a", "c"])
    assert columns["c"]["value"] == 0
    assert all(columns[name]["low"] > 0 for name in "abd")
    assert len(draw_importance(found).axes[0].patches) == 4


def test_a_model_of_the_difference_loses_what_theory_says():
    x, _ = table()
    y = x[:, 1]
    found = permutation_importance(
        lambda x: x[:, 1], x, y, HEADS["regression"], ("a", "b", "c", "d")
    )
    # The mean distance of two normal numbers is 2 / sqrt(pi).
    assert found["columns"]["b"]["value"] == pytest.approx(2 / np.sqrt(np.pi), rel=0.05)
