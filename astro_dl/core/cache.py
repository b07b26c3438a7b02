"""Where files are kept that can be made again."""

import os
from pathlib import Path


def cache_folder() -> Path:
    """Return ``$ASTRO_DL_CACHE``, by default ``~/.cache/astro_dl``."""
    return Path(os.environ.get("ASTRO_DL_CACHE") or Path.home() / ".cache" / "astro_dl")
