"""Galaxies as components: ellipticals, spirals, rings, mergers, satellites, and the field.

Every function draws properties and gives components with fluxes in the bands of the images; see
`Photometry`. What is alike in lenses and in what is mistaken for them comes from the same draws.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from astro_dl.observations.images.ellipse import ellipticity
from astro_dl.observations.images.galaxies import Components, concatenate_components
from astro_dl.observations.images.galaxy_colors import colors

Draws = dict[str, np.ndarray]


@dataclass(frozen=True)
class Photometry:
    """How magnitudes become light in the images of a set.

    Parameters
    ----------
    wavelengths : ndarray
        (B,) of the bands [µm].
    sigma_magnitude : ndarray
        (n, B) magnitude of one unit of light in each image and band: one sigma of the sky.
    """

    wavelengths: np.ndarray
    sigma_magnitude: np.ndarray

    def flux(
        self,
        image: np.ndarray,
        magnitude: np.ndarray,
        spectral_type: np.ndarray,
        redshift: np.ndarray,
        tilt: np.ndarray | float = 0.0,
    ) -> np.ndarray:
        """Return the light (m, B) of objects of these i magnitudes in these images.

        ``tilt`` reddens: magnitudes it adds from 0.48 to 0.75 µm, for dust and scatter.
        """
        shape = colors(spectral_type, redshift, self.wavelengths)
        dust = np.multiply.outer(tilt, (0.754 - self.wavelengths) / 0.274)
        magnitudes = np.asarray(magnitude)[:, None] + shape + dust
        return 10 ** (-0.4 * (magnitudes - self.sigma_magnitude[image]))


def elliptical(
    image: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    draws: Draws,
    photometry: Photometry,
    rng: np.random.Generator,
) -> Components:
    """Return early-type galaxies: the light of deflectors.

    Parameters
    ----------
    image : ndarray
        (m,) index of the image of each.
    x, y : ndarray
        (m,) centres [arcsec].
    draws : dict
        (m,) properties, as `lens_population.draw_deflectors` gives them.
    photometry : Photometry
        Of all images.
    rng : numpy.random.Generator
    """
    m = len(image)
    flux = photometry.flux(
        image,
        draws["magnitude"],
        np.abs(rng.normal(0, 0.12, m)),
        draws["lens_redshift"],
        rng.normal(0.1, 0.06, m),
    )
    return Components(
        image,
        flux,
        x,
        y,
        draws["effective_radius"],
        draws["sersic_index"],
        draws["light_e1"],
        draws["light_e2"],
    )


def spiral(
    image: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    draws: Draws,
    photometry: Photometry,
    rng: np.random.Generator,
) -> Components:
    """Return spirals: a red bulge and a blue disc with arms, as bright as the deflectors.

    The disc is exponential times 1 + A cos[N θ + α ln(2r/R_h) + φ], mostly seen face-on; the arms
    have a component of their own, bluer and stronger than the disc's. Parameters as `elliptical`.
    """
    m = len(image)
    magnitude = draws["magnitude"] + rng.normal(0, 0.4, m)
    redshift = rng.uniform(0.05, 0.5, m)
    bulge = rng.beta(1.5, 4, m)
    arms = (1 - bulge) * rng.uniform(0.3, 0.7, m)
    radius = 1.8 * 10 ** (-0.13 * (magnitude - 18.5) + rng.normal(0, 0.15, m))
    kind = rng.uniform(1.0, 3.0, m)
    tilt = rng.normal(0, 0.1, m)
    e1, e2 = ellipticity(rng.uniform(0.45, 1, m) ** 0.6, rng.uniform(0, np.pi, m))
    arm = {
        "arm_number": rng.choice([2.0, 2.0, 3.0, 4.0], m),
        "arm_winding": rng.choice([-1, 1], m) * rng.uniform(2.5, 7, m),
        "arm_phase": rng.uniform(0, 2 * np.pi, m),
    }

    def light(fraction: np.ndarray, spectral_type: np.ndarray) -> np.ndarray:
        faint = magnitude - 2.5 * np.log10(fraction)
        return photometry.flux(image, faint, spectral_type, redshift, tilt)

    return concatenate_components(
        [
            Components(
                image, light(bulge, np.zeros(m)), x, y, 0.25 * radius, 2.5, e1 * 0.4, e2 * 0.4
            ),
            Components(
                *(image, light(1 - bulge - arms, kind), x, y, radius, 1.0, e1, e2),
                arm_strength=rng.uniform(0.1, 0.5, m),
                **arm,
            ),
            Components(
                *(image, light(arms, np.minimum(kind + 1, 5)), x, y, 1.2 * radius, 0.8, e1, e2),
                arm_strength=rng.uniform(0.8, 1.0, m),
                **arm,
            ),
        ]
    )


def ring(
    image: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    draws: Draws,
    photometry: Photometry,
    rng: np.random.Generator,
) -> Components:
    """Return ring galaxies: an early type within a blue ring as large as an Einstein ring.

    The ring, of the lens's own redshift, has knots: one to three maxima along it. Parameters as
    `elliptical`.
    """
    m = len(image)
    core = elliptical(image, x, y, draws, photometry, rng)
    radius = draws["einstein_radius"] * np.exp(rng.normal(0.1, 0.25, m))
    flux = photometry.flux(
        image,
        draws["magnitude"] + rng.uniform(0.3, 2.8, m),
        rng.uniform(2, 5, m),
        draws["lens_redshift"],
        rng.normal(0, 0.15, m),
    )
    e1, e2 = ellipticity(rng.uniform(0.5, 1, m) ** 0.7, rng.uniform(0, np.pi, m))
    around = Components(
        *(image, flux, x + rng.normal(0, 0.05, m), y + rng.normal(0, 0.05, m), radius, 1.0, e1, e2),
        arm_strength=rng.uniform(0, 0.9, m),
        arm_number=rng.integers(1, 4, m).astype(float),
        arm_phase=rng.uniform(0, 2 * np.pi, m),
        ring_radius=radius,
        ring_width=np.clip(radius * rng.uniform(0.08, 0.3, m), 0.08, None),
    )
    return concatenate_components([core, around])


def merger(
    image: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    draws: Draws,
    photometry: Photometry,
    rng: np.random.Generator,
) -> Components:
    """Return pairs of merging galaxies with a tidal arm each and a star-forming knot.

    Parameters as `elliptical`; the first galaxy is at the given centre.
    """
    m = len(image)
    redshift = draws["lens_redshift"]
    separation = rng.uniform(0.7, 3.5, m)
    direction = rng.uniform(0, 2 * np.pi, m)
    other_x = x + separation * np.cos(direction)
    other_y = y + separation * np.sin(direction)
    kinds = rng.uniform(0, 3, (2, m))
    magnitudes = draws["magnitude"] + np.stack([np.zeros(m), rng.exponential(0.8, m)])
    parts = []
    for centre_x, centre_y, kind, magnitude in zip(
        (x, other_x), (y, other_y), kinds, magnitudes, strict=True
    ):
        tilt = rng.normal(0.05, 0.1, m)
        q, angle = rng.uniform(0.4, 1, m), rng.uniform(0, np.pi, m)
        body = photometry.flux(image, magnitude, kind, redshift, tilt)
        radius = draws["effective_radius"] * np.exp(rng.normal(-0.2, 0.25, m))
        parts.append(
            Components(
                *(image, body, centre_x, centre_y, radius, rng.uniform(1, 4, m)),
                *ellipticity(q, angle),
            )
        )
        faint = magnitude + rng.uniform(1.0, 3.0, m)
        tail = photometry.flux(image, faint, np.minimum(kind + 1.5, 5), redshift, tilt)
        size = np.maximum(separation, 1.2) * rng.uniform(0.5, 1.1, m)
        parts.append(
            Components(
                *(image, tail, centre_x, centre_y, size, 1.0, *ellipticity(q, angle)),
                arm_strength=1.0,
                arm_number=1.0,
                arm_winding=rng.choice([-1, 1], m) * rng.uniform(2, 6, m),
                arm_phase=rng.uniform(0, 2 * np.pi, m),
                ring_radius=size,
                ring_width=size * rng.uniform(0.12, 0.35, m),
            )
        )
    position = rng.uniform(0.2, 1.3, m)
    knot = photometry.flux(
        image, magnitudes[1] + rng.uniform(1.5, 3.5, m), rng.uniform(3, 5, m), redshift
    )
    knot_x = x + position * (other_x - x) + rng.normal(0, 0.3, m)
    knot_y = y + position * (other_y - y) + rng.normal(0, 0.3, m)
    parts.append(Components(image, knot, knot_x, knot_y, rng.uniform(0.1, 0.3, m)))
    return concatenate_components(parts)


def satellites(
    image: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    draws: Draws,
    photometry: Photometry,
    rng: np.random.Generator,
    blue: bool = False,
) -> Components:
    """Return one companion near each of these galaxies.

    Red ones are at the galaxy's redshift, anywhere within 8 arcsec. Blue ones are discs about one
    to two Einstein radii away, as bright and as blue as arcs are, more often elongated around the
    galaxy than not.
    Other parameters as `elliptical`.
    """
    m = len(image)
    direction = rng.uniform(0, 2 * np.pi, m)
    if blue:
        distance = draws["einstein_radius"] * rng.uniform(0.8, 2.0, m)
        kind, redshift = rng.uniform(2, 5, m), rng.uniform(0.3, 2.5, m)
        magnitude = rng.triangular(20.5, 23.0, 24.5, m)
        around = direction + np.pi / 2 + rng.normal(0, 0.6, m)
        q, radius, index = rng.uniform(0.2, 0.8, m), rng.uniform(0.15, 0.6, m), np.ones(m)
    else:
        distance = rng.uniform(0.8, 8, m)
        kind, redshift = np.abs(rng.normal(0, 0.7, m)), draws["lens_redshift"]
        magnitude = np.minimum(draws["magnitude"] + rng.exponential(1.8, m) + 0.3, 25)
        around = rng.uniform(0, np.pi, m)
        q, index = rng.uniform(0.4, 1, m), rng.uniform(1, 4, m)
        radius = 10 ** (-0.1 - 0.13 * (magnitude - 20) + rng.normal(0, 0.15, m))
    flux = photometry.flux(image, magnitude, kind, redshift, rng.normal(0.05, 0.1, m))
    place = (x + distance * np.cos(direction), y + distance * np.sin(direction))
    return Components(image, flux, *place, radius, index, *ellipticity(q, around))


def field_objects(
    n: int,
    half_width: float,
    faintest: float,
    photometry: Photometry,
    rng: np.random.Generator,
    crowding: float = 1.3,
) -> Components:
    """Return galaxies and stars along the lines of sight of n square images.

    Galaxies: 46 · 10^(0.31 (i − 25)) per square arcminute brighter than i (LSST Science Book 2009,
    eq. 3.7), times ``crowding`` around massive galaxies. Stars: 4 per square arcminute to i = 24 at
    high latitude, counts rising as 10^(0.15 i); they are Sérsic profiles too small to be resolved.

    Parameters
    ----------
    n : int
        Number of images.
    half_width : float
        Half the side of an image [arcsec].
    faintest : float
        Limiting i magnitude of the galaxies.
    photometry : Photometry
        Of all images.
    rng : numpy.random.Generator
    crowding : float, default 1.3
    """
    area = (half_width / 30) ** 2
    number = rng.poisson(crowding * area * 46 * 10 ** (0.31 * (faintest - 25)), n)
    galaxies = np.repeat(np.arange(n), number)
    m = len(galaxies)
    magnitude = np.maximum(faintest + np.log10(1 - rng.random(m)) / 0.31, 17)
    redshift = np.clip((0.25 + 0.13 * (magnitude - 20)) * rng.gamma(4, 0.25, m), 0.05, 3)
    kind = np.where(rng.random(m) < 0.25, rng.uniform(0, 0.7, m), rng.uniform(1, 5, m))
    radius = 10 ** (-0.26 - 0.13 * (magnitude - 22) + rng.normal(0, 0.2, m))
    place = rng.uniform(-half_width, half_width, (2, m))
    shape = ellipticity(rng.uniform(0.25, 1, m), rng.uniform(0, np.pi, m))
    flux = photometry.flux(galaxies, magnitude, kind, redshift, rng.normal(0, 0.15, m))
    index = np.where(kind < 1, rng.uniform(2, 5, m), rng.uniform(0.7, 1.6, m))
    parts = [Components(galaxies, flux, place[0], place[1], radius, index, *shape)]

    stars = np.repeat(np.arange(n), rng.poisson(4 * area, n))
    m = len(stars)
    magnitude = np.maximum(24 + np.log10(1 - rng.random(m)) / 0.15, 16)
    place = rng.uniform(-half_width, half_width, (2, m))
    # the colours of late and early stars, as templates of galaxies nearby have them
    red = rng.uniform(0, 0.4, m)
    flux = photometry.flux(stars, magnitude, rng.choice([0.0, 1.5, 3.0], m), red)
    parts.append(Components(stars, flux, place[0], place[1], np.full(m, 0.04), 0.5))
    return concatenate_components(parts)


CENTRAL_GALAXIES: dict[str, Callable[..., Components]] = {
    "lens": elliptical,
    "barely_lensed": elliptical,
    "elliptical": elliptical,
    "spiral": spiral,
    "ring": ring,
    "merger": merger,
}
"""What is at the centre of an image of each kind."""
