"""LiteRT, once TensorFlow Lite, for phones and small boards."""

from pathlib import Path

import keras
import numpy as np

from astro_dl.exporting.format import Arrays

FILE = "model.tflite"
EXTRA = "litert"
PACKAGES = ("ai_edge_litert",)
RUNTIME = "ai-edge-litert"
BACKENDS = ("tensorflow",)


def write(network: keras.Model, path: Path) -> None:
    """Write a network of flat inputs."""
    network.export(str(path), format="litert", verbose=False)


def run(path: Path, inputs: Arrays) -> np.ndarray:
    """Return the logits of inputs."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(str(path))
    (logits,) = interpreter.get_signature_runner("serving_default")(**inputs).values()
    return np.asarray(logits)
