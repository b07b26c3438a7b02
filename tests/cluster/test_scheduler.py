"""Schedulers are told from slips, and workers of other versions are refused."""

import os
import sys
from functools import partial

import pytest
from distributed import Client, LocalCluster

from astro_dl.cli.main import main
from astro_dl.cluster import scheduler as module
from astro_dl.cluster.scheduler import check_workers, connected, read_scheduler
from astro_dl.cluster.tasks import completed, in_order
from astro_dl.core.errors import UsageError


@pytest.fixture(scope="module")
def client():
    """Return a client of two workers in threads of this process."""
    options = {"processes": False, "threads_per_worker": 1, "dashboard_address": ":0"}
    with LocalCluster(n_workers=2, **options) as cluster, Client(cluster) as one:
        yield one


def square(number):
    if number == -1:
        raise UsageError("a number is -1")
    if number == -2:
        raise ModuleNotFoundError("No module named 'elsewhere'")
    return number**2


@pytest.mark.parametrize("text", ["tcp://host:8786", "tls://10.0.0.1:8786", "local", "local:12"])
def test_schedulers_are_accepted(text):
    assert read_scheduler(text) == text


@pytest.mark.parametrize("text", ["host:8786", "local:0", "local:x", "http://host", ""])
def test_slips_are_refused(text):
    with pytest.raises(UsageError, match=r"accepted: an address, as tcp://host:8786"):
        read_scheduler(text)


def test_a_scheduler_that_is_not_there_is_told():
    with (
        pytest.raises(UsageError, match=r"tcp://127.0.0.1:9: cannot be reached within 0.5 s"),
        connected("tcp://127.0.0.1:9", patience_s=0.5),
    ):
        pass


def about_memory(_):
    return os.getpid(), os.environ.get("MALLOC_TRIM_THRESHOLD_"), os.environ["OMP_NUM_THREADS"]


@pytest.mark.slow
def test_local_workers_are_processes_of_one_thread_that_keep_their_memory():
    with connected("local:1") as client:
        ((process, threshold, threads),) = in_order(client, about_memory, [0])
    assert process != os.getpid()
    assert (threshold, threads) == (None, "1")


def test_without_dask_the_extra_is_named(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "distributed", None)
    words = ["simulate", "gw_bbh", "--out", "never.h5", "--scheduler", "local:2"]
    assert main(words) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "pip install 'astro_dl[cluster]'" in error


def test_workers_of_another_version_or_without_the_package_are_refused(client, monkeypatch):
    check_workers(client)
    monkeypatch.setattr(module, "__version__", "9.9")
    with pytest.raises(UsageError, match=r"has astro_dl .*; 9.9 is needed"):
        check_workers(client)
    missing = ModuleNotFoundError("No module named 'astro_dl'")
    monkeypatch.setattr(client, "run", lambda *words, on_error: {"tcp://w": missing})
    with pytest.raises(UsageError, match=r"worker tcp://w: has no astro_dl \(No module named"):
        check_workers(client)


def test_a_scheduler_without_workers_is_told():
    with (
        LocalCluster(n_workers=0, processes=False, dashboard_address=":0") as cluster,
        Client(cluster) as client,
        pytest.raises(UsageError, match=r"has no worker after 0\.2 s"),
    ):
        check_workers(client, patience_s=0.2)


def test_items_come_once_each_and_in_order_where_that_is_asked(client):
    assert list(in_order(client, square, range(30))) == [k**2 for k in range(30)]
    assert dict(completed(client, square, range(30))) == {k: k**2 for k in range(30)}


def test_no_more_items_are_drawn_than_are_under_way(client):
    drawn = []

    def items():
        for k in range(100):
            drawn.append(k)
            yield k

    results = in_order(client, square, items())
    assert [next(results) for _ in range(3)] == [0, 1, 4]
    assert len(drawn) < 15
    results.close()


@pytest.mark.parametrize("apply", [completed, in_order])
def test_errors_of_workers_are_told_here(client, apply):
    with pytest.raises(UsageError, match="a number is -1"):
        list(apply(client, square, [1, -1]))
    with pytest.raises(UsageError, match="another environment than this process: No module"):
        list(apply(client, square, [1, -2]))


def test_what_a_function_holds_goes_to_the_workers(client):
    assert list(in_order(client, partial(pow, 2), range(5))) == [1, 2, 4, 8, 16]
