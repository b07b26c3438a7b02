"""Of a signal remains noise, of a glitch what no template holds."""

from dataclasses import replace

import numpy as np
import pytest

from astro_dl.science.gravitational_waves.consistency import (
    SEGMENT_S,
    Residual,
    log_glitch_evidence,
    residuals,
    strain_residuals,
    whitened_templates,
)
from astro_dl.science.gravitational_waves.gwosc import read_on, read_steady, select_sources
from astro_dl.science.gravitational_waves.physics import BinaryBlackHolePhysics
from astro_dl.science.gravitational_waves.psd import named_psd
from astro_dl.science.gravitational_waves.scan import whitening
from astro_dl.science.gravitational_waves.simulate import simulate
from astro_dl.science.gravitational_waves.whitening import whitening_filter
from tests.science.gravitational_waves.test_search import (
    RATE,
    SECONDS,
    START,
    signal,
    sine_gaussian,
    write_pair,
)

PHYSICS = BinaryBlackHolePhysics()
MERGER = 0.7


@pytest.fixture(scope="module")
def templates():
    frequencies = np.arange(round(SEGMENT_S * 1024) + 1) / SEGMENT_S
    psd = named_psd("aligo_design", frequencies)
    return whitened_templates(PHYSICS, whitening_filter(psd, 2048.0, SEGMENT_S))


def left(templates, n=24, **physics):
    examples = simulate(replace(PHYSICS, **physics), n, np.random.default_rng(4))
    found = residuals(np.asarray(examples.x)[..., 0], MERGER, templates)
    return found, np.asarray(examples.info["snr"])


def test_noise_is_left_of_signals_of_any_loudness(templates):
    found, snr = left(templates, signal_fraction=1.0, snr_range=(10.0, 40.0))
    np.testing.assert_allclose(found.snr, snr, rtol=0.03, atol=2.5)
    sigmas = (found.power - found.samples) / np.sqrt(2 * found.samples)
    assert abs(np.mean(sigmas)) < 1
    assert np.std(sigmas) < 2
    assert np.mean(log_glitch_evidence(found, np.full(24, 0.01)) < -1) > 0.7


def test_of_glitches_is_left_what_no_template_holds(templates):
    loudness = (60.0, 60.0)
    found, _ = left(templates, signal_fraction=0.0, glitch_fraction=1.0, glitch_snr_range=loudness)
    whole = found.power - found.samples + found.snr**2
    # Scattered light lasts longer than templates.
    assert np.mean(np.abs(np.sqrt(np.maximum(whole, 0)) - 60) < 6) > 0.5
    evidence = log_glitch_evidence(found, np.full(24, 0.01))
    assert np.mean(evidence > 3) > 0.9
    assert evidence.max() <= -np.log(0.01) + 1e-9


@pytest.mark.parametrize("loud", [1e-4, 0.1])
def test_a_signal_on_a_glitch_is_as_unlikely_as_glitches_are_rare(loud):
    found = Residual(np.array([20.0]), np.array([9000.0]), np.array([1000.0]))
    assert log_glitch_evidence(found, np.array([loud])) == pytest.approx(-np.log(loud), abs=1e-3)


def test_the_louder_a_clean_signal_the_less_it_can_be_a_glitch():
    snr = np.array([6.0, 10.0, 20.0, 40.0])
    found = Residual(snr, np.full(4, 800.0), np.full(4, 800.0))
    evidence = log_glitch_evidence(found, np.full(4, 0.01))
    assert np.all(np.diff(evidence) < 0)


def test_signals_and_glitches_in_strain_of_their_own_spectrum_are_told_apart(tmp_path):
    time = np.arange(SECONDS * RATE) / RATE
    glitch = 1.2e-21 * sine_gaussian(time - 10.3, 90.0, 0.02, 0.0)
    paths = write_pair(tmp_path, {"H1": glitch + signal(25.31, 900)})
    (source,) = select_sources(paths, ("H1",))
    times = START + np.array([0.5, 10.3, 25.31])
    found = strain_residuals(PHYSICS, source, whitening(PHYSICS, 20.0), times)
    assert np.isnan(found.power[0])
    evidence = log_glitch_evidence(found, np.full(3, 0.01))
    assert evidence[1] > 4
    assert evidence[2] < -1


def test_drifts_are_taken_away_alike_however_strain_is_cut(tmp_path):
    drift = 1e-17 * np.sin(2 * np.pi * 0.3 * np.arange(SECONDS * RATE) / RATE)
    (source,) = select_sources(write_pair(tmp_path, {"H1": drift}), ("H1",))
    how = (2048.0, 10.0)
    whole = read_steady(source, START + 2.0, 20.0, *how)
    first = read_steady(source, START + 1.0, 9.0, *how)
    found = read_on(first, source, START + 2.0, 20.0, *how)
    assert np.std(whole.strain) < 1e-19
    np.testing.assert_allclose(found.strain, whole.strain, atol=1e-7 * np.std(whole.strain))
    np.testing.assert_array_equal(found.exclusion, whole.exclusion)
