"""What is tried depends on seed, number and earlier results alone."""

from dataclasses import replace

import pytest

from astro_dl.core.errors import UsageError
from astro_dl.tuning.proposals import Plan, grid_size, propose, remembered
from astro_dl.tuning.ranges import Choices, Interval

optuna = pytest.importorskip("optuna")

RANGES = {"x": Interval(-1.0, 1.0), "n": Interval(1, 64, log=True, whole=True)}
PLAN = Plan(RANGES, "tpe", 3, 60, 5, rises=False)


def bowl(labels):
    return (labels["x"] - 0.3) ** 2


def tried(plan):
    """Return all trials of a plan whose score is a bowl."""
    trials = []
    for first in range(0, plan.trials, plan.generation):
        trials += [
            optuna.trial.create_trial(
                params=labels, distributions=plan.distributions(), value=bowl(labels)
            )
            for labels in propose(plan, first, trials)
        ]
    return trials


def test_the_same_is_proposed_to_whoever_asks():
    trials = tried(replace(PLAN, trials=20))
    assert [t.params for t in trials] == [t.params for t in tried(replace(PLAN, trials=20))]
    assert [t.params for t in trials] != [t.params for t in tried(replace(PLAN, trials=20, seed=4))]
    assert len({t.params["x"] for t in trials}) == 20


def test_a_plan_of_more_trials_begins_with_the_same():
    first = [t.params for t in tried(replace(PLAN, trials=7))]
    assert [t.params for t in tried(replace(PLAN, trials=12))][:7] == first


def test_the_sampler_learns_and_chance_does_not():
    learnt = tried(PLAN)[40:]
    chance = tried(replace(PLAN, sampler="random"))[40:]
    assert sum(map(bowl, (t.params for t in learnt))) < sum(map(bowl, (t.params for t in chance)))
    assert all(t.params["x"] == float(f"{t.params['x']:.6g}") for t in learnt)


def test_a_grid_is_covered_once_in_an_order_of_its_own():
    ranges = {"x": Interval(0, 1, step=0.25), "c": Choices(("a", [1, 2]))}
    plan = Plan(ranges, "grid", 0, grid_size(ranges), 4, rises=True)
    found = [plan.settings(labels) for first in (0, 4, 8) for labels in propose(plan, first, [])]
    assert len(found) == 10
    assert len({str(one) for one in found}) == 10
    assert {"x": 0.75, "c": [1, 2]} in found
    assert [one["x"] for one in found] != sorted(one["x"] for one in found)


def test_a_grid_of_infinitely_many_values_is_refused():
    with pytest.raises(UsageError, match=r"tune: x: a grid needs LOW\.\.HIGH:STEP"):
        grid_size(RANGES)


def test_a_remembered_study_looks_for_what_the_score_asks():
    assert remembered(replace(PLAN, rises=True), []).direction.name == "MAXIMIZE"
    assert remembered(PLAN, []).direction.name == "MINIMIZE"
