"""PyTorch's exported program, run by ``torch.export.load``."""

from pathlib import Path
from typing import Any

import keras
import numpy as np

from astro_dl.exporting.format import Arrays

FILE = "model.pt2"
EXTRA = "torch"
PACKAGES = ("torch",)
RUNTIME = "torch"
BACKENDS = ("torch",)


def write(network: keras.Model, path: Path) -> None:
    """Write a network of flat inputs."""
    import torch

    batch = {0: torch.export.Dim("batch", min=1)}
    shapes: list[Any] = [([batch for _ in network.inputs],)]
    network.export(str(path), format="torch", verbose=False, dynamic_shapes=shapes)


def run(path: Path, inputs: Arrays) -> np.ndarray:
    """Return the logits of inputs."""
    import torch

    arrays = [torch.from_numpy(np.ascontiguousarray(x)) for x in inputs.values()]
    module = torch.export.load(str(path)).module()
    with torch.no_grad():
        logits = module(arrays)
    return logits.cpu().numpy()
