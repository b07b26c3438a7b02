"""Maps have the power that they were asked for, and networks see no more than they should."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import ks_2samp

from astro_dl.core.examples import Examples
from astro_dl.science.cosmology_fields.inputs import band_count, network_input, spectrum_features
from astro_dl.science.cosmology_fields.physics import CosmologyFieldsPhysics
from astro_dl.science.cosmology_fields.simulate import simulate
from astro_dl.science.cosmology_fields.simulation.convergence import PAIRS, convergence_spectra
from astro_dl.science.cosmology_fields.simulation.fields import (
    gaussian_maps,
    gaussian_summed_power,
    lognormal_maps,
    shifts,
)
from tests.science.cosmology_fields.test_spectra import universes

PHYSICS = CosmologyFieldsPhysics(size_pixels=16)
MODES = PHYSICS.modes
MAPS = 1000


@pytest.fixture(scope="module")
def power():
    return MODES.pixel_power(convergence_spectra(universes({}), MODES.ell))


def test_every_wave_but_the_mean_is_of_one_group():
    assert MODES.counts.sum() == 16**2 - 1
    maps = np.random.default_rng(0).normal(3, 1, (5, 16, 16, 2))
    summed = MODES.summed_power(maps)
    around = maps - maps.mean(axis=(1, 2), keepdims=True)
    squares = [np.sum(around[..., i] * around[..., j], axis=(1, 2)) for i, j in PAIRS]
    np.testing.assert_allclose(summed.sum(axis=1), np.stack(squares, axis=1), rtol=1e-9)


def test_a_plane_wave_has_its_own_multipole():
    x = np.arange(16)
    wave = np.cos(2 * np.pi * (3 * x[:, None] + 2 * x) / 16)
    summed = MODES.summed_power(np.stack([wave, 0 * wave], axis=2)[None])[0, :, 0]
    own = np.argmax(summed)
    assert summed[own] == pytest.approx(summed.sum()) == pytest.approx(np.sum(wave**2))
    expected = 2 * np.pi * np.hypot(3, 2) / np.radians(16 * PHYSICS.pixel_arcmin / 60)
    assert MODES.ell[own] == pytest.approx(expected)


@pytest.mark.parametrize("make", [gaussian_maps, lognormal_maps])
def test_power_out_is_power_in(make, power):
    maps = make(np.repeat(power, MAPS, axis=0), MODES, np.random.default_rng(1))
    found = MODES.summed_power(maps).mean(axis=0) / MODES.counts[:, None]
    scatter = np.sqrt(2 / MODES.counts / MAPS)[:, None]
    assert (np.abs(found / power[0] - 1) < 5 * scatter).all()
    assert np.abs(np.mean(found / power[0] - 1)) < 0.01


def test_powers_without_maps_are_distributed_as_those_of_maps(power):
    many = np.repeat(power, MAPS, axis=0)
    by_maps = MODES.summed_power(gaussian_maps(many, MODES, np.random.default_rng(6)))
    direct = gaussian_summed_power(many, MODES.counts, np.random.default_rng(7))
    signs = np.array([1.0, -1.0, 1.0])
    for one in (direct, by_maps):
        scatter = power[0] * np.sqrt(2 / MODES.counts / MAPS)[:, None]
        assert (np.abs(one.mean(axis=0) / MODES.counts[:, None] - power[0]) < 5 * scatter).all()
    p_values = [
        ks_2samp(one, other).pvalue
        for one, other in zip(
            np.concatenate([direct, direct @ signs[:, None]], axis=2).reshape(MAPS, -1).T,
            np.concatenate([by_maps, by_maps @ signs[:, None]], axis=2).reshape(MAPS, -1).T,
            strict=True,
        )
    ]
    assert min(p_values) > 1e-3 / len(p_values)
    determinant = direct[..., 0] * direct[..., 2] - direct[..., 1] ** 2
    of_one_wave = MODES.counts == 1
    assert of_one_wave.any()
    np.testing.assert_allclose(determinant[:, of_one_wave], 0, atol=1e-12)
    assert (determinant[:, ~of_one_wave] > 0).all()


def test_lognormal_maps_are_skewed_and_end_below(power):
    many = np.repeat(power, MAPS, axis=0)
    maps = {
        make.__name__: make(many, MODES, np.random.default_rng(2))
        for make in (gaussian_maps, lognormal_maps)
    }
    skew = {k: np.mean(m**3, (0, 1, 2)) / np.std(m, (0, 1, 2)) ** 3 for k, m in maps.items()}
    assert np.abs(skew["gaussian_maps"]).max() < 0.03
    assert (skew["lognormal_maps"] > 0.3).all()
    assert (maps["lognormal_maps"] > -shifts()).all()
    # Of a lognormal distribution by its scatter alone: Xavier et al. (2016), section 2.
    share = np.std(maps["lognormal_maps"], (0, 1, 2)) / shifts()
    np.testing.assert_allclose(skew["lognormal_maps"], 3 * share + share**3, rtol=0.1)


def test_inputs_know_neither_the_mean_nor_the_unit():
    maps = np.random.default_rng(3).normal(0, PHYSICS.noise, (200, 16, 16, 2))
    x = network_input(PHYSICS, maps)
    np.testing.assert_allclose(network_input(PHYSICS, maps + 0.1), x, atol=1e-4)
    assert x.std() == pytest.approx(1, abs=0.02)
    assert PHYSICS.noise == pytest.approx(0.26 / np.sqrt(13.5 * 100))


def test_spectra_of_noise_are_flat_and_the_same_by_either_way():
    maps = np.random.default_rng(4).normal(0, PHYSICS.noise, (400, 16, 16, 2))
    spectrum = CosmologyFieldsPhysics(size_pixels=16, given="spectrum")
    found = network_input(spectrum, maps)
    assert found.shape == (400, 3 * band_count(PHYSICS))
    again = spectrum_features(PHYSICS, network_input(PHYSICS, maps))
    np.testing.assert_allclose(found, again, atol=1e-3)
    assert spectrum_features(spectrum, found) is found
    powers = np.exp(found.astype(float)).mean(axis=0)
    np.testing.assert_allclose(powers[-3:], 1, atol=0.05)
    turned = network_input(spectrum, np.roll(np.rot90(maps, axes=(1, 2)), 5, axis=1))
    np.testing.assert_allclose(turned, found, atol=1e-3)


def test_examples_are_of_their_parameters():
    physics = CosmologyFieldsPhysics(size_pixels=8)
    examples = simulate(physics, 2000, np.random.default_rng(5))
    assert isinstance(examples, Examples)
    np.testing.assert_allclose(examples.y[:, 0], examples.info["omega_c"], rtol=1e-6)
    summed = np.asarray(examples.info["summed_power"])
    np.testing.assert_allclose(summed, physics.modes.summed_power(examples.x), rtol=1e-3, atol=1e-3)
    strength = np.argsort(examples.info["s_8"])
    far = summed[..., 2].sum(axis=1)
    assert far[strength[-500:]].mean() > 2 * far[strength[:500]].mean()


def test_examples_by_powers_alone_are_those_by_maps():
    physics = CosmologyFieldsPhysics(size_pixels=8, field="gaussian", given="spectrum", bands=3)
    direct = simulate(physics, 3000, np.random.default_rng(8))
    by_maps = simulate(replace(physics, given="maps"), 3000, np.random.default_rng(9))
    features = spectrum_features(replace(physics, given="maps"), by_maps.x)
    assert direct.x.shape == features.shape == (3000, 9)
    assert direct.info.colnames == by_maps.info.colnames
    assert direct.info["summed_power"].shape == by_maps.info["summed_power"].shape
    for one, other in zip(direct.x.T, features.T, strict=True):
        assert ks_2samp(one, other).pvalue > 1e-4
    np.testing.assert_allclose(
        np.corrcoef(direct.x.T, direct.y.T), np.corrcoef(features.T, by_maps.y.T), atol=0.12
    )
