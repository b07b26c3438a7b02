"""Stamps of galaxies and stars, seen through point-spread functions that are given as images.

Everything happens in Fourier space: the transform of a Sérsic profile, elliptical and shifted,
times that of the image of the point-spread function, which has the pixel in it. Pixels are
integrated over exactly, whatever the profile does at its centre, and derivatives are exact, too.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import fft

from astro_dl.observations.galaxies.point_spread import elliptical_square
from astro_dl.observations.galaxies.sersic_transform import at_wavenumbers, transform_rows
from astro_dl.observations.images.pixels import blocks
from astro_dl.observations.images.sersic import SersicLight

Array = np.ndarray
AT_ONCE = 32
PADDING = 2
"""Times the size of a stamp over which light is periodic: what goes around falls outside."""

PARAMETERS = ("ln_flux", "ln_radius", "ln_index", "e1", "e2", "x", "y")
"""By which stamps are derived."""


def galaxy_stamps(
    light: SersicLight, flux: Array, point_spread: Array, size: int, dtype: type = np.float32
) -> Array:
    """Return images of Sérsic profiles, convolved and integrated over pixels.

    Disc and bulge are two calls, whose images add up.

    Parameters
    ----------
    light : SersicLight
        Of n galaxies, all fields (n,) or numbers, in pixels; the centre is counted from the middle
        of the stamp, x along columns. Indices within 0.3 and 10.
    flux : ndarray, (n,)
        Total flux, out to infinity.
    point_spread : ndarray, (n, k, k) or (k, k)
        Images of the point-spread function about their central pixel, k odd, of unit sum.
    size : int
        Pixels along either side.
    dtype : type, default numpy.float32
        Of the result.

    Returns
    -------
    ndarray
        (n, size, size), flux in each pixel.

    Raises
    ------
    UsageError
        If an index is out of its range.
    """
    stamps: Array = np.empty((len(flux), size, size), dtype)
    for part, one in _blocks(light, flux, point_spread):
        grid = _grid(size, stamps.dtype)
        log_k = np.log(_squared_wavenumber(one.light, grid))
        log_k *= grid.dtype.type(0.5)
        rows = transform_rows(one.light.sersic_index)
        spectrum = at_wavenumbers(rows.value, log_k.reshape(len(log_k), -1)).reshape(log_k.shape)
        spectrum[:, 0, 0] = 1
        stamps[part] = _image(spectrum * _seen(one, grid), grid)
    return stamps


def star_stamps(x: Array, y: Array, flux: Array, point_spread: Array, size: int) -> Array:
    """Return images of point sources; parameters and result as of `galaxy_stamps`."""
    stamps = np.empty((len(flux), size, size), np.float32)
    point = SersicLight(np.ones(len(flux)), np.ones(len(flux)), center_x=x, center_y=y)
    for part, one in _blocks(point, flux, point_spread):
        grid = _grid(size, np.dtype(np.float32))
        stamps[part] = _image(_seen(one, grid), grid)
    return stamps


def source_stamps(
    light: SersicLight, flux: Array, star: Array, point_spread: Array, size: int
) -> Array:
    """Return images of galaxies and stars; of stars the centre of the light alone counts.

    Parameters
    ----------
    star : ndarray of bool, (n,)
        Which are stars; all others are as of `galaxy_stamps`.
    """
    found = np.empty((len(flux), size, size), np.float32)
    own, others = (
        point_spread[kind] if point_spread.ndim == 3 else point_spread for kind in (star, ~star)
    )
    points = light.take(star)
    found[star] = star_stamps(points.center_x, points.center_y, flux[star], own, size)
    found[~star] = galaxy_stamps(light.take(~star), flux[~star], others, size)
    return found


def stamp_derivatives(
    light: SersicLight, flux: Array, point_spread: Array, size: int
) -> tuple[Array, Array]:
    """Return images of galaxies and their exact derivatives.

    Parameters are those of `galaxy_stamps`.

    Returns
    -------
    stamps : ndarray of float64, (n, size, size)
    derivatives : ndarray of float64, (n, 7, size, size)
        By the `PARAMETERS`: ln flux, ln R_e, ln n, e1, e2, x and y [pixel].
    """
    stamps = np.empty((len(flux), size, size))
    derivatives = np.empty((len(flux), len(PARAMETERS), size, size))
    for part, one in _blocks(light, flux, point_spread):
        grid = _grid(size, np.dtype(float))
        squared = _squared_wavenumber(one.light, grid)
        log_k = 0.5 * np.log(squared)
        rows = transform_rows(one.light.sersic_index, derivatives=True)
        value, by_k, by_n = (
            at_wavenumbers(row, log_k.reshape(len(log_k), -1)).reshape(log_k.shape)
            for row in (rows.value, rows.by_log_wavenumber, rows.by_log_index)
        )
        value[:, 0, 0], by_k[:, 0, 0], by_n[:, 0, 0] = 1, 0, 0
        seen = _seen(one, grid)
        by_e1, by_e2 = _log_wavenumber_by_ellipticity(one.light, grid, squared)
        terms = (value, by_k, by_n, by_k * by_e1, by_k * by_e2)
        shifts = (-1j * grid.x * value, -1j * grid.y * value)
        for k, term in enumerate((*terms, *shifts)):
            derivatives[part, k] = _image(term * seen, grid)
        stamps[part] = derivatives[part, 0]
    return stamps, derivatives


@dataclass(frozen=True)
class _Sources:
    """Sources of a block, all fields (m,), and what they are seen through."""

    light: SersicLight
    flux: Array
    point_spread: Array


@dataclass(frozen=True)
class _Grid:
    """Wavenumbers [1/pixel] along rows (1, 1, P/2+1) and columns (1, P, 1) of a padded stamp."""

    x: Array
    y: Array
    size: int
    padded: int

    @property
    def dtype(self) -> np.dtype:
        return self.x.dtype


def _blocks(
    light: SersicLight, flux: Array, point_spread: Array
) -> Iterator[tuple[slice, _Sources]]:
    flux = np.asarray(flux, float)
    whole = SersicLight(*(np.broadcast_to(one, flux.shape) for one in vars(light).values()))
    spreads = np.broadcast_to(point_spread, (len(flux), *np.shape(point_spread)[-2:]))
    for part in blocks(len(flux), AT_ONCE):
        yield part, _Sources(whole.take(part), flux[part], spreads[part])


def _grid(size: int, dtype: np.dtype) -> _Grid:
    padded = fft.next_fast_len(PADDING * size, True)
    x = (2 * np.pi * fft.rfftfreq(padded)).astype(dtype)[None, None, :]
    y = (2 * np.pi * fft.fftfreq(padded)).astype(dtype)[None, :, None]
    return _Grid(x, y, size, padded)


def _squared_wavenumber(light: SersicLight, grid: _Grid) -> Array:
    """Return (k' R_e)² (m, P, P/2+1), k' circularised; one in place of zero."""
    e1, e2, radius = (
        np.asarray(one)[:, None, None].astype(grid.dtype)
        for one in (light.e1, light.e2, light.effective_radius)
    )
    squared = elliptical_square(grid.x, grid.y, e1, e2)
    squared *= radius**2
    squared[:, 0, 0] = 1
    return squared


def _log_wavenumber_by_ellipticity(
    light: SersicLight, grid: _Grid, squared: Array
) -> tuple[Array, Array]:
    """Return ∂ln k'/∂e1 and ∂ln k'/∂e2; see `elliptical_square`."""
    e1, e2, radius = (
        np.asarray(one)[:, None, None] for one in (light.e1, light.e2, light.effective_radius)
    )
    rest, length = 1 - e1**2 - e2**2, grid.x**2 + grid.y**2
    own = radius**2 / (rest * squared)
    by_e1 = own * (e1 * length + grid.x**2 - grid.y**2) + e1 / rest
    by_e2 = own * (e2 * length + 2 * grid.x * grid.y) + e2 / rest
    return by_e1, by_e2


def _seen(one: _Sources, grid: _Grid) -> Array:
    """Return the transform of point sources at their places, seen through the point spread."""
    reach = one.point_spread.shape[-1] // 2
    seen = fft.rfft2(one.point_spread.astype(grid.dtype), (grid.padded, grid.padded))
    middle = (grid.size - 1) / 2 - reach
    x, y = (
        (np.asarray(place, float) + middle)[:, None, None].astype(grid.dtype)
        for place in (one.light.center_x, one.light.center_y)
    )
    flux = one.flux.astype(grid.dtype)[:, None, None]
    seen *= np.exp(-1j * x * grid.x)
    seen *= flux * np.exp(-1j * y * grid.y)
    return seen


def _image(spectrum: Array, grid: _Grid) -> Array:
    image = fft.irfft2(spectrum, (grid.padded, grid.padded))
    return image[:, : grid.size, : grid.size]
