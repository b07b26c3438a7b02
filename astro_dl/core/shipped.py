"""Shipped configs and bundles by name: ours, in the wheel or a checkout, and third parties'."""

import json
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from astro_dl.core.discovery import load_all
from astro_dl.core.errors import UsageError, did_you_mean
from astro_dl.core.reading.folders import models_folders


@dataclass(frozen=True)
class ShippedBundle:
    """What a shipped bundle is of.

    Parameters
    ----------
    model, task : str
        Registered names.
    """

    model: str
    task: str


CARD = "card.json"
_configs: dict[str, Path] = {}
_bundles: dict[str, Path] = {}


def packaged_folder(kind: str) -> Path:
    """Return the folder of our shipped ``"models"`` or ``"configs"``.

    The wheel carries them as ``astro_dl/_packaged/<kind>``; a checkout has them at its top level.
    """
    package = Path(__file__).parent.parent
    packed = package / "_packaged" / kind
    return packed if packed.is_dir() else package.parent / kind


def register_configs(folder: str | Path) -> None:
    """Register every YAML file of a folder as a config, by its name without the ending.

    Parameters
    ----------
    folder : str or Path
        A folder of a package, as ``Path(__file__).parent / "configs"``.

    Raises
    ------
    UsageError
        If it holds no config, or a name is taken by another one.
    """
    files = sorted(Path(folder).glob("*.yaml"))
    if not files:
        raise UsageError(f"{folder}: no config (*.yaml) to register")
    _add("config", _configs, {file.stem: file for file in files})


def register_bundles(folder: str | Path) -> None:
    """Register every bundle of a folder, by its own folder's name.

    Parameters
    ----------
    folder : str or Path
        A folder of a package that holds bundles.

    Raises
    ------
    UsageError
        If it holds no bundle, or a name is taken by another one.
    """
    found = _bundles_in(Path(folder))
    if not found:
        raise UsageError(f"{folder}: no bundle (*/card.json) to register")
    _add("bundle", _bundles, found)


def shipped_configs() -> dict[str, Path]:
    """Return the files of the shipped configs by name."""
    load_all()
    return _configs


def shipped_bundles() -> dict[str, Path]:
    """Return the folders of the shipped bundles by name."""
    load_all()
    return _bundles


def known_bundles() -> dict[str, Path]:
    """Return the folders of the shipped bundles, and of those in further folders, by name.

    Those of `astro_dl.core.reading.folders.models_folders` are looked up anew each time; of equal
    names the shipped one counts, then that of the first folder.
    """
    found: dict[str, Path] = {}
    for folder in reversed(models_folders()):
        found |= _bundles_in(folder)
    return {**found, **shipped_bundles()}


def find_bundle(name_or_folder: str | Path) -> Path:
    """Return the folder of a known bundle, or of one's own, without looking at what is in it.

    Raises
    ------
    UsageError
        If there is none; the nearest shipped name is told.
    """
    known = known_bundles()
    if isinstance(name_or_folder, str) and name_or_folder in known:
        return known[name_or_folder]
    folder = Path(name_or_folder)
    if (folder / CARD).exists():
        return folder
    if folder.exists():
        raise UsageError(f"{folder} is not a bundle: it has no {CARD}")
    if isinstance(name_or_folder, str) and len(folder.parts) == 1:
        nearest = did_you_mean(name_or_folder, known)
        raise UsageError(f"no shipped bundle or folder {name_or_folder!r}{nearest}")
    raise UsageError(f"{folder}: no such folder")


def list_bundles(pattern: str = "*", task: str | None = None) -> dict[str, ShippedBundle]:
    """Return what the known bundles are of, by their sorted names; imports no Keras.

    Parameters
    ----------
    pattern : str, default "*"
        A shell-style wildcard for the names of bundles or of their models, such as ``"gw_*"``.
    task : str, optional
        Only bundles trained on this task.

    Raises
    ------
    UsageError
        If a card does not tell model and task.
    """
    found = {}
    for name, folder in sorted(known_bundles().items()):
        of = _is_of(folder / CARD)
        named = fnmatchcase(name, pattern) or fnmatchcase(of.model, pattern)
        if named and task in (None, of.task):
            found[name] = of
    return found


def _is_of(card: Path) -> ShippedBundle:
    try:
        told = json.loads(card.read_text(encoding="utf-8"))
        return ShippedBundle(told["model"], told["task"])
    except (ValueError, KeyError, TypeError):
        raise UsageError(f"{card} is no card of a bundle") from None


def _bundles_in(folder: Path) -> dict[str, Path]:
    return {card.parent.name: card.parent for card in sorted(folder.glob("*/card.json"))}


def _add(what: str, known: dict[str, Path], found: dict[str, Path]) -> None:
    """Add all that was found, or nothing if a name is taken."""
    for name, path in found.items():
        if known.get(name, path) != path:
            raise UsageError(
                f"{path}: {what} {name!r} is registered already, by {known[name]}; choose another "
                "name"
            )
    known.update(found)


register_configs(packaged_folder("configs"))
# A checkout without weights is of use too: its networks are trained.
_bundles.update(_bundles_in(packaged_folder("models")))
