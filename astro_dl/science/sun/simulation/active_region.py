"""Solar active regions: continuum and magnetogram, with the truth behind them.

Fluxes, areas, numbers of spots, separations and tilts follow the measured distributions
(`region_statistics`); the Mount Wilson class is in how polarities are arranged (`region_layout`);
flux tubes become maps (`flux_tubes`), seen at their place on the disc (`solar_disc`) and through
the granulation, network and noise of the instrument (`granulation`).
"""

from dataclasses import dataclass, replace

import numpy as np
from astropy.table import Table, vstack

from astro_dl.science.sun.disc import LineOfSight, limb_darkening, line_of_sight
from astro_dl.science.sun.measures import (
    COUNTED_BELOW,
    SPOT_EDGE,
    UMBRA_EDGE,
    bipole_axis,
    count_patches,
    darker_area,
    total_flux,
)
from astro_dl.science.sun.simulation.flux_tubes import (
    PENUMBRA_FROM_UHEM,
    Grid,
    Plage,
    Spots,
    below_strongest,
    draw_plage,
    draw_spots,
)
from astro_dl.science.sun.simulation.granulation import averaged_noise, magnetic_network
from astro_dl.science.sun.simulation.layout import (
    PlageLayout,
    SpotLayout,
    draw_intrusions,
    place_plage,
    place_spots,
)
from astro_dl.science.sun.simulation.statistics import (
    CLASSES,
    RegionSizes,
    draw_latitudes,
    draw_separations,
    draw_sizes,
)

NATIVE_SCALE_DEG = 0.03
GRANULATION_CONTRAST = 0.03
NOISE_GAUSS, TRANSVERSE_NOISE_GAUSS = 8.3, 100.0
"""Of a native pixel of HMI's 720-second series, along and across the line of sight: Hoeksema et al.
(2014), Sol. Phys. 289, 3483."""

NETWORK_GAUSS = 2.5
MEAN_SPOT_FIELD_GAUSS = 800.0
LOST_SPOTS, LOST_AREA = 1.2, 1.1
OUTLINE = np.array([0.16, 0.08])
SUBPIXELS = 2
BLOCK = 32


@dataclass(frozen=True)
class Viewing:
    """How regions are seen.

    Parameters
    ----------
    size : int
        Pixels along a side of the field.
    scale : float
        Pixel scale [deg].
    component : {"line_of_sight", "radial"}
        Component of the magnetogram.
    largest_longitude : float
        Regions lie within this distance from the central meridian [deg].
    foreshortened : bool
        In the plane of the sky, instead of remapped to heliographic cells of equal area.
    patch_fraction : float
        Fraction of maps that are cut out around their region and blank (NaN) beyond.
    flux_factor : float
        On every flux, field and darkening; 0 leaves the quiet Sun.
    """

    size: int = 64
    scale: float = 0.3
    component: str = "line_of_sight"
    largest_longitude: float = 60.0
    foreshortened: bool = False
    patch_fraction: float = 0.9
    flux_factor: float = 1.0


@dataclass(frozen=True)
class ObservedRegions:
    """Regions as an instrument sees them.

    Parameters
    ----------
    continuum : ndarray, (n, size, size)
        Over that of the disc's centre, float32; rows from south to north, columns from east to
        west. NaN beyond the patch.
    magnetogram : ndarray, (n, size, size)
        [G], float32; positive towards the observer, or outwards. NaN beyond the patch.
    truth : astropy.table.Table
        See `simulate_regions`.
    """

    continuum: np.ndarray
    magnetogram: np.ndarray
    truth: Table


def simulate_regions(
    classes: np.ndarray,
    rng: np.random.Generator,
    viewing: Viewing | None = None,
    decorrelate_size: bool = False,
) -> ObservedRegions:
    """Return observed active regions of the given classes.

    Parameters
    ----------
    classes : ndarray of int, (n,)
        Positions in `region_statistics.CLASSES`.
    rng : numpy.random.Generator
        Source of randomness.
    viewing : Viewing, optional
        Field, scale, place and noise.
    decorrelate_size : bool, default False
        Draw sizes that don't depend on the class.

    Returns
    -------
    ObservedRegions
        With the truth, measured on maps of half the pixel scale before noise and projection:
        ``mount_wilson`` (name), ``total_unsigned_flux`` [Mx], ``area`` and ``umbra_area``
        [millionths of the hemisphere], ``spots``, ``separation`` and ``tilt`` [deg] of the flux
        centres (positive tilt: the western one is nearer to the equator), ``longitude``,
        ``latitude``, ``observer_latitude``, ``heliocentric_angle`` [deg], ``noise`` [G] of a pixel.
    """
    viewing = viewing or Viewing()
    classes = np.asarray(classes)
    parts = [
        _observe(classes[start : start + BLOCK], rng, viewing, decorrelate_size)
        for start in range(0, len(classes), BLOCK)
    ]
    return ObservedRegions(
        np.concatenate([part.continuum for part in parts]),
        np.concatenate([part.magnetogram for part in parts]),
        vstack([part.truth for part in parts]),
    )


def _observe(
    classes: np.ndarray, rng: np.random.Generator, viewing: Viewing, decorrelate: bool
) -> ObservedRegions:
    n = len(classes)
    latitude = draw_latitudes(n, rng)
    longitude = rng.uniform(-1, 1, n) * viewing.largest_longitude
    observer = 7.25 * np.sin(rng.uniform(0, 2 * np.pi, n))
    sight = line_of_sight(longitude, latitude, observer)
    sizes = _made_up(draw_sizes(classes, rng, decorrelate))
    separation, tilt = draw_separations(sizes.flux, latitude, rng)
    compression = _foreshortening(sight) if viewing.foreshortened else None
    grid = Grid(n, viewing.size * SUBPIXELS, viewing.scale / SUBPIXELS, compression)
    spots, plage = _flux_tubes(classes, sizes, separation, tilt * np.sign(latitude), rng)

    intensity, radial, longitudinal = draw_spots(spots, grid, sight)
    vertical = draw_plage(plage, grid)
    vertical *= _missing_flux(sizes.flux, radial, vertical, grid)
    # Spots and plage at one place are one field, not the sum of two.
    vertical = below_strongest(radial + vertical) - radial
    radial += vertical
    truth = _measure(classes, intensity, radial, latitude, grid)
    cosine = sight.cosine(*grid.offsets()).astype(np.float32)
    longitudinal = below_strongest(longitudinal + vertical * cosine)
    quiet = limb_darkening(cosine) * np.ones(grid.shape, np.float32)
    continuum = _average((1 - viewing.flux_factor * (1 - intensity)) * quiet)
    field = _average(longitudinal if viewing.component == "line_of_sight" else radial)
    field *= np.float32(viewing.flux_factor)

    shape, binning = field.shape, viewing.scale / NATIVE_SCALE_DEG
    noise = noise_gauss(viewing.component, sight.radial)
    continuum *= 1 + averaged_noise(shape, GRANULATION_CONTRAST, binning, rng)
    instrument = averaged_noise(shape, 1.0, binning, rng) * noise[:, None, None]
    field += instrument + magnetic_network(shape, NETWORK_GAUSS, rng)
    blank = _outside_patch(separation, tilt, viewing, rng)
    continuum[blank] = np.nan
    field[blank] = np.nan
    truth["longitude"], truth["latitude"] = longitude, latitude
    truth["observer_latitude"] = observer
    truth["heliocentric_angle"] = np.degrees(np.arccos(sight.radial))
    truth["noise"] = instrument.std(axis=(1, 2)).astype(float)
    for name, unit in UNITS.items():
        truth[name].unit = unit
    return ObservedRegions(continuum.astype(np.float32), field.astype(np.float32), truth)


def noise_gauss(component: str, cosine: np.ndarray) -> np.ndarray:
    """Return the noise [G] of a native pixel, float32 (n,), at these cosines of the angle from
    the disc's centre: the radial field is made of one along and one across the line of sight.
    """
    if component == "line_of_sight":
        return np.full(len(cosine), NOISE_GAUSS, np.float32)
    across = TRANSVERSE_NOISE_GAUSS * np.sqrt(np.maximum(1 - cosine**2, 0))
    return np.hypot(NOISE_GAUSS * cosine, across).astype(np.float32)


UNITS = {
    "total_unsigned_flux": "Mx",
    "area": "1e-6",
    "umbra_area": "1e-6",
    "separation": "deg",
    "tilt": "deg",
    "longitude": "deg",
    "latitude": "deg",
    "observer_latitude": "deg",
    "heliocentric_angle": "deg",
    "noise": "G",
}


def _flux_tubes(
    classes: np.ndarray,
    sizes: RegionSizes,
    separation: np.ndarray,
    slope: np.ndarray,
    rng: np.random.Generator,
) -> tuple[Spots, Plage]:
    """Return the tubes about the regions' flux centres; ``slope`` as `tilt`, in the north [deg]."""
    intrusions = draw_intrusions(classes, separation, rng)
    spots = place_spots(classes, sizes, separation, intrusions, rng)
    flux = spots.area * MEAN_SPOT_FIELD_GAUSS * CM2_PER_MICROHEMISPHERE
    sides = np.stack([(flux * (spots.side == sign)).sum(axis=1) for sign in (1, -1)], axis=1)
    plage = place_plage(sizes, sides, separation, intrusions, rng)
    polarity = rng.choice([-1.0, 1.0], len(classes))[:, None]
    places = _on_sun(spots, plage, flux, slope, rng)
    (spot_region, spot_x, spot_y), (plage_region, plage_x, plage_y) = places
    there = spots.area > 0
    area = spots.area[there]
    umbra = np.where(area > PENUMBRA_FROM_UHEM, rng.uniform(0.32, 0.44, len(area)), 1.0)
    outline = OUTLINE[:, None] * rng.standard_normal((len(area), 2, 2)).clip(-2, 2)
    phase = rng.uniform(0, 2 * np.pi, outline.shape)
    sign = (spots.side * polarity)[there]
    lit = plage.flux > 0
    width = rng.uniform(0.16, 0.3, int(lit.sum()))
    flux = (plage.flux * plage.side * polarity)[lit]
    return (
        Spots(spot_region, *_single(spot_x, spot_y, area, sign, umbra, outline, phase)),
        Plage(plage_region, *_single(plage_x, plage_y, flux, width)),
    )


def _single(*arrays: np.ndarray) -> list[np.ndarray]:
    return [array.astype(np.float32) for array in arrays]


Places = tuple[np.ndarray, np.ndarray, np.ndarray]


def _on_sun(
    spots: SpotLayout,
    plage: PlageLayout,
    spot_flux: np.ndarray,
    slope: np.ndarray,
    rng: np.random.Generator,
) -> tuple[Places, Places]:
    """Return region, x and y of all tubes, turned and about the flux-weighted centre."""
    n = len(slope)
    cos, sin = np.cos(np.radians(slope))[:, None], np.sin(np.radians(slope))[:, None]
    weight = np.concatenate([spot_flux, plage.flux], axis=1)
    u, v = (np.concatenate([getattr(spots, c), getattr(plage, c)], axis=1) for c in "uv")
    # Inversion lines are bent, and both polarities with them.
    reach = np.abs(u).max(axis=1, keepdims=True)
    bend = 0.06 * reach * rng.standard_normal((n, 1))
    u = u + bend * np.sin(2.5 * v / reach + rng.uniform(0, 2 * np.pi, (n, 1)))
    x, y = u * cos + v * sin, v * cos - u * sin
    total = weight.sum(axis=1, keepdims=True)
    x = x - (x * weight).sum(axis=1, keepdims=True) / total + 0.4 * rng.standard_normal((n, 1))
    y = y - (y * weight).sum(axis=1, keepdims=True) / total + 0.4 * rng.standard_normal((n, 1))
    region = np.broadcast_to(np.arange(n)[:, None], x.shape)
    split = spots.area.shape[1]
    parts = []
    for part, there in ((slice(split), spots.area > 0), (slice(split, None), plage.flux > 0)):
        parts.append((region[:, part][there], x[:, part][there], y[:, part][there]))
    return parts[0], parts[1]


def _measure(
    classes: np.ndarray, intensity: np.ndarray, radial: np.ndarray, latitude: np.ndarray, grid: Grid
) -> Table:
    # What foreshortening takes from an area is given back by the inverse of its determinant.
    stretch = 1.0 if grid.compression is None else 1 / np.linalg.det(grid.compression)
    separation, tilt = bipole_axis(radial, grid.scale)
    return Table(
        {
            "mount_wilson": np.array(CLASSES)[classes],
            "total_unsigned_flux": total_flux(radial, grid.scale) * stretch,
            "area": darker_area(intensity, SPOT_EDGE, grid.scale) * stretch,
            "umbra_area": darker_area(intensity, UMBRA_EDGE, grid.scale) * stretch,
            "spots": count_patches(intensity < COUNTED_BELOW),
            "separation": np.nan_to_num(separation),
            "tilt": np.nan_to_num(tilt) * np.sign(latitude),
        }
    )


def _missing_flux(flux: np.ndarray, spots: np.ndarray, plage: np.ndarray, grid: Grid) -> np.ndarray:
    """Return factors (n, 1, 1) on the plage that make up for what cancels against the spots."""
    stretch = 1.0 if grid.compression is None else 1 / np.linalg.det(grid.compression)
    lacking = flux - total_flux(spots + plage, grid.scale) * stretch
    factor = 1 + lacking / (total_flux(plage, grid.scale) * stretch)
    return factor.clip(0.5, 2.0)[:, None, None].astype(np.float32)


def _made_up(sizes: RegionSizes) -> RegionSizes:
    """Return sizes with what is lost on maps: spots that merge or vanish, and spots' faint rims."""
    spots = np.rint(1 + LOST_SPOTS * (sizes.spots - 1)).astype(int)
    return replace(sizes, area=LOST_AREA * sizes.area, spots=spots)


def _foreshortening(sight: LineOfSight) -> np.ndarray:
    """Return the maps (n, 2, 2) that shrink the direction to the disc's centre by its cosine."""
    direction = np.stack([sight.west, sight.north], axis=1)
    direction /= np.maximum(np.linalg.norm(direction, axis=1, keepdims=True), 1e-12)
    shrink = (1 - sight.radial)[:, None, None]
    return np.eye(2) - shrink * direction[:, :, None] * direction[:, None, :]


def _average(maps: np.ndarray) -> np.ndarray:
    """Return maps averaged over squares of `SUBPIXELS` pixels."""
    corners = [maps[:, i::SUBPIXELS, j::SUBPIXELS] for i, j in np.ndindex(SUBPIXELS, SUBPIXELS)]
    return sum(corners[1:], corners[0]) / SUBPIXELS**2


def _outside_patch(
    separation: np.ndarray, tilt: np.ndarray, viewing: Viewing, rng: np.random.Generator
) -> np.ndarray:
    """Return masks of what lies beyond the rectangle that is cut out around a region."""
    n = len(separation)
    slope = np.radians(tilt)
    reach = np.stack([np.abs(np.cos(slope)) / 2 + 0.35, np.abs(np.sin(slope)) / 2 + 0.3])
    half = (reach * separation + 0.8) * rng.uniform(1.1, 2.0, (2, n))
    half[:, rng.random(n) >= viewing.patch_fraction] = np.inf
    axis = np.abs(np.arange(viewing.size) - (viewing.size - 1) / 2) * viewing.scale
    beyond_x, beyond_y = (axis > one[:, None] for one in half)
    return beyond_y[:, :, None] | beyond_x[:, None, :]


CM2_PER_MICROHEMISPHERE = 2e-6 * np.pi * 6.957e10**2
