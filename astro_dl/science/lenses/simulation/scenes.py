"""What is in the sky in each cutout: the central galaxy, its company, and what it deflects."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from astro_dl.core.errors import UsageError, unknown_name
from astro_dl.observations.images.galaxies import Components, concatenate_components
from astro_dl.observations.images.galaxy_types import CENTRAL_GALAXIES, field_objects, satellites
from astro_dl.observations.images.observation import Observation
from astro_dl.observations.images.sersic import SersicLight
from astro_dl.science.lenses.simulation.mass import LensMass
from astro_dl.science.lenses.simulation.population import (
    Draws,
    LensPriors,
    deflector_mass,
    draw_deflectors,
    draw_source_positions,
    draw_sources,
)

KINDS = tuple(CENTRAL_GALAXIES)
"""What a cutout can be centred on; ``lens`` is the only one with several images of a source."""

DEFAULT_KINDS: Mapping[str, float] = {
    "lens": 0.5,
    "elliptical": 0.15,
    "spiral": 0.12,
    "ring": 0.08,
    "merger": 0.07,
    "barely_lensed": 0.08,
}
"""Fraction of each kind: half lenses, and more of what is common or hard among the others."""

FAINTEST = 26.0
"""i magnitude beyond which field galaxies are left out, whatever the depth."""


@dataclass(frozen=True)
class LensedSources:
    """Deflectors and what is behind them, of some images.

    Parameters
    ----------
    image : ndarray
        (m,) index of the image, increasing.
    mass : LensMass
        (m,) deflectors.
    light : SersicLight
        (m, K) components of the sources, in the source plane.
    flux : ndarray
        (m, K, B) unlensed light [σ of the sky].
    """

    image: np.ndarray
    mass: LensMass
    light: SersicLight
    flux: np.ndarray

    def of_images(self, part: slice) -> "LensedSources":
        """Return those of a range of images, which are counted from its start."""
        some = slice(*np.searchsorted(self.image, [part.start, part.stop]).tolist())
        return LensedSources(
            self.image[some] - part.start,
            self.mass.take(some),
            self.light.take(some),
            self.flux[some],
        )


@dataclass(frozen=True)
class Scenes:
    """What is in the images of a set.

    Parameters
    ----------
    kind : ndarray
        (n,) of `KINDS`.
    central : Components
        The central galaxies.
    galaxies : Components
        All that shines in front of the sources, central galaxies and company, by image.
    sources : LensedSources
        Of the kinds that have any.
    deflectors : dict
        (n,) properties as of `draw_deflectors`, whether anything is deflected or not.
    """

    kind: np.ndarray
    central: Components
    galaxies: Components
    sources: LensedSources
    deflectors: Draws


def draw_kinds(kinds: Mapping[str, float] | str, n: int, rng: np.random.Generator) -> np.ndarray:
    """Return the kind of n cutouts.

    Parameters
    ----------
    kinds : mapping or str
        Relative frequency of each kind, or the one kind of all.
    n : int
        Number of cutouts.
    rng : numpy.random.Generator

    Raises
    ------
    UsageError
        If a kind is unknown or a frequency negative, or all are zero.
    """
    kinds = {kinds: 1.0} if isinstance(kinds, str) else kinds
    for kind in kinds:
        if kind not in KINDS:
            raise unknown_name("kind of cutout", kind, KINDS)
    frequency = np.array(list(kinds.values()), float)
    if not (frequency >= 0).all() or not frequency.sum() > 0:
        raise UsageError(f"kinds needs frequencies of 0 or more, not all 0; got {dict(kinds)}")
    return rng.choice(np.array(list(kinds)), n, p=frequency / frequency.sum())


def draw_scenes(
    kind: np.ndarray,
    observation: Observation,
    priors: LensPriors,
    rng: np.random.Generator,
    satellite_rate: float = 1.0,
) -> Scenes:
    """Return what is in cutouts of these kinds.

    Parameters
    ----------
    kind : ndarray
        (n,) of `KINDS`.
    observation : Observation
        Of the n images.
    priors : LensPriors
        Of lenses and sources.
    rng : numpy.random.Generator
    satellite_rate : float, default 1
        Mean number of companions, half of them blue; of kind ``elliptical`` each has one or two
        more blue ones.
    """
    if satellite_rate < 0:
        raise UsageError(f"satellite_rate must be 0 or more, not {satellite_rate}")
    n, photometry = len(kind), observation.photometry
    deflectors = draw_deflectors(n, priors, rng)
    x, y = rng.uniform(-0.5, 0.5, (2, n)) * observation.pixel_scale

    def place(make, image, **options):  # type: ignore[no-untyped-def]
        """Return the components that a maker of `galaxy_kinds` adds to these images."""
        properties = {name: values[image] for name, values in deflectors.items()}
        return make(image, x[image], y[image], properties, photometry, rng, **options)

    central = concatenate_components(
        [place(CENTRAL_GALAXIES[name], np.flatnonzero(kind == name)) for name in KINDS]
    )
    images = np.arange(n)
    blue = rng.poisson(satellite_rate / 2, n)
    blue += np.where(kind == "elliptical", rng.integers(1, 3, n), 0)
    faintest = min(FAINTEST, float(observation.depth.max(initial=0)) + 0.5)
    company = [
        place(satellites, np.repeat(images, rng.poisson(satellite_rate / 2, n))),
        place(satellites, np.repeat(images, blue), blue=True),
        field_objects(n, observation.half_width, faintest, photometry, rng),
    ]
    galaxies = concatenate_components([central, *company])
    galaxies = galaxies.take(np.argsort(galaxies.image, kind="stable"))
    sources = _draw_lensed_sources(kind, x, y, deflectors, observation, priors, rng)
    return Scenes(kind, central, galaxies, sources, deflectors)


def _draw_lensed_sources(
    kind: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    deflectors: Draws,
    observation: Observation,
    priors: LensPriors,
    rng: np.random.Generator,
) -> LensedSources:
    """Return the sources behind the galaxies (x, y) of the kinds that deflect."""
    image = np.flatnonzero(np.isin(kind, ("lens", "barely_lensed")))
    m = len(image)
    some = {name: values[image] for name, values in deflectors.items()}
    mass = deflector_mass(some, x[image], y[image])
    source = draw_sources(m, priors, rng)
    radius = source["effective_radius"][:, 0]
    centre_x, centre_y = draw_source_positions(
        mass, kind[image] == "lens", radius, rng, priors.central_source_fraction
    )
    components = source["x"].shape[1]
    tilt = rng.normal(0.1, 0.15, m)
    flux = np.stack(
        [
            source["fraction"][:, k, None]
            * observation.photometry.flux(
                image,
                source["magnitude"],
                np.minimum(source["spectral_type"] + source["bluer"][:, k], 5),
                some["source_redshift"],
                tilt,
            )
            for k in range(components)
        ],
        axis=1,
    )
    light = SersicLight(
        source["effective_radius"],
        source["sersic_index"],
        source["e1"],
        source["e2"],
        centre_x[:, None] + source["x"],
        centre_y[:, None] + source["y"],
    )
    return LensedSources(image, mass, light, flux)
