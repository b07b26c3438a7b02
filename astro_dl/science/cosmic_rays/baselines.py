"""The classical method: the Laplacian of an image is sharp where particles hit."""

import warnings
from importlib.util import find_spec

import numpy as np

from astro_dl.core.examples import Inputs
from astro_dl.science.cosmic_rays.inputs import in_electrons
from astro_dl.science.cosmic_rays.physics import CosmicRayPhysics

CLIPS = tuple(np.geomspace(30, 2, 8))
"""Thresholds of the Laplacian [σ], the highest first."""

CONTRASTS = (2.0, 5.0)
"""Least ratios of the Laplacian to the fine structure."""


def laplacian_scores(physics: CosmicRayPhysics, x: Inputs) -> dict[str, np.ndarray]:
    """Return, for each pixel, the highest threshold at which L.A.Cosmic still finds it.

    van Dokkum (2001), PASP 113, 1420, as astroscrappy computes it, which is told the true gain and
    the noise of every pixel.

    Parameters
    ----------
    physics : CosmicRayPhysics
        Unused.
    x : ndarray, (n, H, W, 2)
        Inputs of networks.

    Returns
    -------
    dict of str to ndarray, (n, H, W)
        Logarithms of thresholds, zero where it is never found, by contrast; none where
        astroscrappy is not installed.
    """
    if find_spec("astroscrappy") is None:
        return {}
    assert isinstance(x, np.ndarray)
    electrons, noise = in_electrons(x)
    return {
        f"L.A.Cosmic, contrast {contrast:g}": np.stack(
            [_swept(*image, contrast) for image in zip(electrons, noise, strict=True)]
        )
        for contrast in CONTRASTS
    }


def _swept(electrons: np.ndarray, noise: np.ndarray, contrast: float) -> np.ndarray:
    from astroscrappy import detect_cosmics

    variance = (noise**2 + np.maximum(electrons, 0)).astype(np.float32)
    found = np.zeros(electrons.shape, np.float32)
    for clip in CLIPS:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            mask, _ = detect_cosmics(
                electrons.astype(np.float32),
                invar=variance,
                sigclip=float(clip),
                sigfrac=0.3,
                objlim=contrast,
                gain=1.0,
                readnoise=float(np.median(noise)),
                satlevel=np.inf,
                niter=4,
                cleantype="medmask",
            )
        found = np.where(mask & (found == 0), np.float32(np.log(clip)), found)
    return found
