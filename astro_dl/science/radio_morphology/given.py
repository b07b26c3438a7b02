"""What a network is given of each map: its pixels, the features measured on them, or both."""

from functools import partial
from typing import Any

import numpy as np

from astro_dl.core.examples import Inputs
from astro_dl.core.task import Augmentation, InputSpec
from astro_dl.observations.images.orientations import orientations_of
from astro_dl.science.radio_morphology.features import FEATURES, measured_features
from astro_dl.science.radio_morphology.physics import RadioPhysics


def input_spec(physics: RadioPhysics) -> InputSpec:
    """Return the shapes of the inputs, (size, size, 1) of a map, and what their numbers mean."""
    size, clip, seed = physics.size_pixels, physics.clip_sigma, physics.seed_sigma
    contract: dict[str, Any] = {
        "quantity": f"root of the brightness over its largest; 0 below {clip:g} times noise, in "
        f"islands that nowhere reach {seed:g} times or are smaller than the beam, and outside "
        "the circle",
        "pixel_scale_arcsec": physics.pixel_scale_arcsec,
        "beam_arcsec": physics.beam_arcsec,
    }
    if "features" in physics.inputs:
        contract["features"] = list(FEATURES)
    every: dict[str, tuple[int, ...]] = {"map": (size, size, 1), "features": (len(FEATURES),)}
    shapes = {name: every[name] for name in physics.inputs}
    return InputSpec(shapes if len(shapes) > 1 else shapes[physics.inputs[0]], contract)


def given_inputs(physics: RadioPhysics, maps: np.ndarray) -> Inputs:
    """Return what a network with these physics is given.

    Parameters
    ----------
    physics : RadioPhysics
        Which inputs.
    maps : ndarray, (n, size, size, 1)
        As `astro_dl.science.radio_morphology.inputs.network_input` gives them.

    Returns
    -------
    ndarray or dict of ndarray
        ``map`` as it is and ``features`` (n, k); one alone is a plain array. NaN where the map is.
    """
    makers = {"map": lambda: maps, "features": lambda: measured_features(physics, maps)}
    made = {name: makers[name]() for name in physics.inputs}
    return made if len(made) > 1 else made[physics.inputs[0]]


def changes(physics: RadioPhysics) -> Augmentation:
    """Return how maps are turned; features, which turns hardly change, are left as they are."""
    if "map" not in physics.inputs:
        return Augmentation()
    of_maps = orientations_of(physics.size_pixels, physics.size_pixels)
    if len(physics.inputs) == 1:
        return of_maps
    return Augmentation(
        inputs=partial(_with_changed_map, change=of_maps.inputs),
        symmetries=tuple(partial(_with_changed_map, change=one) for one in of_maps.symmetries),
    )


def _with_changed_map(x: Any, *given: Any, change: Any) -> dict[str, Any]:
    return {**x, "map": change(x["map"], *given)}
