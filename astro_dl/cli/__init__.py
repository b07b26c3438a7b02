"""The command line."""

from astro_dl.cli.main import main

__all__ = ["main"]
