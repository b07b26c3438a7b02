"""How a set of cutouts is observed: seeing, depth and point-spread functions, image by image."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from astro_dl.core.errors import UsageError, unknown_name
from astro_dl.data.namespace import namespace_of
from astro_dl.observations.images.galaxy_types import Photometry
from astro_dl.observations.images.point_spread import PointSpread, prepare_kernel
from astro_dl.observations.photometry.surveys import Survey

BAND_SEEING_SCATTER = 0.04
"""Standard deviation of ln(seeing) between the bands of one field."""


@dataclass(frozen=True)
class Observation:
    """How the images of a set are taken.

    Parameters
    ----------
    size, margin : int
        Pixels along either side, and rendered beyond it for the light that is blurred into it.
    pixel_scale : float
        [arcsec].
    seeing : ndarray
        (n, B) full width at half maximum [arcsec].
    depth : ndarray
        (n, B) magnitude of a point source at 5σ [AB].
    electrons_per_sigma : ndarray
        (n, B) of the sky's noise in a pixel, see `surveys.Band`.
    exposures : ndarray
        (B,) visits that make up an image; NaN where that is not known.
    point_spreads : tuple of PointSpread
        One for each band.
    photometry : Photometry
        Light of magnitudes.
    """

    size: int
    margin: int
    pixel_scale: float
    seeing: np.ndarray
    depth: np.ndarray
    electrons_per_sigma: np.ndarray
    exposures: np.ndarray
    point_spreads: tuple[PointSpread, ...]
    photometry: Photometry

    @property
    def rendered(self) -> int:
        """Pixels along either side before the margin is cut off."""
        return self.size + 2 * self.margin

    @property
    def half_width(self) -> float:
        """Half the side of what is rendered [arcsec]."""
        return self.rendered * self.pixel_scale / 2

    def expose(self, light: Any, images: Any) -> Any:
        """Return light (..., m, B, rendered, rendered) as seen in these m images: blurred and cut.

        Several layers of the same images are best blurred at once. Tensors of Keras are blurred on
        their device.
        """
        inner = slice(self.margin, self.margin + self.size)
        blurred = [
            spread.take(images).blur(light[..., band, :, :], self.margin)[..., inner, inner]
            for band, spread in enumerate(self.point_spreads)
        ]
        return namespace_of(light).stack(blurred, axis=-3)


def draw_observation(
    survey: Survey,
    bands: Sequence[str],
    n: int,
    rng: np.random.Generator,
    *,
    size: int = 64,
    pixel_scale: float | None = None,
    exposure_factor: float = 1.0,
    depth_scatter: float = 0.1,
    kernels: Mapping[str, np.ndarray] | None = None,
) -> Observation:
    """Return how n cutouts of a survey are observed.

    Parameters
    ----------
    survey : Survey
        Gives the medians.
    bands : sequence of str
        Names of its bands.
    n : int
        Number of cutouts.
    rng : numpy.random.Generator
    size : int, default 64
        Pixels along either side, 8 or more.
    pixel_scale : float, optional
        [arcsec]; the survey's by default.
    exposure_factor : float, default 1
        Exposure time over the survey's.
    depth_scatter : float, default 0.1
        Standard deviation of the depth [mag].
    kernels : mapping, optional
        Point-spread functions by band on pixels of this scale, instead of the survey's.

    Raises
    ------
    UsageError
        If a band is unknown or a number out of range.
    """
    chosen = survey.choose(bands)
    scale = survey.pixel_scale if pixel_scale is None else pixel_scale
    if size < 8:
        raise UsageError(f"size must be 8 pixels or more, not {size}")
    if not scale > 0:
        raise UsageError(f"pixel_scale must be positive, not {scale}")
    if not exposure_factor > 0:
        raise UsageError(f"exposure_factor must be positive, not {exposure_factor}")
    kernels = dict(kernels or {})
    for band in kernels:
        if band not in bands:
            raise unknown_name("band of the kernels", band, bands)
    deviations = rng.normal(0, survey.seeing_scatter, (n, 1))
    deviations = deviations + rng.normal(0, BAND_SEEING_SCATTER, (n, len(bands)))
    seeing = np.array([band.seeing for band in chosen]) * np.exp(deviations)
    deeper = rng.normal(0, depth_scatter, (n, len(bands))) + 1.25 * np.log10(exposure_factor)
    sigma_magnitude = np.array([band.sigma_magnitude(scale) for band in chosen]) + deeper
    electrons = np.array([band.electrons_per_sigma(scale) for band in chosen])
    noise_pixels = np.sqrt(4 * np.pi) * seeing / 2.3548 / scale
    spreads = [
        PointSpread(kernel=prepare_kernel(kernels[band]))
        if band in kernels
        else PointSpread(seeing[:, index] / scale, survey.moffat_beta)
        for index, band in enumerate(bands)
    ]
    return Observation(
        size=size,
        margin=int(np.ceil(1.5 * seeing.max(initial=0) / scale)),
        pixel_scale=scale,
        seeing=seeing,
        depth=sigma_magnitude - 2.5 * np.log10(5 * noise_pixels),
        electrons_per_sigma=electrons * 10 ** (0.4 * deeper),
        exposures=exposure_factor * np.array([band.exposures for band in chosen]),
        point_spreads=tuple(spreads),
        photometry=Photometry(np.array([band.wavelength for band in chosen]), sigma_magnitude),
    )
