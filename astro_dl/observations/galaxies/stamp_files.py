"""Stamps of sources in FITS files, with point-spread functions, weights and masks."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from astropy.io import fits
from astropy.stats import mad_std
from astropy.wcs import WCS
from astropy.wcs.utils import proj_plane_pixel_scales
from scipy.ndimage import gaussian_filter

from astro_dl.core.errors import UsageError
from astro_dl.core.reading.fits_files import chosen_image, has_image, open_fits
from astro_dl.observations.galaxies.zero_points import zero_point_of
from astro_dl.observations.images.cutouts import resample
from astro_dl.observations.images.degrading import full_width_at_half_maximum
from astro_dl.observations.images.image_files import fits_array
from astro_dl.observations.images.pixels import observed
from astro_dl.observations.images.point_spread import FWHM_PER_SIGMA, prepare_kernel

Array = np.ndarray
PLANES: Mapping[str, tuple[str, ...]] = {
    "point spread": ("PSF",),
    "weight": ("WEIGHT", "WHT", "IVAR", "WT"),
    "error": ("ERR", "ERROR", "RMS", "SIGMA"),
    "mask": ("MASK", "DQ"),
}
"""Names of extensions; weights are inverse variances, and masks are 0 where pixels are good."""

FRAME = 1 / 8
"""Of the side of a stamp: its border, in which the noise is measured where nothing tells it."""

SMALLEST = 16
MOST_MASKED = 0.3
MOST_MARGIN = 200
"""Pixels, far more than it takes until a number of wider pixels is odd."""

LEAST_INSIDE = 0.3
"""Share of a network's stamp that the file's must fill; the rest is sky."""

CORE, MOST_MISSING = 6, 0.1
"""Pixels on either side of the middle, and which share of theirs can be missing."""

FAR_FROM_MIDDLE = 0.25
UNEVEN_NOISE = 1.3
BRIGHT_BORDER = 0.3


class StampPhysics(Protocol):
    """What a reader of stamps must know of a network."""

    @property
    def size_pixels(self) -> int: ...
    @property
    def point_spread_pixels(self) -> int: ...
    @property
    def seeing_fwhm_pixels_range(self) -> tuple[float, float]: ...


@dataclass(frozen=True)
class Stamp:
    """A galaxy as networks are given it.

    Parameters
    ----------
    image : ndarray, (size, size)
        In standard deviations of the noise; NaN where it cannot be used.
    point_spread : ndarray, (k, k)
        Of unit sum.
    sigma : float
        One standard deviation of the noise, in the unit of the file and its `pixels`.
    pixels : float
        Width of a pixel, in those of the file.
    pixel_scale_arcsec : float
        Of the file; NaN where it is not known.
    zero_point : float
        Magnitude of one unit of the file; NaN where it is not known.
    masked_fraction : float
        Of the pixels of the file's stamp.
    flags : tuple of str
        What is unusual.
    """

    image: Array
    point_spread: Array
    sigma: float
    pixels: float
    pixel_scale_arcsec: float
    zero_point: float
    masked_fraction: float
    flags: tuple[str, ...]


@dataclass(frozen=True)
class Options:
    """How files are read, by options of the same names of those who read them."""

    psf: str | None = None
    hdu: int | str | None = None
    sigma: float | None = None
    rebin: float = 1.0
    zero_point: float | None = None
    pixel_scale_arcsec: float | None = None

    def __post_init__(self) -> None:
        numbers = {
            "sigma": self.sigma,
            "rebin": self.rebin,
            "pixel_scale_arcsec": self.pixel_scale_arcsec,
        }
        for name, value in numbers.items():
            least = 1.0 if name == "rebin" else 0.0
            if value is not None and not (least <= value < np.inf and value > 0):
                said = "1 and above" if least else "above 0"
                raise UsageError(f"{name} is {value:g}; accepted: {said}")
        if self.zero_point is not None and not np.isfinite(self.zero_point):
            raise UsageError(f"zero_point is {self.zero_point}; accepted: a finite number")


def read_stamp(path: Path, physics: StampPhysics, options: Options) -> Stamp:
    """Return the galaxy of a file.

    Raises
    ------
    UsageError
        If it cannot be read, has no usable image, point-spread function or noise, or planes of
        different shapes.
    """
    image, header, planes = _planes(path, options.hdu)
    if options.psf is not None:
        planes["point spread"] = fits_array(Path(options.psf), None)
    if "point spread" not in planes:
        raise UsageError(
            f"{path}: no point-spread function; give it as extension PSF, or by --psf FILE"
        )
    bad = np.isnan(observed(image))
    for name in ("weight", "error", "mask"):
        if name in planes and planes[name].shape != image.shape:
            raise UsageError(
                f"{path}: the {name} is {planes[name].shape}, the image {image.shape}; both must "
                "have the same pixels"
            )
    if "mask" in planes:
        bad |= planes["mask"] != 0
    deviation = _deviation(planes, bad, path)
    sigma, words = options.sigma, []
    if deviation is not None:
        bad |= ~np.isfinite(deviation)
    if bad.all() or not np.any(image[~bad]):
        raise UsageError(f"{path}: no pixel of the image can be used")
    if sigma is None and deviation is not None:
        sigma = float(np.median(deviation[~bad]))
        low, high = np.percentile(deviation[~bad], (10, 90))
        words += ["noise_varies"] if high > UNEVEN_NOISE * low else []
    image = np.where(bad, np.nan, image)
    try:
        stamp = stamp_of(image, planes["point spread"], physics, sigma, options.rebin)
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from None
    told = zero_point_of(header) if options.zero_point is None else options.zero_point
    scale = options.pixel_scale_arcsec or _pixel_scale(header)
    flags = (*words, *stamp.flags)
    return replace(stamp, zero_point=told, pixel_scale_arcsec=scale, flags=flags)


def stamp_of(
    image: Array,
    point_spread: Array,
    physics: StampPhysics,
    sigma: float | None = None,
    rebin: float = 1.0,
) -> Stamp:
    """Return the galaxy of an image as networks are given it.

    Parameters
    ----------
    image : ndarray, (y, x)
        The sky subtracted; NaN where it cannot be used.
    point_spread : ndarray, (k, l)
        Of odd sides.
    physics : StampPhysics
        Sizes, and the range of the seeing.
    sigma : float, optional
        Noise of a pixel; measured at the border where it is not given or pixels are made wider.
    rebin : float, default 1
        How many times wider pixels are made.

    Raises
    ------
    UsageError
        If the point-spread function cannot be used, or no noise is measured.
    """
    image, spread = _coarser(image, _square(point_spread), rebin, physics)
    spread = fitted_point_spread(spread, physics.point_spread_pixels)
    border, words = _border(image), []
    if sigma is None or rebin > 1:
        sigma = _border_noise(border)
        words.append("noise_from_border")
    centre, far = _centre(image)
    cut = _cut(image, centre, physics.size_pixels)
    inside = _cut(np.ones(image.shape), centre, physics.size_pixels) == 1
    masked = float(np.mean(~np.isfinite(cut[inside]))) if inside.any() else 1.0
    bright = len(border) > 0 and float(np.median(border)) > BRIGHT_BORDER * sigma
    width = full_width_at_half_maximum(spread)
    narrow, wide = physics.seeing_fwhm_pixels_range
    middle = slice(physics.size_pixels // 2 - CORE, physics.size_pixels // 2 + CORE)
    missing = float(np.mean(~np.isfinite(cut[middle, middle])))
    beyond = masked > MOST_MASKED or missing > MOST_MISSING
    lost = beyond or float(inside.mean()) < LEAST_INSIDE
    flags = {
        "off_centre": far,
        "light_at_border": bright,
        "masked": masked > 0,
        "small_stamp": not inside.all(),
        "psf_outside_training_range": not 0.9 * narrow <= width <= 1.1 * np.hypot(wide, 1),
        "too_few_pixels": lost,
    }
    words += [word for word, holds in flags.items() if holds]
    filled = np.full_like(cut, np.nan) if lost else mirrored_where_missing(cut) / sigma
    return Stamp(filled, spread, sigma, rebin, np.nan, np.nan, masked, tuple(words))


def fitted_point_spread(kernel: Array, size: int) -> Array:
    """Return a point-spread function cut or padded to a size, of unit sum.

    Raises
    ------
    UsageError
        If it is not square, of odd size, finite and of positive sum.
    """
    kernel = prepare_kernel(kernel)
    change = (size - len(kernel)) // 2
    if change >= 0:
        return np.pad(kernel, change)
    return prepare_kernel(kernel[-change:change, -change:change])


def mirrored_where_missing(image: Array) -> Array:
    """Return an image whose NaN pixels are those on the other side of the middle, or else 0."""
    filled = np.where(np.isfinite(image), image, image[::-1, ::-1])
    return np.nan_to_num(filled, nan=0.0)


def _planes(path: Path, hdu: int | str | None) -> tuple[Array, fits.Header, dict[str, Array]]:
    """Return image, header and the other planes of a file, all float64."""
    known = {name: plane for plane, names in PLANES.items() for name in names}
    planes: dict[str, Array] = {}
    with open_fits(path) as hdus:
        _, chosen = chosen_image(hdus, path, hdu, known)
        image, header = np.asarray(chosen.data), chosen.header
        for one in hdus:
            plane = known.get(one.name.upper())
            if plane is not None and one is not chosen and has_image(one):
                planes.setdefault(plane, np.asarray(one.data))
    for name, array in {"image": image, **planes}.items():
        if array.ndim != 2 or array.dtype.kind not in "fiub":
            raise UsageError(f"{path}: the {name} has {array.ndim} axes; accepted: two")
    if min(image.shape) < SMALLEST:
        raise UsageError(f"{path}: {image.shape} pixels; accepted: {SMALLEST} on either side")
    return image.astype(float), header, {name: one.astype(float) for name, one in planes.items()}


def _deviation(planes: Mapping[str, Array], bad: Array, path: Path) -> Array | None:
    """Return the standard deviation of the noise of each pixel, NaN where a weight is 0."""
    if "error" in planes:
        deviation = np.where(planes["error"] > 0, planes["error"], np.nan)
    elif "weight" in planes:
        with np.errstate(divide="ignore", invalid="ignore"):
            deviation = np.where(planes["weight"] > 0, planes["weight"] ** -0.5, np.nan)
    else:
        return None
    if not np.isfinite(deviation[~bad]).any():
        raise UsageError(f"{path}: no pixel has a weight above 0")
    return deviation


def _square(kernel: Array) -> Array:
    """Return the central square of a point-spread function of odd sides."""
    if kernel.ndim != 2 or min(kernel.shape) % 2 == 0 or max(kernel.shape) % 2 == 0:
        return prepare_kernel(kernel)
    side = min(kernel.shape)
    top, left = ((length - side) // 2 for length in kernel.shape)
    return prepare_kernel(kernel[top : top + side, left : left + side])


def _coarser(
    image: Array, spread: Array, ratio: float, physics: StampPhysics
) -> tuple[Array, Array]:
    """Return both on pixels that are wider by a ratio, blurred as far as these can sample."""
    if ratio == 1:
        return image, spread
    narrow = physics.seeing_fwhm_pixels_range[0] * ratio
    own = full_width_at_half_maximum(spread)
    if own < narrow:
        width = np.sqrt(narrow**2 - own**2) / FWHM_PER_SIGMA
        known = np.isfinite(image)
        share = gaussian_filter(known.astype(float), width, mode="nearest")
        light = gaussian_filter(np.where(known, image, 0), width, mode="nearest")
        image = np.where(known, light / np.maximum(share, 1e-6), np.nan)
        margin = int(np.ceil(4 * width))
        spread = gaussian_filter(np.pad(spread, margin), width, mode="constant")
    image = resample(image[..., None], ratio)[..., 0]
    # a point-spread function keeps its middle: it is cut into an odd number of new pixels
    counts = (int((len(spread) + 2 * margin) / ratio + 1e-9) for margin in range(MOST_MARGIN))
    margin = next(margin for margin, count in enumerate(counts) if count % 2)
    return image, prepare_kernel(resample(np.pad(spread, margin)[..., None], ratio)[..., 0])


def _centre(image: Array) -> tuple[tuple[float, float], bool]:
    """Return row and column of the galaxy, and whether it is far from the middle."""
    known = np.nan_to_num(image, nan=0.0)
    smooth = gaussian_filter(known, 1.5)
    inner = np.zeros(image.shape, bool)
    rows, columns = (slice(side // 4, side - side // 4) for side in image.shape)
    inner[rows, columns] = True
    row, column = np.unravel_index(np.argmax(np.where(inner, smooth, -np.inf)), image.shape)
    part = tuple(slice(max(0, place - 3), place + 4) for place in (row, column))
    weight = np.maximum(smooth[part] - smooth[part].min(), 0)
    places = np.indices(weight.shape) + np.array([one.start for one in part])[:, None, None]
    total = weight.sum()
    centre = (
        tuple(float((weight * one).sum() / total) for one in places)
        if total > 0
        else tuple((side - 1) / 2 for side in image.shape)
    )
    away = (abs(c - (side - 1) / 2) / side for c, side in zip(centre, image.shape, strict=True))
    return (centre[0], centre[1]), max(away) > FAR_FROM_MIDDLE / 2


def _cut(image: Array, centre: tuple[float, float], size: int) -> Array:
    """Return the pixels (size, size) about a centre, NaN outside the image."""
    first = [round(place - (size - 1) / 2) for place in centre]
    cut = np.full((size, size), np.nan)
    inside = [
        (max(0, start), min(side, start + size))
        for start, side in zip(first, image.shape, strict=True)
    ]
    target = tuple(slice(a - s, b - s) for (a, b), s in zip(inside, first, strict=True))
    cut[target] = image[tuple(slice(a, b) for a, b in inside)]
    return cut


def _border(image: Array) -> Array:
    frame = np.ones(image.shape, bool)
    rows, columns = (max(1, round(FRAME * side)) for side in image.shape)
    frame[rows:-rows, columns:-columns] = False
    return image[frame & np.isfinite(image)]


def _border_noise(border: Array) -> float:
    sigma = float(mad_std(border)) if len(border) > SMALLEST else 0.0
    if not 0 < sigma < np.inf:
        raise UsageError("no noise can be measured at the border; give --sigma")
    return sigma


def _pixel_scale(header: Any) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # wcslib has its own hierarchy of errors, all of which mean that there are no coordinates
        try:
            wcs = WCS(header, naxis=2)
            if not wcs.has_celestial:
                return np.nan
            scale = float(np.sqrt(np.prod(proj_plane_pixel_scales(wcs.celestial))) * 3600)
        except Exception:
            return np.nan
    return scale if 0 < scale < np.inf else np.nan
