"""Granulation and network of averaged pixels."""

import numpy as np
import pytest
from scipy import ndimage

from astro_dl.science.sun.simulation.granulation import averaged_noise, magnetic_network


def neighbours(field):
    return np.corrcoef(field[:, :, 1:].ravel(), field[:, :, :-1].ravel())[0, 1]


@pytest.mark.parametrize("binning", [3, 5, 10])
def test_averaged_noise_is_that_of_averaged_native_pixels(binning):
    rng = np.random.default_rng(0)
    side = 40 * binning
    native = ndimage.gaussian_filter(
        rng.standard_normal((4, side, side)), (0, 0.89, 0.89), mode="wrap"
    )
    native *= 0.03 / native.std()
    # Real remapped continuum: 0.73, 0.27 and nearly nothing at 1, 2, 3 pixels.
    assert neighbours(native) == pytest.approx(0.73, abs=0.02)
    expected = native.reshape(4, 40, binning, 40, binning).mean(axis=(2, 4))
    found = averaged_noise((20, 40, 40), 0.03, binning, rng)
    assert found.std() == pytest.approx(expected.std(), rel=0.05)
    assert neighbours(found) == pytest.approx(neighbours(expected), abs=0.03)


def test_granulation_is_as_strong_as_in_real_maps():
    found = averaged_noise((8, 64, 64), 0.03, 10, np.random.default_rng(1))
    # The quiet Sun around AR 11158, averaged to 0.3 deg: 0.0082.
    assert found.std() == pytest.approx(0.0082, rel=0.08)


def test_network_is_weak_nearly_everywhere_and_of_both_polarities():
    field = np.abs(network := magnetic_network((8, 64, 64), 2.5, np.random.default_rng(2)))
    assert np.median(field) < 3
    assert np.percentile(field, 99) > 20
    assert abs(np.mean(network > 0) - 0.5) < 0.02
