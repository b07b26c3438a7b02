"""The bound of photon noise, against matched filters applied to noise."""

import numpy as np
import pytest

from astro_dl.science.transits.bound import (
    detection_efficiency,
    matched_filter_snr,
    threshold_at,
)
from astro_dl.science.transits.detrending import in_transit

TIME = np.arange(0, 27, 1 / 48)
SCATTER = 1e-3


def boxes(depth):
    return 1 - depth * in_transit(TIME, 5.0, 1.5, 0.2)


def test_the_ratio_of_boxes_is_depth_over_noise_times_the_root_of_points():
    inside = in_transit(TIME, 5.0, 1.5, 0.2).sum()
    (ratio,) = matched_filter_snr(boxes(1e-3), SCATTER)
    assert ratio == pytest.approx(np.sqrt(inside * (1 - inside / len(TIME))), rel=1e-6)


def test_what_is_not_observed_adds_nothing():
    signal = np.repeat(boxes(1e-3), 2, axis=0)
    signal[1, in_transit(TIME, 10.0, 1.5, 0.4)[0]] = np.nan
    whole, half = matched_filter_snr(signal, np.full(2, SCATTER))
    assert half / whole == pytest.approx(np.sqrt(1 / 2), rel=0.02)


@pytest.mark.parametrize("false_alarms", [0.1, 0.01])
def test_matched_filters_find_and_mistake_as_often_as_the_bound_says(false_alarms):
    rng = np.random.default_rng(0)
    signal = boxes(4e-4)
    (ratio,) = matched_filter_snr(signal, SCATTER)
    shape = signal[0] - signal[0].mean()
    noise = SCATTER * rng.standard_normal((20_000, len(TIME)))
    statistic = noise @ shape / np.sqrt(np.sum(shape**2)) / SCATTER
    # What the filter gains of a level that it does not know is nothing: its shape has mean 0.
    found = (noise + signal + 0.3) @ shape / np.sqrt(np.sum(shape**2)) / SCATTER
    threshold = threshold_at(false_alarms)
    assert np.mean(statistic > threshold) == pytest.approx(false_alarms, rel=0.15)
    expected = detection_efficiency(ratio, threshold)
    assert 0.2 < expected < 0.98
    assert np.mean(found > threshold) == pytest.approx(expected, abs=0.015)
