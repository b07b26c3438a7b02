"""Examples of the task: photographs of simulated galaxies, and what people say of them."""

import numpy as np
from astropy.table import Table

from astro_dl.core.examples import Examples
from astro_dl.observations.images.observation import Observation, draw_observation
from astro_dl.observations.images.sky_noise import add_noise, noise_variance
from astro_dl.observations.photometry.surveys import named_survey
from astro_dl.science.galaxy_morphology.inputs import photograph
from astro_dl.science.galaxy_morphology.physics import BANDS, MorphologyPhysics
from astro_dl.science.galaxy_morphology.simulation.galaxies import (
    FEATURES,
    LAYERS,
    Galaxies,
    companions,
    draw_galaxies,
    render_layers,
)
from astro_dl.science.galaxy_morphology.simulation.voters import (
    answer_probabilities,
    cast_votes,
    visibility,
)

Array = np.ndarray
AT_ONCE = 128


def simulate(physics: MorphologyPhysics, n: int, rng: np.random.Generator) -> Examples:
    """Return n galaxies with the votes on them.

    Parameters
    ----------
    physics : MorphologyPhysics
        The survey, the galaxies, and the people.
    n : int
        Number of galaxies.
    rng : numpy.random.Generator
        Determines everything.

    Returns
    -------
    Examples
        ``x`` photographs (n, size, size, 3); ``y`` counts of votes (n, answers), or 1 for spirals;
        ``info`` with ``galaxy``, ``snr`` of its whole light, ``redshift``, ``magnitude`` in i,
        ``radius_arcsec``, ``axis_ratio``, ``bulge``, ``edge_on``, ``spiral``, and the
        signal-to-noise ratio of each feature, ``snr_<feature>``.
    """
    parts = [_block(physics, min(AT_ONCE, n - start), rng) for start in range(0, n, AT_ONCE)]
    x, votes = (np.concatenate([part[k] for part in parts]) for k in (0, 1))
    columns = {name: np.concatenate([part[2][name] for part in parts]) for name in parts[0][2]}
    y = votes if physics.asked == "votes" else columns["spiral"].astype(np.float32)
    if not physics.distinct:
        y = y[rng.permutation(n)]
    info = Table({"galaxy": rng.integers(0, 2**62, n), **columns})
    return Examples(x, y, info)


def feature_snr(layer: Array, variance: Array) -> Array:
    """Return the signal-to-noise ratio of a layer (n, bands, y, x) by a filter of its shape, (n,).

    √(Σ d² / σ²) over pixels and bands, where the layer itself is all that is to be found.
    """
    return np.sqrt(np.sum(layer**2 / variance, axis=(1, 2, 3)))


def _block(
    physics: MorphologyPhysics, n: int, rng: np.random.Generator
) -> tuple[Array, Array, dict[str, Array]]:
    survey = named_survey(physics.survey)
    observation = draw_observation(
        survey, BANDS, n, rng, size=physics.size_pixels, pixel_scale=physics.pixel_scale_arcsec,
        exposure_factor=physics.exposure_factor,
    )  # fmt: skip
    galaxies = draw_galaxies(physics, n, rng)
    layers = render_layers(galaxies, observation, rng)
    own = np.sum([layers[name] for name in LAYERS], axis=0)
    clean = own + companions(physics.companions, observation, n, rng)
    variance = noise_variance(clean, observation.electrons_per_sigma)
    snr = {name: feature_snr(layers[name], variance) for name in FEATURES}
    seen = {name: visibility(one, physics.visible_snr) for name, one in snr.items()}
    blur = observation.seeing[:, 1] / 2
    resolved = visibility(galaxies.radius_arcsec / blur, 1.0)
    votes = cast_votes(
        physics,
        answer_probabilities(galaxies, seen, seen_axis_ratio(galaxies, blur), resolved),
        rng,
    )
    noisy = add_noise(clean, observation.electrons_per_sigma, rng)
    x = photograph(physics, np.moveaxis(noisy, 1, 3))
    return x, votes, _told(galaxies, observation, own, variance, snr)


def seen_axis_ratio(galaxies: Galaxies, blur_arcsec: Array) -> Array:
    """Return the axis ratio (n,) after a blur whose half-width is added to both axes in square."""
    long = galaxies.radius_arcsec / np.sqrt(galaxies.axis_ratio)
    short = galaxies.radius_arcsec * np.sqrt(galaxies.axis_ratio)
    return np.hypot(short, blur_arcsec) / np.hypot(long, blur_arcsec)


def _told(
    galaxies: Galaxies,
    observation: Observation,
    own: Array,
    variance: Array,
    snr: dict[str, Array],
) -> dict[str, Array]:
    return {
        "snr": feature_snr(own, variance),
        "redshift": galaxies.redshift,
        "magnitude": galaxies.magnitude,
        "radius_arcsec": galaxies.radius_arcsec,
        "seeing_arcsec": observation.seeing[:, 1],
        "axis_ratio": galaxies.axis_ratio,
        "bulge": galaxies.bulge,
        "edge_on": galaxies.edge_on,
        "spiral": galaxies.spiral,
        **{f"snr_{name}": one for name, one in snr.items()},
    }
