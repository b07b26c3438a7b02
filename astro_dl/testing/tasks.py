"""Checks that every registered task passes; for the tasks of third parties too."""

import dataclasses
import json
import pickle
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from scipy.stats import kruskal, mannwhitneyu, spearmanr

from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Examples, concatenate, input_length, inputs_by_name, take_inputs
from astro_dl.core.registry import get_task, list_tasks, task_entry
from astro_dl.core.schema import plain, read_dataclass
from astro_dl.core.task import Physics, Task, unsimulated
from astro_dl.data.simulate import STREAMS, iterate_blocks, simulate
from astro_dl.data.splits import assert_disjoint
from astro_dl.training.batches import Change, augmentation

SIGNIFICANT = 1e-4
"""Probability below which a difference is no accident of the seed."""


def check_task(
    name: str, *, n: int = 256, physics: Mapping[str, Any] | None = None, seed: int = 0
) -> None:
    """Check that a registered task keeps the promises of the zoo.

    Its physics is a frozen dataclass that refuses unknown fields and survives being written out;
    examples have the shapes and types that its input and head announce, are finite, of more than
    one class, the same for the same seed and any number of workers, and others for another seed;
    no group is in two streams; without signal nothing tells the classes apart; baselines are
    finite, independent per example, better than chance and follow the signal's strength; the
    augmentation changes neither shape nor type nor its argument.

    Parameters
    ----------
    name : str
        A registered task.
    n : int, default 256
        Number of examples of each check.
    physics : mapping, optional
        Values other than the defaults of the task's physics; default the ``small`` ones of its
        `astro_dl.core.registry.TaskEntry`.
    seed : int, default 0
        Of all examples.

    Raises
    ------
    AssertionError
        Saying which promise is broken.
    """
    task = get_task(name)
    settings = _checked_physics(task, task_entry(name).small if physics is None else physics)
    if task.simulate is unsimulated:
        assert task.datasets, "the task has neither a simulator nor a real set"
        return
    examples = simulate(task, n, seed, **plain(settings))
    _check_form(task, settings, examples, n)
    _check_seeds(task, settings, n, seed)
    _check_groups(task, settings, n, seed)
    if task.zero_signal:
        _check_zero_signal(task, settings, n, seed)
    if task.classical.baselines is not None:
        _check_baselines(task, settings, examples)
    augment = augmentation(task.changes(settings))
    if augment is not None:
        _check_augmentation(augment, examples)


def parametrize_with_tasks(pattern: str = "*") -> Callable[..., Any]:
    """Return a pytest decorator that runs a test for every registered task as ``name``.

    Parameters
    ----------
    pattern : str, default "*"
        A shell-style wildcard.

    Examples
    --------
    >>> @parametrize_with_tasks("my_*")
    ... def test_my_tasks(name):
    ...     check_task(name)
    """
    import pytest

    return pytest.mark.parametrize("name", list_tasks(pattern))


def _checked_physics(task: Task[Physics], values: Mapping[str, Any]) -> Physics:
    kind = task.physics
    assert dataclasses.is_dataclass(kind), f"{kind} is not a dataclass"
    assert kind.__dataclass_params__.frozen, f"{kind} is not frozen"  # type: ignore[attr-defined]
    settings = read_dataclass(kind, plain(dict(values)), "physics")
    written = json.loads(json.dumps(plain(settings)))
    assert read_dataclass(kind, written, "physics") == settings, "physics changes when written out"
    fields = {field.name for field in dataclasses.fields(kind)}
    named = {*task.zero_signal, *([task.signal_fraction] if task.signal_fraction else [])}
    assert named <= fields, f"the task names {named - fields}, which physics lacks"
    try:
        read_dataclass(kind, {"no_such_field": 1}, "physics")
    except UsageError:
        return settings
    raise AssertionError("physics accepts a field that it lacks")


def _check_form(task: Task[Physics], physics: Physics, examples: Examples, n: int) -> None:
    spec, head = task.input_spec(physics), task.head(physics)
    json.dumps(plain(dict(spec.contract)))
    shapes = spec.shape if isinstance(spec.shape, dict) else {"x": spec.shape}
    arrays = inputs_by_name(examples.x)
    assert arrays.keys() == shapes.keys(), f"inputs {list(arrays)}, not {list(shapes)}"
    for name, array in arrays.items():
        assert array.dtype == np.float32, f"{name} is {array.dtype}, not float32"
        assert array.shape == (n, *shapes[name]), f"{name} is {array.shape}, not n × {shapes[name]}"
        assert np.isfinite(array).all(), f"{name} is not finite"
    _check_targets(head, examples.y, n)
    columns = examples.info.colnames
    assert len(examples.info) == n, f"info has {len(examples.info)} rows, not {n}"
    assert task.group in columns, f"info lacks the group column {task.group!r}"
    if task.difficulty is not None:
        assert task.difficulty.column in columns, f"info lacks {task.difficulty.column!r}"
        assert (np.diff(task.difficulty.edges) > 0).all(), "difficulty edges do not rise"


def _check_targets(head: AnswerKind, y: np.ndarray, n: int) -> None:
    assert np.isfinite(y).all(), "y is not finite"
    wanted = head.target_type
    assert y.dtype == wanted, f"y is {y.dtype}, not {np.dtype(wanted)}"
    wanted_shape = (n, *head.target_shape)
    assert y.shape == wanted_shape, f"y is {y.shape}, not {wanted_shape}"
    if not head.gives_probabilities:
        assert not head.units or len(head.units) == len(head.names), "one unit per target"
        return
    found = set(np.unique(y).astype(int))
    assert found <= set(range(len(head.names))), f"classes {found}, but names {head.names}"
    assert len(found) > 1, f"all examples are of class {found}"


def _check_seeds(task: Task[Physics], physics: Physics, n: int, seed: int) -> None:
    values = plain(physics)
    part = max(1, n // 4)
    one, again, other = (simulate(task, part, s, **values) for s in (seed, seed, seed + 1))
    assert _equal(one, again), "one seed gives other examples"
    assert not _equal(one, other), "another seed gives the same examples"
    pickle.loads(pickle.dumps((task.simulate, physics)))
    made = [
        concatenate(list(iterate_blocks(task.simulate, physics, n, seed, 0, part, workers)))
        for workers in (1, 2)
    ]
    assert _equal(*made), "two workers make other examples than one"


def _check_groups(task: Task[Physics], physics: Physics, n: int, seed: int) -> None:
    groups = {
        name: np.concatenate(
            [block.info[task.group] for block in iterate_blocks(task.simulate, physics, n, seed, s)]
        )
        for name, s in STREAMS.items()
    }
    try:
        assert_disjoint(groups, task.group)
    except UsageError as error:
        raise AssertionError(str(error)) from error


def _check_zero_signal(task: Task[Physics], physics: Physics, n: int, seed: int) -> None:
    """Without signal, neither power, extremes, means nor any baseline tell the classes apart."""
    without = task.physics(**{**vars(physics), **task.zero_signal})
    x, y, _ = simulate(task, 2 * n, seed + 2, **plain(without))
    scores = dict(task.classical.baselines(without, x)) if task.classical.baselines else {}
    for name, array in inputs_by_name(x).items():
        flat = array.reshape(len(array), -1).astype(np.float64)
        scores |= {
            f"power of {name}": (flat**2).sum(1),
            f"largest of {name}": flat.max(1),
            f"mean of {name}": flat.mean(1),
        }
    for name, score in scores.items():
        if np.ptp(score) == 0:
            continue
        assert _chance(score, y) > SIGNIFICANT, (
            f"without signal, {name} still tells the classes apart"
        )


def _chance(score: np.ndarray, y: np.ndarray) -> float:
    """Return how probable it is that a score (n,) knows nothing of classes (n,), or numbers (n, k).

    Of several numbers each is tried, and the least probability told for all (Bonferroni).
    """
    if y.ndim == 1:
        return float(kruskal(*(score[y == one] for one in np.unique(y))).pvalue)
    known = [one for one in y.T if np.ptp(one) > 0]
    return len(known) * min(float(spearmanr(score, one).pvalue) for one in known)


def _check_baselines(task: Task[Physics], physics: Physics, examples: Examples) -> None:
    assert task.classical.baselines is not None
    x, y, info = examples
    scores = task.classical.baselines(physics, x)
    some = np.arange(0, input_length(x), 3)[::-1]
    again = task.classical.baselines(physics, take_inputs(x, some))
    assert scores.keys() == again.keys(), "baselines differ in name from call to call"
    assert task.classical.bound is None or task.classical.bound in scores, (
        f"no baseline is called {task.classical.bound!r}"
    )
    head = task.head(physics)
    scored = (len(y), *head.shape[:-1])
    for name, score in scores.items():
        assert score.shape == scored, f"{name} is {score.shape}, not {scored}"
        assert np.isfinite(score).all(), f"{name} is not finite"
        alike = np.allclose(score[some], again[name], rtol=1e-3, atol=1e-3 * np.ptp(score))
        assert alike, f"{name} of an example depends on the others"
        if not head.ranks:
            continue
        chance = mannwhitneyu(score[y == 1], score[y == 0], alternative="greater").pvalue
        assert chance < SIGNIFICANT, f"{name} is not higher for the positive class"
        if task.difficulty is not None:
            strength = np.asarray(info[task.difficulty.column])[y == 1]
            chance = spearmanr(strength, score[y == 1]).pvalue
            assert chance < SIGNIFICANT, f"{name} does not follow {task.difficulty.column}"


def _check_augmentation(augment: Change, examples: Examples) -> None:
    before = {name: array.copy() for name, array in inputs_by_name(examples.x).items()}
    first, targets = augment(examples.x, examples.y, np.random.default_rng(1))
    after = {name: array.copy() for name, array in inputs_by_name(examples.x).items()}
    again, _ = augment(examples.x, examples.y, np.random.default_rng(1))
    assert targets.shape == examples.y.shape, "augmentation changes the shape of the targets"
    assert targets.dtype == examples.y.dtype, f"augmentation makes targets {targets.dtype}"
    for name, array in inputs_by_name(first).items():
        assert array.shape == before[name].shape, f"augmentation changes the shape of {name}"
        assert array.dtype == np.float32, f"augmentation makes {name} {array.dtype}"
        assert np.array_equal(array, inputs_by_name(again)[name]), "augmentation ignores its rng"
        assert np.array_equal(after[name], before[name]), "augmentation changes its argument"


def _equal(one: Examples, other: Examples) -> bool:
    arrays = zip(inputs_by_name(one.x).values(), inputs_by_name(other.x).values(), strict=True)
    return all(np.array_equal(a, b) for a, b in arrays) and np.array_equal(one.y, other.y)
