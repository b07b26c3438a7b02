"""From cubes and labels of one's own to a config."""

from functools import partial
from typing import Any

from astro_dl.core.config import Config
from astro_dl.observations.labelled.setup import Given, own_config
from astro_dl.science.own_cubes.recipe import measured_recipe
from astro_dl.science.own_cubes.task import CUBES


def own_cubes_config(model: str, given: Given, crop: int = 0, **overrides: Any) -> Config:
    """Return the config with which a model learns from cubes of one's own.

    Parameters
    ----------
    model : str
        A registered model for cubes, or a classical one.
    given : Given
        Files and labels.
    crop : int, default 0
        Side of the square that is cut out of each plane about its middle; 0 for whole planes.
    **overrides
        Values of the config by dotted keys.

    Raises
    ------
    UsageError
        If files or labels cannot be used, or cubes are of several sizes.
    """
    measure = partial(measured_recipe, crop=crop)
    return own_config("own_cubes", model, CUBES, given, measure, **overrides)
