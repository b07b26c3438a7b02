"""Bundles, shipped or one's own, by name or folder: loaded to predict with."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from astro_dl.bundles.bundle import Bundle, load_bundle, load_weights
from astro_dl.core import registry
from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError, unknown_name
from astro_dl.core.quiet import check_backend_name, import_keras_quietly
from astro_dl.core.registry import build_physics
from astro_dl.core.schema import plain
from astro_dl.core.task import InputSpec, Physics, Task
from astro_dl.inference.onnx_runtime import (
    keep_network,
    network_file,
    onnx_is_fitting,
    open_network,
)
from astro_dl.inference.predictor import Predictor
from astro_dl.inference.runtime import FindScanner, KerasRuntime, Runtime, chain_scanner

if TYPE_CHECKING:
    import keras


RuntimeName = Literal["auto", "keras", "onnx"]
RUNTIMES = get_args(RuntimeName)


def load_pretrained(
    name_or_folder: str | Path | Sequence[str | Path], runtime: RuntimeName = "auto"
) -> Predictor:
    """Return the predictor of a bundle, or of several that answer together.

    Parameters
    ----------
    name_or_folder : str, Path or sequence of these
        Name of a shipped bundle, or the folder of one's own, such as a run's; or several, whose
        task, inputs and outputs are the same.
    runtime : {"auto", "keras", "onnx"}
        What runs the networks. ONNX Runtime answers before a training framework is loaded, on the
        processor, with logits within 1e-5 of those of Keras; the network is written for it once,
        into the cache. By default it is used where that is done already, Keras is not imported
        yet, and there is no GPU.

    Raises
    ------
    UsageError
        If there is no such bundle, it is damaged or was changed, its model or task is not what is
        registered here, or several do not answer the same question; or if ONNX Runtime is asked
        for and is not installed, or cannot run the network.
    """
    if runtime not in RUNTIMES:
        raise unknown_name("runtime", runtime, RUNTIMES)
    check_backend_name()
    if isinstance(name_or_folder, str | Path):
        return _load_one(name_or_folder, runtime)
    members = tuple(_load_one(one, runtime) for one in name_or_folder)
    if not members:
        raise UsageError("no bundle to load; at least one is needed")
    first = members[0]
    for other in members[1:]:
        if (other.task, other.input_spec, other.head) != (first.task, first.input_spec, first.head):
            raise UsageError(
                f"{other.bundle.folder} has another task, input or head than {first.bundle.folder};"
                " bundles that answer together must be of the same"
            )
    return first if len(members) == 1 else replace(first, members=members, uncertainty="ensemble")


def _load_one(name_or_folder: str | Path, runtime: RuntimeName) -> Predictor:
    bundle = load_bundle(name_or_folder)
    input_spec, head = bundle.card.input, bundle.card.head
    task = physics = None
    name = bundle.config.task
    if name in registry.all_tasks():
        task = registry.get_task(name)
        physics = build_physics(name, bundle.config.physics)
        _check_task(bundle, task, physics, input_spec, head)
    return Predictor(bundle, task, physics, input_spec, head, _runtime(bundle, runtime))


def _runtime(bundle: Bundle, runtime: RuntimeName) -> Runtime:
    """Return what runs the network of a bundle."""

    def build() -> "keras.Model":
        return keras_network(bundle)

    path = network_file(bundle)
    own = registry.resolve_scanner(bundle.config.model)
    find_scanner: FindScanner = chain_scanner if own is None else partial(own, bundle)
    if runtime == "onnx" and not path.exists():
        keep_network(bundle, build())
    if runs_onnx(bundle, runtime):
        return open_network(path, build, find_scanner)
    return KerasRuntime(build(), find_scanner)


def runs_onnx(bundle: Bundle, runtime: RuntimeName) -> bool:
    """Whether it is ONNX Runtime that runs a network, as far as can be told beforehand."""
    unloaded = "keras" not in sys.modules and onnx_is_fitting() and network_file(bundle).exists()
    return runtime == "onnx" or (runtime == "auto" and unloaded)


def keras_network(bundle: Bundle) -> "keras.Model":
    """Return the network of a bundle, from inputs to logits."""
    import_keras_quietly()
    from astro_dl.core.backend import use_jit
    from astro_dl.models.build import logits_model

    model = logits_model(load_weights(bundle))
    model.jit_compile = use_jit("auto", registry.model_entry(bundle.config.model).jit_compile)
    return model


def _check_task(
    bundle: Bundle, task: Task[Physics], physics: Physics, input_spec: InputSpec, head: AnswerKind
) -> None:
    """Refuse a bundle whose task now means other inputs or outputs than when it was trained."""
    from astro_dl.models.build import model_head

    now = task.input_spec(physics)
    contract = plain(now.contract)
    if (
        now.shape != input_spec.shape
        or model_head(bundle.config.model, task, physics, bundle.config.hyperparameters) != head
        or any(contract.get(key) != value for key, value in input_spec.contract.items())
    ):
        raise UsageError(
            f"{bundle.folder}: task {task.name!r} takes or gives something else than when this "
            "bundle was trained; train it again, or use the version of astro_dl that made it"
        )
