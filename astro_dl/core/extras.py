"""Packages that only some uses need, which extras of this one install."""

import importlib
from types import ModuleType

from astro_dl.core.errors import UsageError


def import_extra(package: str, extra: str) -> ModuleType:
    """Return a package that is not always installed.

    Parameters
    ----------
    package : str
        As it is imported.
    extra : str
        The extra of astro_dl that installs it.

    Raises
    ------
    UsageError
        If it is not installed, or does not load; with the command that installs it.
    """
    try:
        return importlib.import_module(package)
    except ImportError as error:
        reason = str(error).partition("\n")[0]
        raise UsageError(
            f"the package {package} is needed ({reason}): pip install 'astro_dl[{extra}]'"
        ) from None
