"""From files and labels of one's own to a config: what is learnt, split, and on which scales."""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from astropy.table import Table

from astro_dl.core.changes import changed, dotted
from astro_dl.core.config import Config, load_config
from astro_dl.core.errors import UsageError
from astro_dl.core.registry import model_entry
from astro_dl.core.schema import plain
from astro_dl.data.real import split_indices
from astro_dl.inference.table import OWN_COLUMNS
from astro_dl.observations.labelled.labels import LabelledFiles, fingerprint
from astro_dl.observations.labelled.sources import FOLDER_CLASS, Kind, Source, Unlabelled
from astro_dl.observations.tables.columns import no_column
from astro_dl.observations.tables.targets import (
    changing_values,
    class_labels,
    class_names,
    looks_like_classes,
    target_values,
    yes_or_no,
)
from astro_dl.observations.tables.units import unit_of

OwnKind = Literal["auto", "regression", "classification", "multilabel"]
SOURCE = "files"
DATA = {"validation_fraction": 0.15, "test_fraction": 0.2}
TRAINING = {
    "epochs": 40,
    "optimizer": "adamw",
    "weight_decay": 0.01,
    "learning_rate": 1e-3,
    "schedule": "cosine",
    "warmup_epochs": 1,
    "early_stopping_patience": 20,
}
MOST_MEASURED = 2000


@dataclass(frozen=True)
class Given:
    """What a user says of files of their own; see `LabelledFiles`.

    Parameters
    ----------
    files : str or Path
        Folder, or file of many examples.
    labels : str or Path, optional
        Table of labels.
    target : str
        Columns to predict, separated by commas; empty for the names of the folders.
    kind : {"auto", "regression", "classification", "multilabel"}
        Instead of what the target looks like.
    member, table, file_column, group, weight, set_column : str
        As there.
    group_radius_arcsec : float
        As there.
    unlabelled : {"refuse", "ignore"}
        As there.
    """

    files: str | Path
    labels: str | Path | None = None
    target: str = ""
    kind: OwnKind = "auto"
    member: str = ""
    table: str = ""
    file_column: str = ""
    group: str = ""
    group_radius_arcsec: float = 0.0
    weight: str = ""
    set_column: str = ""
    unlabelled: Unlabelled = "refuse"


@dataclass(frozen=True)
class Found:
    """Files and labels, with what is to be learnt of them.

    Parameters
    ----------
    about : LabelledFiles
        As the physics of a task keeps it.
    folder : Path
        ``data.folder``.
    sources : list of Source
        Where the examples are.
    rows : Table
        Their labels.
    """

    about: LabelledFiles
    folder: Path
    sources: Sequence[Source]
    rows: Table

    @property
    def where(self) -> Path:
        """What messages call the labels."""
        return self.folder / (self.about.labels or self.about.files)


def find_own(kind: Kind, given: Given, answer: Literal["point", "gaussian"] = "gaussian") -> Found:
    """Return the files and labels that a user means.

    Raises
    ------
    UsageError
        If files, labels or targets cannot be used.
    """
    files = Path(given.files).resolve()
    if not files.exists():
        raise UsageError(f"{given.files}: no such file or folder")
    folder = files.parent
    labels = Path(given.labels).resolve() if given.labels else None
    if labels is not None:
        folder = Path(os.path.commonpath([folder, labels.parent]))
    about = LabelledFiles(
        files=files.relative_to(folder).as_posix(),
        member=given.member,
        labels=labels.relative_to(folder).as_posix() if labels is not None else "",
        table=given.table,
        file_column=given.file_column,
        targets=_target_names(given),
        group=given.group,
        group_radius_arcsec=given.group_radius_arcsec,
        weight=given.weight,
        set_column=given.set_column,
        unlabelled=given.unlabelled,
        answer=answer,
    )
    sources, rows = about.find(kind, folder)
    about = replace(about, sha256=fingerprint(sources, rows))
    about = with_targets(about, rows, given.kind, folder / (about.labels or about.files))
    found = Found(about, folder, sources, rows)
    about.weights(rows, found.where)
    return found


def with_targets(about: LabelledFiles, rows: Table, kind: OwnKind, where: Path) -> LabelledFiles:
    """Return what is known of files with the kind of their targets.

    Raises
    ------
    UsageError
        If a column is missing, or a target is constant or of one class.
    """
    others = (about.group.split(",") if about.group else []) + [about.weight, about.set_column]
    for name in filter(None, (*about.targets, *(one.strip() for one in others))):
        if name not in rows.colnames:
            raise UsageError(no_column(where, name, rows.colnames))
    for name in about.targets:
        if name.lower() in OWN_COLUMNS:
            raise UsageError(f"{where}: target {name!r} is a name of the answers' own; rename it")
    if kind == "multilabel":
        for name in about.targets:
            changing_values(yes_or_no(rows, name, where).astype(int), name, where)
        return replace(about, answer="labels")
    first = about.targets[0]
    texts = kind == "auto" and looks_like_classes(rows[first])
    if len(about.targets) == 1 and (kind == "classification" or texts):
        classes = class_names(class_labels(rows, first, where), first, where)
        return replace(about, classes=classes)
    if kind == "classification":
        raise UsageError("several targets are no classes; accepted: one")
    values = [target_values(rows, name, "", where) for name in about.targets]
    for name, one in zip(about.targets, values, strict=True):
        changing_values(one, name, where)
    units = tuple(str(unit_of(rows[name]) or "") for name in about.targets)
    return replace(about, target_units=units)


def own_config(
    task: str,
    model: str,
    kind: Kind,
    given: Given,
    measure: Callable[[Iterable[tuple[str, Any]]], Any],
    **overrides: Any,
) -> Config:
    """Return the config with which a model learns from files of one's own.

    Parameters
    ----------
    task : str
        Whose physics has the fields ``examples`` and ``recipe``.
    model : str
        A registered model.
    kind : Kind
        What the files hold.
    given : Given
        What the user says of them.
    measure : callable
        From names and readings of training examples to the recipe; of at most 2000.
    **overrides
        Values of the config by dotted keys.

    Raises
    ------
    UsageError
        If files, labels, names or numbers do not allow this.
    """
    is_network = model_entry(model).fit is None
    found = find_own(kind, given, "gaussian" if is_network else "point")
    config = load_config(
        {
            "task": task,
            "model": model,
            "data": {**DATA, "source": SOURCE, "folder": str(found.folder)},
            "training": {**TRAINING, "batch_size": batch_size(len(found.sources))},
        },
        **overrides,
    )
    known = training_rows(config, found)
    chosen = np.random.default_rng(0).permutation(known)[:MOST_MEASURED]
    sources = [found.sources[row] for row in np.sort(chosen)]
    readings = kind.read(sources, found.about.member)
    recipe = measure((str(source), raw) for source, raw in readings)
    physics = {"examples": plain(found.about), "recipe": plain(recipe)}
    return replace(config, physics=changed(physics, dotted(config.physics)))


def training_rows(config: Config, found: Found) -> np.ndarray:
    """Return the numbers of the training examples of a config."""
    about, rows, where = found.about, found.rows, found.where
    groups, sets = about.groups(rows, where), about.sets(rows, where)
    return split_indices(config.data, groups, None, sets)["train"]


def batch_size(examples: int) -> int:
    """Return a power of two from 16 to 64 that makes some 30 steps or more of the examples."""
    return int(2 ** np.floor(np.log2(np.clip(examples / 30, 16, 64))))


def _target_names(given: Given) -> tuple[str, ...]:
    names = tuple(name.strip() for name in given.target.split(",") if name.strip())
    if names:
        return names
    if given.labels is not None:
        raise UsageError("--labels needs --target COLUMN")
    return (FOLDER_CLASS,)
