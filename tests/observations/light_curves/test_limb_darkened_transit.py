"""Transit light curves against batman, stored and live, direct integrals, and their limits."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad

from astro_dl.core.errors import UsageError
from astro_dl.observations.light_curves.eclipses import transit_light_curves
from astro_dl.observations.light_curves.limb_darkened_transit import (
    limb_darkening_from_kipping,
    transit_flux,
)
from astro_dl.observations.light_curves.orbit import Orbit

REFERENCE = Path(__file__).parent / "data/transit_reference.npz"
PPM = 1e-6


@pytest.fixture(scope="module")
def reference():
    with np.load(REFERENCE) as stored:
        return dict(stored)


def orbits(systems):
    names = ("semi_major_axis_ratio", "impact_parameter", "eccentricity", "argument_of_periastron")
    return Orbit.of(systems["period_d"], 0.0, *(systems[name] for name in names))


def curve(systems, row, time, **exposure):
    """Light curve of one system at times in any order."""
    order = np.argsort(time)
    flux = np.empty(len(time))
    flux[order] = transit_light_curves(
        time[order],
        orbits(systems)[row : row + 1],
        systems["radius_ratio"][row],
        systems["limb_darkening_1"][row],
        systems["limb_darkening_2"][row],
        **exposure,
    )[0]
    return flux


def directly_integrated(z, p, u1, u2):
    """Flux from the intensity over rings about the centre of the star, each partly covered."""

    def covered(r):
        mu = np.sqrt(max(1 - r * r, 0))
        cosine = (r * r + z * z - p * p) / (2 * r * z)
        half_angle = np.pi if r <= p - z else np.arccos(np.clip(cosine, -1, 1))
        return 2 * r * (1 - u1 * (1 - mu) - u2 * (1 - mu) ** 2) * half_angle

    nearest, farthest = max(0.0, z - p), min(1.0, z + p)
    edges = np.unique([nearest, np.clip(abs(z - p), nearest, farthest), farthest])
    total = 0.0
    for low, high in pairwise(edges):
        middle, half = (low + high) / 2, (high - low) / 2
        total += quad(
            lambda t, m, h: covered(m - h * np.cos(t)) * h * np.sin(t),
            *(0, np.pi),
            args=(middle, half),
            epsabs=1e-10,
        )[0]
    return 1 - total / (np.pi * (1 - u1 / 3 - u2 / 6))


def test_equals_stored_light_curves_of_batman(reference):
    flux = np.array([curve(reference, row, time) for row, time in enumerate(reference["time"])])
    assert flux.shape == (64, 48)
    assert np.mean(reference["flux"] < 1) > 0.25
    assert np.sum(reference["eccentricity"] > 0.3) > 10
    assert np.abs(flux - reference["flux"]).max() < PPM


def test_exposures_equal_stored_means_of_batman(reference):
    times = reference["time"][:, ::4]
    exposure = {"exposure_d": float(reference["exposure_d"])}
    depth = reference["radius_ratio"][:, None] ** 2
    for supersampling, largest in ((201, PPM), (7, 0.25 * depth)):
        curves = [
            curve(reference, row, time, supersampling=supersampling, **exposure)
            for row, time in enumerate(times)
        ]
        assert (np.abs(np.array(curves) - reference["exposed_flux"]) < largest).all()


def test_equals_batman_where_the_geometry_changes(reference):
    p, z = reference["edge_radius_ratio"][:, None], reference["edge_separation"]
    error = np.abs(transit_flux(z, p, 0.4, 0.25) - reference["edge_flux"])
    # batman itself errs by up to 1e-2 within rounding of z = p; see the direct integrals.
    assert error[np.abs(z - p) > 1e-9].max() < PPM


@pytest.mark.parametrize("p", [0.01, 0.1, 0.5, 0.9, 1.0, 1.3, 2.0])
def test_equals_direct_integrals_where_the_geometry_changes(p):
    for z in (p, p - 1e-9, p + 1e-5, abs(1 - p) or 1e-3, abs(1 - p) + 1e-6, 1.0, p + 1 - 1e-4):
        direct = directly_integrated(z, p, 0.3, 0.3)
        assert transit_flux(z, p, 0.3, 0.3) == pytest.approx(direct, abs=0.1 * PPM)


def test_equals_direct_integrals_of_random_discs():
    rng = np.random.default_rng(4)
    for _ in range(40):
        p = 10 ** rng.uniform(-2, 0.3)
        z, (u1, u2) = rng.random() * (1 + p), limb_darkening_from_kipping(*rng.random(2))
        direct = directly_integrated(z, p, u1, u2)
        assert transit_flux(z, p, u1, u2) == pytest.approx(direct, abs=0.1 * PPM)


@pytest.mark.oracle
def test_equals_live_batman_on_a_full_sector():
    batman = pytest.importorskip("batman", reason="batman-package is not installed")
    rng = np.random.default_rng(8)
    time = np.arange(0, 27.4, 2 / 1440)
    n = 24
    axis, p = rng.uniform(3, 40, n), rng.uniform(0.01, 0.25, n)
    period, impact, omega = rng.uniform(0.5, 30, n), rng.random(n) * (1 + p), rng.uniform(0, 6, n)
    e = np.where(np.arange(n) % 2, rng.uniform(0, 0.8 * (1 - 1.5 / axis)), 0)
    orbit = Orbit.of(period, 0.3 * period, axis, impact, e, omega)
    flux = transit_light_curves(time, orbit, p, 0.4, 0.25)
    for row in range(n):
        params = batman.TransitParams()
        params.t0, params.per, params.rp = 0.3 * period[row], period[row], p[row]
        params.a, params.inc = axis[row], np.degrees(np.arccos(orbit.cos_inclination[row]))
        params.ecc, params.w = e[row], np.degrees(omega[row])
        params.u, params.limb_dark = [0.4, 0.25], "quadratic"
        theirs = batman.TransitModel(params, time).light_curve(params)
        assert np.abs(flux[row] - theirs).max() < PPM


def test_no_disc_and_no_overlap_leave_exactly_one():
    z = np.linspace(0, 3, 50)
    np.testing.assert_array_equal(transit_flux(z, 0.0, 0.4, 0.25), 1.0)
    np.testing.assert_array_equal(transit_flux([1.1, 2.0, np.inf], 0.1, 0.4, 0.25), 1.0)
    assert np.isnan(transit_flux(np.nan, 0.1, 0.4, 0.25))


def test_uniform_disc_loses_the_ratio_of_areas():
    for p in (1e-3, 0.1, 0.5, 0.99):
        flux = transit_flux(np.linspace(0, 1 - p, 20), p, 0.0, 0.0)
        np.testing.assert_allclose(1 - flux, p**2, rtol=1e-10)
    # Two unit circles one radius apart share 2π/3 − √3/2.
    lens = 2 * np.pi / 3 - np.sqrt(3) / 2
    assert 1 - transit_flux(1.0, 1.0, 0.0, 0.0) == pytest.approx(lens / np.pi, rel=1e-10)


def test_larger_disc_hides_everything_and_small_one_the_local_intensity():
    np.testing.assert_allclose(transit_flux([0, 0.2, 0.5], 1.5, 0.4, 0.25), 0, atol=1e-12)
    z, p = np.array([0.0, 0.4, 0.8]), 1e-3
    mu = np.sqrt(1 - z**2)
    intensity = (1 - 0.4 * (1 - mu) - 0.25 * (1 - mu) ** 2) / (1 - 0.4 / 3 - 0.25 / 6)
    np.testing.assert_allclose((1 - transit_flux(z, p, 0.4, 0.25)) / p**2, intensity, rtol=1e-5)


def test_flux_falls_monotonically_towards_the_centre_and_with_radius():
    z = np.linspace(0, 1.5, 500)
    assert (np.diff(transit_flux(z, 0.3, 0.5, 0.2)) >= -1e-9).all()
    assert (np.diff(transit_flux(0.7, np.linspace(0, 1.8, 500), 0.5, 0.2)) <= 1e-9).all()


def test_arguments_broadcast():
    flux = transit_flux(np.zeros((4, 1)), [0.1, 0.2, 0.3], 0.4, 0.25)
    assert flux.shape == (4, 3)
    assert flux.dtype == np.float64
    assert flux[2, 1] == transit_flux(0.0, 0.2, 0.4, 0.25)


def test_kipping_square_holds_physical_profiles():
    q = np.random.default_rng(0).random((2, 2000))
    u1, u2 = limb_darkening_from_kipping(*q)
    mu = np.linspace(0, 1, 50)[:, None]
    profile = 1 - u1 * (1 - mu) - u2 * (1 - mu) ** 2
    assert profile.min() > -1e-12
    assert np.diff(profile, axis=0).min() > -1e-12
    np.testing.assert_allclose((u1 + u2) ** 2, q[0], atol=1e-12)
    np.testing.assert_allclose(u1 / (2 * (u1 + u2)), q[1], atol=1e-9)


def test_refuses_negative_radii():
    with pytest.raises(UsageError, match="radius_ratio is -0"):
        transit_flux(0.0, [-0.1, 0.1], 0.4, 0.25)
