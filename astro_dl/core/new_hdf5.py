"""New HDF5 files on disks that may be full."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py


class _Remembering(io.FileIO):
    """A file that remembers the first refusal of the system, and lets nobody know.

    HDF5 cannot close a file that it could not write: it ends the process, or the next one that it
    opens.
    """

    refusal: OSError | None = None

    def write(self, data: object) -> int:  # type: ignore[override]
        view = memoryview(data).cast("B")  # type: ignore[arg-type]
        done = 0
        try:
            while done < len(view) and self.refusal is None:
                done += super().write(view[done:]) or 0
        except OSError as error:
            self.refusal = error
        return len(view)

    def readinto(self, buffer: object) -> int:  # type: ignore[override]
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        count, more = 0, 1
        while more and count < len(view):
            more = super().readinto(view[count:]) or 0
            count += more
        view[count:] = bytes(len(view) - count)
        return len(view)

    def truncate(self, size: int | None = None) -> int:
        try:
            return super().truncate(size)
        except OSError as error:
            self.refusal = self.refusal or error
            return size or 0


@contextmanager
def new_hdf5(path: Path) -> Iterator[h5py.File]:
    """Give a new HDF5 file to write, complete only at the end of the block.

    Parameters
    ----------
    path : Path
        Where; what is there is replaced.

    Raises
    ------
    OSError
        What the system said against writing, if it did.
    """
    with _Remembering(path, "w+") as raw:
        with h5py.File(raw, "w") as file:
            yield file
        if raw.refusal is not None:
            raise raw.refusal
