"""Galaxies as layers: a smooth body, and each feature by itself, so that its light can be told.

A layer of a feature is what the image gains by it: arms are their disc less the smooth one of the
same flux, with negative light between the arms.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from astro_dl.observations.images.ellipse import ellipticity
from astro_dl.observations.images.galaxies import (
    Components,
    concatenate_components,
    render_components,
)
from astro_dl.observations.images.galaxy_colors import (
    angular_diameter_distance,
    distance_modulus,
    k_correction,
)
from astro_dl.observations.images.observation import Observation
from astro_dl.science.galaxy_morphology.physics import MorphologyPhysics

Array = np.ndarray
Light = Callable[[Array, Array, Array], Array]

FEATURES = ("arms", "bar", "ring", "tail", "clumps")
LAYERS = ("body", *FEATURES)
CLUMPS = 5
ARCSEC_PER_RADIAN = 206264.8
MPC = 1e3
"""In kpc."""
THINNEST = 0.12
"""Axis ratio of a disc seen edge-on, with the bulge not counted."""


@dataclass(frozen=True)
class Galaxies:
    """What galaxies are, each (n,).

    Parameters
    ----------
    disc : ndarray of bool
        Whether there is a disc; else the bulge is all.
    features : dict of str to ndarray of bool
        Which of the `FEATURES` each has.
    bulge : ndarray
        Share of the light in the bulge.
    arm_count : ndarray of int
        Of spirals, 1 to 4.
    axis_ratio, angle : ndarray
        Of the disc, or of the elliptical; position angle [rad].
    redshift, magnitude : ndarray
        Redshift, and apparent magnitude in i.
    radius_arcsec : ndarray
        Effective radius of the disc, or of the elliptical ["].
    """

    disc: Array
    features: dict[str, Array]
    bulge: Array
    arm_count: Array
    axis_ratio: Array
    angle: Array
    redshift: Array
    magnitude: Array
    radius_arcsec: Array

    @property
    def edge_on(self) -> Array:
        """Whether the disc is seen from its edge."""
        return self.disc & (self.axis_ratio < 0.3)

    @property
    def spiral(self) -> Array:
        """Whether there are arms to be seen from above."""
        return self.features["arms"] & ~self.edge_on


def draw_galaxies(physics: MorphologyPhysics, n: int, rng: np.random.Generator) -> Galaxies:
    """Return n galaxies.

    Sizes grow with luminosity as L^0.3 for discs and L^0.6 for ellipticals, with a scatter of 30%,
    from 6 and 5 kpc at M = -21 (after Shen et al. 2003, MNRAS 343, 978).
    """
    disc = rng.random(n) < physics.disc_fraction
    fractions = {
        "arms": physics.spiral_fraction, "bar": physics.bar_fraction, "ring": physics.ring_fraction,
        "tail": physics.tail_fraction, "clumps": physics.clump_fraction,
    }  # fmt: skip
    features = {name: disc & (rng.random(n) < share) for name, share in fractions.items()}
    low, high = np.log(physics.redshift_range)
    redshift = np.exp(rng.uniform(low, high, n))
    absolute = rng.uniform(*physics.magnitude_range, n)
    kind = np.where(disc, 2.0, 0.0)
    magnitude = absolute + distance_modulus(redshift) + k_correction(kind, redshift)
    brighter = -0.4 * (absolute + 21)
    kpc = np.where(disc, 6.0 * 10 ** (0.3 * brighter), 5.0 * 10 ** (0.6 * brighter))
    kpc *= np.exp(rng.normal(0, 0.3, n))
    scale = ARCSEC_PER_RADIAN / (angular_diameter_distance(redshift) * MPC)
    tilt = rng.uniform(0, 1, n)
    flat = np.sqrt(tilt**2 + (1 - tilt**2) * THINNEST**2)
    return Galaxies(
        disc=disc,
        features=features,
        bulge=np.where(disc, rng.beta(1.2, 3.5, n), 1.0),
        arm_count=rng.choice([1, 2, 2, 2, 2, 3, 3, 4], n),
        axis_ratio=np.where(disc, flat, rng.uniform(0.4, 1.0, n)),
        angle=rng.uniform(0, np.pi, n),
        redshift=redshift,
        magnitude=magnitude,
        radius_arcsec=kpc * scale,
    )


def render_layers(
    galaxies: Galaxies, observation: Observation, rng: np.random.Generator
) -> dict[str, Array]:
    """Return what each layer adds to the images as they are seen, by the `LAYERS`.

    Returns
    -------
    dict of str to ndarray
        (n, bands, size, size) [σ of the sky], without noise.
    """
    n = len(galaxies.disc)
    layers = _components(galaxies, observation, rng)
    sides: dict[str, Any] = {"size": observation.rendered, "pixel_scale": observation.pixel_scale}
    seen = {}
    for name, parts in layers.items():
        whole = [sign * render_components(part, n, **sides) for sign, part in parts]
        seen[name] = observation.expose(np.sum(whole, axis=0), slice(None))
    return seen


def companions(mean: float, observation: Observation, n: int, rng: np.random.Generator) -> Array:
    """Return other galaxies of the field, seen as `render_layers`, (n, bands, size, size)."""
    image = np.sort(rng.integers(0, n, rng.poisson(mean * n)))
    m = len(image)
    place = rng.uniform(-1, 1, (2, m)) * observation.half_width
    near = np.hypot(*place) < 0.25 * observation.half_width
    flux = observation.photometry.flux(
        image, rng.triangular(16.5, 20.5, 21.0, m), rng.uniform(0, 4, m), rng.uniform(0.05, 0.4, m)
    )
    flux[near] = 0
    shape = ellipticity(rng.uniform(0.4, 1, m), rng.uniform(0, np.pi, m))
    light = Components(image, flux, place[0], place[1], rng.uniform(0.3, 1.5, m), 1.0, *shape)
    whole = render_components(
        light, n, size=observation.rendered, pixel_scale=observation.pixel_scale
    )
    return observation.expose(whole, slice(None))


def _components(
    g: Galaxies, observation: Observation, rng: np.random.Generator
) -> dict[str, list[tuple[float, Components]]]:
    """Return the components of each layer, with the sign with which they are added."""
    n = len(g.disc)
    everything = np.arange(n)
    radius, turn = g.radius_arcsec, g.angle
    e1, e2 = ellipticity(g.axis_ratio, turn)
    young = rng.uniform(1.5, 3.5, n)
    dust = rng.normal(0.05, 0.08, n)

    def light(rows: Array, share: Array, kind: Array) -> Array:
        faint = g.magnitude[rows] - 2.5 * np.log10(np.maximum(share, 1e-9))
        return observation.photometry.flux(rows, faint, kind, g.redshift[rows], dust[rows])

    def about(rows: Array, share: Array, kind: Array, *shape: Array, **more: Array) -> Components:
        zero = np.zeros(len(rows))
        return Components(rows, light(rows, share, kind), zero, zero, *shape, **more)

    rows = {name: np.flatnonzero(one) for name, one in g.features.items()}
    index = np.where(g.disc, rng.uniform(1.0, 3.0, n), rng.uniform(2.5, 5.0, n))
    core = np.where(g.disc, 0.25, 1.0) * radius
    flat = ellipticity(np.where(g.disc, 0.5 + 0.5 * g.axis_ratio, g.axis_ratio), turn)
    bulges = about(everything, g.bulge, np.zeros(n), core, index, *flat)
    some = np.flatnonzero(g.disc)
    discs = about(some, 1 - g.bulge[some], young[some], radius[some], np.ones(len(some)),
                  e1[some], e2[some])  # fmt: skip
    body = concatenate_components([bulges, discs])

    def armed(strength: Array) -> Components:
        at = rows["arms"]
        share = 0.7 * (1 - g.bulge[at])
        return about(
            at, share, young[at] + 0.5, radius[at], np.ones(len(at)), e1[at], e2[at],
            arm_strength=strength,
            arm_number=g.arm_count[at].astype(float),
            arm_winding=winding, arm_phase=phase,
        )  # fmt: skip

    many = len(rows["arms"])
    winding = rng.choice([-1, 1], many) * rng.uniform(2.0, 6.0, many)
    phase = rng.uniform(0, 2 * np.pi, many)
    strength = rng.uniform(0.45, 1.0, many)
    at = rows["bar"]
    along = turn[at] + rng.uniform(-0.6, 0.6, len(at))
    long = ellipticity(rng.uniform(0.2, 0.4, len(at)), along)
    bars = about(at, rng.uniform(0.06, 0.2, len(at)), np.full(len(at), 0.5), 0.35 * radius[at],
                 np.full(len(at), 0.6), *long)  # fmt: skip
    at = rows["ring"]
    around = radius[at] * rng.uniform(1.0, 1.6, len(at))
    rings = about(at, rng.uniform(0.08, 0.25, len(at)), young[at] + 1, around, np.ones(len(at)),
                  e1[at], e2[at], ring_radius=around,
                  ring_width=around * rng.uniform(0.07, 0.16, len(at)))  # fmt: skip
    at = rows["tail"]
    far = radius[at] * rng.uniform(1.3, 2.4, len(at))
    tails = about(at, rng.uniform(0.08, 0.3, len(at)), young[at], far, np.ones(len(at)),
                  e1[at], e2[at], arm_strength=np.ones(len(at)), arm_number=np.ones(len(at)),
                  arm_winding=rng.choice([-1, 1], len(at)) * rng.uniform(1, 4, len(at)),
                  arm_phase=rng.uniform(0, 2 * np.pi, len(at)), ring_radius=far,
                  ring_width=far * rng.uniform(0.15, 0.3, len(at)))  # fmt: skip
    return {
        "body": [(1.0, body)],
        "arms": [(1.0, armed(strength)), (-1.0, armed(0 * strength))],
        "bar": [(1.0, bars)],
        "ring": [(1.0, rings)],
        "tail": [(1.0, tails)],
        "clumps": [(1.0, _clumps(g, rows["clumps"], light, rng))],
    }


def _clumps(g: Galaxies, rows: Array, light: Light, rng: np.random.Generator) -> Components:
    """Return `CLUMPS` bright knots in each of some discs."""
    at = np.repeat(rows, CLUMPS)
    m = len(at)
    far = g.radius_arcsec[at] * rng.uniform(0.4, 1.6, m)
    around = rng.uniform(0, 2 * np.pi, m)
    along, across = far * np.cos(around), far * np.sin(around) * g.axis_ratio[at]
    cos, sin = np.cos(g.angle[at]), np.sin(g.angle[at])
    flux = light(at, rng.uniform(0.01, 0.05, m), np.full(m, 4.5))
    size = 0.06 * g.radius_arcsec[at] + 0.1
    return Components(at, flux, cos * along - sin * across, sin * along + cos * across, size)
