"""Cutouts of simulated lenses, and of galaxies that are none, as networks take them."""

from collections.abc import Mapping
from dataclasses import fields
from functools import lru_cache

import numpy as np
from astropy.table import Table

from astro_dl.core.reading.fits_files import read_image
from astro_dl.observations.images.point_spread import prepare_kernel
from astro_dl.science.lenses.inputs import network_input
from astro_dl.science.lenses.physics import LensPhysics
from astro_dl.science.lenses.simulation.cutouts import simulate_cutouts
from astro_dl.science.lenses.simulation.population import LensPriors


def lens_priors(physics: LensPhysics) -> LensPriors:
    """Return the simulator's priors: the physics' fields without the units in their names."""
    values = {}
    for field in fields(LensPriors):
        for name in (field.name, f"{field.name}_arcsec", f"{field.name}_rad"):
            if hasattr(physics, name):
                values[field.name] = getattr(physics, name)
    return LensPriors(**values)


def simulated_cutouts(
    physics: LensPhysics, kinds: Mapping[str, float], n: int, rng: np.random.Generator
) -> tuple[np.ndarray, Table]:
    """Return n cutouts as networks take them, (n, size, size, bands) float32, and their truth.

    The truth is that of `astro_dl.science.lenses.simulation.cutouts.simulate_cutouts`, its
    ``group`` being called ``object_id``.
    """
    images, truth = simulate_cutouts(
        physics.survey,
        physics.bands,
        n,
        rng,
        kinds=kinds,
        priors=lens_priors(physics),
        size=physics.size_pixels,
        arc_snr_min=physics.arc_snr_min,
        exposure_factor=physics.exposure_factor,
        depth_scatter=physics.depth_scatter_mag,
        kernels=_kernels(physics.bands, physics.point_spread_files),
        satellite_rate=physics.satellite_rate,
        defect_probability=physics.masked_fraction,
    )
    truth.rename_column("group", "object_id")
    return network_input(physics, images), truth


@lru_cache(maxsize=8)
def _kernels(bands: tuple[str, ...], paths: tuple[str, ...]) -> dict[str, np.ndarray] | None:
    """Return point-spread functions from FITS images, by band."""
    kernels = {}
    for band, path in zip(bands, paths, strict=False):
        kernels[band] = prepare_kernel(read_image(path))
    return kernels or None
