"""From FITS files to cutouts: which images belong to one object, and what must be flagged.

An object's bands may be the extensions or the planes of one file, or files of their own whose names
differ by the band. What is at a position in survey images is a candidate that is not centred.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.core.reading.fits_images import open_images
from astro_dl.core.reading.many_files import may_fail, read_each
from astro_dl.core.reading.share import current_share
from astro_dl.observations.galaxies.band_order import in_order
from astro_dl.observations.galaxies.coordinates import pixels_of_sky, sky_of_pixels
from astro_dl.observations.galaxies.objects_in_fits import Member, find_members
from astro_dl.observations.images.band_images import (
    BandImage,
    Opener,
    band_in,
    find_band_images,
    read_window,
)
from astro_dl.observations.images.cutouts import centre_crop, noise_sigma, resample
from astro_dl.observations.images.pixels import observed

SAME_SCALE = 0.02
WIDE = 2
LARGEST_CUTOUT = 10


@dataclass(frozen=True)
class Candidate:
    """An object and where its images are.

    Parameters
    ----------
    id : str
        File name, or the catalogue's identifier.
    images : tuple of BandImage
        One per band of the network, in its order; none if the object is in no image.
    ra, dec : float
        Position [deg, ICRS]; NaN where unknown.
    centred : bool
        Whether the object is at the centre of the images, else it is at its position.
    flags : tuple of str
        What had to be assumed.
    """

    id: str
    images: tuple[BandImage, ...]
    ra: float
    dec: float
    centred: bool
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cutout:
    """The pixels of a candidate.

    Parameters
    ----------
    image : ndarray
        (size, size, bands) float64, NaN where there is none.
    sigma : ndarray
        (bands,) standard deviation of the sky noise; NaN where it cannot be measured.
    masked_fraction : float
        Fraction of values that are NaN.
    flags : tuple of str
        The candidate's and those of its pixels.
    """

    image: np.ndarray
    sigma: np.ndarray
    masked_fraction: float
    flags: tuple[str, ...]


def find_candidates(
    paths: Sequence[str | Path],
    bands: tuple[str, ...],
    hdu: int | str | None = None,
    file_bands: Sequence[str] | None = None,
    opener: Opener = open_images,
) -> Iterator[Candidate]:
    """Yield the objects whose images files hold, in the files' order.

    No more files are opened than the next object needs.

    Parameters
    ----------
    paths : sequence of path
        FITS files: multi-extension, cubes, or one per band; or one of many objects, see
        `astro_dl.observations.galaxies.objects_in_fits`.
    bands : tuple of str
        The network's.
    hdu : int or str, optional
        The only extension to take.
    file_bands : sequence of str, optional
        What the planes or extensions of every file are, where the files do not tell.
    opener : callable, default open_images
        Opens files; an `OpenImages` keeps them open for `read_cutout`.

    Raises
    ------
    UsageError
        If a file cannot be read, or an object lacks a band, has one twice, or has several images of
        unknown band other than as many as the network takes.
    """
    together = alike_but_for_bands(paths)
    share = current_share()
    elsewhere = frozenset[str]() if share is None else share.ambiguous
    taken = Counter(name for key, group in together.items() for name in _names(key, group))
    given: Counter[str] = Counter()
    for key, group in together.items():
        found = read_each(group, lambda path: _held(path, bands, hdu, file_bands, opener))
        objects: dict[str, list[BandImage]] = {}
        for path, images in found:
            if not isinstance(images, list):
                yield from _among_others(path, images, bands, given)
                continue
            alone = len(images) > 1 or len(bands) == 1
            objects.setdefault(str(path) if alone else key, []).extend(images)
        short = Counter(Path(one).name for one in objects)
        for one, images in objects.items():
            unique = taken[Path(one).name] == short[Path(one).name] == 1
            unique &= Path(one).name not in elsewhere
            name = Path(one).name if unique else one
            with may_fail(name):
                yield _candidate(name, images, bands)


def _held(
    path: Path,
    bands: tuple[str, ...],
    hdu: int | str | None,
    file_bands: Sequence[str] | None,
    opener: Opener,
) -> list[BandImage] | Iterator[Member]:
    """Return the images of a file of one object, or the objects of a file of many."""
    members = find_members(path, bands, hdu, file_bands, opener)
    return find_band_images(path, hdu, file_bands, opener) if members is None else members


def _among_others(
    path: Path, members: Iterator[Member], bands: tuple[str, ...], given: Counter[str]
) -> Iterator[Candidate]:
    """Yield the objects of a file of many, and count the names that are given."""
    for one in members:
        name = _once(one.name, path, given)
        with may_fail(name):
            chosen, flags = in_order(one.where, one.images(), bands)
            ra, dec = _centre(chosen[0]) if np.isnan(one.ra) else (one.ra, one.dec)
            yield Candidate(name, chosen, ra, dec, True, flags)


def _once(name: str, path: Path, given: Counter[str]) -> str:
    """Return a name that no other object has, led by the file's where it came before."""
    within = f"{path.name}:{name}"
    for one in (name, within):
        given[one] += 1
        if given[one] == 1:
            return one
    return f"{within}:{given[within]}"


def alike_but_for_bands(paths: Sequence[str | Path]) -> dict[str, list[Path]]:
    """Return files whose paths differ by bands only together, with ``*`` where the bands stand."""
    together: dict[str, list[Path]] = {}
    for path in map(Path, paths):
        together.setdefault(_without_band(path), []).append(path)
    return together


def _names(key: str, group: Sequence[Path]) -> set[str]:
    """Return what the objects in files that are alike may be called."""
    return {Path(key).name, *(path.name for path in group)}


def read_cutout(
    candidate: Candidate,
    size: int,
    pixel_scale_arcsec: float,
    own_scale_arcsec: float | None = None,
    opener: Opener = open_images,
) -> Cutout:
    """Return the pixels of a candidate on the network's grid.

    Parameters
    ----------
    candidate : Candidate
        From `find_candidates`, or one at a position.
    size : int
        Pixels along a side.
    pixel_scale_arcsec : float
        Width of the network's pixels ["].
    own_scale_arcsec : float, optional
        Width of the images' pixels ["], instead of what their coordinates say.
    opener : callable, default open_images
        As of `find_candidates`.

    Returns
    -------
    Cutout
        Flags: ``pixel_scale_assumed`` (no coordinates), ``resampled`` (pixels of a width that is
        no whole fraction of the network's), ``non_square`` (cropped about the centre), ``padded``
        (fewer pixels than the network takes), ``masked_pixels``.

    Raises
    ------
    UsageError
        If pixels are more than twice as wide as the network's, or an image without a position is
        far larger than a cutout.
    """
    planes, sigmas, flags = [], [], list(candidate.flags)
    for image in candidate.images:
        own = image.pixel_scale_arcsec if own_scale_arcsec is None else own_scale_arcsec
        ratio = 1.0 if own is None else scale_ratio(pixel_scale_arcsec, own)
        plane, sigma, padded = _read_plane(candidate, image, size, ratio, opener)
        flags += ["pixel_scale_assumed"] * (own is None)
        flags += ["resampled"] * (not ratio.is_integer())
        flags += ["non_square"] * (candidate.centred and image.shape[0] != image.shape[1])
        flags += ["padded"] * padded
        flags += ["masked_pixels"] * bool(np.isnan(plane).any() and not padded)
        planes.append(plane)
        sigmas.append(sigma)
    if not planes:
        return Cutout(np.empty((0, 0, 0)), np.empty(0), 1.0, tuple(flags))
    cutout = np.stack(planes, axis=-1)
    masked = float(np.mean(~np.isfinite(cutout)))
    return Cutout(cutout, np.array(sigmas), masked, tuple(dict.fromkeys(flags)))


def _read_plane(
    candidate: Candidate, image: BandImage, size: int, ratio: float, opener: Opener
) -> tuple[np.ndarray, float, bool]:
    """Return the pixels (size, size) of one band, their noise, and whether some were missing."""
    whole, needed = ratio.is_integer(), pixels_needed(size, ratio)
    if candidate.centred:
        if min(image.shape) > LARGEST_CUTOUT * needed:
            raise UsageError(
                f"{image.path} has {image.shape[1]} × {image.shape[0]} pixels, too many for a "
                f"cutout of {needed}; name the positions to look at by the option catalogue"
            )
        centre = ((image.shape[0] - 1) / 2, (image.shape[1] - 1) / 2)
    else:
        assert image.wcs is not None
        x, y = pixels_of_sky(image.wcs, candidate.ra, candidate.dec)
        centre = (float(y), float(x))
    rows, columns = (
        slice(first, first + needed)
        for first in (int(np.floor(middle + 0.5 - needed / 2)) for middle in centre)
    )
    window = observed(read_window(image, rows, columns, opener))
    margin = 0 if whole else 1
    padded = any(
        wanted.start + margin < 0 or wanted.stop - margin > length
        for wanted, length in zip((rows, columns), image.shape, strict=True)
    )
    try:
        plane, sigma = resampled_plane(window, ratio, size)
    except UsageError as error:
        raise UsageError(f"{image.path}: {error}") from None
    return plane, sigma, padded


def pixels_needed(size: int, ratio: float) -> int:
    """Return how many old pixels make ``size`` that are ``ratio`` times as wide, and the edges."""
    return round(size * ratio) if ratio.is_integer() else int(np.ceil(size * ratio)) + 2


def scale_ratio(wanted: float, own: float) -> float:
    """Return a ratio of pixel scales as a whole number where it is one to 2%."""
    nearest = max(1, round(wanted / own))
    return float(nearest) if abs(wanted / own / nearest - 1) < SAME_SCALE else wanted / own


def resampled_plane(window: np.ndarray, ratio: float, size: int) -> tuple[np.ndarray, float]:
    """Return the middle of one band (y, x) on pixels ``ratio`` times as wide, and its noise.

    Resampling makes the noise of neighbours alike, so that it can't be measured between them: it is
    measured on the old pixels, and grows with the width of a pixel, but for pixels at least twice
    as wide, where measuring on the new ones averages out what was alike in the old.
    """
    if ratio == 1:
        plane = centre_crop(window, size)
        return plane, _noise(plane)
    plane = centre_crop(resample(window[..., None], ratio)[..., 0], size)
    return plane, _noise(plane) if ratio >= WIDE else ratio * _noise(window)


def _noise(plane: np.ndarray) -> float:
    return float(noise_sigma(plane[None, :, :, None])[0, 0])


def _candidate(name: str, images: Sequence[BandImage], bands: tuple[str, ...]) -> Candidate:
    chosen, flags = in_order(name, images, bands)
    return Candidate(name, chosen, *_centre(chosen[0]), True, flags)


def _without_band(path: Path) -> str:
    """Return a path with ``*`` for the words that tell a band, in names of files and folders."""
    return str(Path(*(_part_without_band(part) for part in path.parts)))


def _part_without_band(part: str) -> str:
    words = re.split(r"([^A-Za-z0-9]+)", part)
    return "".join(
        "*" if band_in(word) or re.fullmatch(r"(?i)band\d+", word) else word for word in words
    )


def _centre(image: BandImage) -> tuple[float, float]:
    """Return right ascension and declination of an image's centre [deg, ICRS], NaN if unknown.

    Coordinates of exactly (0, 0) at the reference pixel are those of simulations.
    """
    if image.wcs is None or not np.any(image.wcs.wcs.crval):
        return np.nan, np.nan
    y, x = ((length - 1) / 2 for length in image.shape)
    ra, dec = sky_of_pixels(image.wcs, x, y)
    return float(ra), float(dec)
