"""How images of one's own become inputs: measured on the training images, and written down."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.observations.images.cutouts import centre_crop

HEAVY = 15.0
"""Widths that the values of a band span, beyond which it is compressed."""

MOST_VALUES = 2_000_000
MOST_UNKNOWN = 0.5


@dataclass(frozen=True)
class BandScale:
    """The scale on which a network sees a band.

    Parameters
    ----------
    centre, softening : float
        Values are reduced by the one and divided by the other.
    shift, width : float
        The same after the compression, so that training pixels have mean 0 and deviation 1.
    stretch : {"linear", "arcsinh"}
        The compression between.
    """

    centre: float = 0.0
    softening: float = 1.0
    shift: float = 0.0
    width: float = 1.0
    stretch: Literal["linear", "arcsinh"] = "linear"

    def scaled(self, values: np.ndarray) -> np.ndarray:
        """Return values on the network's scale."""
        inner = (values - self.centre) / self.softening
        return ((np.arcsinh(inner) if self.stretch == "arcsinh" else inner) - self.shift) / (
            self.width
        )

    def formula(self) -> str:
        """Return the scaling in words, for the contract."""
        inner = f"(value - {self.centre:g}) / {self.softening:g}"
        inner = f"arcsinh({inner})" if self.stretch == "arcsinh" else inner
        return f"({inner} - {self.shift:g}) / {self.width:g}"


@dataclass(frozen=True)
class ImageRecipe:
    """The size of images, and the scale of each band.

    Parameters
    ----------
    height, width : int
        Pixels.
    bands : tuple of BandScale
        In the order of the files.
    crop : bool
        Whether larger images are cut about their centre; else another size is refused.
    """

    height: int = 0
    width: int = 0
    bands: tuple[BandScale, ...] = ()
    crop: bool = False

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of an input: (height, width, bands)."""
        return self.height, self.width, len(self.bands)

    def sized(self, image: np.ndarray, where: str | Path) -> np.ndarray:
        """Return an image (y, x, bands) of the recipe's size.

        Raises
        ------
        UsageError
            If it has another size or other bands.
        """
        y, x, bands = image.shape
        if bands != len(self.bands):
            raise UsageError(
                f"{where}: {bands} bands, but the other images have {len(self.bands)}; give images "
                "of the same bands"
            )
        if (y, x) == (self.height, self.width):
            return image
        size = f"{self.height} × {self.width}"
        if not self.crop:
            raise UsageError(
                f"{where}: {y} × {x} pixels, but the other images have {size}; give images of one "
                "size, or cut all of them about their centre at the training by --crop PIXELS"
            )
        if y < self.height or x < self.width:
            raise UsageError(f"{where}: {y} × {x} pixels, fewer than the {size} to be cut out")
        return centre_crop(image, self.height)

    def inputs(self, image: np.ndarray, where: str | Path) -> np.ndarray:
        """Return an input (height, width, bands) float32; pixels that are not finite are 0.

        Raises
        ------
        UsageError
            As of `sized`, or if most pixels are not finite.
        """
        values = np.asarray(self.sized(image, where), np.float64)
        known = np.isfinite(values)
        if known.mean() < 1 - MOST_UNKNOWN:
            raise UsageError(f"{where}: {1 - known.mean():.0%} of the pixels are not finite")
        scaled = [
            band.scaled(np.where(mask, plane, band.centre))
            for band, plane, mask in zip(
                self.bands, np.moveaxis(values, 2, 0), np.moveaxis(known, 2, 0), strict=True
            )
        ]
        return np.where(known, np.stack(scaled, axis=2), 0.0).astype(np.float32)

    def contract(self) -> dict[str, Any]:
        """Return what the numbers of an input mean, for the bundle."""
        return {
            "size_pixels": [self.height, self.width],
            "bands": [band.formula() for band in self.bands],
            "missing": "0 where a pixel is not finite",
        }


def measured_recipe(images: Iterable[tuple[str, np.ndarray]], crop: int = 0) -> ImageRecipe:
    """Return the recipe for images of the kind of these.

    Integers are reduced to mean 0 and deviation 1. So are other numbers, after a compression by the
    inverse hyperbolic sine where the brightest pixels lie far beyond the noise.

    Parameters
    ----------
    images : iterable of (name, ndarray)
        Training images (y, x, bands), of which as many pixels are kept as tell the scales.
    crop : int, default 0
        Side of the square to be cut out about the centre; 0 for whole images, all of one size.

    Raises
    ------
    UsageError
        If sizes or bands differ, or a band is constant.
    """
    recipe, kept, whole = ImageRecipe(), [], True
    rng = np.random.default_rng(0)
    held = 0
    for name, image in images:
        if not recipe.bands:
            height, width = (crop, crop) if crop else image.shape[:2]
            recipe = ImageRecipe(height, width, (BandScale(),) * image.shape[2], bool(crop))
        whole &= image.dtype.kind in "iub"
        pixels = np.asarray(recipe.sized(image, name), np.float64).reshape(-1, image.shape[2])
        if held < MOST_VALUES:
            chosen = rng.permutation(len(pixels))[: max(64, MOST_VALUES // 256)]
            kept.append(pixels[chosen])
            held += len(chosen)
    planes = np.concatenate(kept).T
    scales = [measured_scale(one, whole, f"band {k}") for k, one in enumerate(planes)]
    return ImageRecipe(recipe.height, recipe.width, tuple(scales), recipe.crop)


def measured_scale(values: np.ndarray, whole: bool, what: str) -> BandScale:
    """Return the scale of pixels (n,) of training examples; NaN ones don't count.

    Parameters
    ----------
    values : ndarray
        Pixels.
    whole : bool
        Whether they are whole numbers, which are never compressed.
    what : str
        What messages call them.

    Raises
    ------
    UsageError
        If all are the same.
    """
    values = values[np.isfinite(values)]
    if not len(values) or values.min() == values.max():
        said = f"always {values[0]:g}" if len(values) else "nowhere finite"
        raise UsageError(f"{what} of the training files is {said}: it tells nothing")
    low, left, centre, right, high = np.quantile(values, [0.001, 0.16, 0.5, 0.84, 0.999])
    softening = float((right - left) / 2 or values.std())
    if whole or high - low <= HEAVY * softening:
        return BandScale(_rounded(values.mean()), 1.0, 0.0, _rounded(values.std()))
    compressed = np.arcsinh((values - centre) / softening)
    mean, deviation = _rounded(compressed.mean()), _rounded(compressed.std())
    return BandScale(_rounded(centre), _rounded(softening), mean, deviation, "arcsinh")


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")
