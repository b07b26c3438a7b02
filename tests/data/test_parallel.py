import math
import os
from threading import Barrier

import numpy as np
import pytest
from astropy.table import Table

from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Examples
from astro_dl.data.parallel import background_map, in_threads, parallel_map
from astro_dl.data.simulate import iterate_blocks
from tests import toy


@pytest.mark.parametrize("threads", [False, True])
def test_results_come_in_order_and_items_are_drawn_only_as_they_are_taken(threads):
    drawn = []

    def items():
        for n in range(100):
            drawn.append(n)
            yield n

    results = parallel_map(math.factorial, items(), 2, threads)
    assert [next(results) for _ in range(4)] == [1, 1, 2, 6]
    assert len(drawn) <= 8
    results.close()


def test_one_worker_computes_in_this_process_unless_it_is_busy():
    assert list(parallel_map(os.getpgid, [0], workers=1)) == [os.getpgid(0)]
    (heavy, threads, process), *_ = background_map(toy.about_process, range(2), workers=1)
    assert process != os.getpid()
    assert threads == "1"
    assert heavy == []


@pytest.mark.parametrize("threads", [False, True])
def test_an_error_in_a_worker_reaches_the_caller(threads):
    with pytest.raises(ValueError, match=r"math domain|nonnegative"):
        list(parallel_map(math.sqrt, [4, -1, 9], 2, threads))


def test_threads_are_of_this_process_and_work_at_the_same_time():
    meeting = Barrier(2, timeout=10)

    def meet(_):
        meeting.wait()
        return os.getpid()

    assert set(parallel_map(meet, range(4), 2, threads=True)) == {os.getpid()}


def test_a_simulator_says_whether_threads_make_its_blocks():
    @in_threads
    def simulator(physics, n, rng):
        return Examples(np.full((n, 1), os.getpid(), np.float32), np.zeros(n), Table())

    blocks = iterate_blocks(simulator, None, 6, 0, 0, 2, workers=2)
    assert {float(one.x[0, 0]) for one in blocks} == {float(np.float32(os.getpid()))}


def test_a_dead_worker_is_reported():
    with pytest.raises(UsageError, match="worker processes died"):
        list(parallel_map(os._exit, range(5), workers=2))


def test_negative_workers_are_refused():
    with pytest.raises(UsageError, match="-1"):
        parallel_map(math.sqrt, [], workers=-1)
