"""`export`: write a bundle's network for another runtime, and check it there."""

import re
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from importlib.metadata import version
from io import StringIO
from pathlib import Path
from typing import Any

import keras
import numpy as np

from astro_dl.bundles.bundle import Bundle, load_bundle, load_weights
from astro_dl.bundles.card import dump_json, package_versions
from astro_dl.bundles.files import new_folder
from astro_dl.core.errors import UsageError
from astro_dl.core.schema import plain
from astro_dl.exporting.format import Arrays, Format, load_format, written_names
from astro_dl.exporting.network import as_given, example_inputs, flat_network, input_names
from astro_dl.models.build import logits_model

TOLERANCE = 1e-4
EXAMPLES = 8
CONTRACT, CHECK = "contract.json", "check.npz"
OPERATION = re.compile(
    r"\(Flex(\w+)\)|error: loc\(callsite\(fused\[\"(\w+):\"|No Op registered for (\w+)"
)
"""How converters and runtimes name an operation that they lack."""
FIXED_BATCH = "Constraints violated (batch)"


@dataclass(frozen=True)
class Export:
    """An exported network.

    Parameters
    ----------
    folder : Path
        Where it lies.
    file : Path
        The file, or folder, of the format.
    contract : dict
        What ``contract.json`` says.
    largest_difference : float
        Between its logits and ours, as fractions of ours where these are above 1.
    """

    folder: Path
    file: Path
    contract: dict[str, Any]
    largest_difference: float


def export(bundle: str | Path, format: str, out: str | Path) -> Export:
    """Write the network of a bundle, up to its logits, in the format of another runtime.

    Parameters
    ----------
    bundle : str or Path
        Name of a shipped bundle, or folder of a run.
    format : {"litert", "onnx", "savedmodel", "torch"}
        The last one is written with ``KERAS_BACKEND=torch``.
    out : str or Path
        A folder that does not exist, or holds an export, which is replaced. In it go the file of
        the format; ``contract.json``: names, shapes and types of inputs, their units, how they are
        made from data, what the logits mean, and how they are calibrated; and ``check.npz``: the
        inputs and logits with which the file was checked.

    Returns
    -------
    Export

    Raises
    ------
    UsageError
        If the format is unknown, its packages are missing, it cannot hold the network, or its
        runtime gives other logits than ours, by more than 1e-4. Nothing is written then.

    Notes
    -----
    Preprocessing is not part of the file: the contract says what it takes. Where the bundle
    averages over symmetries, the file gives what one orientation gives.
    """
    chosen, target = load_format(format), Path(out)
    if target.exists() and not (target / CONTRACT).is_file():
        raise UsageError(f"--out {target} exists and is no export; give another folder")
    loaded = load_bundle(bundle)
    network = logits_model(load_weights(loaded))
    inputs = example_inputs(network, loaded.card.input_statistics, EXAMPLES)
    ours = np.asarray(network.predict_on_batch(as_given(network, inputs)))
    # What an earlier export has left must not lie beside the new one.
    with new_folder(target, {CONTRACT, CHECK, *written_names()}) as folder:
        theirs = _written_and_run(loaded, chosen, network, folder / chosen.FILE, format, inputs)
        difference = float(np.max(np.abs(theirs - ours) / np.maximum(1, np.abs(ours))))
        if not difference <= TOLERANCE:
            raise UsageError(
                f"{loaded.folder.name}: {chosen.RUNTIME} gives other logits, by {difference:.2g}; "
                f"accepted: up to {TOLERANCE:g}"
            )
        contract = _contract(loaded, chosen, network, format, difference)
        (folder / CONTRACT).write_text(dump_json(contract), encoding="utf-8")
        np.savez(folder / CHECK, allow_pickle=False, logits=ours, **inputs)
    return Export(target, target / chosen.FILE, contract, difference)


def _written_and_run(
    bundle: Bundle,
    chosen: Format,
    network: keras.Model,
    path: Path,
    name: str,
    inputs: Arrays,
) -> np.ndarray:
    """Write a network and return the logits that its runtime gives."""
    said = StringIO()
    try:
        with redirect_stdout(said), redirect_stderr(said):
            chosen.write(flat_network(network), path)
            alone = chosen.run(path, {key: x[:1] for key, x in inputs.items()})
            together = chosen.run(path, inputs)
    except Exception as error:
        # Converters and runtimes raise whatever they like for what they don't know.
        raise UsageError(
            f"{bundle.folder.name}: format {name} cannot hold this network: {_reason(error)}"
        ) from error
    if alone.shape != (1, *together.shape[1:]):
        raise UsageError(f"{bundle.folder.name}: {chosen.RUNTIME} takes no batch of any size")
    return together


def _reason(error: Exception) -> str:
    """Return what of a network is not known, or else the first line of an error."""
    operations = sorted({"".join(found) for found in OPERATION.findall(str(error))})
    if operations:
        return f"it has no {', '.join(operations)}"
    if FIXED_BATCH in str(error):
        return "it has no batch of any size"
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]


def _contract(
    bundle: Bundle, chosen: Format, network: keras.Model, name: str, difference: float
) -> dict[str, Any]:
    """Return what is needed to use an exported network."""
    card, config = bundle.card, bundle.config
    shapes = network.input if isinstance(network.input, dict) else {"x": network.input}
    names = input_names(network)
    return {
        "name": card.name,
        "task": card.task,
        "bundle_sha256": bundle.sha256,
        "format": name,
        "file": chosen.FILE,
        "inputs": [
            {
                "name": names[key],
                "shape": [None, *tensor.shape[1:]],
                "dtype": "float32",
                "statistics": (card.input_statistics or {}).get(key),
            }
            for key, tensor in shapes.items()
        ],
        "preprocessing": plain(card.input.contract),
        "output": {
            "name": "logits",
            "shape": [None, *network.output.shape[1:]],
            **card.head.to_card(),
        },
        "calibration": card.calibration,
        "thresholds": card.thresholds,
        "averaged_over_symmetries": config.evaluation.average_symmetries,
        "caution": card.data.caution or "",
        "licence": card.licence,
        "citation": card.citation,
        "packages": package_versions(),
        "check": {
            "runtime": f"{chosen.RUNTIME} {version(chosen.RUNTIME)}",
            "examples": EXAMPLES,
            "largest_difference": difference,
        },
    }
