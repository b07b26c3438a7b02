"""What redshift networks are given: spectra less their continuum, in units of the noise."""

from functools import lru_cache

import numpy as np

from astro_dl.core.examples import Inputs
from astro_dl.core.task import InputSpec
from astro_dl.observations.spectra.continuum import continuum_contract, pseudo_continuum
from astro_dl.observations.spectra.wavelengths import log_edges
from astro_dl.science.redshifts.physics import GalaxyRedshiftPhysics
from astro_dl.science.redshifts.simulation.galaxies import (
    Galaxies,
    draw_galaxies,
    redshifted_spectra,
)

Array = np.ndarray

SMOOTHING = 0.03
"""Standard deviation of the continuum's running mean in ln λ: 450 Å at 15,000 Å."""

SCALE = 3.0
LARGEST = 200.0
FEWEST_KNOWN = 0.5
TEMPLATES = 12
TEMPLATE_SEED = 20180927


def redshift_edges(physics: GalaxyRedshiftPhysics) -> Array:
    """Return the edges (bins + 1,) of the redshift classes."""
    low, high = physics.redshift_range
    return np.linspace(low, high, physics.bins + 1)


def spectrum_edges(physics: GalaxyRedshiftPhysics) -> Array:
    """Return the edges (pixels + 1,) of the spectra's pixels, in vacuum [Å]."""
    return log_edges(physics.wavelength_range_angstrom, physics.pixels)


def redshift_spec(physics: GalaxyRedshiftPhysics) -> InputSpec:
    """Return the shape of the spectra, and what their numbers mean."""
    contract = {
        "values": f"asinh(r / {SCALE:g}), r = (flux - continuum) / noise, within ±{LARGEST:g}; "
        "0 where unknown",
        "continuum": continuum_contract(SMOOTHING, "in ln(wavelength)"),
        "wavelength_range_angstrom": list(physics.wavelength_range_angstrom),
        "wavelength_medium": "vacuum",
        "pixels": f"{physics.pixels}, of equal width in ln(wavelength)",
    }
    return InputSpec((physics.pixels, 1), contract)


def redshift_spectrum_inputs(physics: GalaxyRedshiftPhysics, flux: Array, sigma: Array) -> Array:
    """Return inputs (n, pixels, 1) float32.

    Parameters
    ----------
    physics : GalaxyRedshiftPhysics
        The grid.
    flux : ndarray, (n, pixels)
        On any scale; NaN where unknown.
    sigma : ndarray, (n, pixels)
        Standard deviations of the flux; where they are unknown, 1.4826 times the median absolute
        deviation from the continuum of the spectrum stands for them.

    Returns
    -------
    ndarray
        NaN throughout for spectra that are known in less than half of the pixels.
    """
    residual = flux - _smooth(physics, flux)
    known = np.isfinite(residual)
    size = np.abs(np.where(known, residual, np.nan))
    usable = known.mean(axis=1) >= FEWEST_KNOWN
    spread = np.full(len(flux), np.nan)
    spread[usable] = 1.4826 * np.nanmedian(size[usable], axis=1)
    noise = np.where(np.isfinite(sigma) & (sigma > 0), sigma, spread[:, None])
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.clip(np.where(known, residual / noise, 0), -LARGEST, LARGEST)
    x = np.where(usable[:, None], np.arcsinh(ratio / SCALE), np.nan)
    return x[..., None].astype(np.float32)


def correlate_templates(physics: GalaxyRedshiftPhysics, x: Inputs) -> dict[str, Array]:
    """Return the redshift (n,) at which each spectrum correlates best with a template.

    Tonry & Davis (1979), AJ 84, 1511, in real space: 12 noiseless spectra, drawn from the
    simulator's own galaxies and shifted to the centre of every redshift class, each of unit norm.
    """
    values = SCALE * np.sinh(np.asarray(x)[..., 0])
    edges = redshift_edges(physics)
    centres = 0.5 * (edges[1:] + edges[:-1])
    best = np.full(len(values), -np.inf)
    found = np.zeros(len(values), np.int64)
    for templates in _templates(physics):
        match = values @ templates.T
        top = match.argmax(axis=1)
        height = match[np.arange(len(values)), top]
        found, best = np.where(height > best, top, found), np.maximum(height, best)
    return {"template correlation": centres[found]}


@lru_cache(maxsize=1)
def _templates(physics: GalaxyRedshiftPhysics) -> list[Array]:
    """Return templates, each (redshifts, pixels) float32."""
    edges = redshift_edges(physics)
    centres = 0.5 * (edges[1:] + edges[:-1])
    rng = np.random.default_rng(TEMPLATE_SEED)
    drawn = draw_galaxies(np.zeros(TEMPLATES), physics.kind_fractions, rng)
    made = []
    for row in range(TEMPLATES):
        same = {
            name: np.repeat(getattr(drawn, name)[row : row + 1], len(centres), axis=0)
            for name in ("kind", "age", "dust_mag", "widths", "velocity_dispersion")
        }
        galaxies = Galaxies(redshift=centres, **same)
        flux = redshifted_spectra(galaxies, spectrum_edges(physics), physics.resolving_power)
        lines = flux - _smooth(physics, flux)
        unit = lines / np.linalg.norm(lines, axis=1, keepdims=True)
        made.append(unit.astype(np.float32))
    return made


def _smooth(physics: GalaxyRedshiftPhysics, flux: Array) -> Array:
    low, high = physics.wavelength_range_angstrom
    return pseudo_continuum(flux, SMOOTHING * physics.pixels / np.log(high / low))
