"""Keras without the notices that TensorFlow writes while it loads."""

import os

from astro_dl.core.errors import UsageError

STANDARD_ERROR = 2
BACKENDS = ("tensorflow", "jax", "torch")


def import_keras_quietly() -> None:
    """Import Keras with standard error closed to its backend's notices.

    TensorFlow writes some of them from C++ before any of its settings is heard.

    Raises
    ------
    UsageError
        If Keras is set to a backend that is not known or not installed.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    saved = os.dup(STANDARD_ERROR)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, STANDARD_ERROR)
    try:
        import keras

        chosen = keras.config.backend()
    except (ImportError, ValueError) as error:
        raise _no_start(str(error)) from error
    finally:
        os.dup2(saved, STANDARD_ERROR)
        os.close(saved)
        os.close(nowhere)
    if chosen not in BACKENDS:
        raise _no_start(f"backend {chosen!r} is not known here")


def check_backend_name() -> None:
    """Raise `UsageError` if the environment names a backend that is not known, without Keras."""
    chosen = os.environ.get("KERAS_BACKEND")
    if chosen and chosen not in BACKENDS:
        raise _no_start(f"backend {chosen!r} is not known here")


def _no_start(reason: str) -> UsageError:
    return UsageError(
        f"Keras does not start ({reason}); set KERAS_BACKEND, or keras.json in "
        f"{os.environ.get('KERAS_HOME', '~/.keras')}, to one of {', '.join(BACKENDS)} that is "
        "installed"
    )
