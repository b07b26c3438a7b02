"""Cutouts of simulated lenses, and of galaxies that are none, as networks take them."""

from collections.abc import Mapping
from dataclasses import fields
from functools import lru_cache
from typing import Any

import numpy as np
from astropy.table import Table

from astro_dl.core.reading.fits_files import read_image
from astro_dl.data.namespace import on_host
from astro_dl.observations.images.cutouts import noise_sigma
from astro_dl.observations.images.point_spread import prepare_kernel
from astro_dl.observations.photometry.surveys import named_survey
from astro_dl.science.lenses.inputs import network_input
from astro_dl.science.lenses.physics import LensPhysics
from astro_dl.science.lenses.simulation.cutouts import DrawnCutouts, simulate_cutouts
from astro_dl.science.lenses.simulation.on_device import render_cutouts
from astro_dl.science.lenses.simulation.population import LensPriors
from astro_dl.science.lenses.simulation.second_opinion import second_cutouts
from astro_dl.science.lenses.simulation.variety import Variety


def lens_priors(physics: LensPhysics) -> LensPriors:
    """Return the simulator's priors: the physics' fields without the units in their names."""
    values = {}
    for field in fields(LensPriors):
        for name in (field.name, f"{field.name}_arcsec", f"{field.name}_rad"):
            if hasattr(physics, name):
                values[field.name] = getattr(physics, name)
    return LensPriors(**values)


def simulated_cutouts(
    physics: LensPhysics,
    kinds: Mapping[str, float],
    n: int,
    rng: np.random.Generator,
    variety: Variety | None = None,
    contrast_scatter: float = 0.0,
) -> tuple[np.ndarray, Table]:
    """Return n cutouts as networks take them, (n, size, size, bands) float32, and their truth.

    The truth is that of `astro_dl.science.lenses.simulation.cutouts.simulate_cutouts`, its
    ``group`` being called ``object_id``. ``variety`` is what else differs between cutouts, and
    ``contrast_scatter`` the standard deviation of ln(noise) by which that of a band is mistaken.
    """
    images, truth = simulate_cutouts(
        physics.survey,
        physics.bands,
        n,
        rng,
        defect_probability=physics.masked_fraction,
        **scene_settings(physics, kinds, variety),
    )
    return _seen_by_networks(physics, images, truth, rng, contrast_scatter)


def rendered_cutouts(
    physics: LensPhysics, drawn: DrawnCutouts, rng: np.random.Generator, contrast_scatter: float
) -> tuple[Any, Table]:
    """Return drawn cutouts as `simulated_cutouts` does, as a tensor made on the device of Keras."""
    images, truth = render_cutouts(drawn, rng, physics.masked_fraction)
    return _seen_by_networks(physics, images, truth, rng, contrast_scatter)


def scene_settings(
    physics: LensPhysics, kinds: Mapping[str, float], variety: Variety | None
) -> dict[str, Any]:
    """Return what `draw_cutouts` is told beside survey, bands and number."""
    return {
        "kinds": kinds,
        "priors": lens_priors(physics),
        "size": physics.size_pixels,
        "arc_snr_min": physics.arc_snr_min,
        "exposure_factor": physics.exposure_factor,
        "depth_scatter": physics.depth_scatter_mag,
        "kernels": _kernels(physics.bands, physics.point_spread_files),
        "satellite_rate": physics.satellite_rate,
        "variety": variety,
    }


def _seen_by_networks(
    physics: LensPhysics,
    images: Any,
    truth: Table,
    rng: np.random.Generator,
    contrast_scatter: float,
) -> tuple[Any, Table]:
    """Return cutouts as networks take them, the noise of their bands mistaken, and their truth."""
    truth.rename_column("group", "object_id")
    sigma = None
    if contrast_scatter:
        mistaken = rng.normal(0, contrast_scatter, (len(truth), len(physics.bands)))
        sigma = on_host(noise_sigma(images)) * np.exp(mistaken)
    return network_input(physics, images, sigma), truth


def second_opinions(
    physics: LensPhysics,
    n: int,
    rng: np.random.Generator,
    lens_fraction: float,
    arc_snr_range: tuple[float, float],
    columns: Table,
) -> tuple[np.ndarray, Table]:
    """Return n cutouts of the other simulator as networks take them, and their truth.

    The truth has the columns of another one, NaN where it is not known; see
    `astro_dl.science.lenses.simulation.second_opinion`.
    """
    images, told = second_cutouts(
        n,
        lens_fraction,
        rng,
        size=physics.size_pixels,
        pixel_scale=named_survey(physics.survey).pixel_scale,
        bands=len(physics.bands),
        einstein_radius_range=lens_priors(physics).einstein_radius_range,
        arc_snr_range=arc_snr_range,
    )
    told.rename_column("group", "object_id")
    truth = Table()
    for name in columns.colnames:
        truth[name] = told[name] if name in told.colnames else np.full(n, np.nan)
        truth[name].unit = columns[name].unit
    return network_input(physics, images), truth


@lru_cache(maxsize=8)
def _kernels(bands: tuple[str, ...], paths: tuple[str, ...]) -> dict[str, np.ndarray] | None:
    """Return point-spread functions from FITS images, by band."""
    kernels = {}
    for band, path in zip(bands, paths, strict=False):
        kernels[band] = prepare_kernel(read_image(path))
    return kernels or None
