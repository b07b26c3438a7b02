from dataclasses import replace

import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.core.registry import get_task
from astro_dl.observations.spectra.wavelengths import SPEED_OF_LIGHT
from astro_dl.science.stars.inputs import (
    augment_spectra,
    pixel_edges,
    spectrum_features,
    spectrum_inputs,
    stellar_spec,
)
from astro_dl.science.stars.physics import SpectralTypePhysics, StellarParametersPhysics

SMALL = SpectralTypePhysics(pixels=256)


def draw(physics, n=60, task="spectral_type", seed=0):
    return get_task(task).simulate(physics, n, np.random.default_rng(seed))


def test_classes_are_as_frequent_as_asked():
    equal = draw(SMALL, 150).y
    assert np.bincount(equal, minlength=7).min() > 8
    observed = draw(replace(SMALL, class_fractions="observed"), 150).y
    counts = np.bincount(observed, minlength=7)
    assert counts[0] < 6
    assert counts[3:6].min() > 20


def test_the_number_tells_more_than_the_class():
    numbers = draw(replace(SMALL, answer="number"))
    np.testing.assert_array_equal(numbers.y[:, 0] // 10, draw(SMALL).y)
    np.testing.assert_array_equal(numbers.x, draw(SMALL).x)


def test_parameters_are_those_of_the_stars():
    x, y, info = draw(StellarParametersPhysics(pixels=256), task="stellar_parameters")
    assert x.shape == (60, 256, 1)
    np.testing.assert_allclose(10 ** y[:, 0], info["temperature"], rtol=1e-4)
    np.testing.assert_allclose(y[:, 1], info["log_g"], rtol=1e-5)
    np.testing.assert_allclose(y[:, 2], info["fe_h"], rtol=1e-4, atol=1e-6)


def test_inputs_do_not_know_the_flux_scale_and_mark_what_is_missing():
    flux = 1 + 0.3 * np.random.default_rng(0).random((3, 256))
    flux[0, 40:50] = np.nan
    flux[1, 100:] = np.nan
    x = spectrum_inputs(flux)
    np.testing.assert_allclose(x, spectrum_inputs(1e-17 * flux), atol=1e-4)
    assert (x[0, 40:50] == 0).all()
    assert np.isnan(x[1]).all()
    assert np.isfinite(x[2]).all()


def test_augmentation_moves_lines_and_leaves_the_kind_of_star_alone():
    edges = pixel_edges(1024)
    pixel = SPEED_OF_LIGHT * np.log(edges[1] / edges[0])
    place = np.arange(1024)
    line = 1 - 0.5 * np.exp(-0.5 * ((place - 500) / 2) ** 2)
    x = spectrum_inputs(np.tile(line, (200, 1)))
    changed = augment_spectra(x, np.random.default_rng(0))[..., 0]
    assert not (changed == x[..., 0]).all(axis=1).any()
    found = changed[:, 480:521].argmin(axis=1) - 20
    assert np.std(found) * pixel == pytest.approx(80, rel=0.35)
    depth = -changed[:, 480:521].min(axis=1)
    assert 1.5 < np.median(depth) < 5
    assert np.abs(changed[:, 100:400].mean(axis=1)).max() < 1.5


def test_classical_methods_get_pixels_averaged():
    x = np.arange(2 * 1024, dtype=np.float32).reshape(2, 1024, 1)
    features = spectrum_features(SMALL, x)
    assert features.shape == (2, 512)
    np.testing.assert_allclose(features[0, :2], [0.5, 2.5])


def test_the_contract_names_continuum_grid_and_medium():
    contract = stellar_spec(SMALL).contract
    assert contract["wavelength_medium"] == "vacuum"
    assert contract["wavelength_range_angstrom"] == [3800.0, 7400.0]
    assert contract["continuum"]["version"] == 1


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("pixels", 10, "≥ 64 and ≤ 2048"),
        ("snr_range", (20.0, 10.0), "lower one first"),
        ("resolving_power_range", (0.0, 10.0), "> 0"),
        ("reddening_scale_mag", -0.1, "≥ 0 and < 1000"),
    ],
)
def test_impossible_physics_is_refused(field, value, words):
    with pytest.raises(UsageError, match=words):
        replace(SMALL, **{field: value})
