"""Light curves of eclipsing binaries: both eclipses, tidal distortion, reflection, third light."""

from dataclasses import dataclass

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.observations.light_curves.eclipses import eclipse
from astro_dl.observations.light_curves.orbit import Orbit, sky_position

_GRAVITY_DARKENING = 0.4


@dataclass(frozen=True)
class Binary:
    """n binaries; arrays (n,) float64. The primary is the star eclipsed at the orbit's epoch.

    Parameters
    ----------
    orbit : Orbit
        Orbit of the secondary about the primary, in units of the primary's radius.
    radius_ratio : ndarray
        Radius of the secondary [radii of the primary].
    surface_brightness_ratio : ndarray
        Secondary over primary, in the instrument's band and averaged over the disc.
    mass_ratio : ndarray
        Secondary over primary.
    limb_darkening_1, limb_darkening_2 : ndarray
        Quadratic coefficients, the same for both stars.
    albedo : ndarray
        Part of the light falling on a star that it sends back in the band, 0 to 1.
    third_light : ndarray
        Fraction of the light in the aperture that comes from other stars, 0 to below 1.

    Raises
    ------
    UsageError
        If third light lies outside its range.
    """

    orbit: Orbit
    radius_ratio: np.ndarray
    surface_brightness_ratio: np.ndarray
    mass_ratio: np.ndarray
    limb_darkening_1: np.ndarray
    limb_darkening_2: np.ndarray
    albedo: np.ndarray
    third_light: np.ndarray

    def __post_init__(self) -> None:
        if np.any((self.third_light < 0) | (self.third_light >= 1)):
            raise UsageError("third_light must be at least 0 and below 1")

    @property
    def primary_light(self) -> np.ndarray:
        """Fraction of the binary's own light that comes from the primary, (n,)."""
        return 1 / (1 + self.surface_brightness_ratio * self.radius_ratio**2)


def ellipsoidal_amplitude(
    mass_ratio: np.ndarray, radius: np.ndarray, limb_darkening: np.ndarray
) -> np.ndarray:
    """Return the semi-amplitude of a tidally distorted star's light seen at 90° inclination.

    0.15 (15 + u)(1 + τ)/(3 − u) q (R/a)³: Morris & Naftilan (1993), ApJ 419, 344, eq. 1, with
    gravity darkening τ = 0.4.

    Parameters
    ----------
    mass_ratio : ndarray
        Mass of the companion over that of the star.
    radius : ndarray
        Radius of the star [semi-major axis].
    limb_darkening : ndarray
        Linear coefficient u.
    """
    factor = 0.15 * (15 + limb_darkening) * (1 + _GRAVITY_DARKENING) / (3 - limb_darkening)
    return factor * mass_ratio * radius**3


def binary_light_curves(
    time: np.ndarray, binary: Binary, exposure_d: float = 0.0, supersampling: int = 7
) -> np.ndarray:
    """Return noiseless light curves of eclipsing binaries.

    Parameters
    ----------
    time : ndarray
        Increasing mid-exposure times (T,) [d].
    binary : Binary
        n binaries.
    exposure_d, supersampling
        As in `astro_dl.observations.light_curves.eclipses.eclipse`; the eclipses alone are
        averaged.

    Returns
    -------
    ndarray
        Flux relative to the light of both undistorted stars and the third light, float32 (n, T).
    """
    orbit = binary.orbit
    _, towards, distance = sky_position(orbit[:, None], time)
    axis = orbit.semi_major_axis_ratio
    facing = towards / (axis[:, None] * distance)
    tide = (2 * facing**2 - (1 - orbit.cos_inclination[:, None] ** 2)) / distance**3
    u = binary.limb_darkening_1 + binary.limb_darkening_2
    radii = 1 / axis, binary.radius_ratio / axis
    lights = binary.primary_light, 1 - binary.primary_light
    flux = np.zeros_like(facing)
    masses = binary.mass_ratio, 1 / binary.mass_ratio
    stars = zip(masses, radii, lights, lights[::-1], (1, -1), strict=True)
    for mass_ratio, radius, light, other_light, side in stars:
        tides = ellipsoidal_amplitude(mass_ratio, radius, u)
        reflected = binary.albedo * other_light * radius**2 / 2
        star = light[:, None] * (1 - tides[:, None] * tide)
        star += reflected[:, None] * (1 + side * facing) / distance**2
        events = eclipse(
            time,
            orbit,
            binary.radius_ratio,
            binary.limb_darkening_1,
            binary.limb_darkening_2,
            exposure_d=exposure_d,
            supersampling=supersampling,
            secondary=side < 0,
        )
        star[events.rows, events.columns] *= events.flux
        flux += star
    third = binary.third_light[:, None]
    return (third + (1 - third) * flux).astype(np.float32)
