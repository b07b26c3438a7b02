"""Examples by their old name: `astro_dl.Examples` is the public one now."""

import warnings

from astro_dl.core.examples import Examples

__all__ = ["Examples"]

warnings.warn(
    "astro_dl.data.examples has moved: from astro_dl import Examples",
    DeprecationWarning,
    stacklevel=2,
)
