"""Formulas of simulators give on tensors of Keras what they give on arrays, within float32."""

import os
import subprocess
import sys

import keras
import numpy as np
import pytest

from astro_dl.data.namespace import float_type, namespace_of
from astro_dl.observations.images.sersic import SersicLight
from astro_dl.observations.light_curves.limb_darkened_transit import (
    transit_flux,
    transit_flux_of_tensors,
)
from astro_dl.science.lenses.simulation.mass import LensMass
from astro_dl.science.lenses.simulation.ray_tracing import lens_images, lens_light

N, SIZE, SCALE = 12, 32, 0.2


def lenses(n=N):
    """Return masses, sources, lenses and amplitudes, cored and singular, as arrays (n,)."""
    rng = np.random.default_rng(1)

    def uniform(low, high):
        return rng.uniform(low, high, n)

    mass = LensMass(
        uniform(0.5, 2), uniform(-0.2, 0.2), uniform(-0.2, 0.2), uniform(-0.1, 0.1),
        uniform(-0.1, 0.1), uniform(-0.05, 0.05), uniform(-0.05, 0.05),
        np.where(np.arange(n) % 2, 0.1, 0.0),
    )  # fmt: skip
    light = [
        SersicLight(
            uniform(0.2, 0.6), uniform(0.7, 4), uniform(-0.2, 0.2), uniform(-0.2, 0.2),
            uniform(-0.2, 0.2), uniform(-0.2, 0.2),
        )
        for _ in range(2)
    ]  # fmt: skip
    return mass, *light, uniform(1, 5), uniform(1, 5)


def worst_lens():
    """Return the largest difference of images on the device from NumPy's, over the brightest."""
    mass, source, lens, bright, dim = lenses()
    expected = lens_images(mass, source, lens, bright, dim, size=SIZE, pixel_scale=SCALE)
    axis = (np.arange(SIZE, dtype=np.float32) - np.float32((SIZE - 1) / 2)) * np.float32(SCALE)
    y, x = (np.broadcast_to(one, (N, SIZE, SIZE)) for one in np.meshgrid(axis, axis, indexing="ij"))
    found = lens_light(
        mass.take(slice(None), 2), source.take(slice(None), 2), lens.take(slice(None), 2),
        bright[:, None, None], dim[:, None, None],
        keras.ops.convert_to_tensor(x), keras.ops.convert_to_tensor(y),
    )  # fmt: skip
    assert keras.ops.is_tensor(found)
    difference = np.abs(keras.ops.convert_to_numpy(found) - expected)
    # Where sources are steep a last digit of the position moves the light.
    return float((difference / expected.max(axis=(1, 2), keepdims=True)).max())


def worst_transit():
    """Return the largest difference of fluxes on the device from NumPy's in float64."""
    rng = np.random.default_rng(2)
    z, p = rng.uniform(0, 1.6, 4000), rng.uniform(0.01, 0.5, 4000)
    u1, u2 = rng.uniform(0.1, 0.6, 4000), rng.uniform(0, 0.4, 4000)
    given = [np.asarray(one, np.float32) for one in (z, p, u1, u2)]
    expected = transit_flux(*(one.astype(float) for one in given))
    found = transit_flux_of_tensors(*map(keras.ops.convert_to_tensor, given))
    assert keras.ops.is_tensor(found)
    return float(np.abs(keras.ops.convert_to_numpy(found) - expected).max())


def test_images_of_lenses_are_numpys():
    assert worst_lens() < 2e-4


def test_transits_are_numpys():
    assert worst_transit() < 5e-6


@pytest.mark.slow
def test_so_they_are_on_jax():
    program = "from tests.data.test_namespace import *; print(worst_lens(), worst_transit())"
    environment = {**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    lens, transit = map(float, done.stdout.split()[-2:])
    assert lens < 2e-4
    assert transit < 5e-6


def test_numpy_writes_where_it_is_told_and_tensors_are_new():
    array = np.full(3, 4.0, np.float32)
    assert namespace_of(array).sqrt(array, out=array) is array
    tensor = keras.ops.convert_to_tensor(array)
    root = namespace_of(tensor).sqrt(tensor, out=tensor)
    assert keras.ops.convert_to_numpy(tensor).tolist() == [2.0, 2.0, 2.0]
    np.testing.assert_allclose(keras.ops.convert_to_numpy(root), np.sqrt(2), rtol=1e-6)
    assert float_type(tensor, tensor) == float_type(array) == np.float32
