"""Keras without the notices that TensorFlow writes while it loads."""

import os

STANDARD_ERROR = 2


def import_keras_quietly() -> None:
    """Import Keras with standard error closed to its backend's notices.

    TensorFlow writes some of them from C++ before any of its settings is heard.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    saved = os.dup(STANDARD_ERROR)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, STANDARD_ERROR)
    try:
        import keras  # noqa: F401
    finally:
        os.dup2(saved, STANDARD_ERROR)
        os.close(saved)
        os.close(nowhere)
