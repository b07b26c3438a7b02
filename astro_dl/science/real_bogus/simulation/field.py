"""A field in two epochs, subtracted, without anything that has changed: what is found is bogus."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import binary_dilation

from astro_dl.science.real_bogus.cameras import Camera, named_camera
from astro_dl.science.real_bogus.elliptical_moffat import EllipticalMoffat
from astro_dl.science.real_bogus.physics import RealBogusPhysics
from astro_dl.science.real_bogus.simulation.defects import (
    bad_columns,
    bleed,
    cosmic_rays,
    resampled_noise,
    satellite_trail,
    spots,
)
from astro_dl.science.real_bogus.simulation.scene import (
    FIELD_PIXELS,
    Scene,
    displacements,
    draw_scene,
    expose,
)
from astro_dl.science.real_bogus.simulation.subtraction import (
    BOX_REACH,
    KERNEL_REACH,
    Difference,
    detections,
    fit_kernel,
    noise_excess,
    signal_to_noise,
    subtract,
)

MOST_BOXES, FEWEST_BOXES = 24, 4
PSF_ERROR = 0.04
SEEN_SIGMA = 1.0
"""Light of a defect from which a detection is put down to it [σ]."""

CAUSES = (
    "cosmic_ray",
    "trail",
    "bad_column",
    "reference_defect",
    "full_pixels",
    "missing_side",
    "star",
    "galaxy",
    "noise",
)
"""Kinds of artefacts, the first that is near a detection being taken for its cause."""


@dataclass(frozen=True)
class Epoch:
    """An exposure of a field.

    Parameters
    ----------
    psf : EllipticalMoffat
        Its point-spread function.
    light : ndarray
        (H, W) without noise and defects [σ].
    unit_noise : ndarray
        (H, W) noise of unit variance, but for resampling.
    image : ndarray
        (H, W) with noise and defects; NaN where there are no pixels.
    variance : ndarray
        (H, W) of the noise.
    """

    psf: EllipticalMoffat
    light: np.ndarray
    unit_noise: np.ndarray
    image: np.ndarray
    variance: np.ndarray


@dataclass(frozen=True)
class Field:
    """Two epochs and their subtraction.

    Parameters
    ----------
    camera : Camera
        Whose exposures they are.
    scene : Scene
        What is in the sky.
    science, template : Epoch
        Both epochs.
    shift : tuple of ndarray
        Displacements of stars and galaxies in the science image [pixel].
    difference : Difference
        The subtraction.
    assumed_psf : EllipticalMoffat
        What the pipeline takes for the science image's.
    snr : ndarray
        (H, W) S/N of point sources, divided by the excess of the noise.
    power : ndarray
        (H, W) Σ P² / σ².
    excess : float
        By how much the noise exceeds the predicted.
    spoilt : ndarray of bool
        (H, W) full pixels and those about them, where nothing is looked for.
    causes : dict of str to ndarray of bool
        (H, W) where each kind of defect is.
    registration : float
        Root mean square of the displacements [pixel].
    number : int
        A random one, by which stamps of one field are known.
    """

    camera: Camera
    scene: Scene
    science: Epoch
    template: Epoch
    shift: tuple[np.ndarray, np.ndarray]
    difference: Difference
    assumed_psf: EllipticalMoffat
    snr: np.ndarray
    power: np.ndarray
    excess: float
    spoilt: np.ndarray
    causes: dict[str, np.ndarray]
    registration: float
    number: int


def simulate_field(
    physics: RealBogusPhysics, rng: np.random.Generator, size: int = FIELD_PIXELS
) -> Field:
    """Return a field in which nothing has changed between two epochs."""
    camera = named_camera(physics.survey)
    scene = draw_scene(camera, rng, size)
    template_psf, science_psf = _draw_psfs(camera, rng)
    low, high = physics.registration_range_pixels
    registration = rng.uniform(low, high)
    refraction = rng.uniform(0, physics.refraction_max_pixels)
    shift = displacements(scene, registration, refraction, rng, size)
    still = (np.zeros_like(shift[0]), np.zeros_like(shift[1]))
    scale = _flux_scale(size, physics.flux_scale_scatter, rng)
    defects = _defects(physics, camera, science_psf, size, rng)

    light = expose(scene, science_psf, shift, size) * scale
    noise = rng.standard_normal((size, size), dtype=np.float32)
    science = _epoch(camera, science_psf, light, noise, 1)
    added = defects["cosmic_ray"] + defects["trail"] + defects["bad_column"]
    science.image[...] += added
    light = expose(scene, template_psf, still, size)
    template = _epoch(
        camera, template_psf, light, resampled_noise(size, rng), camera.template_exposures
    )
    template.image[...] += defects["reference_defect"]
    full = bleed(science.image, camera.full_well_sigma, rng)
    full |= bleed(template.image, camera.full_well_sigma, rng)
    spoilt = binary_dilation(full, iterations=int(rng.integers(2, 7))) if full.any() else full
    missing = _hide_side(science, template, physics.missing_fraction, rng)

    kernel, background = _match(science, template, scene, spoilt | missing, physics.kernel_degrees)
    difference = subtract(
        science.image, template.image, science.variance, template.variance, kernel, background
    )
    assumed = EllipticalMoffat(science_psf.fwhm * (1 + PSF_ERROR * rng.normal()), science_psf.beta)
    snr, power = signal_to_noise(difference.image, difference.variance, assumed)
    excess = noise_excess(snr)
    causes = {name: np.abs(one) > SEEN_SIGMA for name, one in defects.items()}
    causes |= {"full_pixels": spoilt, "missing_side": missing}
    return Field(
        *(camera, scene, science, template, shift, difference, assumed, snr / excess, power),
        *(excess, spoilt, causes, registration, int(rng.spawn(1)[0].integers(2**62))),
    )


def find_bogus(field: Field, margin: int) -> tuple[np.ndarray, np.ndarray]:
    """Return rows and columns of what is detected, at least ``margin`` pixels from every side."""
    allowed = ~field.spoilt & np.isfinite(field.difference.image)
    inner = np.zeros_like(allowed)
    inner[margin:-margin, margin:-margin] = True
    return detections(field.snr, allowed & inner)


def causes_of(field: Field, row: np.ndarray, column: np.ndarray) -> np.ndarray:
    """Return the kind of each artefact (n,): the first of `CAUSES` that is near."""
    reach = 4
    found = np.full(len(row), "noise", "U16")
    for name in ("galaxy", "star"):
        sources = field.scene.galaxies if name == "galaxy" else field.scene.stars
        flux = np.where(sources.flux > 5, sources.flux, 0)
        distance = np.hypot(row[:, None] - sources.y, column[:, None] - sources.x)
        near = (distance < 1.5 * field.science.psf.fwhm) & (flux > 0)
        found[near.any(axis=1)] = name
    for name in reversed(CAUSES[:6]):
        mask = np.pad(field.causes[name], reach)
        boxes = [
            mask[r : r + 2 * reach + 1, c : c + 2 * reach + 1].any()
            for r, c in zip(row.tolist(), column.tolist(), strict=True)
        ]
        found[np.array(boxes, bool)] = name
    return found


def _draw_psfs(
    camera: Camera, rng: np.random.Generator
) -> tuple[EllipticalMoffat, EllipticalMoffat]:
    """Return the point-spread functions of a template and a science image."""
    seeing = camera.seeing_pixels
    better = seeing * rng.uniform(0.85, 1.05)
    own = max(seeing * np.exp(rng.normal(0.05, 0.18)), 0.95 * better)
    shapes = rng.normal(0, 0.03, (2, 2))
    beta = rng.uniform(2.8, 4.5)
    return (
        EllipticalMoffat(better, beta, *np.clip(shapes[0], -0.15, 0.15)),
        EllipticalMoffat(own, beta * rng.uniform(0.9, 1.1), *np.clip(shapes[1], -0.15, 0.15)),
    )


def _flux_scale(size: int, scatter: float, rng: np.random.Generator) -> np.ndarray:
    """Return the photometric scale over a field (size, size): an error and a slope."""
    axis = np.linspace(-1, 1, size, dtype=np.float32)
    error, down, across = rng.normal(0, scatter, 3)
    return np.float32(1 + error) + np.float32(down) * axis[:, None] + np.float32(across) * axis


def _defects(
    physics: RealBogusPhysics,
    camera: Camera,
    psf: EllipticalMoffat,
    size: int,
    rng: np.random.Generator,
) -> dict[str, np.ndarray]:
    none = np.zeros((size, size), np.float32)
    gain = camera.electrons_per_sigma
    rays = cosmic_rays(rng.poisson(physics.cosmic_rays), size, gain, rng)
    rays *= np.float32(np.exp(rng.uniform(np.log(0.05), 0)))
    trail = satellite_trail(size, psf, rng) if rng.random() < physics.trail_fraction else none
    column = bad_columns(size, rng) if rng.random() < physics.bad_column_fraction else none
    overlooked = rng.poisson(physics.reference_defects / 2, 2)
    exposures = camera.template_exposures
    reference = cosmic_rays(overlooked[0], size, gain * exposures, rng)
    reference += spots(overlooked[1], size, rng)
    return {
        "cosmic_ray": rays,
        "trail": trail,
        "bad_column": column,
        "reference_defect": reference,
    }


def _epoch(
    camera: Camera, psf: EllipticalMoffat, light: np.ndarray, noise: np.ndarray, exposures: int
) -> Epoch:
    variance = (1 + np.maximum(light, 0) / camera.electrons_per_sigma) / np.float32(exposures)
    variance = variance.astype(np.float32)
    return Epoch(
        psf, light, noise, (light + noise * np.sqrt(variance)).astype(np.float32), variance
    )


def _hide_side(
    science: Epoch, template: Epoch, fraction: float, rng: np.random.Generator
) -> np.ndarray:
    """Set the pixels along one side of one epoch, or of both, to NaN; return which."""
    size = science.image.shape[0]
    missing = np.zeros((size, size), bool)
    if rng.random() >= fraction:
        return missing
    turns, wide = int(rng.integers(4)), int(rng.integers(10, 90))
    np.rot90(missing, turns)[:wide] = True
    which = rng.integers(3)
    for number, epoch in enumerate((science, template)):
        if which != number:
            epoch.image[missing] = np.nan
    return missing


def _match(
    science: Epoch,
    template: Epoch,
    scene: Scene,
    spoilt: np.ndarray,
    degrees: tuple[int, int, int],
) -> tuple[np.ndarray, float]:
    """Return the matching kernel and background, from boxes about the brightest sources."""
    size, margin = spoilt.shape[0], BOX_REACH + KERNEL_REACH
    y, x, flux = (
        np.concatenate([getattr(s, n) for s in (scene.stars, scene.galaxies)])
        for n in ("y", "x", "flux")
    )
    row, column = np.rint(y).astype(int), np.rint(x).astype(int)
    inside = np.minimum(row, column) >= margin
    inside &= np.maximum(row, column) < size - margin
    places: list[tuple[int, int]] = []
    for k in np.argsort(-np.where(inside, flux, 0))[: 4 * MOST_BOXES]:
        r, c = int(row[k]), int(column[k])
        box = spoilt[r - margin : r + margin + 1, c - margin : c + margin + 1]
        apart = all(max(abs(r - a), abs(c - b)) > BOX_REACH for a, b in places)
        if inside[k] and apart and not box.any():
            places.append((r, c))
        if len(places) == MOST_BOXES:
            break
    if len(places) < FEWEST_BOXES:
        middle = np.linspace(margin, size - margin - 1, 6).astype(int)
        places += [(int(r), int(c)) for r in middle for c in middle]
    known = np.isfinite(science.image) & np.isfinite(template.image) & ~spoilt
    weight = np.where(known, 1 / science.variance, 0)
    before, after = (np.where(known, one.image, 0) for one in (template, science))
    return fit_kernel(before, after, weight, places, degrees)
