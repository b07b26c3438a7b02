"""Imaging surveys: pixel scale, and per band seeing, depth and sky, from published values.

Depths are 5σ point-source magnitudes of the coadded images. Where a paper gives the depth in an
aperture it is kept as such and `Band.aperture` says so. Sky brightness only sets how many electrons
make one sigma of the sky, and so the Poisson noise of bright objects; it is of the dark site.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from astro_dl.core.errors import UsageError, look_up


@dataclass(frozen=True)
class Band:
    """One filter of a survey.

    Parameters
    ----------
    wavelength : float
        Effective wavelength [µm].
    seeing : float
        Median full width at half maximum of the point-spread function [arcsec].
    depth : float
        Magnitude [AB] of a point source detected at ``depth_sigma`` in the coadd.
    sky : float
        Surface brightness of the sky [AB mag/arcsec²].
    aperture : float or None, default None
        Diameter of the aperture in which the depth holds [arcsec]; None for the optimal weight of
        a point source.
    depth_sigma : float, default 5
        Signal-to-noise ratio at the depth.
    exposures : float, default NaN
        Mean number of visits that the coadd is the sum of, where it is published.
    """

    wavelength: float
    seeing: float
    depth: float
    sky: float
    aperture: float | None = None
    depth_sigma: float = 5.0
    exposures: float = np.nan

    @property
    def five_sigma_depth(self) -> float:
        """Magnitude at which the noise is a fifth of the flux [AB]."""
        return self.depth + 2.5 * float(np.log10(self.depth_sigma / 5))

    @property
    def area(self) -> float:
        """Effective noise area of the depth [arcsec²]; 4πσ² for a Gaussian point source."""
        if self.aperture is None:
            return 4 * np.pi * (self.seeing / 2.3548) ** 2
        return np.pi * self.aperture**2 / 4

    def sigma_magnitude(self, pixel_scale: float) -> float:
        """Return the magnitude of a pixel that holds as much light as one sigma of the sky."""
        pixels = self.area / pixel_scale**2
        return self.depth + 2.5 * np.log10(self.depth_sigma * np.sqrt(pixels))

    def electrons_per_sigma(self, pixel_scale: float) -> float:
        """Return one sigma of the sky in electrons, for noise that is the sky's own.

        σ = √N and N electrons of sky: N/σ is the sky's light over the light of one sigma.
        """
        sky = self.sky - 2.5 * np.log10(pixel_scale**2)
        return 10 ** (0.4 * (self.sigma_magnitude(pixel_scale) - sky))


@dataclass(frozen=True)
class Survey:
    """An imaging survey.

    Parameters
    ----------
    name : str
        For people.
    pixel_scale : float
        Of the coadded images [arcsec].
    bands : dict of Band
        By name, blue to red.
    moffat_beta : float or None
        Exponent of a Moffat point-spread function; None for a Gaussian.
    seeing_scatter : float
        Standard deviation of ln(seeing) between fields.
    reference : str
        Where the numbers are from.
    """

    name: str
    pixel_scale: float
    bands: dict[str, Band]
    moffat_beta: float | None
    seeing_scatter: float
    reference: str

    def choose(self, bands: Sequence[str]) -> list[Band]:
        """Return these bands, refusing names that the survey hasn't."""
        if not bands:
            raise UsageError(f"name one or more bands of {self.name}: {', '.join(self.bands)}")
        return [look_up(f"band of {self.name}", band, self.bands) for band in bands]


def named_survey(name: str) -> Survey:
    """Return a survey of `SURVEYS` by name.

    Raises
    ------
    UsageError
        If there is none of this name.
    """
    return look_up("survey", name, SURVEYS)


SURVEYS: dict[str, Survey] = {
    "lsst": Survey(
        name="LSST",
        pixel_scale=0.2,
        bands={
            "u": Band(0.368, 0.92, 26.1, 22.96, exposures=56),
            "g": Band(0.480, 0.87, 27.4, 22.26, exposures=80),
            "r": Band(0.622, 0.83, 27.5, 21.20, exposures=184),
            "i": Band(0.754, 0.80, 26.8, 20.48, exposures=184),
            "z": Band(0.869, 0.78, 26.1, 19.60, exposures=160),
            "y": Band(0.974, 0.76, 24.9, 18.61, exposures=160),
        },
        moffat_beta=3.5,
        seeing_scatter=0.08,
        reference="Ivezić et al. (2019), ApJ 873, 111, tables 1 and 2: coadds of ten years",
    ),
    # Depth at S/N = 10 in an aperture of 1.95 arcsec.
    "des": Survey(
        name="DES",
        pixel_scale=0.263,
        bands={
            "g": Band(0.481, 1.12, 24.33, 22.01, 1.95, 10),
            "r": Band(0.642, 0.96, 24.08, 21.15, 1.95, 10),
            "i": Band(0.781, 0.88, 23.44, 19.89, 1.95, 10),
            "z": Band(0.917, 0.84, 22.69, 18.72, 1.95, 10),
            "Y": Band(0.990, 0.90, 21.44, 17.96, 1.95, 10),
        },
        moffat_beta=3.5,
        seeing_scatter=0.10,
        reference="Abbott et al. (2018), ApJS 239, 18 (DR1); sky of the DECam site",
    ),
    # Depth at S/N = 5 in an aperture of 2 arcsec.
    "kids": Survey(
        name="KiDS",
        pixel_scale=0.2,
        bands={
            "u": Band(0.355, 1.00, 24.23, 22.9, 2.0),
            "g": Band(0.477, 0.86, 25.12, 22.3, 2.0),
            "r": Band(0.626, 0.70, 25.02, 21.2, 2.0),
            "i": Band(0.753, 0.81, 23.68, 19.8, 2.0),
        },
        moffat_beta=3.5,
        seeing_scatter=0.12,
        reference="Kuijken et al. (2019), A&A 625, A2; seeing in u, g, i: de Jong et al. (2017)",
    ),
    "hsc": Survey(
        name="HSC Wide",
        pixel_scale=0.168,
        bands={
            "g": Band(0.475, 0.79, 26.5, 22.1),
            "r": Band(0.621, 0.75, 26.5, 21.2),
            "i": Band(0.771, 0.61, 26.2, 20.1),
            "z": Band(0.889, 0.68, 25.2, 19.2),
            "y": Band(0.976, 0.68, 24.4, 18.3),
        },
        moffat_beta=3.5,
        seeing_scatter=0.12,
        reference="Aihara et al. (2022), PASJ 74, 247 (PDR3, Wide)",
    ),
    # 5 sigma in 1.3 arcsec agrees with 4 x 566 s, 25.72 mag for 1 e-/s and this sky.
    "euclid": Survey(
        name="Euclid VIS",
        pixel_scale=0.1,
        bands={"VIS": Band(0.715, 0.16, 26.2, 22.3, 1.3)},
        moffat_beta=None,
        seeing_scatter=0.02,
        reference="Scaramella et al. (2022), A&A 662, A112; Euclid Collaboration: Mellier (2025)",
    ),
    # One orbit of about 2000 s, drizzled to 0.05 arcsec; F814W in an aperture of 0.24 arcsec.
    "hst": Survey(
        name="HST ACS",
        pixel_scale=0.05,
        bands={
            "F606W": Band(0.592, 0.09, 28.3, 22.5),
            "F814W": Band(0.805, 0.10, 27.2, 22.0, 0.24),
        },
        moffat_beta=None,
        seeing_scatter=0.02,
        reference="Rix et al. (2004), ApJS 152, 163; Koekemoer et al. (2007), ApJS 172, 196",
    ),
}
