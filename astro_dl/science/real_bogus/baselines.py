"""The likelihood ratio of a point source, whose shape is known, against power of any shape."""

import numpy as np

from astro_dl.core.examples import Inputs
from astro_dl.science.real_bogus.features import point_source_fits
from astro_dl.science.real_bogus.inputs import in_units_of_noise
from astro_dl.science.real_bogus.physics import RealBogusPhysics

PIXELS = 11 * 11


def point_source_likelihood(physics: RealBogusPhysics, x: Inputs) -> dict[str, np.ndarray]:
    """Return ln of the likelihood ratio (n,) of a point source in the middle of the difference.

    A matched filter says how strong a detection is, and all detections are strong. What tells a
    point source from an artefact is how much of the power about it has its shape: with ρ² the
    largest share over widths, places and signs, the generalised ratio for noise of unknown
    strength is −(N / 2) ln(1 − ρ²) in N = 121 pixels.
    """
    if isinstance(x, dict):
        raise TypeError("stamps are a single input array")
    images = in_units_of_noise(physics, x)
    difference = images["difference" if "difference" in images else "snr"]
    share = np.maximum(
        point_source_fits(physics, difference).max(axis=1),
        point_source_fits(physics, -difference).max(axis=1),
    )
    return {"matched filter": -0.5 * PIXELS * np.log(np.maximum(1 - share, 1e-9))}
