"""What a field of the sky holds, and an exposure of it without noise."""

from dataclasses import dataclass

import numpy as np
from scipy import fft

from astro_dl.observations.images.ellipse import ellipticity
from astro_dl.observations.images.galaxies import Components, component_profile
from astro_dl.science.real_bogus.cameras import Camera
from astro_dl.science.real_bogus.elliptical_moffat import EllipticalMoffat, add_boxes, add_points

FIELD_PIXELS = 256
PSF_REACH = 16
BRIGHT_REACH = 40
BRIGHT_SIGMA = 3000.0
GALAXY_PIXELS = 48
OVERSAMPLING = 2
BRIGHTEST_STAR, BRIGHTEST_GALAXY = 11.0, 15.0


@dataclass(frozen=True)
class Sources:
    """Sources in the plane of a field, at places (m,) [pixel], 0 at the centre of the first.

    Parameters
    ----------
    y, x, flux : ndarray
        (m,) place [pixel] and flux [σ].
    colour : ndarray
        (m,) what refraction displaces them by, about 0 with a deviation of about 1.
    """

    y: np.ndarray
    x: np.ndarray
    flux: np.ndarray
    colour: np.ndarray


@dataclass(frozen=True)
class Scene:
    """Stars and galaxies of a field.

    Parameters
    ----------
    stars : Sources
        Point sources.
    galaxies : Sources
        Places and fluxes of the galaxies.
    light : ndarray
        (m, size, size) float32 light of each galaxy of unit flux, before any blurring, in a box
        about its pixel; its centre lies off the middle by a fraction of a pixel.
    radius : ndarray
        (m,) effective radii [pixel].
    """

    stars: Sources
    galaxies: Sources
    light: np.ndarray
    radius: np.ndarray


def draw_scene(camera: Camera, rng: np.random.Generator, size: int = FIELD_PIXELS) -> Scene:
    """Return the stars and galaxies of a field.

    Counts are those of `astro_dl.observations.images.galaxy_types.field_objects`: 4 stars per
    square arcminute to magnitude 24, rising as 10^(0.15 m), times 0.5 to 5 for the latitude, and 46
    · 10^(0.31 (m − 25)) galaxies brighter than m, half a magnitude deeper than the exposure.
    """
    area = (size * camera.pixel_scale_arcsec / 60) ** 2
    faintest = camera.depth_mag + 0.5
    crowding = np.exp(rng.uniform(np.log(0.5), np.log(5)))
    stars = rng.poisson(crowding * 4 * area * 10 ** (0.15 * (faintest - 24)))
    magnitude = np.maximum(faintest + np.log10(1 - rng.random(stars)) / 0.15, BRIGHTEST_STAR)
    points = _placed(camera.flux(magnitude), size, rng)
    m = max(1, rng.poisson(46 * area * 10 ** (0.31 * (faintest - 25))))
    magnitude = np.maximum(faintest + np.log10(1 - rng.random(m)) / 0.31, BRIGHTEST_GALAXY)
    galaxies = _placed(camera.flux(magnitude), size, rng)
    radius = 10 ** (-0.26 - 0.13 * (magnitude - 22) + rng.normal(0, 0.2, m))
    radius /= camera.pixel_scale_arcsec
    early = rng.random(m) < 0.3
    index = np.where(early, rng.uniform(2, 4.5, m), rng.uniform(0.7, 1.6, m))
    shapes = Components(
        *(np.arange(m), np.ones((m, 1)), galaxies.x % 1, galaxies.y % 1, radius, index),
        *ellipticity(rng.uniform(0.25, 1, m), rng.uniform(0, np.pi, m)),
    )
    return Scene(points, galaxies, galaxy_light(shapes), radius)


def galaxy_light(shapes: Components) -> np.ndarray:
    """Return the light of galaxies of unit flux in boxes (m, GALAXY_PIXELS, GALAXY_PIXELS).

    A place ``x`` or ``y`` of 0 [pixel] is the centre of the pixel of number GALAXY_PIXELS // 2.
    What lies outside the box is lost.
    """
    m, fine = len(shapes), GALAXY_PIXELS * OVERSAMPLING
    axis = (np.arange(fine) + 0.5) / OVERSAMPLING - 0.5 - GALAXY_PIXELS // 2
    axis = axis.astype(np.float32)
    profile = component_profile(shapes, axis[None, None, :], axis[None, :, None])
    split = (m, GALAXY_PIXELS, OVERSAMPLING, GALAXY_PIXELS, OVERSAMPLING)
    light = profile.reshape(split).mean(axis=(2, 4))
    return light / shapes.total.astype(np.float32)[:, None, None]


def expose(
    scene: Scene,
    psf: EllipticalMoffat,
    shift: tuple[np.ndarray, np.ndarray],
    size: int = FIELD_PIXELS,
) -> np.ndarray:
    """Return an exposure (size, size) float32 of a scene, without noise [σ].

    Parameters
    ----------
    scene : Scene
        What there is.
    psf : EllipticalMoffat
        Of the exposure.
    shift : tuple of ndarray
        Displacements (stars + galaxies,) along y and x [pixel].
    size : int
        Pixels along either side.
    """
    image = np.zeros((size, size), np.float32)
    stars, galaxies = scene.stars, scene.galaxies
    m = len(stars.flux)
    dy, dx = shift
    place = (stars.y + dy[:m], stars.x + dx[:m])
    for bright in (False, True):
        some = (stars.flux > BRIGHT_SIGMA) == bright
        reach = BRIGHT_REACH if bright else PSF_REACH
        add_points(image, place[0][some], place[1][some], stars.flux[some], psf, reach)
    frequency = fft.fftfreq(GALAXY_PIXELS)
    turn = np.exp(
        -2j
        * np.pi
        * (
            dy[m:, None, None] * frequency[:, None]
            + dx[m:, None, None] * frequency[: GALAXY_PIXELS // 2 + 1]
        )
    ).astype(np.complex64)
    spectrum = fft.rfft2(scene.light) * turn * psf.transfer(GALAXY_PIXELS).astype(np.complex64)
    light = fft.irfft2(spectrum, scene.light.shape[1:]) * galaxies.flux[:, None, None]
    corner = (np.floor(one).astype(int) - GALAXY_PIXELS // 2 for one in (galaxies.y, galaxies.x))
    add_boxes(image, light.astype(np.float32), *corner)
    return image


def displacements(
    scene: Scene,
    rms: float,
    refraction: float,
    rng: np.random.Generator,
    size: int = FIELD_PIXELS,
) -> tuple[np.ndarray, np.ndarray]:
    """Return how the sources of one epoch are displaced from those of the other, along y and x.

    A whole shift, which the matching kernel takes up, and a distortion that it cannot follow, both
    of this root mean square [pixel]; and refraction in one direction, by the stars' colours.
    """
    y, x = (np.concatenate([getattr(s, n) for s in (scene.stars, scene.galaxies)]) for n in "yx")
    colour = np.concatenate([scene.stars.colour, 0.3 * scene.galaxies.colour])
    angle = rng.uniform(0, 2 * np.pi)
    result = []
    for direction in (np.sin(angle), np.cos(angle)):
        wave, phase = rng.normal(0, np.pi / size, 2), rng.uniform(0, 2 * np.pi)
        smooth = np.sqrt(2) * np.sin(wave[0] * y + wave[1] * x + phase)
        own = rng.normal(0, 0.2, len(y))
        result.append(rms * (rng.normal() + smooth + own) + refraction * direction * colour)
    return result[0], result[1]


def _placed(flux: np.ndarray, size: int, rng: np.random.Generator) -> Sources:
    m = len(flux)
    return Sources(
        rng.uniform(0, size - 1, m), rng.uniform(0, size - 1, m), flux, rng.normal(0, 1, m)
    )
