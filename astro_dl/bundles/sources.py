"""Places that bundles are fetched from and brought to: folders, https, Hugging Face's hub.

A place is two functions, of which the first returns the bytes of a bundle's file and the second
takes a whole folder. Whatever it gives is checked by who asks, see `astro_dl.bundles.hub`.
"""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import quote, unquote, urlsplit
from urllib.request import Request, urlopen

from astro_dl.bundles.files import MAX_FILE_BYTES, OURS, new_folder, read_file
from astro_dl.core.errors import UsageError
from astro_dl.core.extras import import_extra

TOKEN_VARIABLE = "ASTRO_DL_HUB_TOKEN"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
TIMEOUT_S = 60
ACCEPTED = "a folder, https://host/path/NAME, or hf://owner/NAME@revision"


@dataclass(frozen=True)
class Source:
    """A place of one bundle.

    Parameters
    ----------
    name : str
        Of the bundle.
    fetch : callable
        ``(name of a file, most bytes) -> bytes``.
    store : callable
        ``(folder, names of files) -> None``: brings these files there, ``card.json`` last.
    """

    name: str
    fetch: Callable[[str, int], bytes]
    store: Callable[[Path, list[str]], None]


def source_of(address: str) -> Source:
    """Return the place of an address.

    Parameters
    ----------
    address : str
        A folder, also as ``file://``; ``https://host/path/NAME`` (``http`` on this machine only);
        ``hf://owner/NAME`` with ``@`` and a branch, tag or commit where it is not ``main``.

    Raises
    ------
    UsageError
        If it is of another form, or the package for it is missing.
    """
    parts = urlsplit(address)
    if parts.scheme == "hf":
        return _hub(address)
    if parts.scheme in ("https", "http"):
        if parts.scheme == "http" and parts.hostname not in LOOPBACK:
            raise UsageError(f"{address}: is not encrypted; accepted: {ACCEPTED}")
        return _web(address.rstrip("/"))
    if parts.scheme == "file":
        return _folder(Path(unquote(parts.path)))
    if "://" in address:
        raise UsageError(f"{address}: scheme {parts.scheme!r}; accepted: {ACCEPTED}")
    return _folder(Path(address))


def _folder(folder: Path) -> Source:
    def store(source: Path, names: list[str]) -> None:
        with new_folder(folder.absolute(), OURS) as target:
            for name in names:
                (target / name).parent.mkdir(exist_ok=True)
                shutil.copyfile(source / name, target / name)

    return Source(folder.name, lambda name, limit: read_file(folder, name, limit=limit), store)


def _web(address: str) -> Source:
    def fetch(name: str, limit: int) -> bytes:
        return _request(Request(f"{address}/{quote(name)}"), limit)

    def store(source: Path, names: list[str]) -> None:
        token = os.environ.get(TOKEN_VARIABLE)
        headers = {"Content-Type": "application/octet-stream"}
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        for name in names:
            content = (source / name).read_bytes()
            url = f"{address}/{quote(name)}"
            _request(Request(url, content, headers, method="PUT"), MAX_FILE_BYTES)

    return Source(unquote(urlsplit(address).path.rpartition("/")[2]), fetch, store)


def _request(request: Request, limit: int) -> bytes:
    url = request.full_url
    try:
        with urlopen(request, timeout=TIMEOUT_S) as response:
            if urlsplit(response.url).scheme != urlsplit(url).scheme:
                raise UsageError(f"{url}: leads to {response.url}, which is not encrypted")
            content = response.read(limit + 1)
    except (URLError, TimeoutError, OSError) as error:
        reason = getattr(error, "reason", None) or error
        raise UsageError(f"{url}: cannot be reached ({reason})") from None
    if len(content) > limit:
        raise UsageError(f"{url}: more than {limit:,} bytes")
    return bytes(content)


def _hub(address: str) -> Source:
    place, _, revision = address.removeprefix("hf://").partition("@")
    owner, _, name = place.partition("/")
    if not owner or not name or "/" in name:
        raise UsageError(f"{address}: no owner and name; accepted: {ACCEPTED}")
    hub: Any = import_extra("huggingface_hub", "hub")
    wanted = {"repo_id": place, "revision": revision or "main"}

    def fetch(file: str, limit: int) -> bytes:
        try:
            path = Path(hub.hf_hub_download(filename=file, **wanted))
        # The hub's library has errors of its own, and those of what it fetches with.
        except Exception as error:
            reason = " ".join(str(error).split())
            raise UsageError(f"{address}: {file} cannot be had ({reason[:200]})") from None
        # Its cache holds links to files by their content.
        return read_file(path.resolve().parent, path.resolve().name, limit=limit)

    def store(source: Path, names: list[str]) -> None:
        hub.HfApi().create_repo(place, exist_ok=True)
        hub.HfApi().upload_folder(folder_path=source, allow_patterns=names, **wanted)

    return Source(name, fetch, store)
