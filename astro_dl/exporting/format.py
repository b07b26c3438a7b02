"""A format: a module of ``astro_dl.exporting.formats`` that writes a network and runs it."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

import numpy as np

import astro_dl.exporting.formats
from astro_dl.core.errors import UsageError, unknown_name

if TYPE_CHECKING:
    import keras

Arrays = Mapping[str, np.ndarray]
"""By name of the input, (n, *shape) float32."""


class Format(Protocol):
    """What the module of a format has; its name is that of the format."""

    FILE: str
    """Name of the file, or folder, that is written."""
    EXTRA: str
    """The extra of this package that installs what it needs; empty for none."""
    PACKAGES: tuple[str, ...]
    """Modules that it needs."""
    RUNTIME: str
    """The distribution that runs the file."""
    BACKENDS: tuple[str, ...]
    """Backends of Keras from which it can be written."""
    write: Callable[["keras.Model", Path], None]
    """Write a network of flat inputs."""
    run: Callable[[Path, Arrays], np.ndarray]
    """Return the logits that the runtime gives for inputs, (n, outputs)."""


def format_names() -> list[str]:
    """Return the names of all formats."""
    return sorted(one.name for one in pkgutil.iter_modules(astro_dl.exporting.formats.__path__))


def written_names() -> set[str]:
    """Return the names of the files or folders that the formats write."""
    return {_module(name).FILE for name in format_names()}


def load_format(name: str) -> Format:
    """Return a format that can be written here.

    Raises
    ------
    UsageError
        If there is none of this name, a package is missing, or Keras runs on another backend.
    """
    import keras

    if name not in format_names():
        raise unknown_name("format", name, format_names())
    found = _module(name)
    missing = [package for package in found.PACKAGES if find_spec(package) is None]
    if missing:
        raise UsageError(
            f"format {name} needs {', '.join(missing)}: pip install 'astro_dl[{found.EXTRA}]'"
        )
    if keras.backend.backend() not in found.BACKENDS:
        raise UsageError(
            f"format {name} is written from Keras on {' or '.join(found.BACKENDS)}, not on "
            f"{keras.backend.backend()}: set KERAS_BACKEND={found.BACKENDS[0]}"
        )
    return found


def _module(name: str) -> Format:
    return cast(Format, importlib.import_module(f"astro_dl.exporting.formats.{name}"))
