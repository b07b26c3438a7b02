"""Export: a bundle as a file of another runtime, with what is needed to use it beside it."""

from astro_dl.exporting.export import export

__all__ = ["export"]
