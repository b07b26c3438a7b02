"""Generation: new examples from what networks have learnt."""

from astro_dl.generation.generate import generate

__all__ = ["generate"]
