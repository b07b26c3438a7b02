"""Tuning: a config with ranges to the settings that are best on the validation set."""

from astro_dl.tuning.tune import tune

__all__ = ["tune"]
