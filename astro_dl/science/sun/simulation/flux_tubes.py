"""Flux tubes drawn as maps: spots of umbra and penumbra, and plage.

Positions are great-circle offsets to the west and north of a region's centre [deg].
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from astro_dl.core.rows import take_rows
from astro_dl.science.sun.disc import CM2_PER_SQUARE_DEGREE, LineOfSight

PENUMBRA_FROM_UHEM = 7.0
"""Of a radius of 2.5 Mm: smaller ones are pores, of which some reach 3.5 Mm (13 µH): Rucklidge,
Schmidt & Weiss (1995), MNRAS 273, 491."""

STRONGEST_GAUSS = 4000.0
"""Of umbrae, but for a few in ten thousand spots: Livingston et al. (2006), Sol. Phys. 239, 41."""

PENUMBRA_INTENSITY = 0.80
FILAMENT_CONTRAST = 0.04
FALL = 1.5
EDGE_INCLINATION_DEG, PORE_INCLINATION_DEG = 85.0, 40.0
DEGREE_PER_ROOT_UHEM = np.sqrt(2e-6) * 180 / np.pi
WINDOWS = (3, 5, 8, 13, 21, 34)
PLAGE_WINDOW = 5


@dataclass(frozen=True)
class Grid:
    """Square maps of n regions.

    Parameters
    ----------
    n, size : int
        Number of maps, and pixels along a side.
    scale : float
        Pixel scale [deg].
    compression : ndarray, (n, 2, 2), optional
        Linear map from offsets on the Sun to offsets in the image (foreshortening); default none.
    """

    n: int
    size: int
    scale: float
    compression: np.ndarray | None = None

    @property
    def shape(self) -> tuple[int, int, int]:
        """(n, rows, columns)."""
        return (self.n, self.size, self.size)

    def offsets(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the offsets on the Sun of all pixels' centres, each broadcastable to `shape`."""
        axis = (np.arange(self.size, dtype=np.float32) - (self.size - 1) / 2) * self.scale
        return self.on_sun(axis[None, None, :], axis[None, :, None], None)

    def on_sun(
        self, x: np.ndarray, y: np.ndarray, region: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return offsets on the Sun of offsets in the images (…, rows, columns)."""
        if self.compression is None:
            return x, y
        inverse = np.linalg.inv(self.compression)
        inverse = (inverse if region is None else inverse[region])[:, :, :, None, None]
        return inverse[:, 0, 0] * x + inverse[:, 0, 1] * y, (
            inverse[:, 1, 0] * x + inverse[:, 1, 1] * y
        )

    def in_image(
        self, x: np.ndarray, y: np.ndarray, region: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return offsets in the image of offsets (m,) on the Sun."""
        if self.compression is None:
            return x, y
        c = self.compression[region]
        return c[:, 0, 0] * x + c[:, 0, 1] * y, c[:, 1, 0] * x + c[:, 1, 1] * y


@dataclass(frozen=True)
class Spots:
    """Spots and pores, (m,) each.

    Parameters
    ----------
    region : ndarray of int
        Map that each belongs to.
    x, y : ndarray
        Offsets [deg].
    area : ndarray
        Umbra and penumbra [millionths of the hemisphere].
    sign : ndarray
        Polarity, ±1.
    umbra : ndarray
        Radius of the umbra over that of the spot; pores are all umbra.
    outline : ndarray, (m, 2, 2)
        Amplitudes of the second and third harmonics (rows) that deform the outlines of penumbra and
        umbra (columns), in units of their radius.
    phase : ndarray, (m, 2, 2)
        Their phases [rad].
    """

    region: np.ndarray
    x: np.ndarray
    y: np.ndarray
    area: np.ndarray
    sign: np.ndarray
    umbra: np.ndarray
    outline: np.ndarray
    phase: np.ndarray

    def take(self, mask: np.ndarray) -> "Spots":
        """Return the spots of a mask."""
        return take_rows(self, mask)


@dataclass(frozen=True)
class Plage:
    """Small vertical flux tubes, (m,) each.

    Parameters
    ----------
    region : ndarray of int
        Map that each belongs to.
    x, y : ndarray
        Offsets [deg].
    flux : ndarray
        Signed flux [Mx].
    width : ndarray
        Standard deviation of the Gaussian profile [deg].
    """

    region: np.ndarray
    x: np.ndarray
    y: np.ndarray
    flux: np.ndarray
    width: np.ndarray


def spot_radius(area: np.ndarray) -> np.ndarray:
    """Return the radius [deg] of a circle of this area [millionths of the hemisphere]."""
    return DEGREE_PER_ROOT_UHEM * np.sqrt(area)


def draw_spots(
    spots: Spots, grid: Grid, sight: LineOfSight
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return intensity, radial field and line-of-sight field of spots.

    The field of a spot falls as B₀ / (1 + 1.5 r²), r in spot radii, and leans outwards ever more
    until it is nearly horizontal at the edge (40° in pores), about as Keppens & Martínez Pillet
    (1996), A&A 316, 229, find: seen from aside, the limbward penumbra shows the other polarity. The
    larger a spot, the stronger its field and the darker its umbra (Mathew et al. 2007, A&A 465,
    291). Where spots overlap they are one: the mean of their fields, by strength, as strong as the
    strongest of them.

    Parameters
    ----------
    spots : Spots
        What to draw.
    grid : Grid
        Where.
    sight : LineOfSight
        Of the regions.

    Returns
    -------
    intensity, radial, longitudinal : ndarray, (n, size, size) float32
        Continuum over the quiet one, and fields [G], positive outwards and towards the observer.
    """
    darkness = np.zeros(grid.shape, np.float32)
    radial, longitudinal, total, strongest = np.zeros((4, *grid.shape), np.float32)
    radius = spot_radius(spots.area).astype(np.float32)
    centre, foot = _strength(spots.area)
    for part, half in _by_window(1.3 * radius / grid.scale + 1.5):
        some, size = spots.take(part), radius[part][:, None, None]
        index, inside, dx, dy = _windows(some.region, some.x, some.y, half, grid)
        distance = np.sqrt(dx**2 + dy**2)
        angle = np.arctan2(dy, dx)
        edge, inner = (size * _outline(some, angle, which) for which in (0, 1))
        inner *= some.umbra[:, None, None]
        r = distance / edge
        cover = np.clip((edge - distance) / grid.scale + 0.5, 0, 1) * inside
        core = np.clip((inner - distance) / grid.scale + 0.5, 0, 1)
        filaments = np.cos(13 * angle + some.phase[:, :1, :1])
        skirt = 1 - PENUMBRA_INTENSITY - FILAMENT_CONTRAST * filaments
        dark = (core * (1 - foot[part][:, None, None]) + (1 - core) * skirt) * cover
        np.maximum.at(darkness.reshape(-1), index, dark.ravel().astype(np.float32))
        strength = (centre[part] * some.sign)[:, None, None] * cover / (1 + FALL * r**2)
        lean = np.where(some.umbra < 1, EDGE_INCLINATION_DEG, PORE_INCLINATION_DEG)
        inclination = np.radians(lean).astype(np.float32)[:, None, None] * _leaning(
            np.minimum(r, 1)
        )
        unsigned = np.abs(strength)
        _add(total, index, unsigned)
        np.maximum.at(strongest.reshape(-1), index, unsigned.ravel().astype(np.float32))
        upright, flat = strength * np.cos(inclination), strength * np.sin(inclination)
        _add(radial, index, upright)
        vertical = sight.cosine(some.x, some.y, some.region)[:, None, None]
        west, north = (one[some.region][:, None, None] for one in (sight.west, sight.north))
        outwards = (dx * west + dy * north) / np.maximum(distance, 1e-6)
        _add(longitudinal, index, upright * vertical + flat * outwards)
    merged = strongest / np.maximum(total, 1e-3)
    return 1 - darkness, radial * merged, longitudinal * merged


def below_strongest(field: np.ndarray) -> np.ndarray:
    """Return a field [G] of any shape that is held below `STRONGEST_GAUSS`, weak ones as they are.

    Half of it is left by 1.5 parts in a hundred.
    """
    return field / (1 + (field / STRONGEST_GAUSS) ** 4) ** 0.25


def draw_plage(plage: Plage, grid: Grid) -> np.ndarray:
    """Return the vertical field [G] of plage, (n, size, size) float32."""
    field = np.zeros(grid.shape, np.float32)
    index, inside, dx, dy = _windows(plage.region, plage.x, plage.y, PLAGE_WINDOW, grid)
    width = plage.width[:, None, None]
    peak = plage.flux / (2 * np.pi * plage.width**2 * CM2_PER_SQUARE_DEGREE)
    profile = np.exp(-0.5 * (dx / width) ** 2) * np.exp(-0.5 * (dy / width) ** 2)
    _add(field, index, peak[:, None, None] * profile * inside)
    return field


def _leaning(r: np.ndarray) -> np.ndarray:
    """Return the inclination over that at the edge, at these distances in spot radii."""
    return r * (1.3 - 0.3 * r)


def _outline(spots: Spots, angle: np.ndarray, which: int) -> np.ndarray:
    """Return the radius of outlines over the mean one, (m, k, k), in directions ``angle``."""
    amplitude, phase = spots.outline[:, :, which, None, None], spots.phase[:, :, which, None, None]
    second = amplitude[:, 0] * np.cos(2 * angle + phase[:, 0])
    return 1 + second + amplitude[:, 1] * np.cos(3 * angle + phase[:, 1])


def _strength(area: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return central field [G] and umbral intensity of spots of these areas."""
    size = np.log(np.maximum(area, 1.0) / 2)
    return np.clip(1500 + 230 * size, 1400, 2850), np.clip(0.58 - 0.095 * size, 0.12, 0.6)


def _by_window(reach: np.ndarray) -> Iterator[tuple[np.ndarray, int]]:
    """Yield masks of tubes and the half width [px] of a window that holds them."""
    smallest = np.searchsorted(WINDOWS[:-1], reach)
    for position, half in enumerate(WINDOWS):
        mask = smallest == position
        if mask.any():
            yield mask, half


def _windows(
    region: np.ndarray, x: np.ndarray, y: np.ndarray, half: int, grid: Grid
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return flat pixel numbers, which are inside, and offsets on the Sun, (m, k, k) each."""
    x, y = grid.in_image(x, y, region)
    steps = np.arange(-half, half + 1)
    middle = (grid.size - 1) / 2
    column = np.rint(x / grid.scale + middle).astype(int)[:, None] + steps
    row = np.rint(y / grid.scale + middle).astype(int)[:, None] + steps
    dx = ((column - middle) * grid.scale - x[:, None])[:, None, :].astype(np.float32)
    dy = ((row - middle) * grid.scale - y[:, None])[:, :, None].astype(np.float32)
    dx, dy = grid.on_sun(dx, dy, region)
    inside_column = (column >= 0) & (column < grid.size)
    inside_row = (row >= 0) & (row < grid.size)
    last = grid.size - 1
    index = (region[:, None] * grid.size + row.clip(0, last))[:, :, None] * grid.size
    index = index + column.clip(0, last)[:, None, :]
    return index.ravel(), inside_row[:, :, None] & inside_column[:, None, :], dx, dy


def _add(field: np.ndarray, index: np.ndarray, values: np.ndarray) -> None:
    np.add.at(field.reshape(-1), index, values.ravel().astype(np.float32, copy=False))
