"""From a table of one's own to a config: which columns, on which scales, what target."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal

import numpy as np
from astropy.table import Table

from astro_dl.core.config import Config, load_config
from astro_dl.core.errors import UsageError
from astro_dl.core.files import file_sha256
from astro_dl.core.registry import answer_kind, model_entry
from astro_dl.core.schema import plain
from astro_dl.data.real import split_indices
from astro_dl.inference.table import OWN_COLUMNS
from astro_dl.models.defaults import default_hyperparameters
from astro_dl.observations.tables.columns import DOUBTFUL_SENTINELS, no_column, read_columns
from astro_dl.observations.tables.inputs import Column
from astro_dl.observations.tables.read import meant_table, read_table
from astro_dl.observations.tables.targets import (
    changing_values,
    class_labels,
    class_names,
    looks_like_classes,
    target_values,
)
from astro_dl.observations.tables.units import unit_of
from astro_dl.science.own_table.task import SOURCE, OwnTable, first_alike, kept_together

Kind = Literal["auto", "regression", "classification"]
DECADES = 100.0
HEAVY = 15.0

TRAINING = {
    "epochs": 60,
    "optimizer": "adamw",
    "weight_decay": 0.05,
    "learning_rate": 2e-3,
    "schedule": "cosine",
    "warmup_epochs": 2,
    "early_stopping_patience": 20,
}
FEWEST_DISTINCT = 0.1
"""Share of rows unlike others above which rows that are alike are taken for copies."""
STEPS = 40
"""Of an epoch, or more."""
DATA = {"validation_fraction": 0.15, "test_fraction": 0.2}


def own_table_config(
    model: str,
    table: str | Path,
    target: str,
    features: str,
    group: str = "",
    kind: Kind = "auto",
    hdu: int | str | None = None,
    path: str = "",
    **overrides: Any,
) -> Config:
    """Return the config with which a model learns a column of a table from others.

    Networks answer values with Gaussians, classical methods with points: ``physics.answer``.
    Centres and widths of the columns are those of the training rows: median, and half the distance
    between the quantiles .16 and .84. Positive columns whose values span two decades are taken as
    logarithms, others with long tails as inverse hyperbolic sines. Networks that can bound what
    they see (``standardize``) do, so that one absurd number makes no absurd answer.

    Rows whose features are all the same may be one object that is listed twice: they are warned of,
    and never divided between sets, unless a group says what belongs together, or nine rows of ten
    are like others, as where features are words written as numbers.

    Parameters
    ----------
    model : str
        A registered model for tables.
    table : str or Path
        As `astro_dl.observations.tables.read.read_table` takes it.
    target : str
        Column to predict; empty for models that learn without labels, which judge their clusters
        by it if it is named. A text, a truth value or one of at most 20 different whole numbers is
        taken as a class, everything else as a value.
    features : str
        Columns to predict from: names or shell-style wildcards, separated by commas; a leading
        ``!`` leaves columns out, as ``"mag_*,!mag_u"``.
    group : str, optional
        Column of what belongs together (one star, one field): it is never divided between sets.
    kind : {"auto", "regression", "classification"}
        Instead of what the target looks like.
    hdu, path : optional
        Which table is meant if the file holds several: extension of a FITS file, path in an HDF5
        file.
    **overrides
        Values of the config by dotted keys.

    Raises
    ------
    UsageError
        If the table, a name or a number in it does not allow this. Constant columns and columns
        without a value are left out with a warning.
    """
    file, which = Path(table), meant_table(hdu, path)
    rows = read_table(file, which)
    names = _features(rows, features, target, group, file)
    named = "" if which is None else str(which)
    about = OwnTable(file.name, file_sha256(file), named, target, group=group)
    if target or answer_kind(model_entry(model).kind).labelled:
        about = _target(rows, about, kind, file)
    values = read_columns(rows, names, where=file, sentinels=())
    data = {**DATA, "source": SOURCE, "folder": str(file.resolve().parent)}
    kept = 1 - DATA["validation_fraction"] - DATA["test_fraction"]
    training = {**TRAINING, "batch_size": batch_size(int(kept * len(rows)))}
    mapping = {
        "task": "own_table",
        "model": model,
        "hyperparameters": _bounds(model),
        "data": data,
        "training": training,
    }
    config = load_config(mapping, **overrides)
    distinct = len(np.unique(first_alike(names, rows, file)))
    about = replace(about, copies_together=not group and distinct > FEWEST_DISTINCT * len(rows))
    about = _with_features(about, config, values, rows, file)
    if not about.features:
        raise UsageError(f"{file}: no feature is left; {features!r} gives constant columns only")
    _check_leak(about, values, rows, file)
    _check_copies(about, rows, file)
    is_network = model_entry(model).fit is None
    about = replace(about, answer="gaussian" if is_network else "point")
    physics = {**plain(about), **config.physics}
    return replace(config, physics=physics)


def _with_features(
    about: OwnTable, config: Config, values: Mapping[str, np.ndarray], rows: Table, file: Path
) -> OwnTable:
    """Return what is known of the table with the columns that tell something, and their scales.

    What the columns are decides which rows are copies, so which are of the training, so which
    columns tell something.
    """
    names = list(values)
    while names:
        known = split_indices(config.data, kept_together(about, names, rows, file))["train"]
        columns = [
            scaled_column(name, str(unit_of(rows[name]) or ""), values[name][known])
            for name in names
        ]
        useful = tuple(column for column in columns if column is not None)
        if len(useful) == len(names):
            return replace(about, features=useful)
        names = [column.name for column in useful]
    return about


def _bounds(model: str) -> dict[str, bool]:
    """Return the settings by which a network bounds its inputs, if it can."""
    can = model_entry(model).fit is None and "standardize" in default_hyperparameters(model)
    return {"standardize": True} if can else {}


def batch_size(rows: int) -> int:
    """Return a power of two from 32 to 256 that makes some 40 steps or more of the rows."""
    return int(2 ** np.floor(np.log2(np.clip(rows / STEPS, 32, 256))))


def scaled_column(name: str, unit: str, values: np.ndarray) -> Column | None:
    """Return a column with its scale, None (and a warning) if its values tell nothing.

    Parameters
    ----------
    name, unit : str
        Of the column.
    values : ndarray, (n,)
        Of the training rows; NaN and sentinels are left out.
    """
    known = values[np.isfinite(values) & ~np.isin(values, DOUBTFUL_SENTINELS)]
    if not len(known):
        warnings.warn(f"feature {name!r} has no value in the training rows: left out", stacklevel=2)
        return None
    if known.min() == known.max():
        warnings.warn(f"feature {name!r} is always {known[0]:g}: left out", stacklevel=2)
        return None
    low, left, middle, right, high = np.quantile(known, [0.01, 0.16, 0.5, 0.84, 0.99])
    width = _rounded((right - left) / 2 or known.std())
    if known.min() > 0 and high > DECADES * low:
        logarithms = np.log10(known)
        left, middle, right = np.quantile(logarithms, [0.16, 0.5, 0.84])
        width = _rounded((right - left) / 2 or logarithms.std())
        return Column(name, unit, _rounded(middle), width, "log10", float(known.min()))
    if high - low > HEAVY * width:
        return Column(name, unit, *_of_tails(known / width), "arcsinh", width)
    return Column(name, unit, _rounded(middle), width)


def _of_tails(known: np.ndarray) -> tuple[float, float]:
    left, middle, right = np.quantile(np.arcsinh(known), [0.16, 0.5, 0.84])
    return _rounded(middle), _rounded((right - left) / 2 or float(np.arcsinh(known).std()))


def _rounded(value: float) -> float:
    """Return a value with four digits, as a scale is written down."""
    return float(f"{value:.4g}")


def _features(table: Table, patterns: str, target: str, group: str, path: Path) -> list[str]:
    """Return the columns that the patterns name, in the table's order."""
    columns = [name for name in table.colnames if name not in (target, group)]
    wanted = [part for part in (part.strip() for part in patterns.split(",")) if part]
    chosen: set[str] = set()
    for pattern in wanted:
        leaves_out = pattern.startswith("!")
        found = _named(pattern.removeprefix("!"), columns)
        if pattern in (target, group):
            raise UsageError(f"features: {pattern!r} is the target or the group")
        if not found:
            raise UsageError(f"features: {no_column(path, pattern, columns)}")
        chosen = chosen - found if leaves_out else chosen | found
    if not chosen:
        raise UsageError(f"features: {patterns!r} leaves no column of {path}")
    return [name for name in columns if name in chosen]


def _named(pattern: str, columns: Sequence[str]) -> set[str]:
    """Return the columns that a pattern names: the one that is called so, as a*, before others."""
    return {pattern} if pattern in columns else {n for n in columns if fnmatchcase(n, pattern)}


def _target(table: Table, about: OwnTable, kind: Kind, path: Path) -> OwnTable:
    """Return what is known of the table with the target's kind."""
    name = about.target
    if not name:
        raise UsageError(f"{path}: the model learns from a target; name it: --target COLUMN")
    for wanted in filter(None, (name, about.group)):
        if wanted not in table.colnames:
            raise UsageError(no_column(path, wanted, table.colnames))
    if name.lower() in OWN_COLUMNS:
        raise UsageError(
            f"{path}: target {name!r} has the name of a column that every table of answers has "
            f"({', '.join(OWN_COLUMNS)}); rename it"
        )
    if kind == "regression" or (kind == "auto" and not looks_like_classes(table[name])):
        about = replace(about, target_unit=str(unit_of(table[name]) or ""))
        changing_values(target_values(table, name, about.target_unit, path), name, path)
        return about
    return replace(about, classes=class_names(class_labels(table, name, path), name, path))


def _check_leak(
    about: OwnTable, values: Mapping[str, np.ndarray], table: Table, path: Path
) -> None:
    """Warn of features that are the target itself."""
    if about.classes or not about.target:
        return
    truth = target_values(table, about.target, about.target_unit, path)
    for name, column in values.items():
        if np.array_equal(column, truth):
            warnings.warn(f"feature {name!r} equals the target {about.target!r}", stacklevel=3)


def _check_copies(about: OwnTable, table: Table, path: Path) -> None:
    """Warn of rows with the features of others before them."""
    names = [column.name for column in about.features]
    first = first_alike(names, table, path)
    belongs = kept_together(about, names, table, path)
    repeated, apart = first != np.arange(len(first)), belongs != belongs[first]
    if apart.any():
        warnings.warn(
            f"{apart.sum()} of {len(table)} rows repeat the features of a row of another group, "
            "and may be in training and test both, which raises the scores if they are copies; a "
            "column that tells what is one object (--group) keeps them together",
            stacklevel=3,
        )
    elif about.copies_together and repeated.any():
        warnings.warn(
            f"{repeated.sum()} of {len(table)} rows repeat the features of another row, and are "
            "kept in one set with it, as copies in training and test would raise the scores; if "
            "they are different objects, name a column that tells them apart (--group)",
            stacklevel=3,
        )
