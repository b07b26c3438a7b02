"""Photometry as inputs: what is missing, and what can be had back."""

import numpy as np
import pytest

from astro_dl.observations.photometry.synthetic_magnitudes import PHOTOMETRIC_SURVEYS
from astro_dl.science.photo_z.inputs import (
    bands_of,
    hide_bands,
    input_magnitudes,
    photometry_features,
    photometry_inputs,
    split_inputs,
    without_bands,
)

SDSS, BANDS, MIDDLE = PHOTOMETRIC_SURVEYS["sdss"], tuple("ugriz"), 18.0
MAGNITUDES = np.array([[20.1, 18.7, 18.0, 17.6, 17.3], [22.9, 22.0, 20.5, 19.8, 19.4]])


def inputs(magnitudes, errors=None):
    return photometry_inputs(SDSS, BANDS, MIDDLE, np.asarray(magnitudes), errors)


def test_magnitudes_and_errors_can_be_had_back():
    errors = np.full_like(MAGNITUDES, 0.03)
    found, again = input_magnitudes(SDSS, BANDS, MIDDLE, inputs(MAGNITUDES, errors))
    np.testing.assert_allclose(found, MAGNITUDES, atol=1e-4)
    np.testing.assert_allclose(again, errors, rtol=1e-5)
    _, unknown = input_magnitudes(SDSS, BANDS, MIDDLE, inputs(MAGNITUDES))
    assert np.isnan(unknown).all()


def test_bright_colors_are_differences_of_magnitudes():
    x = inputs(MAGNITUDES)
    assert x.shape == (2, 24)
    assert bands_of(x) == 5
    found = split_inputs(x)[1][0] * 0.5 + 0.6
    np.testing.assert_allclose(found, -np.diff(MAGNITUDES[0]), atol=0.01)


def test_not_detected_is_not_the_same_as_not_observed():
    magnitudes = np.tile(MAGNITUDES[:1], (3, 1))
    magnitudes[1, 0], magnitudes[2, 0] = np.inf, np.nan
    values, colors, _, unseen, unknown = split_inputs(inputs(magnitudes))
    assert unseen[:, 0].tolist() == [0, 1, 0]
    assert unknown[:, 0].tolist() == [0, 0, 1]
    # a flux of zero is fainter than any measured one, and its colour is known to be red
    assert values[1, 0] > values[0, 0]
    assert colors[1, 0] > colors[0, 0]
    assert values[2, 0] == colors[2, 0] == 0
    found, _ = input_magnitudes(SDSS, BANDS, MIDDLE, inputs(magnitudes))
    assert np.isposinf(found[1, 0])
    assert np.isnan(found[2, 0])


def test_magnitudes_of_any_size_are_finite_inputs():
    wild = np.array([[-60.0, 12.0, 33.0, 80.0, 500.0]])
    x = inputs(wild, np.array([[0.0, np.inf, np.nan, 1e9, 1.0]]))
    assert np.isfinite(x).all()
    values, _, logs, _, _ = (part[0] for part in split_inputs(x))
    # The faintest are no different from no light at all.
    nothing = split_inputs(inputs(np.full((1, 5), np.inf)))[0][0]
    np.testing.assert_allclose(values[3:], nothing[3:], atol=1e-4)
    assert values[0] < values[1] < values[2]
    errors = np.exp(logs * 1.2 - 3)
    np.testing.assert_allclose(errors[[0, 1, 3, 4]], [1e-3, 10, 10, 1], rtol=1e-5)
    assert logs[2] == 0


def test_features_lack_what_was_not_observed():
    magnitudes = MAGNITUDES.copy()
    magnitudes[0, 1], magnitudes[1, 0] = np.nan, np.inf
    x = inputs(magnitudes)
    features = photometry_features(None, x)
    assert features.shape == (2, 14)
    assert np.flatnonzero(np.isnan(features[0])).tolist() == [1, 5, 6, 10]
    np.testing.assert_array_equal(features[1], x[1, :14])


def test_a_hidden_band_is_like_one_that_was_not_observed():
    hidden = np.zeros(MAGNITUDES.shape, bool)
    hidden[0, 2] = True
    errors = np.full_like(MAGNITUDES, 0.05)
    without = MAGNITUDES.copy()
    without[0, 2] = np.nan
    found = without_bands(inputs(MAGNITUDES, errors), hidden)
    np.testing.assert_array_equal(found, inputs(without, errors))


def test_some_rows_lose_one_band():
    x = inputs(np.tile(MAGNITUDES, (2000, 1)))
    lost = split_inputs(hide_bands(x, np.random.default_rng(0)))[4].sum(axis=1)
    assert set(np.unique(lost)) == {0, 1}
    assert lost.mean() == pytest.approx(0.2, abs=0.04)
