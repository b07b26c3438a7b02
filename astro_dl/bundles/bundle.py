"""Bundles: the folder that a training leaves, and the only thing that inference needs.

Nothing in a bundle is executed, unpickled or imported: the model is built from the registry by its
name and hyper-parameters, and arrays are read into it. Every file is checked against the sha256 on
the card, which is written last.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from astro_dl.bundles.card import (
    CARD_FORMAT,
    Card,
    check_card_parts,
    check_file_name,
    dump_json,
    package_versions,
)
from astro_dl.bundles.card_text import readme
from astro_dl.bundles.files import (
    CARD,
    check_file,
    check_target,
    link_or_copy,
    new_folder,
    read_file,
    read_text_file,
    sha256_of,
)
from astro_dl.bundles.headlines import headlines
from astro_dl.bundles.weights import assign_weights, model_specs, read_arrays, write_weights
from astro_dl.core import registry
from astro_dl.core.answer import AnswerKind
from astro_dl.core.config import Config, dump_yaml, to_mapping
from astro_dl.core.errors import UsageError
from astro_dl.core.reading.strict_yaml import read_yaml
from astro_dl.core.registry import build_physics
from astro_dl.core.schema import plain, read_dataclass
from astro_dl.core.shipped import find_bundle
from astro_dl.core.showing.display import html_of, several, text_of
from astro_dl.core.showing.text_table import csv_text

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Bundle:
    """A verified bundle; its weights are read on demand by `load_weights`.

    Parameters
    ----------
    folder : Path
        Where it lies.
    card : Card
        The contents of ``card.json``.
    config : Config
        The resolved config; its ``task`` is empty for a bundle that belongs to no task.
    sha256 : str
        Of ``card.json``, and through it of every file.
    """

    folder: Path
    card: Card
    config: Config
    sha256: str

    def __repr__(self) -> str:
        return text_of(*self._shown())

    def _repr_html_(self) -> str:
        return html_of(*self._shown())

    def _shown(self) -> tuple[str, dict[str, Any]]:
        card = self.card
        facts = {
            "summary": card.summary,
            "model": f"{card.model} on {card.task or 'no task'}, {card.parameters:,} parameters",
            "answers": f"{card.head.kind}: {several(card.head.names)}",
            **headlines(card),
            "licence": card.licence,
            "folder": self.folder,
        }
        return f"Bundle {card.name}", facts


Change = Mapping[str, Any] | Callable[[Bundle], Mapping[str, Any]]


def save_bundle(
    folder: str | Path,
    model: "keras.Model",
    config: Config,
    card_parts: Mapping[str, Any] | None = None,
    history: Iterable[Mapping[str, Any]] = (),
    metrics: Mapping[str, Any] | None = None,
    figures: Iterable[str | Path] = (),
) -> Bundle:
    """Write a bundle, all of it or nothing.

    Parameters
    ----------
    folder : str or Path
        Must not exist, be a bundle (its files are replaced), or hold hidden files only, such as
        checkpoints. Its name is the bundle's name. Files in it that are not a bundle's are kept.
    model : keras.Model
        The trained model, with or without its last activation.
    config : Config
        The resolved config.
    card_parts : mapping, optional
        Further keys of the card (`astro_dl.bundles.card.PARTS`). ``input`` and ``head`` come from
        the task; they are needed here if the config names none.
    history : iterable of mapping
        One row per epoch, column to value.
    metrics : mapping, optional
        Scores, simulated and real apart: ``{"simulated": …, "real": …}``.
    figures : iterable of path
        PNG, PDF or SVG files, copied to ``plots/``.

    Returns
    -------
    Bundle
        The bundle as `load_bundle` reads it back.

    Raises
    ------
    UsageError
        If the folder holds something else, or a key, name or weight is not acceptable.
    """
    target = Path(folder).absolute()
    check_target(target)
    parts = _card_parts(config, card_parts or {}, metrics)
    check_card_parts(parts)
    with new_folder(target) as temporary:
        write_weights(temporary / "weights.h5", model)
        _write_text(temporary / "config.yaml", dump_yaml(config))
        _write_text(temporary / "history.csv", csv_text(history))
        if metrics is not None:
            _write_text(temporary / "metrics.json", dump_json(metrics, indent=None))
        _copy_figures(temporary, figures)
        card = {
            "format": CARD_FORMAT,
            "name": target.name,
            "task": config.task or None,
            "model": config.model,
            "parameters": model.count_params(),
            "packages": package_versions(),
            "seed": config.seed,
            **parts,
        }
        _write_card(temporary, card)
        load_bundle(temporary)
    return load_bundle(target)


def update_bundle(
    folder: str | Path,
    metrics: Change | None = None,
    figures: Iterable[str | Path] = (),
    card_parts: Change | None = None,
    config: Config | None = None,
    history: Iterable[Mapping[str, Any]] | None = None,
) -> Bundle:
    """Change a bundle but for its weights, all at once or not at all.

    Parameters are those of `save_bundle`; what is not given stays. Where something is added,
    ``metrics`` and ``card_parts`` are functions of the bundle as it is now: another process may
    have written to it.

    Raises
    ------
    UsageError
        If the folder is not a sound bundle, a key is not acceptable, or the config is of another
        model, task or seed.
    """
    with _changed(folder) as (temporary, bundle):
        parts = {} if card_parts is None else plain(_of(bundle, card_parts))
        check_card_parts(parts)
        if metrics is not None:
            found = plain(_of(bundle, metrics))
            _write_text(temporary / "metrics.json", dump_json(found, indent=None))
            parts = {"metrics": found, **parts}
        if config is not None:
            _check_agreement(bundle.folder, bundle.card, config)
            _write_text(temporary / "config.yaml", dump_yaml(config))
        if history is not None:
            _write_text(temporary / "history.csv", csv_text(history))
        _copy_figures(temporary, figures)
        _write_card(temporary, {**bundle.card.to_plain(), **parts})
    return load_bundle(Path(folder))


def derive_bundle(
    bundle: Bundle,
    folder: str | Path,
    card_parts: Mapping[str, Any],
    metrics: Mapping[str, Any],
    figures: Iterable[str | Path] = (),
    model: "keras.Model | None" = None,
) -> Bundle:
    """Write another bundle of the same config and history, all of it or nothing.

    Parameters are those of `save_bundle`; weights are the same but of another model. Metrics and
    figures, which were of the answers as they were, are not taken over.
    """
    target, parts = Path(folder).absolute(), plain(card_parts)
    check_target(target)
    check_card_parts(parts)
    with new_folder(target) as temporary:
        for name in ("weights.h5", "config.yaml", "history.csv"):
            if name in bundle.card.files:
                link_or_copy(bundle.folder / name, temporary / name)
        if model is not None:
            (temporary / "weights.h5").unlink()
            write_weights(temporary / "weights.h5", model)
        _write_text(temporary / "metrics.json", dump_json(metrics, indent=None))
        _copy_figures(temporary, figures)
        _write_card(temporary, {**bundle.card.to_plain(), **parts, "name": target.name})
        load_bundle(temporary)
    return load_bundle(target)


def halve_weights(folder: str | Path) -> Bundle:
    """Store the kernels of a bundle in half precision; what is told of it is then made anew."""
    with _changed(folder) as (temporary, bundle):
        model = load_weights(bundle)
        # It is a link to the file of the bundle as it is.
        (temporary / "weights.h5").unlink()
        write_weights(temporary / "weights.h5", model, half_precision=True)
        _write_card(temporary, bundle.card.to_plain())
    return load_bundle(Path(folder))


def load_bundle(name_or_folder: str | Path) -> Bundle:
    """Return a bundle after checking the card and the sha256 of every file that it lists.

    Files that the card does not list are never read.

    Parameters
    ----------
    name_or_folder : str or Path
        Name of a shipped bundle, or the folder of one's own.

    Raises
    ------
    UsageError
        If there is no such bundle or anything in it is not as it should be.
    """
    folder = find_bundle(name_or_folder)
    text = read_text_file(folder, CARD)
    try:
        card = Card.from_json(text)
    except UsageError as error:
        raise UsageError(f"{folder / CARD}: {error}") from None
    for name, digest in card.files.items():
        check_file(folder, name, digest)
    config = _read_config(folder, card)
    return Bundle(folder, card, config, hashlib.sha256(text.encode()).hexdigest())


def load_weights(bundle: Bundle) -> "keras.Model":
    """Return the model of a bundle with its weights, built from the registry.

    The file is compared with the model's weights from headers alone; neither the model nor an
    array is allocated unless all names, shapes and types agree.

    Raises
    ------
    UsageError
        If the model is not registered, or the weights are not exactly its own.
    """
    from astro_dl.models.build import build_from
    from astro_dl.models.initialization import weights_to_be_read

    card, config = bundle.card, bundle.config

    def build() -> "keras.Model":
        with weights_to_be_read():
            return build_from(config.model, card.input, card.head, config.hyperparameters)

    try:
        specs = model_specs(build)
        content = read_file(bundle.folder, "weights.h5", card.files["weights.h5"])
        arrays = read_arrays(content, specs)
    except UsageError as error:
        raise UsageError(f"{bundle.folder}: {error}") from None
    model = build()
    assign_weights(model, arrays)
    return model


def _card_parts(
    config: Config, given: Mapping[str, Any], metrics: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Return the settable keys of a card: what is given, and for the rest what is known."""
    from astro_dl.models.build import model_head

    model_about = registry.model_entry(config.model)
    parts: dict[str, Any] = {
        "summary": model_about.summary,
        "task_version": None,
        "input_statistics": None,
        "data": {},
        "split_hash": None,
        "metrics": metrics or {},
        "baselines": {},
        "thresholds": {},
        "calibration": {"kind": "none"},
        "licence": "",
        "citation": model_about.reference,
        "hardware": "",
        "training_time_s": None,
    }
    if config.task:
        task = registry.get_task(config.task)
        physics = build_physics(config.task, config.physics)
        spec = task.input_spec(physics)
        parts |= {
            "task_version": task.version,
            "input": {"shape": spec.shape, "contract": spec.contract},
            "head": model_head(config.model, task, physics, config.hyperparameters),
        }
    elif not {"input", "head"} <= given.keys():
        raise UsageError("card_parts needs 'input' and 'head' for a config without a task")
    parts |= given
    if isinstance(parts["head"], AnswerKind):
        parts["head"] = parts["head"].to_card()
    return plain(parts)


@contextmanager
def _changed(folder: str | Path) -> Iterator[tuple[Path, Bundle]]:
    """Give a copy of a bundle that takes its place on success, and the bundle, as it is now."""
    target = Path(folder).absolute()
    with new_folder(target) as temporary:
        bundle = load_bundle(target)
        for name in bundle.card.files:
            (temporary / name).parent.mkdir(exist_ok=True)
            link_or_copy(bundle.folder / name, temporary / name)
        yield temporary, bundle
        load_bundle(temporary)


def _of(bundle: Bundle, change: Change) -> Mapping[str, Any]:
    return change(bundle) if callable(change) else change


def _write_card(folder: Path, card: Mapping[str, Any]) -> None:
    """Write README.md and then the card with the sha256 of all files."""
    names = {"README.md", *_files(folder)} - {CARD}
    unsigned = Card.from_plain({**card, "files": dict.fromkeys(names, "0" * 64)})
    _write_text(folder / "README.md", readme(unsigned))
    files = {name: sha256_of(folder / name) for name in sorted(names)}
    _write_text(folder / CARD, replace(unsigned, files=files).to_json())


def _write_text(path: Path, text: str) -> None:
    """Write a new file; one of that name may have another elsewhere, with the same content."""
    path.unlink(missing_ok=True)
    path.write_text(text, encoding="utf-8")


def _files(folder: Path) -> list[str]:
    return [str(p.relative_to(folder).as_posix()) for p in folder.rglob("*") if p.is_file()]


def _copy_figures(folder: Path, figures: Iterable[str | Path]) -> None:
    """Copy figures to plots/."""
    for figure in map(Path, figures):
        name = f"plots/{figure.name}"
        check_file_name(name)
        content = figure.read_bytes()
        (folder / "plots").mkdir(exist_ok=True)
        (folder / name).unlink(missing_ok=True)
        (folder / name).write_bytes(content)


def _read_config(folder: Path, card: Card) -> Config:
    text = read_text_file(folder, "config.yaml", card.files["config.yaml"])
    try:
        mapping = read_yaml(text)
        if not isinstance(mapping, dict):
            raise UsageError("holds no mapping")
        config = read_dataclass(Config, mapping)
    except UsageError as error:
        raise UsageError(f"{folder / 'config.yaml'}: {error}") from None
    _check_agreement(folder, card, config)
    return config


def _check_agreement(folder: Path, card: Card, config: Config) -> None:
    """Refuse a config that is not of the model, task and seed on the card."""
    if (config.model, config.task or None) != (card.model, card.task):
        raise UsageError(f"{folder}: card.json and config.yaml name different models or tasks")
    if to_mapping(config)["seed"] != card.seed:
        raise UsageError(f"{folder}: card.json and config.yaml name different seeds")
