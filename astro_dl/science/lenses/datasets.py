"""Real and foreign labelled cutouts of lenses and of galaxies that are none."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from astropy.table import Table

from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Examples
from astro_dl.core.files import find_in
from astro_dl.core.reading.fits_files import read_image
from astro_dl.core.task import Dataset
from astro_dl.observations.galaxies.band_files import (
    find_candidates,
    read_cutout,
    resampled_plane,
)
from astro_dl.observations.galaxies.band_order import BROAD_RED_BANDS
from astro_dl.observations.images.cutouts import centre_crop
from astro_dl.observations.images.degrading import degrade, full_width_at_half_maximum
from astro_dl.observations.photometry.surveys import named_survey
from astro_dl.science.lenses.injection import inject_arcs
from astro_dl.science.lenses.inputs import network_input
from astro_dl.science.lenses.physics import LensPhysics

CHALLENGE_MASK = 1e-3
"""Masked pixels of the challenge hold 100, all others less than a millionth."""

SLACS_SCALE_ARCSEC = 0.05
SLACS_ZERO_POINT = 25.94
SLACS_LENSES = {"slacs1430+4105": 1.52, "slacs2303+1422": 1.62}
LARGEST_NOISE = 1e3

DES_SCALE_ARCSEC = 0.263
INJECTIONS = 4


def read_bologna_space(physics: LensPhysics, folder: Path) -> Examples:
    """Return the space-based challenge samples (one band, 0.1″ pixels) below ``folder``.

    A network of one broad red band takes them for its own; of other bands they are refused.
    """
    return _challenge(physics, folder, "space_based", "*.fits")


def read_bologna_ground(physics: LensPhysics, folder: Path) -> Examples:
    """Return the ground-based challenge samples (u, g, r, i; 0.2″ pixels) below ``folder``."""
    return _challenge(physics, folder, "ground_based", "Band*/*.fits")


def read_slacs(physics: LensPhysics, folder: Path) -> Examples:
    """Return the SLACS lenses as the physics' survey would see them.

    Their Hubble images (F814W, 0.05″ pixels) are blurred to the survey's seeing, binned to its
    pixels and given its noise, as if F814W were the network's band. The light of the lens galaxy
    was subtracted from J2303+1422, not from J1430+4105.

    Raises
    ------
    UsageError
        If the physics has several bands, or one that is not broad and red, or files are missing.
    """
    if len(physics.bands) > 1 or physics.bands[0] not in BROAD_RED_BANDS:
        raise UsageError(
            f"the SLACS images are of F814W alone, the physics asks for {', '.join(physics.bands)};"
            f" give bands one of {', '.join(BROAD_RED_BANDS)}"
        )
    survey = named_survey(physics.survey)
    (band,) = survey.choose(physics.bands)
    magnitude = band.sigma_magnitude(survey.pixel_scale)
    rng = np.random.default_rng(0)
    images = []
    for name in SLACS_LENSES:
        image, noise, psf = (
            _plain_image(find_in(folder, f"lenses/slacs/{name}") / f"{part}.fits")
            for part in ("image", "noise_map", "psf")
        )
        seen = degrade(
            np.where(noise < LARGEST_NOISE, image, 0.0),
            ratio=survey.pixel_scale / SLACS_SCALE_ARCSEC,
            seeing_pixels=full_width_at_half_maximum(psf),
            wanted_seeing_pixels=band.seeing / SLACS_SCALE_ARCSEC,
            sigma=10 ** (-0.4 * (magnitude - SLACS_ZERO_POINT)),
            rng=rng,
        )
        images.append(centre_crop(seen[..., None], physics.size_pixels))
    known = np.array(list(SLACS_LENSES.values()))
    return real_examples(physics, np.stack(images), np.ones(len(images)), list(SLACS_LENSES), known)


def read_des_backgrounds(physics: LensPhysics, folder: Path) -> Examples:
    """Return 46 early types of DES as they are, and each with the arcs of four simulated lenses.

    The arcs are as DES would have seen them; see `inject_arcs`. Bands g, r, i, z, Y; pixels of
    0.263″, resampled to the physics' survey where that has others.

    Raises
    ------
    UsageError
        If the physics asks for other bands, for pixels less than half as wide, or files are
        missing.
    """
    below = find_in(folder, "lenses/des_backgrounds")
    survey = named_survey("des")
    by_name = {band.lower(): band for band in survey.bands}
    lacking = [band for band in physics.bands if band.lower() not in by_name]
    if lacking:
        raise UsageError(
            f"the DES backgrounds lack band {', '.join(lacking)}; they have "
            f"{', '.join(survey.bands)}"
        )
    bands = tuple(by_name[band.lower()] for band in physics.bands)
    scale = named_survey(physics.survey).pixel_scale
    cubes = np.stack([_plain_image(below / f"{band}.fits") for band in bands], axis=-1)
    ratio = scale / DES_SCALE_ARCSEC
    images = np.stack([_in_sigmas(cube, ratio, physics.size_pixels) for cube in cubes])
    rng = np.random.default_rng(0)
    row = np.arange(len(images))
    injected = np.tile(row, INJECTIONS)
    with_arcs, truth = inject_arcs(images[injected], survey, bands, scale, physics, rng)
    none = np.zeros(len(row))
    return real_examples(
        physics,
        np.concatenate([images, with_arcs]),
        np.repeat([0, 1], [len(row), len(injected)]),
        np.concatenate([row, injected]),
        np.concatenate([none, truth["einstein_radius"]]),
        np.concatenate([none, truth["arc_snr"]]),
        np.ones((len(row) + len(injected), len(bands))),
    )


def real_examples(
    physics: LensPhysics,
    images: np.ndarray,
    y: np.ndarray,
    objects: Sequence[Any] | np.ndarray,
    einstein_radius: np.ndarray | None = None,
    arc_snr: np.ndarray | None = None,
    sigma: np.ndarray | None = None,
) -> Examples:
    """Return images (n, size, size, bands) as examples of the task; NaN where masked or unknown.

    ``sigma`` (n, bands) is their noise, measured where it is not given.
    """
    unknown = np.full(len(y), np.nan)
    info = Table({"object_id": np.asarray(objects)})
    info["kind"] = np.where(np.asarray(y) == 1, "lens", "non_lens")
    info["einstein_radius"] = unknown if einstein_radius is None else einstein_radius
    info["einstein_radius"].unit = "arcsec"
    info["arc_snr"] = unknown if arc_snr is None else arc_snr
    return Examples(network_input(physics, images, sigma), np.asarray(y, np.float32), info)


def _challenge(physics: LensPhysics, folder: Path, part: str, pattern: str) -> Examples:
    scale = named_survey(physics.survey).pixel_scale
    images, sigmas, labels, objects = [], [], [], []
    for label, kind in enumerate(("nolens", "lens")):
        below = find_in(folder, f"lenses/bologna/{part}/{kind}")
        paths = sorted(below.glob(pattern))
        if not paths:
            raise UsageError(f"no challenge images {pattern} in {below}")
        for candidate in find_candidates(paths, physics.bands):
            cutout = read_cutout(candidate, physics.size_pixels, scale)
            images.append(np.where(cutout.image > CHALLENGE_MASK, np.nan, cutout.image))
            sigmas.append(cutout.sigma)
            labels.append(label)
            objects.append(int(candidate.id.removesuffix(".fits").split("-")[-1]))
    return real_examples(
        physics, np.stack(images), np.array(labels), objects, sigma=np.array(sigmas)
    )


def _in_sigmas(cube: np.ndarray, ratio: float, size: int) -> np.ndarray:
    """Return the middle of an image (y, x, bands), resampled, in units of its noise."""
    planes, sigmas = zip(
        *(resampled_plane(plane, ratio, size) for plane in np.moveaxis(cube, -1, 0)), strict=True
    )
    return np.stack(planes, axis=-1) / np.array(sigmas)


def _plain_image(path: Path) -> np.ndarray:
    return np.asarray(read_image(path), np.float64)


BOLOGNA_SPACE = Dataset(
    summary="Strong-lens challenge 1, space-based samples: 3 lenses, 4 others, one band",
    read=read_bologna_space,
    split=False,
    simulated=True,
    reference="Metcalf et al. (2019), A&A 625, A119",
)
BOLOGNA_GROUND = Dataset(
    summary="Strong-lens challenge 1, ground-based samples: 3 lenses, 1 other, u g r i; "
    "the other's g and u images are copies of its i and r images",
    read=read_bologna_ground,
    split=False,
    simulated=True,
    reference="Metcalf et al. (2019), A&A 625, A119",
)
DES_BACKGROUNDS = Dataset(
    summary="46 early types of DES (g r i z Y), and each with four simulated arcs around it",
    read=read_des_backgrounds,
    split=False,
    reference="Backgrounds of deeplenstronomy: Morgan et al. (2021), JOSS 6, 2854",
    licence="MIT",
)
SLACS = Dataset(
    summary="Two SLACS lenses in Hubble F814W, degraded to the survey; one without lens light",
    read=read_slacs,
    split=False,
    reference="Bolton et al. (2008), ApJ 682, 964",
    licence="HST public",
)
