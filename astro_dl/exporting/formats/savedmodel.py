"""TensorFlow's SavedModel, for TensorFlow Serving and the like."""

from pathlib import Path

import keras
import numpy as np

from astro_dl.exporting.format import Arrays

FILE = "model"
EXTRA = ""
PACKAGES = ("tensorflow",)
RUNTIME = "tensorflow"
BACKENDS = ("tensorflow", "jax")


def write(network: keras.Model, path: Path) -> None:
    """Write a network of flat inputs."""
    network.export(str(path), format="tf_saved_model", verbose=False)


def run(path: Path, inputs: Arrays) -> np.ndarray:
    """Return the logits of inputs."""
    import tensorflow

    served = tensorflow.saved_model.load(str(path)).signatures["serving_default"]
    (logits,) = served(**{name: tensorflow.constant(x) for name, x in inputs.items()}).values()
    return np.asarray(logits)
