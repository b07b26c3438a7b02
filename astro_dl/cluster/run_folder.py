"""The folder of a run: its parts as Parquet files, and what is known of them.

A part is written whole or not at all, and noted when it is on the disk: a run that was killed goes
on with those that are not noted, and nothing is there twice.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from astropy.table import QTable

from astro_dl.core.errors import UsageError
from astro_dl.core.files import atomic_path, file_sha256, to_disk, writing
from astro_dl.observations.tables.write import write_table

# Readers of folders of Parquet pass over names that begin so.
MANIFEST, JOURNAL = "_manifest.json", "_journal.jsonl"
UNREADABLE = "part-unreadable.parquet"


@dataclass(frozen=True)
class Noted:
    """What is known of a part that is done.

    Parameters
    ----------
    part : int
        Its number.
    rows : int
        Of its file; there is none where that is 0.
    sha256 : str
        Of its file.
    unreadable : dict of str to str
        File to why it cannot be used.
    """

    part: int
    rows: int
    sha256: str
    unreadable: dict[str, str]


class RunFolder:
    """Parts of a run in a folder.

    Parameters
    ----------
    folder : Path
        Made if need be.
    about : mapping
        Plain values: all that the parts depend on.

    Raises
    ------
    UsageError
        If the folder holds something else, or parts of another run.
    """

    def __init__(self, folder: Path, about: Mapping[str, Any]) -> None:
        self.folder, self.about = folder, json.loads(json.dumps(about))
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
        manifest = folder / MANIFEST
        if manifest.is_file():
            self._check_same(manifest)
        elif any(one.name[0] != "." for one in folder.iterdir()):
            raise UsageError(f"{folder} holds other files; give the name of a new folder")
        else:
            self._write_manifest({})
        self.done = {one.part: one for one in self._read_journal()}
        self._write(JOURNAL, "".join(map(_line, self.done.values())))

    def path(self, part: int) -> Path:
        """Return the file of a part."""
        return self.folder / f"part-{part:06d}.parquet"

    def add(self, noted: Noted, draft: Path | None = None) -> None:
        """Take the file of a part to where it belongs, and note the part.

        Parameters
        ----------
        noted : Noted
            What is known of it.
        draft : Path, optional
            Its file, on the disk of this folder; none where the part has no rows.

        Raises
        ------
        UsageError
            If the file is not there, or nothing can be written.
        """
        with writing(self.folder):
            if draft is not None:
                draft.replace(self.path(noted.part))
                to_disk(self.folder)
            with (self.folder / JOURNAL).open("a", encoding="utf-8") as file:
                file.write(_line(noted))
                file.flush()
                os.fsync(file.fileno())
        self.done[noted.part] = noted

    @property
    def unreadable(self) -> dict[str, str]:
        """File to why it cannot be used, in the order of the parts."""
        return {
            path: reason
            for part in sorted(self.done)
            for path, reason in self.done[part].unreadable.items()
        }

    def first_part(self) -> Path | None:
        """Return the file of the first part that has rows, None if none has."""
        part = min((one.part for one in self.done.values() if one.rows), default=None)
        return None if part is None else self.path(part)

    def finish(self, unreadable: QTable | None) -> dict[str, Any]:
        """Write the rows of files that cannot be used, if there are any, and return what there is.

        Parameters
        ----------
        unreadable : astropy.table.QTable or None
            These rows.

        Returns
        -------
        dict
            ``folder``; ``rows`` of readable files, and ``parts``, the number of their files;
            ``unreadable``, the number of the other files.
        """
        if unreadable is not None:
            write_table(unreadable, self.folder / UNREADABLE)
        rows = [one.rows for one in self.done.values() if one.rows]
        result = {"rows": sum(rows), "parts": len(rows), "unreadable": len(self.unreadable)}
        self._write_manifest(result)
        return {"folder": str(self.folder), **result}

    def _check_same(self, manifest: Path) -> None:
        try:
            before = json.loads(manifest.read_text(encoding="utf-8"))["about"]
        except (OSError, ValueError, KeyError, TypeError):
            raise UsageError(f"{manifest}: damaged; give the name of a new folder") from None
        keys = {*before, *self.about}
        other = sorted(key for key in keys if before.get(key) != self.about.get(key))
        if other:
            raise UsageError(
                f"{self.folder} holds parts of another run, with other {', '.join(other)}; give "
                "the same again to go on with it, or the name of a new folder"
            )

    def _read_journal(self) -> list[Noted]:
        """Return what is noted of parts that are there; a line that was cut short is none."""
        path = self.folder / JOURNAL
        found = []
        for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
            try:
                noted = Noted(**json.loads(line))
            except (ValueError, TypeError):
                continue
            file = self.path(noted.part)
            if not noted.rows or (file.is_file() and file_sha256(file) == noted.sha256):
                found.append(noted)
        return found

    def _write_manifest(self, result: Mapping[str, Any]) -> None:
        self._write(MANIFEST, json.dumps({"about": self.about, "result": result}, indent=2))

    def _write(self, name: str, text: str) -> None:
        with atomic_path(self.folder / name) as temporary:
            temporary.write_text(text, encoding="utf-8")


def _line(noted: Noted) -> str:
    return json.dumps(asdict(noted)) + "\n"
