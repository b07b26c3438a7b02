"""Cosmic-ray hits in single exposures of CCDs: which pixels they spoil."""
