"""`gw_resnet` before training: its bank filters as theory says."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.science.gravitational_waves.baselines import template_space
from astro_dl.science.gravitational_waves.matched_filter.bank_placement import prior_bank
from astro_dl.science.gravitational_waves.matched_filter.statistic import bayes_statistic
from astro_dl.science.gravitational_waves.networks.matched_filter import gw_resnet
from astro_dl.science.gravitational_waves.physics import BinaryBlackHolePhysics
from astro_dl.science.gravitational_waves.simulate import draw_binaries, simulate, whitened_signals
from astro_dl.science.gravitational_waves.task import head, input_spec

ONE = BinaryBlackHolePhysics()
TWO = replace(ONE, detectors=("H1", "L1"))


@pytest.fixture(scope="module")
def model():
    return gw_resnet(input_spec(ONE), head(ONE))


def layer_output(model, name, x):
    return keras.Model(model.inputs, model.get_layer(name).output).predict(x, verbose=0)


def test_clean_signal_of_unit_snr_gives_unit_amplitude(model):
    parameters = draw_binaries(ONE, 24, np.random.default_rng(1))
    windows = whitened_signals(ONE, **parameters)
    norm = np.linalg.norm(windows, axis=1, keepdims=True)
    z = layer_output(model, "gain", 10 * windows / norm)
    best = z.max(axis=(1, 2)) / 10
    assert np.all(best < 1.005)
    # the lightest binaries lie furthest from the nearest template
    assert best.min() > 0.9
    assert best.mean() > 0.98
    found = 0.6 + 2 / 2048 * np.unravel_index(z.reshape(24, -1).argmax(axis=1), z.shape[1:])[0]
    np.testing.assert_allclose(found, parameters["merger_time"], atol=0.006)


def test_noise_amplitudes_follow_the_rayleigh_distribution(model):
    noise = simulate(replace(ONE, signal_fraction=0.0), 200, np.random.default_rng(2)).x
    z = layer_output(model, "gain", noise)
    # two quadratures of unit variance: the mean square is 2
    assert np.mean(z**2) == pytest.approx(2.0, rel=0.03)


def test_untrained_statistic_ranks_as_the_bayes_statistic_does(model):
    examples = simulate(ONE, 300, np.random.default_rng(3))
    statistic = layer_output(model, "statistic", examples.x)[:, 0]
    optimum = bayes_statistic(examples.x, prior_bank(template_space(ONE), 300), ONE.snr_range)
    ranks = [np.argsort(np.argsort(values)) for values in (statistic, optimum)]
    assert np.corrcoef(ranks)[0, 1] > 0.97


def test_two_detectors_add_in_quadrature():
    model = gw_resnet(input_spec(TWO), head(TWO), templates=32)
    examples = simulate(replace(TWO, snr_range=(12.0, 12.0)), 60, np.random.default_rng(4))
    z = layer_output(model, "network", examples.x).max(axis=(1, 2))
    assert z[examples.y == 1].mean() == pytest.approx(12, rel=0.12)
    assert z[examples.y == 1].min() > z[examples.y == 0].max()


def test_input_without_a_contract_is_refused():
    with pytest.raises(UsageError, match="template bank"):
        gw_resnet(InputSpec((2048, 1)), head(ONE))
