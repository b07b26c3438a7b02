"""From spectra and labels of one's own to a config."""

from typing import Any

from astro_dl.core.config import Config
from astro_dl.observations.labelled.setup import Given, own_config
from astro_dl.observations.spectra.recipe import measured_spectrum_recipe
from astro_dl.science.own_spectra.task import SPECTRA


def own_spectra_config(model: str, given: Given, **overrides: Any) -> Config:
    """Return the config with which a model learns from spectra of one's own.

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
    return own_config("own_spectra", model, SPECTRA, given, measured_spectrum_recipe, **overrides)
