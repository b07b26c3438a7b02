"""Haloes, their dispersions and their surroundings, beside other codes, limits and simulations."""

import numpy as np
import pytest

from astro_dl.science.cluster_mass.dispersions import clipped_dispersion, evrard, munari
from astro_dl.science.cluster_mass.physics import ClusterMassPhysics
from astro_dl.science.cluster_mass.simulate import draw_sight, observe
from astro_dl.science.cluster_mass.simulation.haloes import (
    G_MPC,
    HUBBLE_KMS_MPC,
    LITTLE_H,
    MATTER,
    Haloes,
    draw_radii,
    hubble_rate,
    mass_shape,
    matter_density,
    mean_concentration,
    radius_of_mass,
)
from astro_dl.science.cluster_mass.simulation.jeans import radial_dispersion, sight_dispersion
from astro_dl.science.cluster_mass.simulation.surroundings import (
    FASTEST_INFALL,
    Cylinders,
    draw_excess,
    mean_velocity,
)


def haloes(n, mass=3e14, redshift=0.05, concentration=4.0, extent=1.0, anisotropy=0.4):
    return Haloes(*(np.full(n, one) for one in (mass, redshift, concentration, extent, anisotropy)))


def test_two_hundred_times_the_critical_density_lies_within_the_radius():
    one = haloes(1, redshift=0.3)
    critical = 3 * hubble_rate(0.3) ** 2 / (8 * np.pi * G_MPC)
    density = one.mass / (4 / 3 * np.pi * one.radius_mpc**3)
    assert density / critical == pytest.approx(200, rel=1e-6)
    assert one.velocity_kms == pytest.approx(10 * hubble_rate(0.3) * one.radius_mpc, rel=1e-6)
    assert matter_density(0.3) == pytest.approx(
        critical * MATTER * 1.3**3 * (HUBBLE_KMS_MPC / hubble_rate(0.3)) ** 2
    )


def test_radii_are_those_within_which_the_mass_lies():
    x = np.geomspace(1e-3, 30, 40)
    np.testing.assert_allclose(radius_of_mass(mass_shape(x)), x, rtol=1e-4)
    one = haloes(20_000, extent=2.0)
    radii = draw_radii(one, np.random.default_rng(0))
    half = mass_shape(0.5 * one.radius_mpc[0] / (2 * one.scale_mpc[0])) / mass_shape(2.0)
    assert radii.max() <= one.radius_mpc[0]
    assert np.mean(radii < 0.5 * one.radius_mpc) == pytest.approx(half, abs=0.01)


@pytest.mark.oracle
def test_concentrations_are_those_of_another_code():
    ccl = pytest.importorskip("pyccl")
    universe = ccl.Cosmology(Omega_c=MATTER - 0.05, Omega_b=0.05, h=LITTLE_H, sigma8=0.8, n_s=0.96)
    other = ccl.halos.ConcentrationDuffy08(mass_def="200c")
    mass = np.array([1e14, 1e15])
    for redshift in (0.0, 0.5):
        expected = other(universe, mass, 1 / (1 + redshift))
        np.testing.assert_allclose(mean_concentration(mass, redshift), expected, rtol=1e-5)


@pytest.mark.oracle
@pytest.mark.parametrize(("extent", "anisotropy"), [(1.0, 0.0), (2.3, 0.7), (1.4, -0.2)])
def test_dispersions_are_those_of_another_code(extent, anisotropy):
    potential = pytest.importorskip("galpy.potential")
    jeans = pytest.importorskip("galpy.df").jeans
    one = haloes(5, extent=extent, anisotropy=anisotropy)
    scale = one.scale_mpc[0]
    unit = G_MPC * one.mass[0] / (scale * mass_shape(one.concentration[0]))
    sphere = potential.NFWPotential(amp=1.0, a=1.0)
    x = np.array([0.05, 0.3, 1.0, 2.5, 4.0])

    def beta(r):
        return anisotropy * r / (r + 1)

    expected = [
        jeans.sigmar(sphere, r, dens=lambda s: 1 / (s * (s + extent) ** 2), beta=beta) for r in x
    ]
    found = radial_dispersion(one, x * scale) / np.sqrt(unit)
    np.testing.assert_allclose(found, expected, rtol=5e-3)


def test_along_radii_dispersions_are_radial_and_across_they_are_tangential():
    one = haloes(3, anisotropy=0.6)
    radii = one.radius_mpc * np.array([0.1, 0.5, 1.0])
    radial = radial_dispersion(one, radii)
    beta = 0.6 * radii / (radii + one.scale_mpc)
    np.testing.assert_allclose(sight_dispersion(one, radii, np.zeros(3)), radial)
    across = sight_dispersion(one, radii, np.ones(3))
    np.testing.assert_allclose(across, radial * np.sqrt(1 - beta), rtol=1e-6)


def test_kinetic_energy_obeys_the_virial_theorem():
    # Of a sphere that ends, with the pressure at its edge: ⟨v²⟩ = ⟨GM/r⟩ + 4π r³ ν σ_r² / N.
    one = haloes(400_000, anisotropy=0.5, extent=1.5)
    rng = np.random.default_rng(0)
    radii = draw_radii(one, rng)
    radial = radial_dispersion(one, radii)
    beta = 0.5 * radii / (radii + one.scale_mpc)
    kinetic = np.mean(radial**2 * (3 - 2 * beta))
    shape = mass_shape(radii / one.scale_mpc) / mass_shape(one.concentration)
    potential = np.mean(G_MPC * one.mass * shape / radii)
    edge, scale = one.radius_mpc[:1], 1.5 * one.scale_mpc[:1]
    x = edge / scale
    pressure = x**2 / ((1 + x) ** 2 * mass_shape(x)) * radial_dispersion(one.take([0]), edge) ** 2
    assert kinetic == pytest.approx(potential + float(pressure[0]), rel=0.01)


@pytest.mark.parametrize("mass", [1e14, 1e15])
def test_dispersions_of_haloes_are_those_of_simulations_of_dark_matter(mass):
    one = haloes(50_000, mass=mass, redshift=0.1, anisotropy=0.3)
    rng = np.random.default_rng(0)
    radii, cosine = draw_radii(one, rng), rng.uniform(-1, 1, 50_000)
    sigma = np.sqrt(np.mean(sight_dispersion(one, radii, np.sqrt(1 - cosine**2)) ** 2))
    assert evrard(sigma, 0.1) == pytest.approx(np.log10(mass), abs=0.03)


def test_as_many_interlopers_are_seen_as_in_simulations():
    # Mamon, Biviano & Murante (2010): 23% within r200 after a cut at 2.7 dispersions, which
    # removes a sixth of them.
    size = float(haloes(1, redshift=0.02).radius_mpc[0])
    physics = ClusterMassPhysics(
        log_masses=(14.476, 14.478), redshifts=(0.02, 0.021), apertures_mpc=(size, size),
        error_kms=(1.0, 1.0), extents=(1.0, 1.0), orientation_scatter=0.0, miscentred=0.0,
        richness_scatter_dex=0.0, fewest_galaxies=300,
    )  # fmt: skip
    rng = np.random.default_rng(0)
    drawn = observe(physics, draw_sight(physics, 60, rng), rng)
    dispersion = 0.66 * drawn.sight.haloes.velocity_kms[0]
    slow = [np.abs(one.velocities) < 2.7 * dispersion for one in drawn.galaxies]
    interlopers = np.mean(drawn.interlopers)
    left = 1 - np.sum([(1 - i) * len(s) for i, s in zip(drawn.interlopers, slow, strict=True)]) / (
        np.sum(slow)
    )
    assert interlopers == pytest.approx(0.27, abs=0.05)
    assert left == pytest.approx(0.23, abs=0.05)


def test_galaxies_fall_in_near_clusters_and_fly_off_far_from_them():
    one = haloes(3, redshift=0.1)
    radii = one.radius_mpc * np.array([1.2, 3.0, 30.0])
    velocity = mean_velocity(one, radii)
    flow = hubble_rate(0.1) * radii
    assert velocity[0] == pytest.approx(flow[0] - FASTEST_INFALL * one.velocity_kms[0])
    assert velocity[1] < 0 < velocity[2]
    assert velocity[2] == pytest.approx(flow[2], rel=0.1)


def test_galaxies_around_clusters_are_as_dense_as_they_should():
    one = Cylinders(haloes(2), np.array([1.0, 2.0]), np.array([40.0, 40.0]))
    across, along = draw_excess(one, np.repeat([0, 1], 40_000), np.random.default_rng(0))
    radii = np.hypot(across, along)
    assert (radii >= one.haloes.radius_mpc[0] * 0.999).all()
    assert (across[:40_000] <= 1).all()
    assert (across[40_000:] <= 2).all()
    mass = one.shells()[1][:, -1]
    assert mass[1] > mass[0] > 0
    # Within the wider cylinder, the narrower one holds as much as it does alone.
    share = np.mean(across[40_000:] < 1)
    assert share * mass[1] == pytest.approx(mass[0], rel=0.03)


def test_dispersions_leave_out_what_is_three_of_them_off():
    rng = np.random.default_rng(0)
    own = rng.normal(100, 800, 3000)
    centre, dispersion = clipped_dispersion(np.append(own, [3900.0] * 20))
    assert centre == pytest.approx(100, abs=50)
    assert dispersion == pytest.approx(800, rel=0.03)


def test_published_relations_give_their_own_pivots():
    # σ of 10¹⁵ M☉ / h at z = 0.
    assert evrard(1082.9, 0.0) == pytest.approx(15 - np.log10(LITTLE_H), abs=1e-6)
    assert munari(1177.0, 0.0) == pytest.approx(15 - np.log10(LITTLE_H), abs=1e-6)
    assert munari(0.0, 0.1) == -np.inf
