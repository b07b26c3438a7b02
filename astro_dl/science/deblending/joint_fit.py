"""The classical method that knows most: Sérsic profiles of all sources, fitted at once."""

import numpy as np
from scipy.optimize import least_squares

from astro_dl.core.examples import Inputs
from astro_dl.models.point_spread.inputs import IMAGE
from astro_dl.observations.galaxies.stamps import stamp_derivatives
from astro_dl.observations.images.sersic import SersicLight
from astro_dl.science.deblending.inputs import brightness, images_of

Array = np.ndarray
LOWEST = np.array([-1.0, np.log(0.1), np.log(0.4), -0.6, -0.6])
HIGHEST = np.array([14.0, np.log(12.0), np.log(6.0), 0.6, 0.6])
"""Of ln flux, ln R_e, ln n, e1 and e2."""

FARTHEST = 1.0
"""By which places may differ from what was told of them [pixel]."""

USUAL = np.array([0.0, np.log(2.0), np.log(1.5), 0.0, 0.0])
WIDTHS = np.array([np.inf, 1.0, 0.7, 0.3, 0.3])
"""Of what is usual: Gaussian priors, without which faint sources take any shape."""

STEPS = 40


def joint_fits(x: Inputs) -> Array:
    """Return the light of the sources in the middle, as fits of all told sources have it.

    Each source is a Sérsic profile through the point-spread function, of which the smallest are
    stars; its place is free within a pixel of what was told.

    Parameters
    ----------
    x : dict of ndarray
        Inputs of networks.

    Returns
    -------
    ndarray of float32, (n, size, size)
        Model images without noise, in the unit of ``x``.
    """
    assert isinstance(x, dict)
    images, places, spreads = images_of(x)
    light = np.stack([_fit(*one) for one in zip(images, places, spreads, strict=True)])
    return (light / brightness(images)[:, None, None]).astype(x[IMAGE].dtype)


def _fit(image: Array, places: Array, spread: Array) -> Array:
    """Return the model (size, size) of the first of some places."""
    inside = np.all(np.abs(places) < len(image) / 2 - 1, axis=1)
    places = places[inside]
    count, size = len(places), len(image)
    start = np.concatenate([np.tile(USUAL, (count, 1)), places], axis=1)
    start[:, 0] = np.log([_first_flux(image, one, spread) for one in places])
    near = np.full((count, 2), FARTHEST)
    low, high = (
        np.concatenate([np.tile(bound, (count, 1)), places + sign * near], axis=1)
        for bound, sign in ((LOWEST, -1), (HIGHEST, 1))
    )
    start = np.clip(start, low + 1e-3, high - 1e-3)
    prior = np.append(1 / WIDTHS, [0.0, 0.0])
    last: dict[bytes, tuple[Array, Array]] = {}

    def stamps(parameters: Array) -> tuple[Array, Array]:
        key = parameters.tobytes()
        if key not in last:
            flux, radius, index, e1, e2, x, y = parameters.reshape(count, 7).T
            light = SersicLight(np.exp(radius), np.exp(index), e1, e2, x, y)
            last.clear()
            last[key] = stamp_derivatives(light, np.exp(flux), spread, size)
        return last[key]

    def residual(parameters: Array) -> Array:
        wrong = (stamps(parameters)[0].sum(axis=0) - image).ravel()
        usual = (parameters.reshape(count, 7) - np.append(USUAL, [0.0, 0.0])) * prior
        return np.concatenate([wrong, usual.ravel()])

    def slopes(parameters: Array) -> Array:
        pixels = stamps(parameters)[1].reshape(7 * count, -1).T
        return np.concatenate([pixels, np.diag(np.tile(prior, count))])

    found = least_squares(
        residual, start.ravel(), slopes, (low.ravel(), high.ravel()), x_scale="jac", max_nfev=STEPS
    )
    return stamps(found.x)[0][0]


def _first_flux(image: Array, place: Array, spread: Array) -> float:
    """Return the flux of a star as bright as the image is about a place."""
    column, row = np.rint(place + (len(image) - 1) / 2).astype(int)
    around = image[max(0, row - 1) : row + 2, max(0, column - 1) : column + 2]
    return max(float(around.mean() / spread.max()), 3.0)
