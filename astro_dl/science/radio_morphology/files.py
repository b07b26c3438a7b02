"""Radio maps in files: FITS with beam and coordinates, pictures, and arrays of many maps.

FITS files hold one map each, of axes that may include a single frequency and Stokes parameter. The
beam is that of the keywords BMAJ and BMIN [°], or of the history that AIPS leaves. Pictures and
arrays tell neither beam nor width of their pixels, which are then taken to be the network's.
"""

import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits
from astropy.utils.exceptions import AstropyWarning
from astropy.wcs import WCS
from astropy.wcs.utils import proj_plane_pixel_scales
from scipy.ndimage import gaussian_filter

from astro_dl.core.errors import UsageError
from astro_dl.core.files import distinct_names, name_within
from astro_dl.core.reading.fits_files import chosen_image, keyword_number, open_fits
from astro_dl.core.reading.many_files import may_fail
from astro_dl.observations.images.cutouts import resample
from astro_dl.observations.images.degrading import FWHM_PER_SIGMA
from astro_dl.observations.images.image_files import (
    FITS,
    PICTURES,
    STACKS,
    holds_many,
    only_array,
    opened_arrays,
    read_image_file,
)
from astro_dl.science.radio_morphology.physics import RadioPhysics

AIPS_BEAM = re.compile(r"BMAJ=\s*([-+.\dE]+)\s+BMIN=\s*([-+.\dE]+)", re.I)
UNITS = {"jy/beam": 1e3, "mjy/beam": 1.0, "ujy/beam": 1e-3, "jy beam-1": 1e3, "mjy beam-1": 1.0}
"""Spellings of units in small letters, in mJy/beam."""
SAME = 0.02
SAME_BEAM = 0.1
LARGEST = 10
"""Sizes of the network's map, beyond which a file is no cutout."""
ASSUMED = ("beam_assumed", "pixel_scale_assumed", "no_flux_scale")


@dataclass(frozen=True)
class RadioMap:
    """A map as a file holds it.

    Parameters
    ----------
    id : str
        File name, with the number of the row where there are many.
    image : ndarray
        (y, x) float64, NaN where there are no pixels; mJy/beam where ``flags`` don't say otherwise.
    pixel_scale_arcsec : float or None
        Width of its pixels ["].
    beam_arcsec : tuple of float or None
        Full widths at half maximum along both axes ["].
    flags : tuple of str
        What had to be assumed, or was done.
    """

    id: str
    image: np.ndarray
    pixel_scale_arcsec: float | None = None
    beam_arcsec: tuple[float, float] | None = None
    flags: tuple[str, ...] = ()


def read_maps(paths: Sequence[str | Path], member: str = "") -> Iterator[RadioMap]:
    """Yield the maps of files, in order.

    Parameters
    ----------
    paths : sequence of path
        FITS, PNG or JPEG files of one map; npy, npz, HDF5 or Zarr files, or FITS tables,
        of many, (n, y, x).
    member : str, optional
        Name of the array, where a file has several.

    Raises
    ------
    UsageError
        If a file cannot be read or holds no map, unless that is tolerated.
    """
    files = [Path(path) for path in paths]
    names = distinct_names(files)
    for path in files:
        with may_fail(path):
            for one in _maps_of(path, member):
                yield replace(one, id=name_within(one.id, path, names))


def _maps_of(path: Path, member: str) -> Iterator[RadioMap]:
    ending = path.suffix.lower()
    if ending in STACKS or holds_many(path):
        yield from _stack(path, member)
    elif ending in FITS:
        yield _fits_map(path)
    elif ending in PICTURES:
        yield RadioMap(path.name, _grey(read_image_file(path)), flags=ASSUMED)
    else:
        accepted = ", ".join((*FITS, *PICTURES, *STACKS))
        raise UsageError(f"{path}: ending {ending!r} holds no map; accepted: {accepted}")


def on_network_grid(physics: RadioPhysics, one: RadioMap) -> RadioMap:
    """Return a map with the network's beam and pixels.

    Sharper maps are smoothed by the Gaussian that is missing, and pixels resampled so that the
    surface brightness stays; a beam that is wider by more than a tenth is flagged
    ``beam_too_wide``.

    Raises
    ------
    UsageError
        If pixels are more than twice as wide as the network's, or the map is far larger.
    """
    flags = list(one.flags)
    image, scale = one.image, one.pixel_scale_arcsec or physics.pixel_scale_arcsec
    side = max(image.shape) * scale / physics.pixel_scale_arcsec
    if side > LARGEST * physics.size_pixels:
        raise UsageError(
            f"{one.id}: {image.shape[0]} × {image.shape[1]} pixels are no cutout; accepted: a "
            f"source in the middle of at most {LARGEST * physics.size_pixels} pixels"
        )
    if one.beam_arcsec is not None:
        wanted, own = physics.beam_arcsec, float(np.sqrt(np.prod(one.beam_arcsec)))
        if max(one.beam_arcsec) > (1 + SAME_BEAM) * wanted:
            flags.append("beam_too_wide")
        elif own < (1 - SAME_BEAM) * wanted:
            missing = np.sqrt(wanted**2 - own**2) / FWHM_PER_SIGMA / scale
            image = _smoothed(image, missing) * (wanted / own) ** 2
            flags.append("smoothed")
    ratio = physics.pixel_scale_arcsec / scale
    if abs(ratio - 1) > SAME:
        image = resample(image[..., None], ratio)[..., 0] / ratio**2
        flags.append("resampled")
    return replace(one, image=image, flags=tuple(flags))


def _fits_map(path: Path) -> RadioMap:
    with warnings.catch_warnings(), open_fits(path) as hdus:
        warnings.simplefilter("ignore", AstropyWarning)
        _, hdu = chosen_image(hdus, path)
        header, array = hdu.header, np.squeeze(np.asarray(hdu.data))
        scale, beam = _pixel_scale(header), _beam(header, path)
    unit = " ".join(str(header.get("BUNIT", "")).lower().split())
    image = _checked(array, path) * UNITS.get(unit, 1.0)
    missing = {
        "pixel_scale_assumed": scale is None,
        "beam_assumed": beam is None,
        "no_flux_scale": unit not in UNITS,
    }
    flags = tuple(word for word, holds in missing.items() if holds)
    return RadioMap(path.name, image, scale, beam, flags)


def _stack(path: Path, member: str) -> Iterator[RadioMap]:
    with opened_arrays(path) as arrays:
        stack = arrays[only_array(arrays, member, path, (2, 3))]
        if stack.ndim == 2:
            yield RadioMap(path.name, _checked(np.asarray(stack), path), flags=ASSUMED)
            return
        for k in range(len(stack)):
            with may_fail(f"{path}:{k}"):
                image = _checked(np.asarray(stack[k]), f"{path}:{k}")
                yield RadioMap(f"{path.name}:{k}", image, flags=ASSUMED)


def _checked(array: np.ndarray, where: Any) -> np.ndarray:
    """Return a map as float64, NaN where it is not finite."""
    if array.dtype.kind not in "fiu" or array.ndim != 2 or min(array.shape) < 4:
        raise UsageError(
            f"{where}: {array.dtype} of shape {array.shape} is no map; accepted: numbers (y, x) of "
            "a single frequency and Stokes parameter"
        )
    values = array.astype(np.float64)
    return np.where(np.isfinite(values), values, np.nan)


def _grey(image: np.ndarray) -> np.ndarray:
    return image.astype(np.float64).mean(axis=2)


def _smoothed(image: np.ndarray, sigma: float) -> np.ndarray:
    """Return a map through a Gaussian; pixels that are missing count for nothing."""
    known = np.isfinite(image)
    share = gaussian_filter(known.astype(float), sigma)
    smooth = gaussian_filter(np.where(known, image, 0.0), sigma)
    return np.where(known, smooth / np.maximum(share, 1e-9), np.nan)


def _pixel_scale(header: fits.Header) -> float | None:
    """Return the width of a pixel ["]; None where no coordinates of sense are told."""
    if "CTYPE1" not in header:
        return None
    try:
        wcs = WCS(header)
        if not wcs.has_celestial:
            return None
        scale = float(np.sqrt(np.prod(proj_plane_pixel_scales(wcs.celestial))) * 3600)
    except Exception:
        # wcslib has its own hierarchy of errors, all of which mean that there are no coordinates.
        return None
    return scale if np.isfinite(scale) and scale > 0 else None


def _beam(header: fits.Header, path: Path) -> tuple[float, float] | None:
    """Return the widths of the beam ["]; None where nothing tells.

    Raises
    ------
    UsageError
        If they are no positive numbers.
    """
    if "BMAJ" in header:
        major = keyword_number(header, "BMAJ", path)
        minor = keyword_number(header, "BMIN", path, major)
    else:
        told = AIPS_BEAM.findall("\n".join(map(str, header.get("HISTORY", []))))
        if not told:
            return None
        try:
            major, minor = map(float, told[-1])
        except ValueError:
            return None
    if not 0 < minor <= major:
        raise UsageError(
            f"{path}: a beam of BMAJ {major:g} and BMIN {minor:g}°; accepted: both above 0, the "
            "larger first"
        )
    return 3600 * major, 3600 * minor
