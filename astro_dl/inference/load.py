"""Bundles, shipped or one's own, by name or folder: loaded to predict with."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from astro_dl.bundles.bundle import Bundle, load_bundle, load_weights
from astro_dl.core import registry
from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError
from astro_dl.core.registry import build_physics
from astro_dl.core.schema import plain
from astro_dl.core.task import InputSpec, Physics, Task
from astro_dl.inference.predictor import Predictor


def load_pretrained(name_or_folder: str | Path | Sequence[str | Path]) -> Predictor:
    """Return the predictor of a bundle, or of several that answer together.

    Parameters
    ----------
    name_or_folder : str, Path or sequence of these
        Name of a shipped bundle, or the folder of one's own, such as a run's; or several, whose
        task, inputs and outputs are the same.

    Raises
    ------
    UsageError
        If there is no such bundle, it is damaged or was changed, its model or task is not what is
        registered here, or several do not answer the same question.
    """
    if isinstance(name_or_folder, str | Path):
        return _load_one(name_or_folder)
    members = tuple(_load_one(one) for one in name_or_folder)
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


def _load_one(name_or_folder: str | Path) -> Predictor:
    from astro_dl.core.backend import use_jit
    from astro_dl.models.build import logits_model

    bundle = load_bundle(name_or_folder)
    input_spec, head = bundle.card.input, bundle.card.head
    task = physics = None
    name = bundle.config.task
    if name in registry.all_tasks():
        task = registry.get_task(name)
        physics = build_physics(name, bundle.config.physics)
        _check_task(bundle, task, physics, input_spec, head)
    model = logits_model(load_weights(bundle))
    model.jit_compile = use_jit("auto", registry.model_entry(bundle.config.model).jit_compile)
    return Predictor(bundle, task, physics, input_spec, head, model)


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
