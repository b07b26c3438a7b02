"""Bundles from elsewhere, and to elsewhere: fetched once, checked by sha256, and used offline."""

import hashlib
from pathlib import Path

from astro_dl.bundles.bundle import Bundle, load_bundle
from astro_dl.bundles.card import Card
from astro_dl.bundles.files import CARD, MAX_FILE_BYTES, MAX_TEXT_BYTES, check_target, new_folder
from astro_dl.bundles.sources import source_of
from astro_dl.core.errors import UsageError
from astro_dl.core.reading.folders import models_folders
from astro_dl.core.shipped import shipped_bundles


def pull(address: str, out: str | Path | None = None, sha256: str | None = None) -> Bundle:
    """Fetch a bundle; from then on it is known by its name, and no network is needed.

    Parameters
    ----------
    address : str
        See `astro_dl.bundles.sources.source_of`.
    out : str or Path, optional
        Its folder; default its name in the first folder of ``$ASTRO_DL_MODELS``, or in ``models``
        of the cache.
    sha256 : str, optional
        Of ``card.json``, which holds those of all other files; without one the bundle is whole, but
        may be anybody's.

    Returns
    -------
    Bundle
        As `astro_dl.bundles.bundle.load_bundle` reads it. One that is there already and has the
        same card is not fetched again.

    Raises
    ------
    UsageError
        If it cannot be reached, is no bundle, or is not the one of this sha256; nothing is written
        then.
    """
    source = source_of(address)
    target = Path(out) if out is not None else models_folders()[0] / source.name
    if out is None and source.name in shipped_bundles():
        raise UsageError(f"{source.name!r} is a shipped bundle; choose a folder by out")
    check_target(target.absolute())
    text = source.fetch(CARD, MAX_TEXT_BYTES)
    found = hashlib.sha256(text).hexdigest()
    if sha256 is not None and found != sha256.lower():
        raise UsageError(f"{address}: its card has sha256 {found}, not {sha256}")
    if (target / CARD).is_file():
        there = load_bundle(target)
        if there.sha256 == found:
            return there
    try:
        card = Card.from_json(text)
    except UsageError as error:
        raise UsageError(f"{address}/{CARD}: {error}") from None
    target.parent.mkdir(parents=True, exist_ok=True)
    with new_folder(target.absolute()) as folder:
        for name, digest in card.files.items():
            content = source.fetch(name, MAX_FILE_BYTES)
            if hashlib.sha256(content).hexdigest() != digest:
                raise UsageError(f"{address}/{name}: sha256 differs from the card's")
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(content)
        (folder / CARD).write_bytes(text)
        load_bundle(folder)
    return load_bundle(target)


def push(bundle: str | Path | Bundle, address: str) -> str:
    """Bring a bundle to another place; only what its card lists, and the card last.

    Parameters
    ----------
    bundle : str, Path or Bundle
        A shipped name, a folder, or what was loaded.
    address : str
        See `astro_dl.bundles.sources.source_of`. To https it goes by PUT, with the token of
        ``$ASTRO_DL_HUB_TOKEN`` where there is one.

    Returns
    -------
    str
        The sha256 of its card, by which others pull exactly this one.

    Raises
    ------
    UsageError
        If it is no sound bundle, or the place does not take it.
    """
    sound = load_bundle(bundle.folder if isinstance(bundle, Bundle) else bundle)
    source_of(address).store(sound.folder, [*sound.card.files, CARD])
    return sound.sha256
