"""Signals in several detectors outrank glitches in one, and quiet detectors forbid none."""

from dataclasses import replace

import numpy as np
import pytest

from astro_dl.science.gravitational_waves.coherence import (
    NODES,
    QUIET,
    Detectors,
    LogitScale,
    describe_detectors,
    log_agreement,
    log_glitch_ratio,
    measured_scale,
    shares,
    weigh,
)
from astro_dl.science.gravitational_waves.physics import BinaryBlackHolePhysics
from astro_dl.science.gravitational_waves.simulate import simulate
from tests.science.gravitational_waves.stand_in import matched_filter_predictor

SCALE = LogitScale(np.array([3.0, 30.0]), np.array([-3.0, 105.0]))
"""A logit of four for each unit of the signal-to-noise ratio."""


class Honest:
    physics = BinaryBlackHolePhysics()

    def probabilities(self, logits):
        assert np.ndim(logits) == 1
        return 1 / (1 + np.exp(-np.asarray(logits, float)))


def ranked(*logits, loud=1e-3, reach=0):
    """Return the odds of windows of two detectors."""
    statistics = np.array(logits, float)
    about = Detectors(("H1", "L1"), np.full(statistics.shape, loud), SCALE, Honest.physics, reach)
    return weigh(Honest(), about, statistics).ranking()


def test_a_signal_in_both_outranks_any_glitch_in_one():
    signal, both, glitch, louder, noise = ranked((60, 40), (25, 20), (200, -3), (1200, 0), (-3, -3))
    assert min(signal, both) > max(glitch, louder, noise) + 3
    assert louder < glitch


def test_a_detector_that_hardly_sees_a_signal_forbids_none():
    seen, barely, unseen = ranked((25, 4), (25, -1), (25, -3))
    assert seen > barely > unseen > ranked((-3, -3))[0]
    assert barely > 2


def test_the_more_glitches_there_are_the_less_one_detector_is_worth():
    quiet, noisy = (ranked((30, 0), loud=loud)[0] for loud in (1e-5, 1e-2))
    assert quiet - noisy == pytest.approx(np.log(1e3), abs=1.0)


def test_the_flanks_of_a_glitch_are_as_loud_as_the_glitch():
    logits = np.full((40, 2), -3.0)
    logits[18:23, 0] = [6, 80, 900, 80, 6]
    logits[:, 1] = 2.0
    apart, together = ranked(*logits), ranked(*logits, reach=5)
    assert apart[18] > apart[20] + 2
    assert together[18:23].max() == pytest.approx(together[20], abs=0.5)


@pytest.mark.parametrize("lag", [0, 130])
def test_a_least_ranking_leaves_out_only_what_is_below(lag):
    statistics = np.random.default_rng(0).normal(0, 12, (1000, 2))
    statistics[40:60, 1] = np.nan
    about = Detectors(("H1", "L1"), np.full((1000, 2), 1e-3), SCALE, Honest.physics, 0)
    evidence = weigh(Honest(), about, statistics)
    whole, some = evidence.ranking(lag), evidence.ranking(lag, 4.0)
    np.testing.assert_array_equal(np.isnan(some), np.isnan(whole))
    np.testing.assert_array_equal(some >= 4, whole >= 4)
    np.testing.assert_allclose(some[some >= 4], whole[some >= 4])
    assert 10 < np.count_nonzero(some >= 4) < np.count_nonzero(np.isfinite(some)) < 900


def test_what_was_not_analysed_stays_so():
    assert np.isnan(ranked((5.0, np.nan), (1.0, 2.0))).tolist() == [True, False]


def test_the_window_itself_is_not_among_those_that_are_loud():
    scores = np.full((2000, 2), -3.0, np.float32)
    scores[1000:1004, 0] = 300
    found = describe_detectors(matched_filter_predictor(), SCALE, ("H1", "L1"), scores, 0.05).loud
    assert found[1002, 0] == pytest.approx(4 / 2004)
    assert found[200, 0] == pytest.approx(8 / 2004)
    assert (found[:, 1] == found[1002, 0]).all()


def test_the_scale_returns_the_ratio_of_signals():
    predictor = matched_filter_predictor()
    scale = measured_scale(predictor)
    assert (np.diff(scale.snr) > 0).all()
    for snr in (10.0, 20.0, 40.0):
        physics = replace(predictor.physics, snr_range=(snr, snr), signal_fraction=1.0)
        x = simulate(physics, 60, np.random.default_rng(1)).x
        assert np.median(scale.snr_of(predictor.score(x))) == pytest.approx(snr, rel=0.15)
    assert scale.snr_of(np.array(1e5)) > 200


def test_detectors_far_apart_on_the_globe_agree_less():
    near, far = shares("H1", "L1"), shares("H1", "V1")
    for one in (near, far):
        assert one.sum() == pytest.approx(1)
    # Hanford and Livingston were laid out to see alike.
    assert near[12:20].sum() > far[12:20].sum() + 0.1
    agreement = log_agreement("H1", "L1")
    at = np.argmin(np.abs(NODES - 40.0))
    assert agreement[at, at] > 2 > 0 > agreement[at, 0]
    np.testing.assert_allclose(agreement, log_agreement("L1", "H1").T, atol=0.5)


def test_glitches_outnumber_signals_the_louder_they_are():
    ratio = log_glitch_ratio()
    assert (np.diff(ratio[1:]) > 0).all()
    # Log-uniform against the fourth power: three powers of the ratio.
    tail = ratio[-1] - ratio[-11]
    assert tail == pytest.approx(3 * np.log(NODES[-1] / NODES[-11]), rel=0.1)
    assert NODES[0] == QUIET
