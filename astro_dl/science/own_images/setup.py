"""From images and labels of one's own to a config."""

from functools import partial
from typing import Any

from astro_dl.core.config import Config
from astro_dl.observations.images.recipe import measured_recipe
from astro_dl.observations.labelled.setup import Given, own_config
from astro_dl.science.own_images.task import IMAGES


def own_images_config(model: str, given: Given, crop: int = 0, **overrides: Any) -> Config:
    """Return the config with which a model learns from images of one's own.

    Parameters
    ----------
    model : str
        A registered model for images, or a classical one.
    given : Given
        Files and labels.
    crop : int, default 0
        Side of the square that is cut out about the centre of each; 0 for whole images.
    **overrides
        Values of the config by dotted keys.

    Raises
    ------
    UsageError
        If files or labels cannot be used, or images are of several sizes or bands.
    """
    measure = partial(measured_recipe, crop=crop)
    return own_config("own_images", model, IMAGES, given, measure, **overrides)
