"""Cameras of surveys that look for what changes: pixels, seeing, depth and full wells."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from astro_dl.core.errors import unknown_name


@dataclass(frozen=True)
class Camera:
    """What a survey's exposures in one red band are like.

    The unit of light is the standard deviation σ of an exposure's sky noise in a pixel.

    Parameters
    ----------
    pixel_scale_arcsec : float
        Width of a pixel ["].
    seeing_arcsec : float
        Median full width at half maximum of point sources ["].
    depth_mag : float
        Magnitude of a point source of S/N 5 at that seeing.
    electrons_per_sigma : float
        Electrons that make one σ.
    full_well_sigma : float
        Light at which a pixel is full [σ].
    template_exposures : int
        Exposures in the template.
    """

    pixel_scale_arcsec: float
    seeing_arcsec: float
    depth_mag: float
    electrons_per_sigma: float
    full_well_sigma: float
    template_exposures: int

    @property
    def seeing_pixels(self) -> float:
        """Median full width at half maximum [pixel]."""
        return self.seeing_arcsec / self.pixel_scale_arcsec

    @property
    def magnitude_of_sigma(self) -> float:
        """Magnitude of a source of flux σ.

        From S/N² = F² Σ P² / σ² of a Gaussian of the median seeing, Σ P² = 1 / (4 π s²).
        """
        deviation = self.seeing_pixels / np.sqrt(8 * np.log(2))
        return self.depth_mag + 2.5 * np.log10(5 * np.sqrt(4 * np.pi) * deviation)

    def flux(self, magnitude: np.ndarray) -> np.ndarray:
        """Return fluxes [σ] of magnitudes."""
        return 10 ** (-0.4 * (np.asarray(magnitude) - self.magnitude_of_sigma))

    def magnitude(self, flux: np.ndarray) -> np.ndarray:
        """Return magnitudes of the moduli of fluxes [σ]."""
        return self.magnitude_of_sigma - 2.5 * np.log10(np.abs(flux))


CAMERAS: Mapping[str, Camera] = MappingProxyType(
    {
        "ztf": Camera(1.012, 2.0, 20.6, 33.0, 4000.0, 20),
        "des": Camera(0.263, 1.0, 23.6, 40.0, 3000.0, 6),
        "decam_survey": Camera(0.263, 1.3, 23.0, 35.0, 3500.0, 3),
    }
)
"""Of 30 s in r with ZTF (Bellm et al. 2019, PASP 131, 018002), of the supernova fields of DES
(Kessler et al. 2015, AJ 150, 172), and of shallower searches with DECam as HiTS (Förster et al.
2016, ApJ 832, 155), in round numbers."""


def named_camera(name: str) -> Camera:
    """Return a camera by name.

    Raises
    ------
    UsageError
        If there is none, listing the names.
    """
    if name not in CAMERAS:
        raise unknown_name("survey", name, CAMERAS)
    return CAMERAS[name]
