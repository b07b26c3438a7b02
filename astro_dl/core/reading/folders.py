"""Folders on this machine that hold what was made or fetched before."""

import os
from pathlib import Path

MODELS_VARIABLE = "ASTRO_DL_MODELS"


def cache_folder() -> Path:
    """Return ``$ASTRO_DL_CACHE``, by default ``~/.cache/astro_dl``."""
    return Path(os.environ.get("ASTRO_DL_CACHE") or Path.home() / ".cache" / "astro_dl")


def models_folders() -> list[Path]:
    """Return the folders of bundles beside those that are shipped.

    Returns
    -------
    list of Path
        Those that ``$ASTRO_DL_MODELS`` names, separated as in ``$PATH``, and ``models`` of the
        cache. What is fetched goes to the first one.
    """
    named = os.environ.get(MODELS_VARIABLE, "").split(os.pathsep)
    return [*(Path(one) for one in named if one), cache_folder() / "models"]
