"""Where the shipped configs and bundles lie: in the wheel, or in a checkout."""

from functools import cache
from pathlib import Path


def packaged_folder(kind: str) -> Path:
    """Return the folder of the shipped ``"models"`` or ``"configs"``.

    The wheel carries them as ``astro_dl/_packaged/<kind>``; a checkout has them at its top level.
    """
    package = Path(__file__).parent.parent
    packed = package / "_packaged" / kind
    return packed if packed.is_dir() else package.parent / kind


@cache
def shipped_bundles() -> dict[str, Path]:
    """Return the folders of the shipped bundles by name."""
    folder = packaged_folder("models")
    if not folder.is_dir():
        return {}
    return {card.parent.name: card.parent for card in sorted(folder.glob("*/card.json"))}


@cache
def shipped_configs() -> dict[str, Path]:
    """Return the files of the shipped configs by name."""
    folder = packaged_folder("configs")
    return {file.stem: file for file in sorted(folder.glob("*.yaml"))}
