"""The least error that an estimate of a lens's parameters can have, given the priors.

The Fisher matrix of all pixels with the noise of sky and photons (Gaussian, known), by numerical
derivatives of the simulator's own images, plus the inverse variance of the priors (Van Trees 1968):
what the image does not tell is not worse known than before. Source and deflector are unknown as
well; companions, the field and how the clumps lie within a source are known.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from astro_dl.observations.images.galaxies import Components, render_components
from astro_dl.observations.images.observation import Observation
from astro_dl.observations.images.pixels import blocks
from astro_dl.observations.images.sersic import SersicLight
from astro_dl.observations.images.sky_noise import noise_variance
from astro_dl.science.lenses.simulation.mass import LensMass
from astro_dl.science.lenses.simulation.population import LensPriors, draw_deflectors
from astro_dl.science.lenses.simulation.ray_tracing import lensed_light
from astro_dl.science.lenses.simulation.scenes import Scenes

MASS = ("einstein_radius", "e1", "e2", "center_x", "center_y", "gamma1", "gamma2")
"""Asked of the mass: fields of `LensMass`, which are the deflectors' own draws as well."""

STEP = 0.01
"""By which parameters are changed either way [arcsec, or relative]."""

AT_ONCE = 32
LENSES_FOR_PRIORS = 8192

WIDE = 2.0
"""Deviation of parameters of the light about which nothing is known before, in their own units."""

SHAPE = 0.3
"""Deviation of components of ellipticity and of the logarithms of sizes."""


def cramer_rao(
    scenes: Scenes,
    observation: Observation,
    brightened: np.ndarray,
    images: np.ndarray,
    priors: LensPriors,
) -> np.ndarray:
    """Return the least standard deviations (n, 7) of the masses' parameters, ordered as `MASS`.

    Parameters
    ----------
    scenes : Scenes
        Lenses alone: each image has a source.
    observation : Observation
        Of the n images.
    brightened : ndarray, (n,)
        Factors of the sources' light.
    images : ndarray, (n, B, size, size)
        Without noise [σ of the sky], by which the photons' noise is known.
    priors : LensPriors
        Of the lenses.
    """
    prior = prior_deviations(priors)
    bounds = np.empty((len(images), len(MASS)))
    for part in blocks(len(images), AT_ONCE):
        changes = _changes(scenes, part, observation, brightened[part])
        slopes = np.stack(
            [_slope(render, part, observation) for render in changes.values()], axis=1
        )
        weight = noise_variance(images[part], observation.electrons_per_sigma[part]) ** -0.5
        flat = (slopes * weight[:, None]).reshape(*slopes.shape[:2], -1).astype(float)
        fisher = np.einsum("nip,njp->nij", flat, flat, optimize=True)
        known = np.array([prior.get(name, _nuisance(name)) for name in changes])
        fisher += np.diag(known**-2)
        covariance = np.linalg.inv(fisher)
        bounds[part] = np.sqrt(np.einsum("nii->ni", covariance))[:, : len(MASS)]
    return bounds


def prior_deviations(priors: LensPriors) -> dict[str, float]:
    """Return how well each parameter of `MASS` is known where the galaxy's shape is.

    The mass is elongated as the light is, within the scatter of the priors.
    """
    draws = draw_deflectors(LENSES_FOR_PRIORS, priors, np.random.default_rng(0))
    shape = np.stack([draws["light_e1"], draws["light_e2"], np.ones(LENSES_FOR_PRIORS)], axis=1)
    deviations = {}
    for name in MASS:
        values = draws[name]
        told = shape @ np.linalg.lstsq(shape, values, rcond=None)[0]
        deviations[name] = float(np.std(values - told))
    return deviations


def _nuisance(name: str) -> float:
    return SHAPE if "shape" in name else WIDE


Render = Callable[[float], np.ndarray]
"""Light (m, B, rendered, rendered) with a parameter changed by this much."""


def _slope(render: Render, part: slice, observation: Observation) -> np.ndarray:
    """Return the derivative (m, B, size, size) of images as they are seen."""
    change = (render(STEP) - render(-STEP)) / (2 * STEP)
    return observation.expose(change, np.arange(part.start, part.stop))


def _changes(
    scenes: Scenes, part: slice, observation: Observation, brightened: np.ndarray
) -> Mapping[str, Render]:
    """Return what changes the images for each parameter, those of `MASS` first."""
    sources = scenes.sources.of_images(part)
    central = scenes.central.take(np.argsort(scenes.central.image, kind="stable")).of_images(part)
    size, scale = observation.rendered, observation.pixel_scale
    bands = sources.flux.shape[2]

    def lensed(mass: LensMass, light: SersicLight, flux: np.ndarray) -> np.ndarray:
        bright = flux * brightened[:, None, None]
        return lensed_light(mass, light, bright, size=size, pixel_scale=scale)

    def galaxies(changed: Components) -> np.ndarray:
        return render_components(changed, part.stop - part.start, size=size, pixel_scale=scale)

    def of_mass(name: str) -> Render:
        return lambda step: lensed(
            replace(sources.mass, **{name: getattr(sources.mass, name) + step}),
            sources.light,
            sources.flux,
        )

    def of_source(name: str, change: Callable[[np.ndarray, float], np.ndarray]) -> Render:
        return lambda step: lensed(
            sources.mass,
            replace(sources.light, **{name: change(getattr(sources.light, name), step)}),
            sources.flux,
        )

    def of_central(name: str, change: Callable[[np.ndarray, float], np.ndarray]) -> Render:
        return lambda step: galaxies(
            replace(central, **{name: change(np.asarray(getattr(central, name)), step)})
        )

    def source_flux(band: int) -> Render:
        return lambda step: lensed(sources.mass, sources.light, _brighter(sources.flux, band, step))

    def light_flux(band: int) -> Render:
        return lambda step: galaxies(replace(central, flux=_brighter(central.flux, band, step)))

    changes: dict[str, Render] = {name: of_mass(name) for name in MASS}
    for name in ("center_x", "center_y"):
        changes[f"source {name}"] = of_source(name, np.add)
    changes["source shape radius"] = of_source("effective_radius", _relative)
    for name in ("e1", "e2"):
        changes[f"source shape {name}"] = of_source(name, np.add)
    for name in ("x", "y", "sersic_index"):
        changes[f"light {name}"] = of_central(name, np.add)
    changes["light shape radius"] = of_central("effective_radius", _relative)
    for name in ("e1", "e2"):
        changes[f"light shape {name}"] = of_central(name, np.add)
    for band in range(bands):
        changes[f"source flux {band}"] = source_flux(band)
        changes[f"light flux {band}"] = light_flux(band)
    return changes


def _relative(values: np.ndarray, step: float) -> np.ndarray:
    return values * (1 + step)


def _brighter(flux: np.ndarray, band: int, step: float) -> np.ndarray:
    return flux * (1 + step * (np.arange(flux.shape[-1]) == band))
