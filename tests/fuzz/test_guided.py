"""The same with mutants that are guided by the code they reach; half a minute a reader."""

import importlib.util
import subprocess
import sys

import pytest

from tests.fuzz.task_readers import READERS

SECONDS = 30


@pytest.mark.slow
@pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None, reason="needs atheris, the extra fuzz"
)
@pytest.mark.parametrize("name", READERS)
def test_guided_mutants_are_refused_or_read(name, tmp_path):
    words = [sys.executable, "-m", "tests.fuzz.guided", name, "--seconds", f"{SECONDS}"]
    run = subprocess.run([*words, "--kept", str(tmp_path)], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr[-3000:]
    assert "DONE" in run.stderr or "Done" in run.stderr
