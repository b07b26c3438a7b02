"""Images of galaxies that are not lensed: smooth, with spiral arms, or rings, in several bands.

A galaxy is one or more components; each has one shape in all bands and a flux in each.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from astro_dl.core.rows import take_rows
from astro_dl.data.namespace import namespace_of
from astro_dl.observations.images.ellipse import axis_ratio_and_angle
from astro_dl.observations.images.pixels import blocks, pixel_axis
from astro_dl.observations.images.sersic import SersicLight, sersic_flux, surface_brightness

COMPONENTS_AT_ONCE = 32

CORE = 2
"""Pixels on either side of a component's centre that are divided."""

CORE_OVERSAMPLING = 8


@dataclass(frozen=True)
class Components:
    """Components of galaxies in the images of a set.

    A component is a Sérsic profile, or a Gaussian ring around ``ring_radius`` where that is above
    zero; either is multiplied by 1 + A cos[N θ + α ln(2R/R_e) + φ] with R, θ in the galaxy's plane
    (logarithmic arms of N-fold symmetry), which leaves its flux as it is.

    Parameters
    ----------
    image : ndarray
        (m,) index of the image that a component is in.
    flux : ndarray
        (m, B) total light in each band.
    x, y : ndarray
        (m,) centre [arcsec].
    effective_radius : ndarray
        (m,) circularised R_e [arcsec].
    sersic_index, e1, e2 : ndarray, optional
        (m,) index (default 1) and ellipticity components (default 0).
    arm_strength, arm_number, arm_winding, arm_phase : ndarray, optional
        (m,) A (default 0), N, α and φ [rad].
    ring_radius, ring_width : ndarray, optional
        (m,) radius (default 0: no ring) and standard deviation [arcsec], circularised.
    """

    image: np.ndarray
    flux: np.ndarray
    x: np.ndarray
    y: np.ndarray
    effective_radius: np.ndarray
    sersic_index: Any = 1.0
    e1: Any = 0.0
    e2: Any = 0.0
    arm_strength: Any = 0.0
    arm_number: Any = 2.0
    arm_winding: Any = 0.0
    arm_phase: Any = 0.0
    ring_radius: Any = 0.0
    ring_width: Any = 0.1

    def __len__(self) -> int:
        return len(self.image)

    @property
    def total(self) -> np.ndarray:
        """(m,) integral of the profiles, as `component_profile` gives them [arcsec²]."""
        radius, width = np.asarray(self.ring_radius), np.asarray(self.ring_width)
        # of a ring that is thin: the part of the Gaussian at negative radii is not there
        ring = 2 * np.pi * radius * width * np.sqrt(2 * np.pi)
        return np.where(radius > 0, ring, sersic_flux(self.smooth))

    @property
    def smooth(self) -> SersicLight:
        """The Sérsic profiles."""
        return SersicLight(
            self.effective_radius, self.sersic_index, self.e1, self.e2, self.x, self.y
        )

    def take(self, index: Any) -> "Components":
        """Return the components at an index or of a mask."""
        return take_rows(self, index)

    def of_images(self, part: slice) -> "Components":
        """Return those of a range of images, which are counted from its start; sorted by image."""
        some = self.take(slice(*np.searchsorted(self.image, [part.start, part.stop]).tolist()))
        return replace(some, image=some.image - part.start)


def concatenate_components(parts: Sequence[Components]) -> Components:
    """Return the components of all parts."""
    columns = {}
    for field in fields(Components):
        values = [np.asarray(getattr(part, field.name)) for part in parts]
        columns[field.name] = np.concatenate(
            [v if v.ndim else np.full(len(p), v) for v, p in zip(values, parts, strict=True)]
        )
    return Components(**columns)


def component_profile(components: Components, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the surface brightness of each component, in no particular unit.

    Parameters
    ----------
    components : Components
        m of them.
    x, y : ndarray
        Positions [arcsec], shapes (m or 1, H or 1, W or 1) that broadcast.

    Returns
    -------
    ndarray
        (m, H, W) in the type of the positions.
    """
    rings = np.broadcast_to(np.asarray(components.ring_radius) > 0, len(components))
    armed = np.broadcast_to(np.asarray(components.arm_strength) != 0, len(components))
    profile = surface_brightness(components.smooth.take(slice(None), 2), x, y)
    for index in np.flatnonzero(rings | armed):
        one = components.take(slice(index, index + 1))
        here_x, here_y = (grid[index if len(grid) > 1 else 0] for grid in (x, y))
        ring, arms = ring_and_arms(one, here_x, here_y)
        if rings[index]:
            profile[index] = ring
        profile[index] *= arms
    return profile


def ring_and_arms(some: Components, x: Any, y: Any) -> tuple[Any, Any]:
    """Return the brightness of the rings of components, and what spiral arms multiply theirs by.

    Parameters
    ----------
    some : Components
        Their fields broadcast with the positions.
    x, y : ndarray or tensor
        Positions [arcsec].

    Returns
    -------
    ring, arms : ndarray or tensor
        The first is 0 without a ring, the second 1 without arms.
    """
    xp = namespace_of(x)

    def given(value: Any) -> Any:
        return value if xp is np else np.asarray(value, np.float32)

    q, angle = axis_ratio_and_angle(some.e1, some.e2)
    cos, sin, root = (given(value) for value in (np.cos(angle), np.sin(angle), np.sqrt(q)))
    dx, dy = x - given(some.x), y - given(some.y)
    along, across = (cos * dx + sin * dy) * root, (cos * dy - sin * dx) / root
    radius, azimuth = xp.hypot(along, across), xp.arctan2(across, along)
    phase = given(some.arm_number) * azimuth + given(some.arm_phase)
    if np.any(np.asarray(some.arm_winding) != 0):
        relative = xp.maximum(2 * radius / given(some.effective_radius), 1e-3)
        phase = phase + given(some.arm_winding) * xp.log(relative)
    arms = 1 + given(some.arm_strength) * xp.cos(phase)
    if not np.any(np.asarray(some.ring_radius) > 0):
        return 0 * radius, arms
    ring = xp.exp(-0.5 * ((radius - given(some.ring_radius)) / given(some.ring_width)) ** 2)
    return ring * given(some.ring_radius > 0), arms


def render_components(
    components: Components, n: int, *, size: int, pixel_scale: float
) -> np.ndarray:
    """Return images of galaxies, before any blurring.

    Pixels are sampled at their centres, but for those around the centre of each component, which
    are divided and averaged.

    Parameters
    ----------
    components : Components
        In any order.
    n : int
        Number of images.
    size : int
        Pixels along either side.
    pixel_scale : float
        [arcsec].

    Returns
    -------
    ndarray
        (n, B, size, size) float32: light of the pixels.
    """
    images = np.zeros((n, components.flux.shape[1], size, size), np.float32)
    per_flux = (pixel_scale**2 / components.total)[:, None]
    weights = (components.flux * per_flux).astype(np.float32)[..., None, None]
    axis = pixel_axis(size, pixel_scale, np.float32)
    for part in blocks(len(components), COMPONENTS_AT_ONCE):
        some = components.take(part)
        profiles = component_profile(some, axis[None, None, :], axis[None, :, None])
        _divide_cores(profiles, some, pixel_scale)
        for index, profile, weight in zip(some.image, profiles, weights[part], strict=True):
            images[index] += weight * profile
    return images


def _divide_cores(profiles: np.ndarray, some: Components, pixel_scale: float) -> None:
    """Replace, in profiles (m, H, W), the pixels near the centres by the mean over finer points."""
    (rows, y), (columns, x) = divided_cores(some, profiles.shape[-1], pixel_scale)
    cores = mean_of_cores(component_profile(some, x[:, None, :], y[:, :, None]))
    row_inside, column_inside = ((i >= 0) & (i < profiles.shape[-1]) for i in (rows, columns))
    inside = row_inside[:, :, None] & column_inside[:, None, :]
    which, i, j = np.nonzero(inside)
    profiles[which, rows[which, i], columns[which, j]] = cores[which, i, j]


def divided_cores(
    some: Components, size: int, pixel_scale: float
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return, along rows and along columns, which pixels around each centre are divided, and where.

    Returns
    -------
    list of (pixels, positions)
        (m, 2 `CORE` + 1) numbers of pixels, maybe outside the image, and the positions of the
        points in them, `CORE_OVERSAMPLING` each [arcsec, float32].
    """
    fine = pixel_axis(
        (2 * CORE + 1) * CORE_OVERSAMPLING, pixel_scale / CORE_OVERSAMPLING, np.float32
    )
    found = []
    for centre in (some.y, some.x):
        nearest = np.rint(centre / pixel_scale + (size - 1) / 2).astype(int)
        offset = ((nearest - (size - 1) / 2) * pixel_scale).astype(np.float32)
        found.append((nearest[:, None] + np.arange(-CORE, CORE + 1), fine + offset[:, None]))
    return found


def mean_of_cores(points: Any) -> Any:
    """Return the means (m, side, side) of profiles at the points of divided pixels."""
    side, xp = 2 * CORE + 1, namespace_of(points)
    split = (points.shape[0], side, CORE_OVERSAMPLING, side, CORE_OVERSAMPLING)
    return xp.mean(xp.reshape(points, split), axis=(2, 4))
