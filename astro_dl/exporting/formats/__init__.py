"""Formats: each is a module with what `astro_dl.exporting.format.Format` asks for."""
