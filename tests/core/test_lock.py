"""One writer at a time, in one process or in several; a lock ends with whoever holds it."""

import os
import signal
import subprocess
import sys
import threading

import pytest

from astro_dl.core.errors import UsageError
from astro_dl.core.lock import locked

HOLD = """
import sys
from pathlib import Path
from astro_dl.core.lock import locked
with locked(Path(sys.argv[1]), sys.argv[2]):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """Return another process that holds the lock for training of a folder ``run``."""
    command = [sys.executable, "-c", HOLD, str(tmp_path / "run"), "training"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"held\n"
        yield process
        process.stdin.close()


def test_the_second_is_refused_and_told_who_is_first(holder, tmp_path):
    with (
        pytest.raises(UsageError, match=rf"run is in use by .* \(process {holder.pid} on "),
        locked(tmp_path / "run", "training", wait=False),
    ):
        pass


def test_another_folder_or_use_is_free(holder, tmp_path):
    with locked(tmp_path / "other", "training", wait=False):
        pass
    with locked(tmp_path / "run", "writing", wait=False):
        pass


def test_a_killed_holder_holds_nothing(holder, tmp_path):
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    with locked(tmp_path / "run", "training", wait=False):
        pass
    assert list(tmp_path.iterdir()) == []


def test_whoever_waits_goes_on_when_it_is_released(holder, tmp_path):
    released = threading.Event()

    def release():
        released.set()
        holder.stdin.close()

    threading.Timer(0.3, release).start()
    with locked(tmp_path / "run", "training"):
        assert released.is_set()
    assert list(tmp_path.iterdir()) == []


def test_one_process_cannot_hold_it_twice(tmp_path):
    with (
        locked(tmp_path / "run", "training"),
        pytest.raises(UsageError, match=f"process {os.getpid()}"),
        locked(tmp_path / "run", "training", wait=False),
    ):
        pass


def test_where_no_file_can_be_made_the_place_is_named():
    with (
        pytest.raises(UsageError, match="/proc/run: cannot be written"),
        locked_in_proc(),
    ):
        pass


def locked_in_proc():
    from pathlib import Path

    return locked(Path("/proc/run"), "training")
