"""ONNX Runtime in the place of Keras: an answer on CPUs before a training framework is loaded.

The network is written once, by Keras, into the cache, beside the weights of which sha256 it was
made, and kept only if its logits are those of Keras.
"""

import hashlib
import os
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np

from astro_dl import __version__
from astro_dl.bundles.bundle import Bundle
from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Inputs, inputs_by_name
from astro_dl.core.extras import import_extra
from astro_dl.core.files import atomic_path
from astro_dl.core.reading.folders import cache_folder
from astro_dl.inference.runtime import (
    Arrays,
    FindScanner,
    KerasRuntime,
    Run,
    Runtime,
    Scanner,
    chain_scanner,
)

if TYPE_CHECKING:
    import keras

TOLERANCE = 1e-5
"""Greatest difference from the logits of Keras, as a fraction of these where they are above 1."""

EXAMPLES, LENGTHS = 8, 3
"""Inputs that a file is checked by; of any length, those of the network's, together."""

BYTES_AT_ONCE = 2**20
"""Of inputs: what a network makes of more leaves the processor's caches."""

GPU_DEVICE = Path("/dev/nvidiactl")
LOGITS, EMBEDDING = 0, 1
"""Places of the outputs in a file."""


@dataclass(frozen=True)
class OnnxRuntime:
    """A session of ONNX Runtime on the processor.

    Parameters
    ----------
    path : Path
        A file that `keep_network` has made.
    session : onnxruntime.InferenceSession
        Of this file.
    build : callable
        Returns the network of Keras.
    find_scanner : callable, default `chain_scanner`
        What finds a scanner.
    """

    path: Path
    session: Any
    build: Callable[[], "keras.Model"]
    find_scanner: FindScanner = chain_scanner
    packages = ("onnxruntime",)

    @property
    def model(self) -> "keras.Model":
        """The network of Keras, built when it is first asked for."""
        return self._keras.model

    @property
    def loaded(self) -> KerasRuntime | None:
        """The runtime of Keras, if it was needed."""
        return self.__dict__.get("_keras")

    def logits(self, batch: Inputs) -> np.ndarray:
        """Return the logits (n, outputs) of a batch (n, *shape) of float32."""
        return _output(self.session, inputs_by_name(batch), LOGITS)

    def embedding(self, batch: Inputs) -> np.ndarray:
        """Return what the layer ``"embedding"`` gives for such a batch."""
        return _output(self.session, inputs_by_name(batch), EMBEDDING)

    def part(self, name: str, make: Callable[["keras.Model"], "keras.Model | None"]) -> Run | None:
        """Return what runs a network that is made of this one: Keras where it is not kept yet."""
        kept = part_file(self.path, name)
        if not kept.exists():
            return self._keras.part(name, make)
        if not kept.stat().st_size:
            return None
        session = open_session(kept)
        return lambda x: _output(session, {"x": x}, LOGITS)

    def kept(self, name: str, make: Callable[[], Arrays]) -> Arrays:
        """Return what was found about this network, from a file beside its own."""
        path = self.path.with_suffix(f".{name}.npz")
        with suppress(OSError, ValueError, BadZipFile), np.load(path, allow_pickle=False) as found:
            return dict(found)
        made: Mapping[str, Any] = make()
        with suppress(OSError, UsageError), atomic_path(path) as new, new.open("wb") as file:
            np.savez(file, **made)
        return dict(made)

    def scanner(self, step: int) -> Scanner | None:
        """Return what scores the windows of series at every ``step`` samples at once."""
        return self.find_scanner(self, step)

    @cached_property
    def _keras(self) -> KerasRuntime:
        return KerasRuntime(self.build())


def network_file(bundle: Bundle) -> Path:
    """Return where the network of a bundle is kept for ONNX Runtime.

    Its name tells weights, config and the version of this package.
    """
    files = bundle.card.files
    made_of = " ".join((files["weights.h5"], files["config.yaml"], __version__))
    key = hashlib.sha256(made_of.encode()).hexdigest()[:32]
    return cache_folder() / "networks" / f"{key}.onnx"


def onnx_is_fitting() -> bool:
    """Whether ONNX Runtime is installed, and there is no GPU that Keras would compute on."""
    hidden = os.environ.get("CUDA_VISIBLE_DEVICES", "all") in ("", "-1")
    has_gpu = GPU_DEVICE.exists() and not hidden
    return find_spec("onnxruntime") is not None and not has_gpu


def part_file(path: Path, name: str) -> Path:
    """Return where a network is kept that was made of another; empty if there is none."""
    return path.with_suffix(f".{name}.onnx")


def open_network(
    path: Path, build: Callable[[], "keras.Model"], find_scanner: FindScanner = chain_scanner
) -> OnnxRuntime:
    """Return what runs the network of a file.

    Raises
    ------
    UsageError
        If ONNX Runtime is not installed.
    """
    return OnnxRuntime(path, open_session(path), build, find_scanner)


def open_session(path: Path) -> Any:
    """Return a session of ONNX Runtime on the processor."""
    onnxruntime = import_extra("onnxruntime", "onnx")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = int(os.environ.get("OMP_NUM_THREADS") or 0)
    # Threads that wait by running would take the processor from reading and whitening.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def keep_network(bundle: Bundle, model: "keras.Model") -> Path:
    """Write the network of a bundle into the cache, unless it is there.

    Parameters
    ----------
    bundle : Bundle
        What the network is of.
    model : keras.Model
        From inputs to logits.

    Raises
    ------
    UsageError
        If packages are missing, ONNX cannot hold the network, or gives other logits than Keras, by
        more than 1e-5; the next time from the words that are kept in the file's place.
    """
    path = network_file(bundle)
    refused = path.with_suffix(".txt")
    if path.exists():
        return path
    if refused.exists():
        raise UsageError(refused.read_text(encoding="utf-8"))
    import keras

    from astro_dl.exporting.network import as_given, example_inputs

    both = keras.Model(model.input, [model.output, model.get_layer("embedding").output])
    inputs = example_inputs(model, bundle.card.input_statistics, EXAMPLES)
    logits = np.asarray(model.predict_on_batch(as_given(model, inputs)))
    try:
        with atomic_path(path) as temporary:
            _write(both, inputs, logits, temporary)
    except _Unfit as error:
        with atomic_path(refused) as temporary:
            temporary.write_text(f"{bundle.card.name}: {error}", encoding="utf-8")
        raise UsageError(f"{bundle.card.name}: {error}") from error
    return path


def keep_quietly(bundle: Bundle, runtime: Runtime) -> None:
    """Write what Keras had to run of a network into the cache, where that can be done."""
    if runtime.loaded is not None and onnx_is_fitting():
        with suppress(UsageError):
            path = keep_network(bundle, runtime.loaded.model)
            for name, part in runtime.loaded.parts.items():
                _keep_part(part, runtime.model, part_file(path, name))


def _keep_part(network: "keras.Model | None", whole: "keras.Model", path: Path) -> None:
    """Write a part of a whole network, or an empty file where it has none."""
    if path.exists():
        return
    with atomic_path(path) as temporary:
        if network is None:
            temporary.touch()
            return
        length = LENGTHS * whole.input.shape[1]
        shape = [length if size is None else size for size in network.input.shape[1:]]
        x = np.random.default_rng(0).standard_normal((1, *shape)).astype(np.float32)
        _write(network, {"x": x}, np.asarray(network.predict_on_batch(x)), temporary)


class _Unfit(UsageError):
    """A network that ONNX does not hold."""


def _write(
    network: "keras.Model", inputs: Mapping[str, np.ndarray], expected: np.ndarray, path: Path
) -> None:
    """Write a network, and raise `_Unfit` unless its file gives the first output expected."""
    from astro_dl.exporting.format import load_format
    from astro_dl.exporting.network import flat_network

    onnx = load_format("onnx")
    try:
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            onnx.write(flat_network(network), path)
            found = _output(open_session(path), inputs, LOGITS)
    except Exception as error:
        # Converters and runtimes raise whatever they like for what they don't know.
        reason = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
        raise _Unfit(f"ONNX cannot hold this network: {reason}") from error
    difference = float(np.max(np.abs(found - expected) / np.maximum(1, np.abs(expected))))
    if not difference <= TOLERANCE:
        raise _Unfit(f"ONNX Runtime gives other logits, by {difference:.2g}")


def _output(session: Any, arrays: Mapping[str, np.ndarray], place: int) -> np.ndarray:
    """Return an output of a session; in its file names that are words of Python have an ending."""
    names = [one.name for one in session.get_inputs()]
    given = {one: arrays[one if one in arrays else one.removesuffix("_input")] for one in names}
    n = len(next(iter(given.values())))
    each = max(1, sum(one.nbytes for one in given.values()) // max(1, n))
    together, wanted = max(1, BYTES_AT_ONCE // each), [session.get_outputs()[place].name]
    parts = [
        session.run(wanted, {name: one[i : i + together] for name, one in given.items()})[0]
        for i in range(0, max(1, n), together)
    ]
    return np.asarray(parts[0]) if len(parts) == 1 else np.concatenate(parts)
