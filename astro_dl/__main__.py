"""Runs the command line: ``python -m astro_dl``."""

import sys

from astro_dl.cli import main

if __name__ == "__main__":
    sys.exit(main())
