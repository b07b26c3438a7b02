"""Training: a config to a bundle."""

from astro_dl.training.train import train

__all__ = ["train"]
