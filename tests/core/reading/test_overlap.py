"""What is read is worked on in order, while the next is read; errors of either side get through."""

import threading

import pytest

from astro_dl.core.reading.overlap import overlapped


def test_the_next_item_is_drawn_while_one_is_worked_on():
    drawn = threading.Event()

    def items():
        yield 1
        drawn.set()
        yield 2

    def work(item):
        assert item == 2 or drawn.wait(5)
        return 10 * item

    assert list(overlapped(work, items())) == [10, 20]
    assert list(overlapped(work, [])) == []


def test_items_are_drawn_by_the_caller_and_errors_of_either_side_get_through():
    def items():
        yield threading.current_thread()
        raise KeyError("drawn")

    found = overlapped(lambda thread: (thread, threading.current_thread()), items())
    with pytest.raises(KeyError, match="drawn"):
        list(found)
    (pair,) = overlapped(
        lambda item: (item, threading.current_thread()), [threading.current_thread()]
    )
    assert pair[0] is threading.current_thread() is not pair[1]
    with pytest.raises(ZeroDivisionError):
        list(overlapped(lambda item: 1 / item, [1, 0]))
