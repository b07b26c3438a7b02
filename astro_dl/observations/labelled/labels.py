"""What is known of examples of one's own, and what a network is to learn of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Literal

import numpy as np
from astropy.table import Table

from astro_dl.core.errors import UsageError, unknown_name
from astro_dl.data.splits import assert_disjoint
from astro_dl.observations.labelled.positions import sky_groups
from astro_dl.observations.labelled.sources import Kind, Source, Unlabelled, find_labelled
from astro_dl.observations.tables.columns import class_numbers, read_columns
from astro_dl.observations.tables.targets import (
    class_labels,
    groups,
    target_values,
    yes_or_no,
)

SETS = {
    "train": ("train", "training"),
    "validation": ("validation", "valid", "val"),
    "test": ("test", "testing"),
}
"""How a column may call the three sets."""


@dataclass(frozen=True)
class LabelledFiles:
    """Where examples and their labels are, and what is to be learnt.

    Parameters
    ----------
    files : str
        Folder, or file of many examples, in ``data.folder``.
    member : str
        Where in a file: name of the array, or extension.
    labels : str
        Table of labels in ``data.folder``; empty where folders or the file itself say them.
    table : str
        Which table of this file.
    file_column : str
        Its column of file names; empty for the usual names.
    sha256 : str
        Of names, sizes and labels when the training was set up; empty for any.
    targets : tuple of str
        Columns to predict.
    classes : tuple of str
        Values of the target, as text; empty for numbers.
    target_units : tuple of str
        As astropy spells them.
    group : str
        Column of what belongs together, or ``ra,dec``; empty where every example is by itself.
    group_radius_arcsec : float
        Up to which distance ["] positions belong together.
    weight : str
        Column of the weights of examples; empty for equal ones.
    set_column : str
        Column that says which set an example is of; empty for a split by group.
    answer : {"point", "gaussian", "mixture", "labels"}
        Distribution that is predicted for numbers; ``"labels"`` for columns of yes and no.
    unlabelled : {"refuse", "ignore"}
        What becomes of files that the table of labels does not name.
    """

    files: str = ""
    member: str = ""
    labels: str = ""
    table: str = ""
    file_column: str = ""
    sha256: str = ""
    targets: tuple[str, ...] = ("target",)
    classes: tuple[str, ...] = ()
    target_units: tuple[str, ...] = ()
    group: str = ""
    group_radius_arcsec: float = 0.0
    weight: str = ""
    set_column: str = ""
    answer: Literal["point", "gaussian", "mixture", "labels"] = "point"
    unlabelled: Unlabelled = "refuse"

    def find(self, kind: Kind, folder: Path) -> tuple[list[Source], Table]:
        """Return the sources and their labels, see `find_labelled`.

        Raises
        ------
        UsageError
            As there, or if they are others than at the training.
        """
        labels = folder / self.labels if self.labels else None
        where = folder / self.files, self.member, labels, self.table, self.file_column
        sources, rows = find_labelled(kind, *where, self.unlabelled)
        if self.sha256 and fingerprint(sources, rows) != self.sha256:
            raise UsageError(
                f"{folder / self.files}: files or labels have changed since the training was set "
                f"up (sha256 {self.sha256[:12]}…), and examples that were trained on could be "
                "scored; train anew, or bring them back"
            )
        return sources, rows

    def truth(self, rows: Table, where: str | Path) -> np.ndarray:
        """Return targets (n,) or (n, targets), as `astro_dl.core.examples.Examples` has them."""
        if self.classes:
            known = {name: number for number, name in enumerate(self.classes)}
            y = class_numbers(class_labels(rows, self.targets[0], where), known, where)
            return y.astype(np.float32 if len(self.classes) == 2 else np.int32)
        if self.answer == "labels":
            labels = [yes_or_no(rows, name, where) for name in self.targets]
            return np.stack(labels, axis=1).astype(np.float32)
        units = self.target_units or ("",) * len(self.targets)
        columns = [
            target_values(rows, name, unit, where)
            for name, unit in zip(self.targets, units, strict=True)
        ]
        return np.stack(columns, axis=1).astype(np.float32)

    def groups(self, rows: Table, where: str | Path) -> np.ndarray:
        """Return what each example (n,) belongs to, as text."""
        names = [name.strip() for name in self.group.split(",")]
        if len(names) == 1:
            return groups(rows, self.group, where)
        if len(names) != 2 or self.group_radius_arcsec <= 0:
            raise UsageError(
                f"group {self.group!r}; accepted: one column, or two of right ascension and "
                "declination [deg] and a radius above 0 by --group-radius ARCSEC"
            )
        found = read_columns(rows, names, None, dict.fromkeys(names, "deg"), where, ())
        ra, dec = (found[name] for name in names)
        return sky_groups(ra, dec, self.group_radius_arcsec).astype(str)

    def weights(self, rows: Table, where: str | Path) -> np.ndarray | None:
        """Return the weights (n,) of the examples, None for equal ones.

        Raises
        ------
        UsageError
            If one is negative or missing, or all are 0.
        """
        if not self.weight:
            return None
        found = target_values(rows, self.weight, "", where)
        if (found < 0).any() or not found.any():
            raise UsageError(f"{where}: weights {self.weight!r} are negative, or all 0")
        return found / found.mean()

    def sets(self, rows: Table, where: str | Path) -> np.ndarray | None:
        """Return the set (n,) of each example by name, None for a split by group.

        Raises
        ------
        UsageError
            If a name is none of a set, or a group is in two of them.
        """
        if not self.set_column:
            return None
        by_word = {word: name for name, words in SETS.items() for word in words}
        found = []
        for word in class_labels(rows, self.set_column, where):
            if word.lower() not in by_word:
                raise unknown_name(f"set in {where}, column {self.set_column!r},", word, by_word)
            found.append(by_word[word.lower()])
        sets, group = np.array(found), self.groups(rows, where)
        assert_disjoint({name: group[sets == name] for name in SETS}, self.group or "row")
        return sets


def fingerprint(sources: Sequence[Source], rows: Table) -> str:
    """Return the sha256 of the names and sizes of files and of their labels."""
    digest = sha256()
    sizes = {path: _size(path) for path in {source.path for source in sources}}
    for source in sources:
        digest.update(f"{source.name}\t{sizes[source.path]}\n".encode())
    for name in sorted(rows.colnames):
        digest.update("\t".join([name, *map(str, rows[name]), "\n"]).encode())
    return digest.hexdigest()


def _size(path: Path) -> int:
    """Return the bytes of a file, or of all files of a store that is a folder."""
    if path.is_dir():
        return sum(one.stat().st_size for one in path.rglob("*") if one.is_file())
    return path.stat().st_size
