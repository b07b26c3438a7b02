"""What is asked of every simulator on a device: the examples of the processor, on each backend."""

import os
import subprocess
import sys

import numpy as np
import pytest


def check_on_jax(code):
    """Run code that checks something, and tells the backend last, with JAX on the processor."""
    pytest.importorskip("jax", reason="JAX is an extra")
    environment = {**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.split()[-1] == "jax"


def check_known(found, expected, rtol, atol=0.0):
    """Compare classes, and all that is known of examples, but not their inputs."""
    np.testing.assert_array_equal(found.y, expected.y)
    assert found.info.colnames == expected.info.colnames
    for name, column in expected.info.items():
        assert found.info[name].unit == column.unit
        if column.dtype.kind != "f":
            assert (found.info[name] == column).all(), name
        else:
            np.testing.assert_allclose(found.info[name], column, rtol=rtol, atol=atol, err_msg=name)
