"""The task gw_bbh: its examples, labels and limits."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from astro_dl.core.errors import UsageError
from astro_dl.science.gravitational_waves.baselines import baseline_statistics
from astro_dl.science.gravitational_waves.physics import BinaryBlackHolePhysics
from astro_dl.science.gravitational_waves.simulate import simulate
from astro_dl.science.gravitational_waves.task import input_spec

ONE = BinaryBlackHolePhysics()
TWO = replace(ONE, detectors=("H1", "L1"))


def draw(physics, n=200, seed=1):
    return simulate(physics, n, np.random.default_rng(seed))


@pytest.mark.parametrize("physics", [ONE, TWO, replace(TWO, detectors=("H1", "L1", "V1"))])
def test_injected_signal_has_the_snr_it_is_said_to_have(physics):
    with_signal, without = draw(physics), draw(replace(physics, snr_range=(0.0, 0.0)))
    signal = with_signal.x - without.x
    norm = np.sqrt(np.sum(signal.astype(float) ** 2, axis=(1, 2)))
    np.testing.assert_allclose(norm, with_signal.info["snr"], atol=2e-3)
    each = [with_signal.info[f"snr_{name}"] for name in physics.detectors]
    np.testing.assert_allclose(np.sqrt(np.sum(np.square(each), axis=0)), norm, atol=2e-3)
    assert np.all((norm > 4.99) == (with_signal.y == 1))
    assert with_signal.x.shape[1:] == input_spec(physics).shape


def test_conditioning_is_linear_in_the_signal():
    quiet, loud, none = (draw(replace(ONE, snr_range=(s, s))).x for s in (6.0, 12.0, 0.0))
    np.testing.assert_allclose(loud - none, 2 * (quiet - none), atol=2e-5)


def test_distance_sets_the_snr_where_it_is_given():
    near = draw(replace(ONE, distance_range_mpc=(300.0, 300.0)))
    far = draw(replace(ONE, distance_range_mpc=(900.0, 900.0)))
    found = near.y == 1
    np.testing.assert_allclose(near.info["snr"][found], 3 * far.info["snr"][found], rtol=1e-3)
    assert np.std(near.info["snr"][found]) > 0.1


def test_zero_amplitude_gives_chance():
    examples = draw(replace(ONE, snr_range=(0.0, 0.0)), 300)
    for scores in baseline_statistics(ONE, examples.x).values():
        # the standard error of the area for 150 against 150 is 0.033
        assert roc_auc_score(examples.y, scores) == pytest.approx(0.5, abs=0.11)


def test_statistics_rise_with_the_snr():
    means = []
    for snr in (4.0, 7.0, 10.0, 14.0):
        physics = replace(ONE, snr_range=(snr, snr), signal_fraction=1.0)
        statistics = baseline_statistics(ONE, draw(physics, 40).x)
        means.append([values.mean() for values in statistics.values()])
    assert np.all(np.diff(means, axis=0) > 0)


def test_glitches_are_put_into_windows_of_either_class():
    examples = draw(replace(ONE, glitch_fraction=0.5), 400)
    hit = np.asarray(examples.info["glitch"]) != ""
    assert 140 < hit.sum() < 260
    assert 0 < examples.y[hit].mean() < 1
    assert np.all(np.asarray(examples.info["glitch_snr"])[hit] >= 5)
    quiet = draw(ONE, 400)
    assert np.abs(quiet.x).max() < np.abs(examples.x).max()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("detectors", ("H1", "H9"), "H9"),
        ("detectors", ("H1", "H1"), "different"),
        ("psd", ("aligo_design",) * 3, "3 entries"),
        ("signal_fraction", 1.5, "≥ 0 and ≤ 1"),
        ("mass_1_range_msun", (0.0, 5.0), r"mass_1_range_msun.* > 0"),
        ("spin_range", (-1.0, 1.5), "≥ -1 and ≤ 1"),
        ("merger_time_range_s", (0.6, 1.4), "within the window"),
        ("segment_s", 2.0, "segment_s"),
        ("glitch_kinds", ("blob",), "blip"),
    ],
)
def test_impossible_physics_is_refused(field, value, words):
    with pytest.raises(UsageError, match=words):
        replace(ONE, **{field: value})


def test_unknown_psd_is_refused():
    with pytest.raises(UsageError, match="aligo_design"):
        draw(replace(ONE, psd=("aligo_desing",)), 4)
