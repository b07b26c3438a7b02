"""Which extensions of a FITS file of many objects are of one of them.

A keyword such as OBJID says so; or names that are alike but for the band, as ``123_G`` and
``123_R``, or the name of a cube of bands; or EXTVER.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from astro_dl.core.errors import UsageError
from astro_dl.observations.images.band_images import (
    NOT_THE_SKY,
    band_in,
    bands_of,
    is_of_the_sky,
)

KEYWORDS = (
    "OBJID",
    "OBJ_ID",
    "OBJECTID",
    "SOURCEID",
    "SRCID",
    "SRC_ID",
    "TARGETID",
    "ID",
    "OBJECT",
)
"""Which tell whose image an extension is; the first that all have and that makes sense counts."""

NAME, VERSION, CUBE = range(len(KEYWORDS), len(KEYWORDS) + 3)
"""Which keys of a `Label` are no keywords; the last two count within a file alone."""

SHOWN = 6
Bands = Sequence[str | None]


@dataclass(frozen=True, slots=True)
class Label:
    """What an extension says of itself.

    Parameters
    ----------
    number : int
        From 0.
    bands : tuple
        Of its planes; none if it is empty.
    keys : tuple of str
        By which it may belong to others: the values of `KEYWORDS`, the name less its band, EXTVER,
        and of cubes the number; empty where it says nothing.
    """

    number: int
    bands: tuple[str | None, ...]
    keys: tuple[str, ...]


def extension_groups(
    opened: Any, path: Path, bands: Sequence[str], told: Sequence[str] | None
) -> dict[str, list[int]] | None:
    """Return the numbers of each object's extensions by its name; None of a file of one object.

    What tells objects apart must make most of them whole, at least two. Names of single images
    must have digits, too: others tell what kind of image it is. Empty extensions count, so that an
    object without pixels is not passed over.

    Parameters
    ----------
    opened : sequence of HDU
        The file.
    path : Path
        Its path.
    bands : sequence of str
        The network's.
    told : sequence of str or None
        What the images of every object are, in their order, where the file does not tell.

    Raises
    ------
    UsageError
        If there are images of several objects, and nothing tells which are of one.
    """
    planes = {
        number: tuple(bands_of(one, path)) if is_of_the_sky(one) else ()
        for number, one in enumerate(opened)
        if _counts(one)
    }
    whole = partial(_is_whole, bands=bands, told=told)
    # most files are of one object, which needs no keywords to be known
    if sum(map(bool, planes.values())) < 2 or whole([one for of in planes.values() for one in of]):
        return None
    labels = [_label(number, opened[number], own) for number, own in planes.items()]
    images = [one for one in labels if one.bands]
    for key in range(len(KEYWORDS) + 3):
        if all(one.keys[key] for one in images):
            groups = _by_key(labels, key)
            if _tells(groups, key, whole):
                within = f"{path.name}:" if key in (VERSION, CUBE) else ""
                return {within + name: [one.number for one in of] for name, of in groups.items()}
    if len(_planes(images)) >= 2 * len(told or bands):
        raise _untold(images, opened, path)
    return None


def _counts(hdu: Any) -> bool:
    """Whether an extension is an image of the sky, or the place of one without pixels."""
    kind = hdu.header.get("XTENSION", "")
    empty = str(kind).strip() == "IMAGE" and 0 in (hdu.shape or (0,))
    return is_of_the_sky(hdu) or (empty and not NOT_THE_SKY.search(hdu.name))


def _label(number: int, hdu: Any, bands: tuple[str | None, ...]) -> Label:
    *keys, name, version = (
        str(hdu.header.get(keyword, "")).strip() for keyword in (*KEYWORDS, "EXTNAME", "EXTVER")
    )
    own = str(number) if len(bands) > 1 else ""
    return Label(number, bands, (*keys, without_band(name), version, own))


def without_band(name: str) -> str:
    """Return a name less the word that tells its band, and what parts this from the others."""
    if band_in(name) is None:
        return name
    words = re.findall(r"[^A-Za-z0-9]*[A-Za-z0-9]+", name)
    kept = "".join(one for one in words if band_in(one) is None)
    return kept if kept[:1] == name[:1] else kept.lstrip("_ -.:")


def _is_whole(found: Bands, bands: Sequence[str], told: Sequence[str] | None) -> bool:
    """Whether images of these bands can be those of one object."""
    if told is not None:
        return len(found) == len(told)
    if None in found:
        return not any(found) and len(found) == len(bands)
    return bool(found) and len(set(found)) == len(found)


def _planes(labels: Sequence[Label]) -> list[str | None]:
    return [band for one in labels for band in one.bands]


def _by_key(labels: Sequence[Label], key: int) -> dict[str, list[Label]]:
    found: dict[str, list[Label]] = {}
    for one in labels:
        if one.keys[key]:
            found.setdefault(one.keys[key], []).append(one)
    return found


def _tells(groups: Mapping[str, Sequence[Label]], key: int, whole: Callable[[Bands], bool]) -> bool:
    planes = [_planes(one) for one in groups.values()]
    if key == NAME and max(map(len, planes)) == 1 and not all(map(_has_digit, groups)):
        return False
    return 2 <= sum(map(whole, planes)) > len(planes) / 2


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))


def _untold(images: Sequence[Label], opened: Any, path: Path) -> UsageError:
    names = [opened[one.number].name or f"{one.number} (no name)" for one in images[:SHOWN]]
    names += ["…"] * (len(images) > SHOWN)
    known = sorted({band or "unknown" for band in _planes(images)})
    return UsageError(
        f"{path} holds {len(images)} images, of bands {', '.join(known)}, and nothing tells which "
        f"are of one object: {', '.join(names)}; accepted: a keyword OBJID, names such as 123_g, "
        "EXTVER, a cube of bands for each object, or a table with images"
    )
