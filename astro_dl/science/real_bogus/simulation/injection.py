"""Real sources in a field: each is put alone into the subtraction, and must be found by itself.

A subtraction is linear in what is added to an epoch, so that only the pixels about the source are
made again: its light through the point-spread function of its epoch, the noise of its photons, and
the limit of the full well. The noise of a source in the template, which is a mean of many
exposures, is left out.
"""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from astro_dl.observations.images.point_spread import convolve
from astro_dl.science.real_bogus.physics import REALS, RealBogusPhysics
from astro_dl.science.real_bogus.simulation.field import Field
from astro_dl.science.real_bogus.simulation.scene import GALAXY_PIXELS
from astro_dl.science.real_bogus.simulation.subtraction import KERNEL_REACH, PSF_REACH, THRESHOLD

SEARCH = 2
"""Pixels from its place within which a source must be found."""

SMALLEST_VARIATION, LARGEST_FADING = 0.05, 0.9
"""Of a star's light; a smaller change can't be told from an error of the photometric scale."""

TRAIL_POINTS = 5


@dataclass(frozen=True)
class Injection:
    """Sources to be put into a field.

    Parameters
    ----------
    kind : ndarray of str
        (n,) of `astro_dl.science.real_bogus.physics.REALS`.
    y, x : ndarray
        (n,) places in the science image [pixel].
    sign : ndarray
        (n,) 1 or −1: brighter in the science image, or in the template.
    star : ndarray of int
        (n,) number of the star that varies; −1 for others.
    length : ndarray
        (2, n) motion during the exposure along y and x [pixel].
    """

    kind: np.ndarray
    y: np.ndarray
    x: np.ndarray
    sign: np.ndarray
    star: np.ndarray
    length: np.ndarray


@dataclass(frozen=True)
class Found:
    """Sources that were found, and the images about them.

    Parameters
    ----------
    which : ndarray of int
        (m,) numbers of the injections.
    stamps : ndarray
        (m, 3, size, size) science, template and difference; NaN where there are no pixels.
    snr, flux : ndarray
        (m,) S/N as found, with its sign, and true flux [σ].
    row, column : ndarray of int
        (m,) pixel of the detection.
    """

    which: np.ndarray
    stamps: np.ndarray
    snr: np.ndarray
    flux: np.ndarray
    row: np.ndarray
    column: np.ndarray


def draw_injections(
    physics: RealBogusPhysics, field: Field, n: int, rng: np.random.Generator
) -> Injection:
    """Return n sources by kind, at places that the kind asks for; some will be out of reach."""
    weights = np.array(list(physics.weights.values()))
    kind = rng.choice(REALS, n, p=weights / weights.sum())
    sign = np.where(rng.random(n) < physics.negative_fraction, -1, 1)
    size = field.snr.shape[0]
    y, x = rng.uniform(0, size, (2, n))
    star = np.full(n, -1)
    stars, galaxies = field.scene.stars, field.scene.galaxies
    m = len(stars.flux)
    hosted = np.isin(kind, ("transient", "nucleus"))
    share = np.maximum(galaxies.flux, 1e-9) ** 0.7
    host = rng.choice(len(galaxies.flux), n, p=share / share.sum())
    off_y, off_x = _by_light(field.scene.light, host, rng)
    off_y, off_x = (np.where(kind == "nucleus", 0, one) for one in (off_y, off_x))
    y = np.where(hosted, galaxies.y[host] + field.shift[0][m + host] + off_y, y)
    x = np.where(hosted, galaxies.x[host] + field.shift[1][m + host] + off_x, x)
    varying = kind == "variable"
    if m:
        chosen = rng.integers(m, size=n)
        y = np.where(varying, stars.y[chosen] + field.shift[0][chosen], y)
        x = np.where(varying, stars.x[chosen] + field.shift[1][chosen], x)
        star = np.where(varying, chosen, -1)
    angle = rng.uniform(0, 2 * np.pi, n)
    moving = (kind == "asteroid") & (rng.random(n) < 0.5)
    length = np.where(moving, rng.uniform(0, 1, n) * field.science.psf.fwhm, 0)
    return Injection(kind, y, x, sign, star, length * np.stack([np.sin(angle), np.cos(angle)]))


def inject(field: Field, sources: Injection, snr: np.ndarray, size: int) -> Found:
    """Return those of the sources that are found, with the images about them.

    Parameters
    ----------
    field : Field
        From `astro_dl.science.real_bogus.simulation.field.simulate_field`.
    sources : Injection
        n of them.
    snr : ndarray
        (n,) S/N that each is expected to have.
    size : int
        Pixels along either side of the images.
    """
    reach = max(size // 2, PSF_REACH) + SEARCH
    row, column = np.rint(sources.y).astype(int), np.rint(sources.x).astype(int)
    limit = field.snr.shape[0] - reach
    near = np.minimum(row, column) >= reach
    near &= np.maximum(row, column) < limit
    kept = np.flatnonzero(near)
    if not len(kept):
        none = np.empty(0)
        stamps = np.empty((0, 3, size, size), np.float32)
        return Found(kept, stamps, none, none, kept, kept)
    row, column = row[kept], column[kept]
    flux = _fluxes(field, sources, snr, kept, row, column)
    science, template, difference, variance, open_well = _with_source(
        field, sources, kept, flux, row, column, reach
    )
    local = _local_snr(field, difference, variance)
    spoilt = _boxes(field.spoilt, row, column, SEARCH) | ~open_well
    spoilt |= ~_varies_enough(field, sources.star[kept], flux)[:, None, None]
    wanted = np.where(spoilt, 0, local * np.sign(flux)[:, None, None])
    peak = wanted.reshape(len(kept), -1).argmax(axis=1)
    strength = wanted.reshape(len(kept), -1).max(axis=1)
    some = np.flatnonzero(strength >= THRESHOLD)
    down, across = np.divmod(peak[some], 2 * SEARCH + 1)
    images = np.stack([science, template, difference], axis=1)
    first = reach - SEARCH - size // 2
    windows = sliding_window_view(images, (size, size), axis=(2, 3))
    stamps = windows[some, :, first + down, first + across]
    return Found(
        *(kept[some], np.ascontiguousarray(stamps), strength[some] * np.sign(flux[some])),
        *(flux[some], row[some] + down - SEARCH, column[some] + across - SEARCH),
    )


def _by_light(
    light: np.ndarray, host: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return offsets (n,) from the centre of hosts, drawn from their light [pixel]."""
    n, side = len(host), light.shape[1]
    total = np.cumsum(light[host].reshape(n, -1).astype(float), axis=1)
    pixel = (total < rng.random(n)[:, None] * total[:, -1:]).sum(axis=1)
    down, across = np.divmod(np.minimum(pixel, side**2 - 1), side)
    jitter = rng.uniform(-0.5, 0.5, (2, n))
    return down - GALAXY_PIXELS // 2 + jitter[0], across - GALAXY_PIXELS // 2 + jitter[1]


def _fluxes(
    field: Field,
    sources: Injection,
    snr: np.ndarray,
    kept: np.ndarray,
    row: np.ndarray,
    column: np.ndarray,
) -> np.ndarray:
    """Return the fluxes [σ] with their signs; a star that fades keeps a tenth of its light."""
    flux = snr[kept] * field.excess / np.sqrt(field.power[row, column])
    # photons of the source itself are noise as well
    own = flux / (field.camera.electrons_per_sigma * field.difference.variance[row, column])
    flux = flux * np.sqrt(1 + own * field.science.psf(np.zeros(1), np.zeros(1)) / 2)
    star = sources.star[kept]
    most = LARGEST_FADING * np.append(field.scene.stars.flux, np.inf)[star]
    flux = np.where(sources.sign[kept] < 0, np.minimum(flux, most), flux)
    return flux * sources.sign[kept]


def _varies_enough(field: Field, star: np.ndarray, flux: np.ndarray) -> np.ndarray:
    """Return whether variables (n,) change by enough of their light; true of other sources."""
    light = np.append(field.scene.stars.flux, 0)
    return np.abs(flux) >= SMALLEST_VARIATION * light[star]


def _with_source(
    field: Field,
    sources: Injection,
    kept: np.ndarray,
    flux: np.ndarray,
    row: np.ndarray,
    column: np.ndarray,
    reach: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return science, template, difference and its variance (n, H, W) about sources, with them.

    And which pixels (n, 2 SEARCH + 1, 2 SEARCH + 1) are not full.
    """
    science, template, light, noise, before, matched, variance = (
        _boxes(one, row, column, reach)
        for one in (
            field.science.image,
            field.template.image,
            field.science.light,
            field.science.unit_noise,
            field.science.variance,
            field.difference.matched,
            field.difference.variance,
        )
    )
    in_science = (flux > 0) | (sources.star[kept] >= 0)
    place = (sources.y[kept] - row, sources.x[kept] - column, sources.length[:, kept])
    own = _profile(field.science.psf, *place, reach) * flux[:, None, None]
    own[~in_science] = 0
    gain = np.float32(field.camera.electrons_per_sigma)
    after = 1 + np.maximum(light + own, 0) / gain
    full = field.camera.full_well_sigma
    wider = reach + KERNEL_REACH
    old = np.flatnonzero(~in_science)
    place = (place[0][old], place[1][old], place[2][:, old])
    faded = _profile(field.template.psf, *place, wider) * -flux[old, None, None]
    template[old] += faded[:, KERNEL_REACH:-KERNEL_REACH, KERNEL_REACH:-KERNEL_REACH]
    matched[old] += convolve(faded, field.difference.kernel)[
        :, KERNEL_REACH:-KERNEL_REACH, KERNEL_REACH:-KERNEL_REACH
    ]
    science = np.minimum(science + own + noise * (np.sqrt(after) - np.sqrt(before)), full)
    middle = slice(reach - SEARCH, reach + SEARCH + 1)
    open_well = (science[:, middle, middle] < full) & (template[:, middle, middle] < full)
    return science, template, science - matched, variance + (after - before), open_well


def _profile(
    psf: object, y: np.ndarray, x: np.ndarray, length: np.ndarray, reach: int
) -> np.ndarray:
    """Return the light (n, H, W) float32 of sources of unit flux, drawn out along their motion."""
    axis = np.arange(-reach, reach + 1.0)
    total = 0
    for part in np.linspace(-0.5, 0.5, TRAIL_POINTS) if length.any() else (0.0,):
        down = axis - (y + part * length[0])[:, None]
        across = axis - (x + part * length[1])[:, None]
        total = total + psf(down[:, :, None], across[:, None, :])  # type: ignore[operator]
    parts = TRAIL_POINTS if length.any() else 1
    return (np.asarray(total) / parts).astype(np.float32)


def _local_snr(field: Field, difference: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Return S/N (n, 2 SEARCH + 1, 2 SEARCH + 1) about the middle, as the pipeline finds it."""
    middle = difference.shape[1] // 2
    part = slice(middle - SEARCH - PSF_REACH, middle + SEARCH + PSF_REACH + 1)
    cut, noise = difference[:, part, part], variance[:, part, part]
    known = np.isfinite(cut)
    weight = np.where(known, 1 / noise, 0)
    profile = field.assumed_psf.kernel(PSF_REACH).astype(np.float32)
    windows = (profile.shape[0], profile.shape[1])
    data = sliding_window_view(np.where(known, cut, 0) * weight, windows, axis=(1, 2))
    weights = sliding_window_view(weight, windows, axis=(1, 2))
    total = np.einsum("nabij,ij->nab", data, profile, optimize=True)
    power = np.einsum("nabij,ij->nab", weights, profile**2, optimize=True)
    return total / np.sqrt(np.maximum(power, 1e-9)) / field.excess


def _boxes(image: np.ndarray, row: np.ndarray, column: np.ndarray, reach: int) -> np.ndarray:
    """Return the pixels (n, 2 reach + 1, 2 reach + 1) about places, a copy."""
    side = 2 * reach + 1
    return sliding_window_view(image, (side, side))[row - reach, column - reach].copy()
