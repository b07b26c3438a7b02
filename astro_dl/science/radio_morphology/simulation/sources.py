"""Radio galaxies as many round Gaussians along two arms: jets, tails, lobes, hotspots, a core.

Each arm is a path from the core along which light is laid. Jets flare and fade with distance; lobes
are brightest at their end, where a hotspot lies; a bend turns both arms to the same side.
"""

from dataclasses import dataclass, replace

import numpy as np

from astro_dl.science.radio_morphology.physics import RadioPhysics

Array = np.ndarray

STEPS = 28
"""Gaussians along an arm."""
SPECTRAL_INDEX = 0.6
JET_FADING = 0.3
"""Share of an arm over which the flow of a jet slows down by a factor e."""
BACKFLOW_SCALE = 0.35
KNOTS, WANDER = 1.0, 0.18
"""Largest scatter of ln light among neighbouring Gaussians, and of the direction a step [rad]."""
CENTRE_ARCSEC = 2.0
STRAIGHT_DEGREES = 11.0
"""Scatter of the turns of arms that count as straight."""
DOUBLE_DOUBLE_SHARE, BENT_LOBE_SHARE, ONE_SIDED_CORE_JETS = 0.04, 0.3, 0.35


@dataclass(frozen=True)
class Gaussians:
    """Round Gaussians, (n, k) for n maps.

    Parameters
    ----------
    x, y : ndarray
        Centres from the middle of the map ["].
    flux : ndarray
        Flux densities [mJy]; 0 for none.
    sigma : ndarray
        Standard deviations ["].
    """

    x: Array
    y: Array
    flux: Array
    sigma: Array

    def scaled(self, factor: Array) -> "Gaussians":
        """Return sources (n,) times as bright."""
        return replace(self, flux=self.flux * factor[:, None])

    def joined(self, other: "Gaussians") -> "Gaussians":
        """Return both in the same maps."""
        pairs = (
            (getattr(self, name), getattr(other, name)) for name in ("x", "y", "flux", "sigma")
        )
        return Gaussians(*(np.concatenate(pair, axis=1) for pair in pairs))


@dataclass(frozen=True)
class Sources:
    """What sources are drawn as, each (n,); of the two arms (n, 2).

    Parameters
    ----------
    lobed : ndarray of bool, (n, 2)
        Whether an arm ends in a lobe; else it is a jet.
    length : ndarray, (n, 2)
        Of each arm ["].
    bend, swing : ndarray
        By how much the arms turn to the same side, and to opposite sides [rad].
    bend_from : ndarray
        Where the bend begins, as a share of the arm.
    flare, slope : ndarray
        Where a jet is brightest, as a share of the arm, and the power by which it fades.
    opening : ndarray
        Half-width over length of a jet.
    lobe_start, lobe_width : ndarray
        Where backflow ends, as a share of the arm, and the lobe's half-width over its length.
    hotspot : ndarray, (n, 2)
        Share of a lobe's flux in its hotspot.
    inner : ndarray
        Share of the flux in an inner double.
    core : ndarray
        Share of the flux in the core.
    arm_flux : ndarray, (n, 2)
        Relative flux of the arms.
    speed : ndarray
        Of the flow at the base of jets, over that of light.
    cosine : ndarray
        Of the angle between the first arm and the line of sight.
    angle : ndarray
        Of the axis on the sky [rad].
    knots : ndarray, (n, 2, STEPS)
        By what factor light along the arms departs from the smooth.
    wander : ndarray, (n, 2, STEPS)
        By how much the flow has turned at random [rad].
    centre : ndarray, (n, 2)
        Of the core, from the middle of the map ["].
    """

    lobed: Array
    length: Array
    bend: Array
    swing: Array
    bend_from: Array
    flare: Array
    slope: Array
    opening: Array
    lobe_start: Array
    lobe_width: Array
    hotspot: Array
    inner: Array
    core: Array
    arm_flux: Array
    speed: Array
    cosine: Array
    angle: Array
    knots: Array
    wander: Array
    centre: Array


def draw_sources(physics: RadioPhysics, kind: Array, rng: np.random.Generator) -> Sources:
    """Return sources of these kinds.

    Parameters
    ----------
    physics : RadioPhysics
        Sizes, arm ratios and bends.
    kind : ndarray of str, (n,)
        FRI, FRII, bent, compact or hybrid.
    rng : numpy.random.Generator
        Source of randomness.
    """
    n = len(kind)
    fr2, bent, compact = kind == "FRII", kind == "bent", kind == "compact"
    lobed = np.repeat((fr2 | (bent & (rng.random(n) < BENT_LOBE_SHARE)))[:, None], 2, axis=1)
    hybrid = np.flatnonzero(kind == "hybrid")
    lobed[hybrid, rng.integers(0, 2, len(hybrid))] = True
    ends = even_in_logarithm(physics.size_range_arcsec, n, rng)
    ends = np.where(compact, rng.uniform(0.1, physics.beam_arcsec, n), ends)
    ratio = rng.triangular(physics.arm_ratio_min, 1.0, 1.0 + 1e-9, n)
    arms = np.stack([1 / (1 + ratio), ratio / (1 + ratio)], axis=1) * ends[:, None]
    low, high = np.radians(physics.bend_range_degrees)
    slope = np.where(bent, rng.uniform(0.2, 1.2, n), rng.uniform(0.8, 2.0, n))
    core = even_in_logarithm((0.01, 0.35), n, rng)
    core = np.where(lobed.all(axis=1), even_in_logarithm((5e-4, 0.04), n, rng), core)
    one_sided = compact & (rng.random(n) < ONE_SIDED_CORE_JETS)
    arm_flux = np.exp(rng.normal(0, 0.35, (n, 2)))
    arm_flux[:, 1] = np.where(one_sided, 0.0, arm_flux[:, 1])
    return Sources(
        lobed=lobed,
        length=arms,
        bend=np.where(
            bent, rng.uniform(low, high, n), np.radians(rng.normal(0, STRAIGHT_DEGREES, n))
        ),
        swing=np.radians(rng.normal(0, STRAIGHT_DEGREES, n)),
        bend_from=rng.uniform(0.02, 0.5, n),
        flare=np.where(bent, rng.uniform(0.05, 0.4, n), rng.uniform(0.03, 0.2, n)),
        slope=slope,
        opening=rng.uniform(0.05, 0.4, n),
        lobe_start=rng.uniform(0.1, 0.85, n),
        lobe_width=rng.uniform(0.06, 0.35, n),
        hotspot=rng.uniform(0.1, 0.85, (n, 2)),
        inner=np.where(fr2 & (rng.random(n) < DOUBLE_DOUBLE_SHARE), rng.uniform(0.15, 0.4, n), 0.0),
        core=np.where(compact, rng.uniform(0.8, 1.0, n), core),
        arm_flux=arm_flux,
        speed=rng.uniform(0.3, 0.95, n),
        cosine=rng.uniform(0.0, 0.95, n),
        angle=rng.uniform(0, 2 * np.pi, n),
        knots=np.exp(rng.uniform(0, KNOTS, (n, 1, 1)) * rng.normal(size=(n, 2, STEPS))),
        wander=np.cumsum(rng.normal(size=(n, 2, STEPS)), axis=2)
        * rng.uniform(0, WANDER, (n, 1, 1)),
        centre=rng.normal(0, CENTRE_ARCSEC, (n, 2)),
    )


def even_in_logarithm(limits: tuple[float, float], n: int, rng: np.random.Generator) -> Array:
    """Return n numbers within limits, uniform in their logarithm."""
    low, high = np.log(limits)
    return np.exp(rng.uniform(low, high, n))


def gaussians_of(sources: Sources) -> Gaussians:
    """Return the Gaussians (n, k) of sources; all of a source's fluxes add up to 1."""
    arms = [_arm(sources, number) for number in (0, 1)]
    core = np.zeros((len(sources.core), 1))
    both = arms[0].joined(arms[1])
    whole = both.flux.sum(axis=1)
    shared = both.scaled((1 - sources.core) / np.where(whole > 0, whole, 1.0))
    rest = 1 - shared.flux.sum(axis=1, keepdims=True)
    flat = shared.joined(Gaussians(core, core, rest, core + 0.3))
    cosine, sine = np.cos(sources.angle)[:, None], np.sin(sources.angle)[:, None]
    x, y = cosine * flat.x - sine * flat.y, sine * flat.x + cosine * flat.y
    x, y = x + sources.centre[:, :1], y + sources.centre[:, 1:]
    return replace(flat, x=x, y=y)


def doppler_factor(speed: Array, cosine: Array) -> Array:
    """Return by how much a steady flow is brighter than one across the line of sight.

    The Lorentz factor, common to both arms, is left out: (1 − β cos θ)^−(2+α), as Urry & Padovani
    (1995, PASP 107, 803, eq. A9) for jets, with α = 0.6.
    """
    return (1 - speed * cosine) ** -(2 + SPECTRAL_INDEX)


def _arm(sources: Sources, number: int) -> Gaussians:
    sign = 1.0 - 2.0 * number
    t = (np.arange(STEPS) + 0.5) / STEPS
    length = sources.length[:, number, None]
    jet = _jet(sources, t, sign)
    lobe, is_hotspot = _lobe(sources, t, number)
    lobed = sources.lobed[:, number, None]
    flux = np.where(lobed, lobe, jet)
    flux *= sources.arm_flux[:, number, None] / np.where(lobed, lobe.sum(1, keepdims=True), 1.0)
    flux *= sources.knots[:, number]
    along, across = _path(sources, t, number)
    jet_width = 0.6 + 0.5 * sources.opening[:, None] * np.minimum(t, 0.7) * length
    cocoon = np.sqrt(np.clip((t - sources.lobe_start[:, None]) / 0.3, 0.05, 1.0))
    lobe_width = 0.6 + 0.6 * sources.lobe_width[:, None] * length * cocoon
    spot = np.minimum(0.04 * length + 0.6, 4.0)
    sigma = np.where(lobed, np.where(is_hotspot, spot, lobe_width), jet_width)
    return Gaussians(along * length, across * length, flux, sigma)


def _jet(sources: Sources, t: Array, sign: float) -> Array:
    """Return the light of a jet that brightens to its flare, fades, and is beamed."""
    far = t / sources.flare[:, None]
    light = far**2 / (1 + far ** (2 + sources.slope[:, None]))
    light /= light.sum(axis=1, keepdims=True)
    speed = sources.speed[:, None] * np.exp(-t / JET_FADING)
    return light * doppler_factor(speed, sign * sources.cosine[:, None])


def _lobe(sources: Sources, t: Array, number: int) -> tuple[Array, Array]:
    """Return the light of a lobe, and which Gaussians are hotspots."""
    start = sources.lobe_start[:, None]
    backflow = np.exp((t - 1) / BACKFLOW_SCALE) * np.clip((t - start) / 0.1 + 1, 0.0, 1.0)
    backflow[:, -1] = 0.0
    backflow *= (1 - sources.hotspot[:, number, None]) / backflow.sum(axis=1, keepdims=True)
    light = backflow.copy()
    light[:, -1] = sources.hotspot[:, number]
    inner = np.zeros_like(light)
    place = STEPS // 3
    inner[:, place] = sources.inner
    light = light * (1 - sources.inner[:, None]) + inner
    is_hotspot = np.zeros(light.shape, bool)
    is_hotspot[:, -1] = True
    is_hotspot[:, place] = sources.inner > 0
    return light, is_hotspot


def _path(sources: Sources, t: Array, number: int) -> tuple[Array, Array]:
    """Return where the Gaussians lie (n, STEPS), in units of the arm's length."""
    sign = 1.0 - 2.0 * number
    turn = np.clip((t - sources.bend_from[:, None]) / 0.35, 0.0, 1.0)
    angle = sources.bend[:, None] * turn**2 * (3 - 2 * turn) + sign * sources.swing[:, None] * t
    angle = angle + sources.wander[:, number]
    steps = np.stack([sign * np.cos(angle), np.sin(angle)]) / len(t)
    return tuple(np.cumsum(steps, axis=2) - steps / 2)  # type: ignore[return-value]
