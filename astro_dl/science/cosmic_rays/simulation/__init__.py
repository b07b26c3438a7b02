"""Exposures of the sky through which particles went."""
