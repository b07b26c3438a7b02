"""Where a region stands on the solar disc: line of sight, limb darkening, lengths and areas."""

from dataclasses import dataclass

import numpy as np

SOLAR_RADIUS_CM = 6.957e10
CM2_PER_SQUARE_DEGREE = (SOLAR_RADIUS_CM * np.pi / 180) ** 2
MICROHEMISPHERES_PER_SQUARE_DEGREE = 1e6 * (np.pi / 180) ** 2 / (2 * np.pi)


@dataclass(frozen=True)
class LineOfSight:
    """The unit vector towards the observer at the centres of n regions.

    Parameters
    ----------
    west, north, radial : ndarray, (n,) float32
        Components along the local west, north and outward vertical; ``radial`` is the cosine of the
        heliocentric angle.
    """

    west: np.ndarray
    north: np.ndarray
    radial: np.ndarray

    def cosine(self, x: np.ndarray, y: np.ndarray, region: np.ndarray | None = None) -> np.ndarray:
        """Return the cosine of the heliocentric angle at offsets from the regions' centres.

        Parameters
        ----------
        x, y : ndarray
            Great-circle offsets to the west and north [deg].
        region : ndarray of int, optional
            Region of each offset; without, offsets broadcast against (n, 1, 1).
        """
        index = (slice(None), None, None) if region is None else region
        arc = np.radians(np.hypot(x, y))
        towards = np.radians(x) * self.west[index] + np.radians(y) * self.north[index]
        return self.radial[index] * np.cos(arc) + towards * np.sinc(arc / np.pi)


def line_of_sight(
    longitude: np.ndarray, latitude: np.ndarray, observer_latitude: np.ndarray
) -> LineOfSight:
    """Return the direction to an observer far away at regions of these positions.

    Parameters
    ----------
    longitude : ndarray, (n,)
        From the central meridian, west positive [deg].
    latitude : ndarray, (n,)
        Heliographic [deg].
    observer_latitude : ndarray, (n,)
        Heliographic latitude of the disc's centre, B₀ [deg].
    """
    lon, lat, tip = map(np.radians, (longitude, latitude, observer_latitude))
    west = -np.cos(tip) * np.sin(lon)
    north = np.cos(lat) * np.sin(tip) - np.sin(lat) * np.cos(tip) * np.cos(lon)
    radial = np.sin(lat) * np.sin(tip) + np.cos(lat) * np.cos(tip) * np.cos(lon)
    return LineOfSight(*(part.astype(np.float32) for part in (west, north, radial)))


def limb_darkening(cosine: np.ndarray) -> np.ndarray:
    """Return the quiet continuum at 617 nm over that of the disc's centre.

    1 − u − v + u μ + v μ², with u = 0.865, v = −0.23 (Cox 2000, Allen's Astrophysical Quantities,
    §14.7, between 600 and 800 nm).

    Parameters
    ----------
    cosine : ndarray
        Cosine of the heliocentric angle μ.
    """
    u, v = 0.865, -0.23
    return 1 - u - v + u * cosine + v * cosine**2
