"""What both lens tasks do with their physics: check it, describe inputs, and simulate cutouts."""

from collections.abc import Mapping
from dataclasses import fields
from functools import lru_cache
from typing import Any

import numpy as np
from astropy.table import Table

from astro_dl.core.errors import UsageError
from astro_dl.core.reading.fits_files import read_image
from astro_dl.core.task import InputSpec
from astro_dl.observations.images.point_spread import prepare_kernel
from astro_dl.observations.photometry.surveys import named_survey
from astro_dl.science.lenses.predict import network_input
from astro_dl.science.lenses.simulation.cutouts import simulate_cutouts
from astro_dl.science.lenses.simulation.population import LensPriors


def check_bands(physics: Any) -> None:
    """Refuse bands that the survey lacks, and another number of point-spread functions.

    Raises
    ------
    UsageError
        Naming the value and what is accepted.
    """
    named_survey(physics.survey).choose(physics.bands)
    files = physics.point_spread_files
    if files and len(files) != len(physics.bands):
        raise UsageError(
            f"point_spread_files are {len(files)} for {len(physics.bands)} bands; give one for each"
        )


def cutout_spec(physics: Any) -> InputSpec:
    """Return the shape of a cutout, (size, size, bands), and what its numbers mean."""
    contract = {
        "quantity": "flux in units of the sky noise, clipped, then s asinh(flux / s)",
        "survey": physics.survey,
        "bands": list(physics.bands),
        "pixel_scale_arcsec": named_survey(physics.survey).pixel_scale,
        "clip_sigma": physics.clip_sigma,
        "softening_sigma": physics.softening_sigma,
    }
    return InputSpec((physics.size_pixels, physics.size_pixels, len(physics.bands)), contract)


def lens_priors(physics: Any) -> LensPriors:
    """Return the simulator's priors: the physics' fields without the units in their names."""
    values = {}
    for field in fields(LensPriors):
        for name in (field.name, f"{field.name}_arcsec", f"{field.name}_rad"):
            if hasattr(physics, name):
                values[field.name] = getattr(physics, name)
    return LensPriors(**values)


def simulated_cutouts(
    physics: Any, kinds: Mapping[str, float], n: int, rng: np.random.Generator
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
