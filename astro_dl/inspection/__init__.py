"""Inspection: candidates and their pictures on one page, to be graded by eye."""

from astro_dl.inspection.inspect import inspect

__all__ = ["inspect"]
