"""Committees of small perceptrons, and templates that are compared at every redshift."""

import keras
import numpy as np
import pytest

from astro_dl.answers.regression import Regression
from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.science.redshifts.networks import Correlation, ShiftsToBins, redshift_cnn1d
from astro_dl.science.stars.networks import bailer_jones, spectra_mlp

NUMBER = Regression(("spectral_number",))
EDGES = tuple(np.linspace(1.0, 1.8, 41))
REDSHIFT = Regression(("redshift",), distribution="grid", grid=EDGES)


def test_the_first_layer_is_as_wide_as_the_spectrum():
    model = spectra_mlp(InputSpec((40, 1)), NUMBER)
    widths = [model.get_layer(f"dense_{number}").units for number in (1, 2, 3)]
    assert widths == [40, 250, 100]


def test_a_committee_answers_with_the_mean_of_its_members():
    model = bailer_jones(InputSpec((30, 1)), NUMBER, members=3)
    x = np.random.default_rng(0).standard_normal((4, 30, 1)).astype(np.float32)
    embedding = keras.Model(model.input, model.get_layer("embedding").output)
    parts = np.split(np.asarray(embedding(x)), 3, axis=1)
    kernel, bias = model.get_layer("logits").get_weights()
    members = [
        3 * part @ rows + bias for part, rows in zip(parts, np.split(kernel, 3), strict=True)
    ]
    np.testing.assert_allclose(np.asarray(model(x)), np.mean(members, axis=0), rtol=1e-4)
    assert len({weight.path for weight in model.weights}) == 3 * 4 + 2


def test_members_learn_apart():
    keras.utils.set_random_seed(0)
    model = bailer_jones(InputSpec((30, 1)), NUMBER, members=3)
    trunk = keras.Model(model.input, model.get_layer("embedding").output)
    x = np.ones((50, 30, 1), np.float32)
    active = np.asarray(trunk(x, training=True)).reshape(50, 3, 5) != 0
    assert (active.any(axis=2).sum(axis=1) == 1).all()


def test_committees_need_members():
    with pytest.raises(UsageError, match="members is 0"):
        bailer_jones(InputSpec((30, 1)), NUMBER, members=0)


def test_a_shifted_spectrum_gives_a_shifted_correlation():
    spec = InputSpec((120, 1))
    keras.utils.set_random_seed(0)
    model = redshift_cnn1d(spec, REDSHIFT, filters=(4,), shifts=20, normalization="none")
    embedding = keras.Model(model.input, model.get_layer("embedding").output)
    x = np.zeros((2, 120, 1), np.float32)
    x[0, 50:60, 0] = np.random.default_rng(0).standard_normal(10)
    x[1, 54:64] = x[0, 50:60]
    first, second = np.asarray(embedding(x))
    assert np.abs(first).max() > 0
    np.testing.assert_allclose(second[2:], first[:-2], atol=1e-5)


def test_correlations_are_sums_of_products_at_every_shift():
    rng = np.random.default_rng(0)
    maps = rng.standard_normal((3, 20, 2)).astype(np.float32)
    layer = Correlation(4, 7)
    found = np.asarray(layer(maps))
    kernel = np.asarray(layer.kernel)
    padded = np.pad(maps, ((0, 0), (6, 6), (0, 0)))
    for shift in range(7):
        expected = np.einsum("nic,ick->nk", padded[:, shift : shift + 26], kernel)
        np.testing.assert_allclose(found[:, shift], expected, atol=1e-5)


def test_bins_are_interpolated_between_shifts():
    weights = np.asarray(ShiftsToBins(40, EDGES)(np.eye(101, dtype=np.float32)))
    centre = 0.5 * (np.array(EDGES[1:]) + np.array(EDGES[:-1]))
    place = 100 * np.log((1 + centre) / 2) / np.log(1.4)
    shift = np.arange(101)
    inner = slice(1, -1)
    for power in (0, 1, 2):
        found = shift.astype(float) ** power @ weights
        np.testing.assert_allclose(found[inner], place[inner] ** power, rtol=2e-3)
    peak = np.exp(-0.5 * ((shift[:, None] - place) / 2) ** 2)
    np.testing.assert_allclose((peak * weights).sum(axis=0)[inner], 1, atol=0.01)


def test_nothing_is_learnt_between_shifts_and_bins():
    model = redshift_cnn1d(InputSpec((120, 1)), REDSHIFT, shifts=20)
    assert not model.get_layer("logits").weights
    other = redshift_cnn1d(InputSpec((120, 1)), NUMBER, shifts=20)
    assert other.get_layer("logits").trainable_weights


def test_impossible_shifts_are_refused():
    with pytest.raises(UsageError, match="shifts and correlations"):
        redshift_cnn1d(InputSpec((120, 1)), REDSHIFT, shifts=0)
