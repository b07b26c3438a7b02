"""Examples of the task: simulated maps as networks take them."""

import numpy as np
from astropy import units as u
from astropy.table import Table

from astro_dl.core.examples import Examples
from astro_dl.science.radio_morphology.classes import BENT_SHARE, SCHEMES
from astro_dl.science.radio_morphology.given import given_inputs
from astro_dl.science.radio_morphology.inputs import network_input
from astro_dl.science.radio_morphology.measure import is_uncertain, measure, source_pixels
from astro_dl.science.radio_morphology.physics import RadioPhysics
from astro_dl.science.radio_morphology.simulation.maps import correlated_noise, render, sidelobes
from astro_dl.science.radio_morphology.simulation.sources import (
    Gaussians,
    draw_sources,
    even_in_logarithm,
    gaussians_of,
)

AT_ONCE = 256
DOUBLE_NEIGHBOURS = 0.3


def simulate(physics: RadioPhysics, n: int, rng: np.random.Generator) -> Examples:
    """Return n maps of radio galaxies, with the truth behind them.

    Parameters
    ----------
    physics : RadioPhysics
        The sources, the telescope, and what goes wrong.
    n : int
        Number of maps.
    rng : numpy.random.Generator
        Determines everything.

    Returns
    -------
    Examples
        ``x`` as `astro_dl.science.radio_morphology.given.given_inputs` gives it; ``y`` class
        numbers; ``info`` with ``source``, ``kind``, ``snr`` of the peak, ``flux`` [mJy],
        ``fr_ratio`` and ``size`` ["], measured after the beam and without noise, and
        ``uncertain``, see `astro_dl.science.radio_morphology.measure.is_uncertain`.
    """
    names = SCHEMES[physics.classes]
    y = rng.permutation(np.arange(n) % len(names)).astype(np.int32)
    drawn = y if physics.distinct else rng.permutation(y)
    kind = np.array(names)[drawn]
    if physics.classes == "fr":
        kind = np.where((kind == "FRI") & (rng.random(n) < BENT_SHARE), "bent", kind)
    starts = range(0, n, AT_ONCE)
    parts = [_maps(physics, kind[start : start + AT_ONCE], rng) for start in starts]
    maps = np.concatenate([part[0] for part in parts])
    peak, flux, ratio, size = np.concatenate([part[1] for part in parts], axis=1)
    x = network_input(physics, maps, np.full(n, physics.noise_mjy))
    info = Table(
        {
            "source": rng.integers(0, 2**62, n),
            "kind": kind,
            "snr": peak / physics.noise_mjy,
            "flux": flux * u.mJy,
            "fr_ratio": ratio,
            "size": size * u.arcsec,
            "uncertain": is_uncertain(kind, ratio, physics.uncertain_margin),
        }
    )
    return Examples(given_inputs(physics, x), y, info)


def _maps(
    physics: RadioPhysics, kind: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return maps (n, size, size) and peak, flux, FR ratio and size of their sources (4, n)."""
    n = len(kind)
    source = gaussians_of(draw_sources(physics, kind, rng))
    bare = render(physics, source)
    peak = even_in_logarithm(physics.peak_range_mjy, n, rng)
    flux = peak / bare.max(axis=(1, 2))
    bare *= flux[:, None, None].astype(np.float32)
    clipped = [source_pixels(one, physics.noise_mjy, physics) for one in bare]
    shapes = [measure(one, physics.pixel_scale_arcsec) for one in clipped]
    maps = bare + render(physics, _neighbours(physics, n, rng))
    maps += sidelobes(physics, maps, rng) + correlated_noise(physics, n, rng)
    truth = [peak, flux, [one.fr_ratio for one in shapes], [one.size_arcsec for one in shapes]]
    return maps, np.array(truth)


def _neighbours(physics: RadioPhysics, n: int, rng: np.random.Generator) -> Gaussians:
    """Return up to three other sources of each map, points or close doubles, away from its middle.

    Their fluxes fall as S^-1 in number between the limits of peaks, counted per logarithm.
    """
    most = 3
    half = physics.size_pixels * physics.pixel_scale_arcsec / 2
    there = np.arange(most) < rng.poisson(physics.neighbours, n)[:, None]
    radius = half * np.sqrt(rng.uniform(0.15, 2.0, (n, most)))
    angle, turn = rng.uniform(0, 2 * np.pi, (2, n, most))
    low, high = physics.peak_range_mjy
    flux = there * low * (1 - rng.random((n, most)) * (1 - low / high)) ** -1.0
    gap = np.where(rng.random((n, most)) < DOUBLE_NEIGHBOURS, rng.uniform(6, 20, (n, most)), 0.0)
    x, y = radius * np.cos(angle), radius * np.sin(angle)
    dx, dy = gap / 2 * np.cos(turn), gap / 2 * np.sin(turn)
    width = rng.uniform(0.2, 1.5, (n, most))
    ends = [Gaussians(x + s * dx, y + s * dy, flux / 2, width) for s in (-1, 1)]
    return ends[0].joined(ends[1])
