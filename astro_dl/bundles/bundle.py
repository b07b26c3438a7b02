"""Bundles: the folder that a training leaves, and the only thing that inference needs.

Nothing in a bundle is executed, unpickled or imported: the model is built from the registry by its
name and hyper-parameters, and arrays are read into it. Every file is checked against the sha256 on
the card, which is written last.
"""

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from astro_dl.bundles.card import (
    CARD_FORMAT,
    card_head,
    card_input_spec,
    check_card_parts,
    check_file_name,
    check_file_names,
    dump_json,
    package_versions,
    read_card,
    readme,
)
from astro_dl.bundles.files import (
    CARD,
    check_target,
    new_folder,
    open_file,
    read_text_file,
    replace_file,
    sha256_of,
)
from astro_dl.bundles.weights import assign_weights, model_specs, read_arrays, write_weights
from astro_dl.core import registry
from astro_dl.core.answer import AnswerKind
from astro_dl.core.config import Config, dump_yaml, to_mapping
from astro_dl.core.errors import UsageError, did_you_mean
from astro_dl.core.files import atomic_path
from astro_dl.core.registry import build_physics
from astro_dl.core.schema import plain, read_dataclass
from astro_dl.core.shipped import shipped_bundles
from astro_dl.core.strict_yaml import read_yaml

if TYPE_CHECKING:
    import keras

MAX_YAML_DEPTH = 32


@dataclass(frozen=True)
class Bundle:
    """A verified bundle; its weights are read on demand by `load_weights`.

    Parameters
    ----------
    folder : Path
        Where it lies.
    card : dict
        The contents of ``card.json``.
    config : Config
        The resolved config; its ``task`` is empty for a bundle that belongs to no task.
    sha256 : str
        Of ``card.json``, and through it of every file.
    """

    folder: Path
    card: dict[str, Any]
    config: Config
    sha256: str


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
        (temporary / "config.yaml").write_text(dump_yaml(config), encoding="utf-8")
        (temporary / "history.csv").write_text(_csv(history), encoding="utf-8")
        if metrics is not None:
            (temporary / "metrics.json").write_text(dump_json(metrics), encoding="utf-8")
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
        _write_card(temporary, card, _files(temporary))
        load_bundle(temporary)
    return load_bundle(target)


def update_bundle(
    folder: str | Path,
    metrics: Mapping[str, Any] | None = None,
    figures: Iterable[str | Path] = (),
    card_parts: Mapping[str, Any] | None = None,
    config: Config | None = None,
    history: Iterable[Mapping[str, Any]] | None = None,
) -> Bundle:
    """Change a bundle but for its weights; each file is replaced at once, the card last.

    Parameters are those of `save_bundle`; what is not given stays as it is.

    Raises
    ------
    UsageError
        If the folder is not a sound bundle, a key is not acceptable, or the config is of another
        model, task or seed.
    """
    bundle = load_bundle(Path(folder))
    parts = plain(card_parts or {})
    check_card_parts(parts)
    names = []
    if metrics is not None:
        replace_file(bundle.folder / "metrics.json", dump_json(metrics))
        names.append("metrics.json")
        parts = {"metrics": plain(metrics), **parts}
    if config is not None:
        _check_agreement(bundle.folder, bundle.card, config)
        replace_file(bundle.folder / "config.yaml", dump_yaml(config))
    if history is not None:
        replace_file(bundle.folder / "history.csv", _csv(history))
        names.append("history.csv")
    names += _copy_figures(bundle.folder, figures)
    _write_card(bundle.folder, {**bundle.card, **parts}, [*bundle.card["files"], *names])
    return load_bundle(bundle.folder)


def halve_weights(folder: str | Path) -> Bundle:
    """Store the kernels of a bundle in half precision, for one that is too large to ship.

    Scores, calibration and thresholds should be made, or made again, with the rounded weights.
    """
    bundle = load_bundle(Path(folder))
    model = load_weights(bundle)
    file = bundle.folder / "weights.h5"
    with atomic_path(file) as temporary:
        write_weights(temporary, model, half_precision=True)
    _write_card(bundle.folder, bundle.card, bundle.card["files"])
    return load_bundle(bundle.folder)


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
    folder = _find(name_or_folder)
    card_bytes = read_text_file(folder, CARD)
    try:
        card = read_card(card_bytes.decode("utf-8", errors="strict"))
    except UnicodeDecodeError:
        raise UsageError(f"{folder / CARD}: not UTF-8 text") from None
    except UsageError as error:
        raise UsageError(f"{folder / CARD}: {error}") from None
    for name, digest in card["files"].items():
        with open_file(folder, name, digest):
            pass
    config = _read_config(folder, card)
    return Bundle(folder, card, config, hashlib.sha256(card_bytes).hexdigest())


def read_history(bundle: Bundle) -> list[dict[str, str]]:
    """Return the rows of ``history.csv``, one per epoch, as they are written there."""
    if "history.csv" not in bundle.card["files"]:
        return []
    text = read_text_file(bundle.folder, "history.csv", bundle.card["files"]["history.csv"])
    return list(csv.DictReader(io.StringIO(text.decode("utf-8"))))


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
        spec, head = card_input_spec(card), card_head(card)
        with weights_to_be_read():
            return build_from(config.model, spec, head, config.hyperparameters)

    try:
        specs = model_specs(build)
        with open_file(bundle.folder, "weights.h5", card["files"]["weights.h5"]) as file:
            arrays = read_arrays(file, specs)
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


def _write_card(folder: Path, card: Mapping[str, Any], names: Iterable[str]) -> None:
    """Write README.md and then the card with the sha256 of all files."""
    about = plain({key: value for key, value in card.items() if key != "files"})
    replace_file(folder / "README.md", readme(about))
    files = {name: sha256_of(folder / name) for name in sorted({*names, "README.md"})}
    check_file_names(files)
    replace_file(folder / CARD, dump_json({**about, "files": files}))


def _files(folder: Path) -> list[str]:
    return [str(p.relative_to(folder).as_posix()) for p in folder.rglob("*") if p.is_file()]


def _copy_figures(folder: Path, figures: Iterable[str | Path]) -> list[str]:
    """Copy figures to plots/ and return their names in the bundle."""
    names = []
    for figure in map(Path, figures):
        name = f"plots/{figure.name}"
        check_file_name(name)
        (folder / "plots").mkdir(exist_ok=True)
        replace_file(folder / name, figure.read_bytes())
        names.append(name)
    return names


def _csv(rows: Iterable[Mapping[str, Any]]) -> str:
    rows = list(rows)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _find(name_or_folder: str | Path) -> Path:
    shipped = shipped_bundles()
    if isinstance(name_or_folder, str) and name_or_folder in shipped:
        return shipped[name_or_folder]
    folder = Path(name_or_folder)
    if (folder / CARD).exists():
        return folder
    if folder.exists():
        raise UsageError(f"{folder} is not a bundle: it has no {CARD}")
    if isinstance(name_or_folder, str) and len(folder.parts) == 1:
        nearest = did_you_mean(name_or_folder, shipped)
        raise UsageError(f"no shipped bundle or folder {name_or_folder!r}{nearest}")
    raise UsageError(f"{folder}: no such folder")


def _read_config(folder: Path, card: Mapping[str, Any]) -> Config:
    data = read_text_file(folder, "config.yaml", card["files"]["config.yaml"])
    try:
        _check_depth(data)
        mapping = read_yaml(data.decode("utf-8"))
        if not isinstance(mapping, dict):
            raise UsageError("holds no mapping")
        config = read_dataclass(Config, mapping)
    except (UnicodeDecodeError, UsageError) as error:
        raise UsageError(f"{folder / 'config.yaml'}: {error}") from None
    _check_agreement(folder, card, config)
    return config


def _check_agreement(folder: Path, card: Mapping[str, Any], config: Config) -> None:
    """Refuse a config that is not of the model, task and seed on the card."""
    if (config.model, config.task or None) != (card["model"], card["task"]):
        raise UsageError(f"{folder}: card.json and config.yaml name different models or tasks")
    if to_mapping(config)["seed"] != card["seed"]:
        raise UsageError(f"{folder}: card.json and config.yaml name different seeds")


def _check_depth(yaml: bytes) -> None:
    """Refuse brackets nested so deep that parsing them takes for ever."""
    depth = 0
    for byte in yaml:
        depth += (byte in b"[{") - (byte in b"]}")
        if depth > MAX_YAML_DEPTH:
            raise UsageError(f"brackets are nested deeper than {MAX_YAML_DEPTH} levels")
