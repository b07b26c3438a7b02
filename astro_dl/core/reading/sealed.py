"""Files that tell when a byte of them was changed: behind their content stands its sha256.

HDF5 reads no further than its own end, so that a sealed HDF5 file is one for any program. A note
of plain values may stand between the content and the seal, under the same sha256.
"""

import hashlib
import json
import os
from io import BufferedRandom, BufferedReader
from pathlib import Path
from typing import Any

from astro_dl.core.errors import UsageError
from astro_dl.core.reading.strict_json import read_json

MAGIC = b"astro_dl sealed\n"
LENGTH_BYTES, DIGEST_BYTES = 8, 32
TAIL_BYTES = LENGTH_BYTES + DIGEST_BYTES + len(MAGIC)
PIECE = 2**20


def seal(path: Path, note: dict[str, Any] | None = None) -> None:
    """Put a note and the sha256 of everything at the end of a file that is complete.

    Parameters
    ----------
    path : Path
        The file.
    note : dict, optional
        Plain values as JSON has them.
    """
    words = json.dumps(note or {}, allow_nan=False).encode()
    with path.open("r+b") as file:
        digest = _digest(file, os.fstat(file.fileno()).st_size)
        tail = words + len(words).to_bytes(LENGTH_BYTES, "little")
        digest.update(tail)
        file.write(tail + digest.digest() + MAGIC)


def unsealed(content: bytes) -> tuple[bytes, dict[str, Any]]:
    """Return the content of a sealed file without the seal, and its note.

    Parameters
    ----------
    content : bytes
        Of the whole file.

    Raises
    ------
    UsageError
        If it has no seal, or its sha256 is not that of the seal.
    """
    tail = _checked_tail(content[-TAIL_BYTES:])
    signed = content[: -DIGEST_BYTES - len(MAGIC)]
    _compare(hashlib.sha256(signed).digest(), tail)
    words = int.from_bytes(tail[:LENGTH_BYTES], "little")
    end = len(content) - TAIL_BYTES
    if words > end:
        raise UsageError("the seal is longer than the file")
    note = read_json(content[end - words : end])
    if not isinstance(note, dict):
        raise UsageError("the note is no mapping")
    return content[: end - words], note


def check_seal(path: Path) -> None:
    """Raise `UsageError` unless a file is sealed and unchanged; takes a second for a gigabyte."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        file.seek(max(0, size - TAIL_BYTES))
        tail = _checked_tail(file.read(TAIL_BYTES))
        file.seek(0)
        _compare(_digest(file, size - DIGEST_BYTES - len(MAGIC)).digest(), tail)


def _checked_tail(tail: bytes) -> bytes:
    if len(tail) < TAIL_BYTES or not tail.endswith(MAGIC):
        raise UsageError("not sealed by its sha256: cut off, changed, or of an earlier version")
    return tail


def _compare(digest: bytes, tail: bytes) -> None:
    if digest != tail[LENGTH_BYTES : LENGTH_BYTES + DIGEST_BYTES]:
        raise UsageError("its sha256 is not that of its seal; it was changed")


def _digest(file: BufferedReader | BufferedRandom, size: int) -> Any:
    digest = hashlib.sha256()
    while size > 0:
        piece = file.read(min(size, PIECE))
        if not piece:
            break
        digest.update(piece)
        size -= len(piece)
    return digest
