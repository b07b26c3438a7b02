from dataclasses import dataclass, replace

import loky
import numpy as np
import pytest

from astro_dl.core.examples import Examples
from astro_dl.core.task import Augmentation, Classical
from astro_dl.data import parallel
from astro_dl.testing import check_task, parametrize_with_tasks
from tests import toy


@pytest.fixture(scope="module", autouse=True)
def _processes_of_all_tasks():
    """Start two worker processes once: anew for each task they take longer than its checks."""
    with (
        loky.ProcessPoolExecutor(2, env={**parallel.WORKER_ENVIRONMENT}) as kept,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(loky, "ProcessPoolExecutor", lambda *args, **settings: kept)
        patch.setattr(kept, "shutdown", lambda: None)
        yield


@parametrize_with_tasks()
def test_every_registered_task_keeps_its_promises(name):
    check_task(name, n=128)


def test_the_toy_tasks_pass(toy_task, toy_multiclass, toy_regression):
    for task in (toy_task, toy_multiclass, toy_regression):
        check_task(task.name)


@dataclass
class Thawed:
    """Physics that can be changed."""

    samples: int = 64


def double_precision(physics, n, rng):
    examples = toy.simulate_binary(physics, n, rng)
    return Examples(examples.x.astype(np.float64), examples.y, examples.info)


def one_class(physics, n, rng):
    examples = toy.simulate_binary(physics, n, rng)
    return Examples(examples.x, np.zeros(n, np.float32), examples.info)


def unseeded(physics, n, rng):
    return toy.simulate_binary(physics, n, np.random.default_rng())


def few_groups(physics, n, rng):
    examples = toy.simulate_binary(physics, n, rng)
    examples.info["pair_id"] = np.arange(n)
    return examples


def louder_noise_in_signals(physics, n, rng):
    examples = toy.simulate_binary(physics, n, rng)
    return Examples(examples.x * (1 + 0.3 * examples.y[:, None, None]), examples.y, examples.info)


def ranked(physics, x):
    score = toy.matched_filter(physics, x)["matched filter"]
    return {"rank": score.argsort().argsort().astype(float)}


def reversed_score(physics, x):
    return {"reversed": -toy.matched_filter(physics, x)["matched filter"]}


def in_place(x, rng):
    x *= -1
    return x


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"physics": Thawed}, "not frozen"),
        ({"simulate": double_precision}, "float64, not float32"),
        ({"simulate": one_class}, "all examples are of class"),
        ({"simulate": unseeded}, "one seed gives other examples"),
        ({"simulate": few_groups}, "'pair_id' are in both"),
        ({"simulate": louder_noise_in_signals}, "without signal, .* still tells"),
        ({"classical": Classical(ranked)}, "depends on the others"),
        ({"classical": Classical(reversed_score)}, "not higher for the positive class"),
        ({"classical": Classical(toy.matched_filter, "oracle")}, "no baseline is called 'oracle'"),
        ({"augmentation": Augmentation(inputs=in_place)}, "augmentation changes"),
        ({"group": "star"}, "lacks the group column 'star'"),
        ({"signal_fraction": "fraction"}, "which physics lacks"),
    ],
)
def test_a_broken_promise_is_named(monkeypatch, changes, message):
    from astro_dl.testing import tasks

    broken = replace(toy.BINARY, **changes)
    monkeypatch.setattr(tasks, "get_task", lambda name: broken)
    monkeypatch.setattr(tasks, "iterate_blocks", in_this_process)
    with pytest.raises(AssertionError, match=message):
        check_task("toy_broken", physics={})


def in_this_process(simulator, physics, n, seed, stream, block_size=1024, workers=1):
    from astro_dl.data.simulate import iterate_blocks

    return iterate_blocks(simulator, physics, n, seed, stream, block_size)
