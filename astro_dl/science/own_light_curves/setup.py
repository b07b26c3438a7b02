"""From light curves and labels of one's own to a config."""

from typing import Any

from astro_dl.core.config import Config
from astro_dl.observations.labelled.setup import Given, own_config
from astro_dl.observations.light_curves.recipe import measured_series_recipe
from astro_dl.science.own_light_curves.task import LIGHT_CURVES


def own_light_curves_config(model: str, given: Given, **overrides: Any) -> Config:
    """Return the config with which a model learns from light curves of one's own.

    Parameters
    ----------
    model : str
        A registered model for series, or a classical one.
    given : Given
        Files and labels.
    **overrides
        Values of the config by dotted keys.

    Raises
    ------
    UsageError
        If files or labels cannot be used.
    """
    return own_config(
        "own_light_curves", model, LIGHT_CURVES, given, measured_series_recipe, **overrides
    )
