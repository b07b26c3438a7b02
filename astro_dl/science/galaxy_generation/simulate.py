"""Images of galaxies of known magnitude, size and kind."""

from dataclasses import dataclass

import numpy as np
from astropy import units as u
from astropy.table import QTable
from scipy.signal import fftconvolve
from scipy.special import gammainc

from astro_dl.core.examples import Examples
from astro_dl.models.generators.inputs import CONDITIONS
from astro_dl.observations.galaxies.inputs import network_input
from astro_dl.observations.galaxies.point_spread import moffat_images
from astro_dl.observations.galaxies.sersic_transform import half_light_b
from astro_dl.observations.galaxies.stamps import galaxy_stamps
from astro_dl.observations.images.ellipse import axis_ratio_and_angle, ellipticity
from astro_dl.observations.images.sersic import SersicLight
from astro_dl.science.galaxy_generation.inputs import conditions
from astro_dl.science.galaxy_generation.physics import KINDS, GalaxyGenerationPhysics

Array = np.ndarray
BULGE_INDEX, BULGE_RADIUS = 2.0, 0.25
"""Sérsic index of bulges, and their radius in that of the disc."""

ARM_COUNTS = (2, 2, 2, 3, 4)
CALM = 0.4
"""Radius [R_e of the disc] within which arms fade."""

BISECTIONS = 40


@dataclass(frozen=True)
class Seeing:
    """What galaxies are seen through.

    Parameters
    ----------
    image : ndarray, (n, k, k)
        Point-spread functions of unit sum.
    info : QTable
        What was drawn for them.
    """

    image: Array
    info: QTable


def simulate(physics: GalaxyGenerationPhysics, n: int, rng: np.random.Generator) -> Examples:
    """Return n images of galaxies.

    Parameters
    ----------
    physics : GalaxyGenerationPhysics
        Galaxies, noise and seeing.
    n : int
        How many.
    rng : numpy.random.Generator
        Determines everything.

    Returns
    -------
    Examples
        ``x`` with the image, its point-spread function and what is known of it; ``y`` (n, 1) the
        number of its kind, which is not learnt; ``info`` with all that was drawn.
    """
    magnitude = rng.uniform(*physics.magnitude_range, n)
    re_arcsec = log_uniform(physics.re_arcsec_range, n, rng)
    kind = rng.choice(len(KINDS), n, p=physics.shares)
    seeing = draw_seeing(physics, n, rng)
    images, structure = galaxy_images(physics, magnitude, re_arcsec, kind, seeing.image, rng)
    x = network_input(images + rng.standard_normal(images.shape), seeing.image)
    x[CONDITIONS] = conditions(physics, magnitude, re_arcsec, kind)
    info = QTable(
        {
            "galaxy_id": rng.integers(2**62, size=n),
            "magnitude": magnitude * u.mag,
            "re_arcsec": re_arcsec * u.arcsec,
            "kind": np.array(KINDS)[kind],
            **structure,
            **{name: seeing.info[name] for name in seeing.info.colnames},
        }
    )
    return Examples(x, kind[:, None].astype(np.float32), info)


def draw_seeing(physics: GalaxyGenerationPhysics, n: int, rng: np.random.Generator) -> Seeing:
    """Return n point-spread functions."""
    fwhm = rng.uniform(*physics.seeing_fwhm_pixels_range, n)
    beta = rng.uniform(*physics.moffat_beta_range, n)
    e1, e2 = physics.point_spread_ellipticity * rng.standard_normal((2, n))
    image = moffat_images(fwhm, beta, physics.point_spread_pixels, e1, e2)
    told = {"point_spread_e1": e1, "point_spread_e2": e2}
    return Seeing(image, QTable({"seeing_fwhm": fwhm * u.pix, "moffat_beta": beta, **told}))


def galaxy_images(
    physics: GalaxyGenerationPhysics,
    magnitude: Array,
    re_arcsec: Array,
    kind: Array,
    point_spread: Array,
    rng: np.random.Generator,
) -> tuple[Array, dict[str, Array]]:
    """Return images of galaxies without noise, and what was drawn of their structure.

    Parameters
    ----------
    physics : GalaxyGenerationPhysics
        How structure is distributed.
    magnitude, re_arcsec : ndarray, (n,)
        Of each galaxy.
    kind : ndarray of int, (n,)
        Position among `KINDS`.
    point_spread : ndarray, (n, k, k)
        Of unit sum.
    rng : numpy.random.Generator
        Of all else.

    Returns
    -------
    images : ndarray of float32, (n, size, size)
        In standard deviations of the noise of a pixel.
    structure : dict of str to ndarray
        ``sersic_index`` (1 of discs), ``axis_ratio``, ``e1``, ``e2``, ``bulge_fraction``,
        ``arm_strength``, ``x`` and ``y`` [pixel].
    """
    n, size = len(magnitude), physics.size_pixels
    disc, spiral = kind > 0, kind == KINDS.index("spiral")
    flux = flux_of(physics, magnitude)
    radius = re_arcsec / physics.pixel_scale_arcsec

    def uniform(bounds: tuple[float, float]) -> Array:
        return rng.uniform(*bounds, n)

    index = np.where(disc, 1.0, log_uniform(physics.sersic_index_range, n, rng))
    axis_ratio = np.where(
        disc,
        uniform(physics.disc_axis_ratio_range),
        uniform(physics.elliptical_axis_ratio_range),
    )
    e1, e2 = ellipticity(axis_ratio, rng.uniform(0, np.pi, n))
    x, y = rng.uniform(-1, 1, (2, n)) * physics.offset_pixels
    bulge = np.where(disc, uniform(physics.bulge_fraction_range), 0.0)
    strength = np.where(spiral, uniform(physics.arm_strength_range), 0.0)
    winding = rng.choice([-1, 1], n) * uniform(physics.arm_winding_range)
    count, phase = rng.choice(ARM_COUNTS, n), rng.uniform(0, 2 * np.pi, n)

    main = SersicLight(radius / half_light_radius(bulge), index, e1, e2, x, y)
    images = galaxy_stamps(main, flux * (1 - bulge), point_spread, size)
    some = np.flatnonzero(bulge > 0)
    if len(some):
        light = SersicLight(
            main.effective_radius * BULGE_RADIUS, np.full(n, BULGE_INDEX), e1, e2, x, y
        )
        images[some] += galaxy_stamps(
            light.take(some), (flux * bulge)[some], point_spread[some], size
        )
    some = np.flatnonzero(spiral)
    if len(some):
        arms = _arms(main.take(some), size, point_spread.shape[-1] // 2, count[some],
                     winding[some], phase[some])  # fmt: skip
        seen = fftconvolve(arms, point_spread[some], mode="valid", axes=(1, 2))
        images[some] += (flux * (1 - bulge) * strength)[some, None, None] * seen
    structure = {"sersic_index": index, "axis_ratio": axis_ratio, "e1": e1, "e2": e2}
    structure |= {"bulge_fraction": bulge, "arm_strength": strength, "x": x, "y": y}
    return images, structure


def log_uniform(bounds: tuple[float, float], n: int, rng: np.random.Generator) -> Array:
    """Return n numbers whose logarithms are uniform."""
    low, high = bounds
    return np.exp(rng.uniform(np.log(low), np.log(high), n))


def flux_of(physics: GalaxyGenerationPhysics, magnitude: Array) -> Array:
    """Return fluxes in standard deviations of the noise of a pixel."""
    return 10 ** (-0.4 * (np.asarray(magnitude) - physics.noise_magnitude))


def half_light_radius(bulge_fraction: Array) -> Array:
    """Return the half-light radius of discs with bulges, in that of the disc.

    Where the light within it, B P(2n, b (R/0.25)^(1/n)) + (1 − B) P(2, b R), is one half.
    """
    low, high = np.full(len(bulge_fraction), 1e-3), np.full(len(bulge_fraction), 1.0)
    b_bulge, b_disc = half_light_b(np.array(BULGE_INDEX)), half_light_b(np.array(1.0))
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        within = bulge_fraction * gammainc(
            2 * BULGE_INDEX, b_bulge * (middle / BULGE_RADIUS) ** (1 / BULGE_INDEX)
        ) + (1 - bulge_fraction) * gammainc(2, b_disc * middle)
        low, high = np.where(within < 0.5, middle, low), np.where(within < 0.5, high, middle)
    return np.where(bulge_fraction > 0, (low + high) / 2, 1.0)


def _arms(
    disc: SersicLight, size: int, reach: int, count: Array, winding: Array, phase: Array
) -> Array:
    """Return what arms of strength 1 add to discs of unit flux, on images wider by ``reach``."""
    axis = np.arange(size + 2 * reach) - (size - 1) / 2 - reach
    q, angle = (one[:, None, None] for one in axis_ratio_and_angle(disc.e1, disc.e2))
    dx = axis[None, None, :] - disc.center_x[:, None, None]
    dy = axis[None, :, None] - disc.center_y[:, None, None]
    along = (np.cos(angle) * dx + np.sin(angle) * dy) * np.sqrt(q)
    across = (np.cos(angle) * dy - np.sin(angle) * dx) / np.sqrt(q)
    scale = disc.effective_radius[:, None, None]
    radius = np.hypot(along, across) / scale
    b = half_light_b(np.array(1.0))
    light = b**2 * np.exp(-b * radius) / (2 * np.pi * scale**2)
    turns = count[:, None, None] * np.arctan2(across, along) + phase[:, None, None]
    turns = turns + winding[:, None, None] * np.log(np.maximum(radius, 1e-3))
    faded = radius**2 / (radius**2 + CALM**2)
    return light * faded * np.cos(turns)
