"""What a card keeps of held-out scores covers exactly, and is refused where it is no such thing."""

import json

import numpy as np
import pytest

from astro_dl.bundles.guarantees import Gate, ScoreTable
from astro_dl.core.errors import UsageError
from astro_dl.core.schema import plain, read_dataclass


@pytest.mark.parametrize(("n", "coverage"), [(19, 0.9), (99, 0.9), (100, 0.95), (500, 0.5)])
def test_coverage_is_exact_on_average_over_held_out_sets(n, coverage):
    rng = np.random.default_rng(n)
    # Of uniform scores the threshold itself is the probability to be below it.
    limits = [ScoreTable.of(rng.random(n)).threshold(coverage) for _ in range(700)]
    expected = np.ceil(round((n + 1) * coverage, 9)) / (n + 1)
    assert np.mean(limits) == pytest.approx(expected, abs=4 * np.std(limits) / np.sqrt(700))
    assert np.mean(limits) >= coverage - 4 * np.std(limits) / np.sqrt(700)


def test_other_levels_cover_a_little_more():
    scores = np.arange(1.0, 2001)
    table = ScoreTable.of(scores)
    for coverage in np.linspace(0.05, 0.99, 50):
        exact = np.ceil((2001) * coverage)
        assert exact <= table.threshold(coverage) <= exact + 2000 / 18


def test_too_few_scores_promise_nothing():
    assert ScoreTable.of(np.arange(8.0)).threshold(0.9) == np.inf
    assert ScoreTable.of(np.zeros(0)).threshold(0.5) == np.inf


def test_p_values_of_exchangeable_scores_are_no_smaller_than_uniform_ones():
    rng = np.random.default_rng(0)
    p = np.concatenate(
        [ScoreTable.of(rng.random(200)).p_values(rng.random(20)) for _ in range(300)]
    )
    for level in (0.01, 0.02, 0.05, 0.2, 0.5):
        assert np.mean(p <= level) <= level + 4 * np.sqrt(level / len(p))
    assert np.mean(p <= 0.01) > 0.004
    assert np.isnan(ScoreTable.of(rng.random(9)).p_values(np.array([np.nan]))).all()


def test_a_gate_passes_its_like_and_stops_others():
    rng = np.random.default_rng(1)
    mixing = rng.normal(0, 1, (12, 12))
    gate = Gate.of(rng.standard_normal((2000, 12)) @ mixing)
    like = gate.p_values(rng.standard_normal((2000, 12)) @ mixing)
    assert 0.001 < np.mean(like < 0.01) < 0.02
    far = gate.p_values(rng.standard_normal((500, 12)) @ mixing + 8 * mixing[0])
    assert np.median(far) < 0.01
    assert np.isnan(gate.p_values(np.full((1, 12), np.nan))).all()


def test_gates_of_wide_embeddings_stay_small():
    rng = np.random.default_rng(4)
    rows = rng.standard_normal((400, 3000)) + rng.standard_normal((400, 1))
    gate = Gate.of(rows)
    assert len(json.dumps(plain(gate))) < 6000
    assert np.median(gate.p_values(rows + 9)) < 0.02
    assert np.median(gate.p_values(rows)) > 0.2


def test_a_gate_survives_a_card():
    rng = np.random.default_rng(2)
    rows = rng.standard_normal((300, 5))
    gate = Gate.of(rows)
    again = read_dataclass(Gate, json.loads(json.dumps(plain(gate))), "gate")
    np.testing.assert_array_equal(again.p_values(rows), gate.p_values(rows))


@pytest.mark.parametrize(
    "changed",
    [
        {"ranks": [2, 1, 3]},
        {"ranks": [1, 2, 4]},
        {"values": [0.1, 0.3, 0.2]},
        {"values": [0.1, 0.2]},
        {"n": -1},
    ],
)
def test_tables_that_are_none_are_refused(changed):
    sound = {"n": 3, "ranks": [1, 2, 3], "values": [0.1, 0.2, 0.3]}
    read_dataclass(ScoreTable, sound, "scores")
    with pytest.raises(UsageError, match="scores"):
        read_dataclass(ScoreTable, sound | changed, "scores")


def test_gates_of_other_embeddings_are_refused():
    gate = plain(Gate.of(np.random.default_rng(3).standard_normal((40, 4))))
    for changed in ({"mean": "1 2"}, {"scale": "1 2 3 x"}, {"directions": ["1 0 0"]}):
        with pytest.raises(UsageError, match="gate"):
            read_dataclass(Gate, gate | changed, "gate")
