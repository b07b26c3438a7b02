"""ONNX, run by ONNX Runtime."""

import logging
from pathlib import Path
from typing import Any

import keras
import numpy as np

from astro_dl.exporting.format import Arrays

FILE = "model.onnx"
EXTRA = "onnx"
PACKAGES = ("onnx", "onnxruntime", "tf2onnx")
RUNTIME = "onnxruntime"
BACKENDS = ("tensorflow",)


def write(network: keras.Model, path: Path) -> None:
    """Write a network of flat inputs."""
    import tf2onnx
    from tf2onnx.handler import tf_op

    logging.getLogger(tf2onnx.__name__).setLevel(logging.CRITICAL)
    for operation, substitute in SUBSTITUTES.items():
        tf_op(operation)(substitute)
    network.export(str(path), format="onnx", verbose=False)


def run(path: Path, inputs: Arrays) -> np.ndarray:
    """Return the logits of inputs."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, dict(inputs))[0])


class _Erfc:
    """The complementary error function, of GELU, which ONNX does not have."""

    @classmethod
    def version_9(cls, graph: Any, node: Any, **_: Any) -> None:
        """Put 1 - Erf in its place."""
        erf = graph.make_node("Erf", [node.input[0]]).output[0]
        _replace(graph, node, "Sub", [_one(graph, node), erf])


class _Log1p:
    """The logarithm of one and more, which ONNX does not have."""

    @classmethod
    def version_9(cls, graph: Any, node: Any, **_: Any) -> None:
        """Put Log of a sum in its place."""
        more = graph.make_node("Add", [_one(graph, node), node.input[0]]).output[0]
        _replace(graph, node, "Log", [more])


def _one(graph: Any, node: Any) -> str:
    return graph.make_const(f"{node.name}_one", np.ones((), np.float32)).output[0]


def _replace(graph: Any, node: Any, operation: str, inputs: list[str]) -> None:
    """Put another operation in the place of a node."""
    output = node.output[0]
    shape, dtype = graph.get_shape(output), graph.get_dtype(output)
    graph.remove_node(node.name)
    graph.make_node(operation, inputs, outputs=[output], shapes=[shape], dtypes=[dtype])


SUBSTITUTES = {"Erfc": _Erfc, "Log1p": _Log1p}
