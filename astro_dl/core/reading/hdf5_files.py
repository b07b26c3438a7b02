"""HDF5 files, opened only when all that they show lies in themselves."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py

from astro_dl.core.errors import UsageError
from astro_dl.core.reading.door import reading

MOST_MEMBERS = 100_000
SMALL_BYTES = 2**24
HIGHEST_COMPRESSION = 1100
"""Deflate makes at most 1032 bytes of one."""


@contextmanager
def open_hdf5(path: str | Path) -> Iterator[h5py.File]:
    """Open an HDF5 file for reading; what is raised on its content inside becomes one line.

    Parameters
    ----------
    path : str or Path
        The file.

    Raises
    ------
    UsageError
        If it is missing, the library cannot read it, something in it is a link to another file or
        lies in one, or an array states more numbers than its bytes can hold.
    """
    with reading(path, "HDF5"), h5py.File(path, "r") as file:
        check_members(file)
        yield file


def check_members(file: h5py.File) -> None:
    """Refuse a file with a link to another one, or an array without its bytes; reads headers only.

    Raises
    ------
    UsageError
        Naming the member.
    """
    todo: list[h5py.Group] = [file["/"]]
    seen = {h5py.h5o.get_info(todo[0].id).addr}
    count = 0
    while todo:
        group = todo.pop()
        for name in group:
            count += 1
            if count > MOST_MEMBERS:
                raise UsageError(f"more than {MOST_MEMBERS} members")
            where = f"{group.name.rstrip('/')}/{name}"
            link = group.get(name, getlink=True)
            if isinstance(link, h5py.ExternalLink):
                raise UsageError(f"{where} is a link to another file, {link.filename!r}")
            if isinstance(link, h5py.SoftLink):
                continue
            member = group[name]
            address = h5py.h5o.get_info(member.id).addr
            if address in seen:
                continue
            seen.add(address)
            if isinstance(member, h5py.Group):
                todo.append(member)
            elif isinstance(member, h5py.Dataset):
                _check_dataset(member, where)


def _check_dataset(data: h5py.Dataset, where: str) -> None:
    creation = data.id.get_create_plist()
    if creation.get_external_count() or creation.get_layout() == h5py.h5d.VIRTUAL:
        raise UsageError(f"{where} lies in another file")
    shape = data.shape
    if shape is None:
        return
    stated, stored = math.prod(shape) * data.dtype.itemsize, data.id.get_storage_size()
    if stated > max(SMALL_BYTES, HIGHEST_COMPRESSION * stored):
        raise UsageError(f"{where} states {stated} bytes of data, of which {stored} are there")
