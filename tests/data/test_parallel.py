import math
import os

import pytest

from astro_dl.core.errors import UsageError
from astro_dl.data.parallel import background_map, parallel_map
from tests import toy


def test_results_come_in_order_and_items_are_drawn_only_as_they_are_taken():
    drawn = []

    def items():
        for n in range(100):
            drawn.append(n)
            yield n

    results = parallel_map(math.factorial, items(), workers=2)
    assert [next(results) for _ in range(4)] == [1, 1, 2, 6]
    assert len(drawn) <= 8
    results.close()


def test_one_worker_computes_in_this_process_unless_it_is_busy():
    assert list(parallel_map(os.getpgid, [0], workers=1)) == [os.getpgid(0)]
    (heavy, threads, process), *_ = background_map(toy.about_process, range(2), workers=1)
    assert process != os.getpid()
    assert threads == "1"
    assert heavy == []


def test_an_error_in_a_worker_reaches_the_caller():
    with pytest.raises(ValueError, match=r"math domain|nonnegative"):
        list(parallel_map(math.sqrt, [4, -1, 9], workers=2))


def test_a_dead_worker_is_reported():
    with pytest.raises(UsageError, match="worker processes died"):
        list(parallel_map(os._exit, range(5), workers=2))


def test_negative_workers_are_refused():
    with pytest.raises(UsageError, match="-1"):
        parallel_map(math.sqrt, [], workers=-1)
