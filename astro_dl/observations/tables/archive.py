"""Tables of archives by query: ADQL over the Table Access Protocol, answers kept with checksums."""

import json
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from astropy.table import Table

from astro_dl.core.errors import UsageError
from astro_dl.core.files import atomic_path, file_sha256
from astro_dl.core.reading.folders import cache_folder
from astro_dl.data.store import content_key
from astro_dl.observations.tables.read import read_table

FINISHED = ("COMPLETED", "ERROR", "ABORTED")
FIRST_PAUSE_S, LONGEST_PAUSE_S, PAUSE_GROWTH = 0.2, 10.0, 1.5
ANSWER_TIMEOUT_S = 60.0


@dataclass(frozen=True)
class Fetched:
    """A table from an archive.

    Parameters
    ----------
    table : astropy.table.Table
        The answer, at least one row.
    path : Path
        The VOTable in the cache.
    sha256 : str
        Of that file.
    from_cache : bool
        Whether it was there before.
    """

    table: Table
    path: Path
    sha256: str
    from_cache: bool


def fetch_table(
    adql: str,
    url: str,
    rows: int | None = None,
    synchronous: bool = False,
    timeout_s: float = 3600.0,
    refresh: bool = False,
) -> Fetched:
    """Return the answer of an archive to a query, from the cache if it has been asked before.

    Parameters
    ----------
    adql : str
        The query; white space does not matter.
    url : str
        Of a service of the Table Access Protocol, without ``/sync`` or ``/async``.
    rows : int, optional
        Most rows; default as many as the archive gives.
    synchronous : bool, default False
        Whether to wait on one connection, which archives allow for short queries only, instead of
        leaving a job and asking for it.
    timeout_s : float, default 3600
        Seconds to wait for a job, which is deleted then.
    refresh : bool, default False
        Ask again even if the answer is in the cache.

    Returns
    -------
    Fetched
        The table with its units, descriptions and masks; it is under ``$ASTRO_DL_CACHE/queries``
        with what was asked and a sha256. A file that no longer has it is fetched anew.

    Raises
    ------
    UsageError
        If pyvo is missing, the archive cannot be reached, refuses the query, gives no readable
        table or no row, or the time is over.
    """
    url = url.rstrip("/")
    question = {"url": url, "adql": " ".join(adql.split()), "rows": rows}
    if not question["adql"]:
        raise UsageError("the query is empty; SELECT … FROM … is needed")
    path = cache_folder() / "queries" / f"{content_key(question)}.vot"
    if not refresh and (kept := _kept(path)) is not None:
        return kept
    table = _asked(url, adql, rows, synchronous, timeout_s)
    with atomic_path(path) as temporary:
        table.write(temporary, format="votable", tabledata_format="binary2")
    digest = file_sha256(path)
    note = {**question, "n": len(table), "sha256": digest, "fetched": _now()}
    with atomic_path(_note(path)) as temporary:
        temporary.write_text(json.dumps(note, indent=1), encoding="utf-8")
    return Fetched(table, path, digest, from_cache=False)


def read_adql(path: str | Path) -> str:
    """Return the query in a text file.

    Raises
    ------
    UsageError
        If it cannot be read or is empty.
    """
    try:
        text = Path(path).read_text(encoding="utf-8").strip().rstrip(";").rstrip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: not readable as text ({error})") from None
    if not text:
        raise UsageError(f"{path}: holds no query")
    return text


def _kept(path: Path) -> Fetched | None:
    """Return what the cache holds; None if there is nothing, or if it was damaged."""
    try:
        note = json.loads(_note(path).read_text(encoding="utf-8"))
        if file_sha256(path) != note["sha256"]:
            warnings.warn(f"{path} was damaged and is fetched anew", stacklevel=3)
            return None
    except (OSError, ValueError, KeyError):
        return None
    return Fetched(_plain(read_table(path)), path, note["sha256"], from_cache=True)


def _asked(url: str, adql: str, rows: int | None, synchronous: bool, timeout_s: float) -> Table:
    """Return the answer of the archive itself."""
    with _understood_errors(url), warnings.catch_warnings():
        # Archives' tables seldom keep every rule; pyvo's word on cut answers is said below.
        warnings.simplefilter("ignore")
        answer = _answer(url, adql, rows, synchronous, timeout_s)
        table = _plain(answer.to_table())
        cut = answer.query_status == "OVERFLOW"
    if not len(table):
        raise UsageError(f"{url}: the query finds no row; loosen its conditions")
    if cut and rows is None:
        warnings.warn(f"{url} cut its answer at {len(table):,} rows; ask in parts", stacklevel=3)
    return table


def _answer(url: str, adql: str, rows: int | None, synchronous: bool, timeout_s: float) -> Any:
    import pyvo
    import requests

    session = requests.Session()
    session.request = partial(session.request, timeout=ANSWER_TIMEOUT_S)  # type: ignore[method-assign]
    service = pyvo.dal.TAPService(url, session=session)
    if synchronous:
        return service.run_sync(adql, maxrec=rows)
    job = service.submit_job(adql, maxrec=rows)
    try:
        job.run()
        deadline, pause = time.monotonic() + timeout_s, FIRST_PAUSE_S
        while job.phase not in FINISHED:
            if time.monotonic() > deadline:
                raise UsageError(
                    f"{url}: no answer within {timeout_s:g} s; ask for less, or wait longer with "
                    "--timeout"
                )
            time.sleep(pause)
            pause = min(pause * PAUSE_GROWTH, LONGEST_PAUSE_S)
        job.raise_if_error()
        return job.fetch_result()
    finally:
        with suppress(pyvo.dal.DALAccessError):
            job.delete()


@contextmanager
def _understood_errors(url: str) -> Iterator[None]:
    """Say in one line what went wrong between here and an archive."""
    try:
        import pyvo
        import requests
    except ImportError:
        raise UsageError("queries need pyvo: pip install 'astro_dl[query]'") from None
    try:
        yield
    except pyvo.dal.DALQueryError as error:
        raise UsageError(f"{url} refuses the query: {_line(error)}") from None
    except UsageError:
        raise
    except (pyvo.dal.DALAccessError, requests.RequestException, ValueError, IndexError) as error:
        unreached = (pyvo.dal.DALServiceError, requests.RequestException)
        if isinstance(error, unreached) or isinstance(getattr(error, "cause", None), unreached):
            why = f"no service answers ({_line(error)}); check the network and the address"
        else:
            why = f"the answer is no table ({_line(error)})"
        raise UsageError(f"{url}: {why}") from None


def _plain(table: Table) -> Table:
    """Return a table whose texts are of type str, which every format can hold."""
    plain = Table(table, copy=False)
    for name in plain.colnames:
        if plain[name].dtype.kind == "O":
            texts = ["" if text is np.ma.masked else str(text) for text in plain[name]]
            plain[name] = np.array(texts, dtype=str)
    return plain


def _line(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text if len(text) <= 300 else f"{text[:297]}…"


def _note(path: Path) -> Path:
    return path.with_suffix(".json")


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
