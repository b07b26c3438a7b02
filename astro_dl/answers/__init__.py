"""Kinds of answer, each one class that owns all that depends on it; see `astro_dl.core.answer`."""
