"""Where entries are found: ours, those of every domain, and what other packages declare."""

import importlib
import pkgutil
import warnings
from functools import cache
from importlib.metadata import entry_points

BUILT_IN = (
    "astro_dl.answers.entries",
    "astro_dl.models.entries",
    "astro_dl.models.classical.entries",
    "astro_dl.models.structure.entries",
)
DOMAINS = "astro_dl.science"
ENTRY_POINT_GROUPS = ("astro_dl.domains", "astro_dl.models", "astro_dl.tasks")
"""Each names a module whose import registers, as ours, or a function that does so."""


def domains() -> list[str]:
    """Return the sorted names of the packages of `astro_dl.science`."""
    folders = importlib.import_module(DOMAINS).__path__
    return sorted(found.name for found in pkgutil.iter_modules(folders) if found.ispkg)


@cache
def load_all() -> None:
    """Import our entries and those of every domain, then what third parties declare."""
    for entries in BUILT_IN:
        importlib.import_module(entries)
    for domain in domains():
        importlib.import_module(f"{DOMAINS}.{domain}.entries")
    load_entry_points()


def load_entry_points() -> None:
    """Import what third parties declare; what cannot be imported is left out with a warning."""
    declared = entry_points()  # once: every call reads what all installed packages declare
    for group in ENTRY_POINT_GROUPS:
        for point in declared.select(group=group):
            try:
                loaded = point.load()
                if callable(loaded):
                    loaded()
            except Exception as error:
                owner = point.dist.name if point.dist else "an unknown distribution"
                reason = f"{type(error).__name__}: {error}"
                warnings.warn(f"{owner}: {point.name!r} left out ({reason})", stacklevel=2)
