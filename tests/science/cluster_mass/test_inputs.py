"""What networks are given of galaxies, and what a cluster is drawn of."""

from dataclasses import replace

import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.models.attention.tracer_channels import KNOWN, RADIUS, SPEED
from astro_dl.science.cluster_mass.inputs import (
    BANDWIDTH,
    CLUSTER,
    FARTHEST_KMS,
    INTRINSIC,
    MEMBERS,
    REACH_KMS,
    SIDE,
    Galaxies,
    power_law,
    prepare,
)
from astro_dl.science.cluster_mass.physics import ClusterMassPhysics
from astro_dl.science.cluster_mass.simulate import draw_sight, observe, simulate
from astro_dl.science.cluster_mass.simulation.haloes import expansion

PHYSICS = ClusterMassPhysics(most_galaxies=60)


@pytest.fixture(scope="module")
def drawn():
    rng = np.random.default_rng(0)
    return observe(PHYSICS, draw_sight(PHYSICS, 40, rng), rng)


def test_galaxies_lie_within_what_is_observed(drawn):
    for number, one in enumerate(drawn.galaxies):
        assert 10 <= len(one) <= 60
        assert one.radii.max() < drawn.sight.aperture_mpc[number]
        assert np.abs(one.velocities).max() < FARTHEST_KMS
        assert one.redshift == drawn.sight.haloes.redshift[number]


def test_neither_sign_of_velocities_nor_that_of_the_cluster_tells_anything(drawn):
    turned = [
        Galaxies(one.radii, 100 - one.velocities, one.errors, one.redshift)
        for one in drawn.galaxies
        if np.abs(100 - one.velocities).max() < FARTHEST_KMS
    ]
    plain = [one for one in drawn.galaxies if np.abs(100 - one.velocities).max() < FARTHEST_KMS]
    assert len(plain) > 20
    first, second = prepare(PHYSICS, plain), prepare(PHYSICS, turned)
    for name in (MEMBERS, CLUSTER):
        np.testing.assert_allclose(second.x[name], first.x[name], atol=1e-4)
    np.testing.assert_allclose(second.centre_kms, 100 - first.centre_kms, atol=1e-6)


def test_clusters_of_any_scale_look_alike():
    rng = np.random.default_rng(0)
    radii, velocities = rng.uniform(0.1, 1, 50), rng.normal(0, 500, 50)
    one = Galaxies(radii, velocities, np.full(50, 10.0), 0.1)
    twice = Galaxies(2 * radii, 2 * velocities, np.full(50, 20.0), 0.1)
    first, second = (prepare(PHYSICS, [each]).x[MEMBERS] for each in (one, twice))
    np.testing.assert_allclose(second, first, atol=1e-5)
    assert first[0, :50, KNOWN].all()
    assert not first[0, 50:].any()


@pytest.mark.parametrize("given", ["velocities", "plane"])
def test_densities_are_those_of_all_galaxies(given, drawn):
    physics = replace(PHYSICS, given=given)
    rng = np.random.default_rng(1)
    one = Galaxies(np.abs(rng.normal(0.8, 0.1, 4000)), rng.normal(0, 600, 4000), np.ones(4000), 0.2)
    density = prepare(replace(physics, most_galaxies=4000), [one]).x[0]
    assert density.mean() == pytest.approx(1, abs=0.05)
    speeds = np.linspace(-REACH_KMS, REACH_KMS, SIDE)
    weights = density.reshape(SIDE, -1).sum(axis=1)
    spread = np.sqrt(np.average(speeds**2, weights=weights))
    expected = 600 / expansion(0.2) ** (1 / 3) * np.sqrt(1 + BANDWIDTH**2)
    assert spread == pytest.approx(expected, rel=0.03)
    told = np.exp(power_law(physics, density[None]))[0, 0]
    assert told == pytest.approx(600 / expansion(0.2) ** (1 / 3), rel=0.03)


def test_densities_of_one_mass_look_alike_at_any_redshift():
    physics = replace(PHYSICS, given="plane")
    rng = np.random.default_rng(1)
    radii, velocities = rng.uniform(0, 1, 60), rng.normal(0, 600, 60)

    def at(redshift):
        grown = expansion(redshift) ** (1 / 3)
        one = Galaxies(radii / grown**2, velocities * grown, np.ones(60), redshift)
        return prepare(physics, [one]).x

    np.testing.assert_allclose(at(0.5), at(0.05), rtol=1e-4, atol=1e-5)


def test_errors_are_taken_off_dispersions():
    rng = np.random.default_rng(0)
    own = rng.normal(0, 300, 50) + rng.normal(0, 200, 50)
    clusters = [
        Galaxies(np.ones(50), own, np.full(50, error), 0.1) for error in (1.0, 200.0, 900.0)
    ]
    intrinsic = prepare(PHYSICS, clusters).intrinsic_kms
    assert intrinsic[1] == pytest.approx(np.sqrt(intrinsic[0] ** 2 - 200**2), rel=1e-3)
    assert intrinsic[2] == 50


def test_clusters_without_a_dispersion_are_no_input():
    one = Galaxies(np.ones(3), np.full(3, 10.0), np.ones(3), 0.1)
    far = Galaxies(np.ones(3), np.full(3, 9000.0), np.ones(3), 0.1)
    for given in ("galaxies", "velocities"):
        ready = prepare(replace(PHYSICS, given=given), [one, far])
        x = ready.x[CLUSTER] if isinstance(ready.x, dict) else ready.x
        assert np.isnan(x).all()
        assert (ready.galaxies == 0).all()


@pytest.mark.parametrize("given", ["velocities", "plane"])
def test_where_densities_are_of_none_no_galaxy_was_used(given):
    own = np.linspace(-1000, 1000, 30)
    beyond = Galaxies(np.full(30, 2.5), own, np.ones(30), 0.1)
    ready = prepare(replace(PHYSICS, given=given), [beyond])
    assert not ready.x.any()
    assert ready.galaxies[0] == 0


def test_the_number_of_galaxies_tells_no_mass():
    info = simulate(ClusterMassPhysics(), 600, np.random.default_rng(0)).info
    found = np.corrcoef(np.log(info["galaxies"]), info["log_mass"])[0, 1]
    assert abs(found) < 0.1


def test_the_share_of_interlopers_follows_their_factor():
    rng = np.random.default_rng(0)
    shares = []
    for factor in (0.0, 1.0, 4.0):
        physics = replace(PHYSICS, interlopers=factor)
        shares.append(observe(physics, draw_sight(physics, 40, rng), rng).interlopers.mean())
    assert shares[0] == 0 < shares[1] < shares[2] - 0.1


def test_power_laws_rest_on_dispersions_without_errors(drawn):
    ready = prepare(PHYSICS, drawn.galaxies)
    features = power_law(PHYSICS, ready.x)
    np.testing.assert_allclose(features[:, 0], ready.x[CLUSTER][:, INTRINSIC])
    assert features.shape == (40, 2)
    assert ready.x[MEMBERS][..., SPEED].min() >= 0
    assert np.isfinite(ready.x[MEMBERS][..., RADIUS]).all()


@pytest.mark.parametrize(
    "values",
    [
        {"log_masses": (15.0, 14.0)},
        {"log_masses": (14.0, 14.0)},
        {"redshifts": (0.0, 0.1)},
        {"interlopers": -1.0},
        {"fewest_galaxies": 400},
    ],
)
def test_a_prior_that_cannot_be_is_refused(values):
    with pytest.raises(UsageError):
        ClusterMassPhysics(**values)
