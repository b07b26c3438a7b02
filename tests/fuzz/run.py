"""Mutants are read in a forked process, which is ended when it takes too long."""

import contextlib
import multiprocessing
import resource
import sys
import tempfile
import traceback
import warnings
import zlib
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

MOST_SECONDS, MOST_BYTES = 10.0, 2**31

# The server that forks holds all readers, so that a fork costs nothing.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.fuzz.readers"])


def failures(name: str, count: int) -> list[str]:
    """Return what was wrong with the first mutants of a reader; nothing for a sound one."""
    found: list[str] = []
    first = 0
    while first < count:
        ours, theirs = FORKS.Pipe(duplex=False)
        process = FORKS.Process(target=_read_all, args=(theirs, name, first, count), daemon=True)
        process.start()
        theirs.close()
        first = _listen(ours, name, first, count, found)
        process.kill()
        process.join()
    return found


def mutant(name: str, number: int, good: bytes) -> bytes:
    """Return a mutant; the same for the same reader and number."""
    from tests.fuzz.mutations import MUTATIONS
    from tests.fuzz.task_readers import READERS

    rng = np.random.default_rng([zlib.crc32(name.encode()), number])
    return MUTATIONS[READERS[name].kind](good, rng)


def _listen(ours: Connection, name: str, first: int, count: int, found: list[str]) -> int:
    """Note what a process says of its mutants; returns the first one that it left unread."""
    for number in range(first, count):
        # The first answer waits for the imports of the server, too.
        if not ours.poll(MOST_SECONDS + 60 * (number == first)):
            found.append(f"{name} {number}: takes more than {MOST_SECONDS:g} s")
            return number + 1
        try:
            said = ours.recv()
        except EOFError:
            found.append(f"{name} {number}: ended the interpreter")
            return number + 1
        if said:
            found.append(f"{name} {number}: {said}")
    return count


def _read_all(theirs: Connection, name: str, first: int, count: int) -> None:
    from tests.fuzz.task_readers import READERS

    reader = READERS[name]
    with tempfile.TemporaryDirectory() as below, contextlib.suppress(BrokenPipeError):
        folder = Path(below)
        warnings.simplefilter("ignore")
        np.seterr(all="ignore")
        good = reader.make(folder)
        path = folder / "mutant" / reader.name
        path.parent.mkdir()
        path.write_bytes(good)
        _limit_memory()
        for number in range(first, count):
            path.write_bytes(mutant(name, number, good))
            theirs.send(wrong(reader, path))


def _limit_memory() -> None:
    if sys.platform != "linux":
        return
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + MOST_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def wrong(reader: object, path: Path) -> str:
    """Return what is wrong with how a reader takes a file; nothing for an answer or a refusal."""
    from astro_dl.core.errors import UsageError

    try:
        arrays = reader.read(path)
    except UsageError as error:
        return "" if "\n" not in str(error) else f"an error of several lines: {error}"
    except BaseException as error:
        where = traceback.extract_tb(error.__traceback__)
        places = " < ".join(f"{Path(one.filename).name}:{one.lineno}" for one in where[:-5:-1])
        return f"{type(error).__name__}: {str(error)[:200]} at {places}"
    finite = all(np.isfinite(array).all() for array in arrays)
    return "" if finite else "a number that is not finite, without a word"
