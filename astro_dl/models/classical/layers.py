"""Layers that compute what classical methods do, on every backend; their weights are fitted."""

from typing import Any, Literal

import keras
from keras import ops

from astro_dl.core.errors import UsageError
from astro_dl.models.classical.estimators import LEAST_PROBABILITY
from astro_dl.models.classical.methods import DEEPEST

Reduction = Literal["mean", "sum", "weighted_median"]


@keras.saving.register_keras_serializable(package="astro_dl")
class TreeEnsemble(keras.layers.Layer):
    """Binary trees, walked from their roots to a leaf all at once.

    At a node of a tree the number ``feature`` of the input is compared with ``threshold``; where it
    is not greater the way goes to node ``left``, else to ``right``. Leaves lead to themselves.

    Parameters
    ----------
    trees, nodes, levels : int
        Number of trees, greatest number of nodes of one, steps from root to leaf.
    width : int
        Numbers that a leaf holds.
    outputs : int
        Trees follow each other in rounds that give these many numbers together.
    reduction : {"mean", "sum", "weighted_median"}
        Over rounds; the last by the weights of the trees (Drucker 1997).
    """

    def __init__(
        self,
        trees: int,
        nodes: int,
        levels: int,
        width: int,
        outputs: int,
        reduction: Reduction,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        if levels > DEEPEST:
            raise UsageError(f"{levels} levels; accepted: at most {DEEPEST}")
        self.trees, self.nodes, self.levels = trees, nodes, levels
        self.width, self.outputs, self.reduction = width, outputs, reduction

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the arrays of the trees."""
        count = self.trees * self.nodes

        def array(name: str, shape: tuple[int, ...], dtype: str, value: str = "zeros") -> Any:
            return self.add_weight(
                name=name, shape=shape, dtype=dtype, initializer=value, trainable=False
            )

        self.feature = array("feature", (count,), "int32")
        self.left = array("left", (count,), "int32")
        self.right = array("right", (count,), "int32")
        self.threshold = array("threshold", (count,), "float32")
        self.value = array("value", (count, self.width), "float32")
        if self.reduction == "weighted_median":
            self.tree_weight = array("tree_weight", (self.trees,), "float32", "ones")

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        """Return (batch, outputs) from (batch, features)."""
        root = ops.arange(self.trees, dtype="int32") * self.nodes
        node = root + ops.zeros_like(x[:, :1], dtype="int32")
        for _ in range(self.levels):
            measured = ops.take_along_axis(x, ops.take(self.feature, node), axis=1)
            goes_left = measured <= ops.take(self.threshold, node)
            node = root + ops.where(
                goes_left, ops.take(self.left, node), ops.take(self.right, node)
            )
        leaves = ops.take(self.value, node, axis=0)
        rounds = ops.reshape(leaves, (-1, self._rounds(), self.outputs))
        if self.reduction == "weighted_median":
            return self._weighted_median(rounds)
        reduce = ops.mean if self.reduction == "mean" else ops.sum
        return reduce(rounds, axis=1)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return (batch, outputs)."""
        return (input_shape[0], self.outputs)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments."""
        return {
            **super().get_config(),
            "trees": self.trees,
            "nodes": self.nodes,
            "levels": self.levels,
            "width": self.width,
            "outputs": self.outputs,
            "reduction": self.reduction,
        }

    def _rounds(self) -> int:
        return self.trees * self.width // self.outputs

    def _weighted_median(self, rounds: Any) -> Any:
        order = ops.argsort(rounds, axis=1)
        weights = ops.reshape(self.tree_weight, (1, self._rounds(), -1))
        sums = ops.cumsum(
            ops.take_along_axis(weights + ops.zeros_like(rounds), order, axis=1), axis=1
        )
        middle = ops.argmax(ops.cast(sums >= 0.5 * sums[:, -1:], "int32"), axis=1)
        chosen = ops.take_along_axis(order, middle[:, None], axis=1)
        return ops.take_along_axis(rounds, chosen, axis=1)[:, 0]


@keras.saving.register_keras_serializable(package="astro_dl")
class NearestNeighbours(keras.layers.Layer):
    """The mean answer of the nearest examples, by Euclidean distance of scaled features.

    Parameters
    ----------
    examples, neighbours, outputs : int
        Examples that are kept, how many are asked, and numbers that each answers.
    """

    def __init__(self, examples: int, neighbours: int, outputs: int, **options: Any) -> None:
        super().__init__(**options)
        self.sizes = {"examples": examples, "neighbours": neighbours, "outputs": outputs}

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the arrays of the examples."""
        n, k = self.sizes["examples"], input_shape[-1]
        self.scale = self.add_weight(name="scale", shape=(k,), initializer="ones", trainable=False)
        self.points = self.add_weight(
            name="points", shape=(n, k), initializer="zeros", trainable=False
        )
        self.answers = self.add_weight(
            name="answers",
            shape=(n, self.sizes["outputs"]),
            initializer="zeros",
            trainable=False,
        )

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        """Return (batch, outputs) from (batch, features)."""
        # Less the square of x itself, which does not change the order.
        nearness = 2 * ops.matmul(x * self.scale, ops.transpose(self.points)) - ops.sum(
            ops.square(self.points), axis=1
        )
        _, nearest = ops.top_k(nearness, self.sizes["neighbours"], sorted=False)
        return ops.mean(ops.take(self.answers, nearest, axis=0), axis=1)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return (batch, outputs)."""
        return (input_shape[0], self.sizes["outputs"])

    def get_config(self) -> dict[str, Any]:
        """Return the arguments."""
        return {**super().get_config(), **self.sizes}


@keras.saving.register_keras_serializable(package="astro_dl")
class LogProbabilities(keras.layers.Layer):
    """Logarithms of means of votes, see `astro_dl.models.classical.estimators.smoothed`.

    Parameters
    ----------
    votes : int
        How many voted; 0 for probabilities of another kind.
    """

    def __init__(self, votes: int, **options: Any) -> None:
        super().__init__(**options)
        self.votes = votes

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        """Return (batch, classes) from (batch, classes)."""
        if not self.votes:
            return ops.log(ops.maximum(x, LEAST_PROBABILITY))
        return ops.log((self.votes * x + 1 / x.shape[-1]) / (self.votes + 1))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the shape of the probabilities."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return the arguments."""
        return {**super().get_config(), "votes": self.votes}
