"""Comparisons of speed are fair: a side is as fast as itself, and twice the work takes twice."""

import sys

import numpy as np
import pytest

from scripts.benchmarking import (
    Checkout,
    Command,
    Function,
    alternate,
    compare,
    comparison_text,
)

ROUNDS, ATTEMPTS = 41, 5
"""Other processes of the machine disturb some comparisons, an unfair harness all of them."""


def sines(n, times=1):
    values = np.random.default_rng(0).random(n)

    def work():
        for _ in range(times):
            np.sin(values)

    return work


def test_a_side_compared_with_itself_is_as_fast():
    ratios = []
    for _ in range(ATTEMPTS):
        first, other = compare([Function(name, 100_000, sines) for name in ("a", "b")], ROUNDS)
        assert (first.ratio, *first.spread) == (1, 1, 1)
        assert other.spread[0] <= other.ratio <= other.spread[1]
        ratios.append(other.ratio)
        if abs(other.ratio - 1) < 0.03:
            return
    pytest.fail(f"ratios of a side to itself are {ratios}")


def test_work_is_told_by_the_item():
    once, twice = Function("once", 50_000, sines), Function("twice", 50_000, sines, (2,))
    # the quickest of all rounds, which other work on the machine has disturbed least
    least, most = (one.seconds.min() for one in compare([once, twice], ROUNDS))
    assert most / least == pytest.approx(2, rel=0.2)
    halved = Function("twice", 25_000, sines, (2,))
    first, other = compare([halved, halved], 3)
    assert first.seconds.shape == other.seconds.shape == (3,)


def test_functions_of_one_process_alternate():
    order = []
    alternate({name: lambda name=name: order.append(name) for name in "ab"}, 3)
    assert "".join(order) == "ab" + "ba" + "ab" + "ba"


def test_the_start_and_the_memory_of_a_command_count():
    words = [sys.executable, "-c", "x = bytearray(100 * 2**20)"]
    (measured,) = compare([Command("python", words)], 2)
    assert measured.seconds.min() > 1e-3
    assert measured.peak_mib > 100
    assert "peak MiB" in comparison_text([measured])


def test_a_command_that_fails_is_no_measurement():
    with pytest.raises(RuntimeError, match="broken ended with 3: too bad"):
        compare([Command("broken", [sys.executable, "-c", "import sys; print('too bad', file="
                                    "sys.stderr); sys.exit(3)"])], 1)  # fmt: skip


def test_a_checkout_works_by_its_own_code_in_every_round(tmp_path):
    sides = []
    for name, times in (("once", 1), ("many", 10)):
        (tmp_path / name).mkdir()
        module = f"def work(): return sum(sum(range(200_000)) for _ in range({times}))"
        (tmp_path / name / "worked_on.py").write_text(module)
        words = [str(tmp_path / f"{name}.txt")]
        work = "open(sys.argv[1], 'a').write(f'{worked_on.work()} ')"
        sides.append(Checkout(name, tmp_path / name, "import worked_on", work, words, 2))
    once, many = compare(sides, 3)
    assert 5 < many.ratio < 20
    assert once.seconds.shape == (3,)
    assert (tmp_path / "many.txt").read_text().split() == [str(10 * sum(range(200_000)))] * 4


def test_a_table_tells_ratios_with_their_spread():
    text = comparison_text(alternate({"a": sines(1000), "b": sines(1000)}, 5), "call")
    assert "CPU time per call" in text
    assert "of 5 alternating rounds" in text
