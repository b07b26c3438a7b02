import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Examples, inputs_by_name
from astro_dl.data.simulate import STREAMS, iterate_blocks, simulate
from tests import toy


def same(a, b):
    return (a.x == b.x).all() and (a.y == b.y).all() and (a.info == b.info).all()


def test_the_number_of_workers_changes_nothing(toy_task):
    one, two = (simulate("toy_binary", 4500, seed=3, workers=workers) for workers in (1, 2))
    assert len(one) == 4500
    assert same(one, two)


def test_seeds_and_streams_are_independent(toy_task):
    first = simulate("toy_binary", 50, seed=1)
    assert same(first, simulate("toy_binary", 50, seed=1))
    others = [
        simulate("toy_binary", 50, seed=2),
        *(simulate("toy_binary", 50, seed=1, stream=s) for s in STREAMS.values() if s),
    ]
    for other in others:
        correlation = np.corrcoef(first.x.ravel(), other.x.ravel())[0, 1]
        assert abs(correlation) < 0.1


def test_a_longer_set_begins_with_the_blocks_of_a_shorter_one(toy_task):
    physics = toy.ToyPhysics()
    short, long = (
        list(iterate_blocks(toy.simulate_binary, physics, n, 0, 0, block_size=100))
        for n in (200, 350)
    )
    assert [len(block) for block in long] == [100, 100, 100, 50]
    assert same(short[1], long[1])


def test_physics_is_checked(toy_task):
    assert (simulate("toy_binary", 20, signal_fraction=1.0).y == 1).all()
    with pytest.raises(UsageError, match=r"physics.*signal_fraction"):
        simulate("toy_binary", 5, signal_fractoin=1.0)


@pytest.mark.parametrize("n", [0, -3])
def test_an_empty_set_is_refused(toy_task, n):
    with pytest.raises(UsageError, match=str(n)):
        simulate("toy_binary", n)


def test_non_finite_inputs_are_refused():
    def broken(physics, n, rng):
        examples = toy.simulate_binary(physics, n, rng)
        examples.x[3, 5] = np.nan
        return examples

    with pytest.raises(UsageError, match="non-finite"):
        list(iterate_blocks(broken, toy.ToyPhysics(), 20, 0, 0))


def test_several_inputs(toy_task):
    def both(physics, n, rng):
        examples = toy.simulate_binary(physics, n, rng)
        return Examples({"a": examples.x, "b": examples.x[:, ::2]}, examples.y, examples.info)

    made = simulate(replace(toy_task, simulate=both), 1500)
    assert {name: array.shape for name, array in inputs_by_name(made.x).items()} == {
        "a": (1500, 64, 1),
        "b": (1500, 32, 1),
    }
    np.testing.assert_array_equal(made.x["b"], made.x["a"][:, ::2])
    np.testing.assert_array_equal(made.x["a"], simulate("toy_binary", 1500).x)


def test_scripts_need_no_main_guard(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        textwrap.dedent(f"""
        import sys
        sys.path.insert(0, {str(Path(toy.__file__).parents[1])!r})
        from tests import toy
        from astro_dl.data.simulate import iterate_blocks
        blocks = iterate_blocks(toy.simulate_binary, toy.ToyPhysics(), 80, 0, 0, 10, workers=2)
        print(sum(len(block) for block in blocks))
        """)
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["80"]
