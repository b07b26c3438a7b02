"""Ground-based gravitational-wave detectors: where they stand, and how they respond to the sky."""

from dataclasses import dataclass
from functools import cache

import erfa
import numpy as np
from astropy.constants import c as speed_of_light
from numpy.typing import ArrayLike

from astro_dl.core.errors import look_up

GPS_EPOCH_JD = 2444244.5
DAY_S = 86400.0
TAI_MINUS_GPS_S = 19.0
TT_MINUS_GPS_S = 51.184


@dataclass(frozen=True)
class Detector:
    """An interferometer, in Earth-fixed Cartesian coordinates (WGS 84).

    Parameters
    ----------
    name : str
        Two-character prefix, such as ``"H1"``.
    location : tuple of float
        Vertex [m].
    x_arm, y_arm : tuple of float
        Unit vectors from the vertex along the arms.
    """

    name: str
    location: tuple[float, float, float]
    x_arm: tuple[float, float, float]
    y_arm: tuple[float, float, float]

    @property
    def response(self) -> np.ndarray:
        """Response tensor (3, 3) of the long-wavelength limit: ½ (x⊗x − y⊗y)."""
        return 0.5 * (np.outer(self.x_arm, self.x_arm) - np.outer(self.y_arm, self.y_arm))


# Vertices and arm directions as LAL has them (LALDetectors.h), after Althouse et al. (2001),
# LIGO-T980044, and Virgo's survey: the constants that every analysis of these detectors uses.
DETECTORS: dict[str, Detector] = {
    "H1": Detector(
        "H1",
        (-2161414.92636, -3834695.17889, 4600350.22664),
        (-0.22389266154, 0.79983062746, 0.55690487831),
        (-0.91397818574, 0.02609403989, -0.40492342125),
    ),
    "L1": Detector(
        "L1",
        (-74276.0447238, -5496283.71971, 3224257.01744),
        (-0.95457412153, -0.1415807734, -0.26218911324),
        (0.29774156894, -0.48791033647, -0.82054461286),
    ),
    "V1": Detector(
        "V1",
        (4546374.099, 842989.697626, 4378576.96241),
        (-0.70045821479, 0.20848948619, 0.68256166277),
        (-0.05379255368, -0.96908180549, 0.24080451708),
    ),
}


def get_detector(name: str) -> Detector:
    """Return a detector by its prefix; raises `UsageError` with the known ones for another."""
    return look_up("detector", name, DETECTORS)


def sidereal_time(gps_time: ArrayLike) -> np.ndarray:
    """Return the Greenwich mean sidereal time (IAU 2006) [rad], in [0, 2π).

    UT1 is taken as UTC, so no Earth-orientation tables are needed: right within 7e-5 rad (0.9 s of
    Earth rotation), which shifts arrival times by less than 2 µs. The leap seconds are those that
    ERFA, astropy's library of fundamental astronomy, carries.

    Parameters
    ----------
    gps_time : array_like
        GPS times [s], any shape.

    Returns
    -------
    ndarray
        float64, of the shape of ``gps_time``.
    """
    gps = np.asarray(gps_time, dtype=np.float64)
    starts, leaps = _leap_seconds()
    utc = gps - leaps[np.searchsorted(starts, gps, side="right") - 1]
    return erfa.gmst06(GPS_EPOCH_JD, utc / DAY_S, GPS_EPOCH_JD, (gps + TT_MINUS_GPS_S) / DAY_S)


def antenna_patterns(
    detector: str,
    right_ascension: ArrayLike,
    declination: ArrayLike,
    polarization: ArrayLike,
    gps_time: ArrayLike,
) -> tuple[np.ndarray, np.ndarray]:
    """Return a detector's response to the plus and cross polarisations (LAL's conventions).

    F₊ = Dⁱʲ (XᵢXⱼ − YᵢYⱼ), F× = Dⁱʲ (XᵢYⱼ + YᵢXⱼ): Anderson et al. (2001), eqs. B6 to B9.

    Parameters
    ----------
    detector : str
        Prefix, such as ``"H1"``.
    right_ascension, declination : array_like
        Direction of the source [rad], broadcastable.
    polarization : array_like
        Polarisation angle ψ [rad].
    gps_time : array_like
        GPS time of arrival at the geocentre [s].

    Returns
    -------
    f_plus, f_cross : ndarray
        float64, of the broadcast shape.
    """
    right_ascension, declination, psi, gps_time = np.broadcast_arrays(
        right_ascension, declination, polarization, gps_time
    )
    hour_angle = sidereal_time(gps_time) - right_ascension
    sin_h, cos_h = np.sin(hour_angle), np.cos(hour_angle)
    sin_d, cos_d = np.sin(declination), np.cos(declination)
    west = np.stack([-sin_h, -cos_h, np.zeros_like(sin_h)], axis=-1)
    north = np.stack([-cos_h * sin_d, sin_h * sin_d, cos_d], axis=-1)
    cos_psi, sin_psi = np.cos(psi)[..., None], np.sin(psi)[..., None]
    x = cos_psi * west + sin_psi * north
    y = cos_psi * north - sin_psi * west
    response = get_detector(detector).response
    x_projected = x @ response
    f_plus = np.sum(x_projected * x, axis=-1) - np.sum((y @ response) * y, axis=-1)
    return f_plus, 2 * np.sum(x_projected * y, axis=-1)


def arrival_time_difference(
    detector: str,
    right_ascension: ArrayLike,
    declination: ArrayLike,
    gps_time: ArrayLike,
    reference: str | None = None,
) -> np.ndarray:
    """Return how much later a signal arrives at a detector than at the reference.

    Parameters
    ----------
    detector : str
        Prefix, such as ``"H1"``.
    right_ascension, declination : array_like
        Direction of the source [rad], broadcastable.
    gps_time : array_like
        GPS time of arrival at the geocentre [s].
    reference : str, optional
        Prefix of another detector; default the centre of the Earth.

    Returns
    -------
    ndarray
        Delay [s], float64; negative where the detector is reached first.
    """
    right_ascension, declination, gps_time = np.broadcast_arrays(
        right_ascension, declination, gps_time
    )
    hour_angle = sidereal_time(gps_time) - right_ascension
    cos_d = np.cos(declination)
    source = np.stack(
        [cos_d * np.cos(hour_angle), -cos_d * np.sin(hour_angle), np.sin(declination)], axis=-1
    )
    origin = np.zeros(3) if reference is None else np.array(get_detector(reference).location)
    return source @ (origin - np.array(get_detector(detector).location)) / speed_of_light.value


def light_travel_time(detector_a: str, detector_b: str) -> float:
    """Return the time that light takes along the chord between two detectors [s]."""
    a, b = (np.array(get_detector(name).location) for name in (detector_a, detector_b))
    return float(np.linalg.norm(a - b) / speed_of_light.value)


@cache
def _leap_seconds() -> tuple[np.ndarray, np.ndarray]:
    """Return since when (GPS [s]) GPS has been ahead of UTC by how many seconds."""
    table = erfa.leap_seconds.get()
    epoch, date = erfa.cal2jd(table["year"], table["month"], 1)
    leaps = table["tai_utc"] - TAI_MINUS_GPS_S
    return (epoch - GPS_EPOCH_JD + date) * DAY_S + leaps, leaps
