"""The storage that processes and machines share: a journal file, or a database."""

import random
import time
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from astro_dl.core.errors import UsageError

if TYPE_CHECKING:
    import optuna

Made = TypeVar("Made")
ASKED = "asked"
TRIES = 5


def open_study(
    location: str | Path,
    name: str,
    rises: bool,
    asked: Mapping[str, Any],
) -> "optuna.Study":
    """Return the study of this name, made if it is not there.

    Parameters
    ----------
    location : str or Path
        Path of a journal file, which may lie on a network file system, or the URL of a database,
        as ``sqlite:///study.db``.
    name : str
        Of the study in the storage.
    rises : bool
        Whether a higher score is better.
    asked : mapping
        Plain values; what all who share the study must agree on.

    Raises
    ------
    UsageError
        If Optuna is missing, the storage cannot be opened, or the study is one of other settings.
    """
    optuna = import_optuna()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            study = _made_together(
                lambda: optuna.create_study(
                    storage=_storage(location),
                    study_name=name,
                    direction=direction(rises),
                    load_if_exists=True,
                )
            )
    except (OSError, ValueError, ImportError, optuna.exceptions.OptunaError) as error:
        raise UsageError(f"storage {location}: not usable ({error})") from None
    except Exception as error:
        # Databases raise errors of their own drivers, which need not be installed.
        raise UsageError(f"storage {location}: {type(error).__name__}: {error}") from None
    before = study.user_attrs.get(ASKED)
    if before is None:
        study.set_user_attr(ASKED, dict(asked))
    elif before != asked:
        keys = sorted(key for key in {*before, *asked} if before.get(key) != asked.get(key))
        raise UsageError(
            f"storage {location} holds study {name!r} with another {', '.join(keys)}; give the "
            "same settings to go on with it, or another --out"
        )
    return study


def direction(rises: bool) -> Literal["minimize", "maximize"]:
    """Return what Optuna does to a score."""
    return "maximize" if rises else "minimize"


def import_optuna() -> Any:
    """Return Optuna, set to report warnings only.

    Raises
    ------
    UsageError
        If it is not installed.
    """
    try:
        import optuna
    except ImportError:
        raise UsageError("tuning needs Optuna: pip install 'astro_dl[tune]'") from None
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna


def _made_together(make: Callable[[], Made]) -> Made:
    """Return what is made in a database by several processes at once, all but one of which fail."""
    from optuna.exceptions import StorageInternalError
    from sqlalchemy.exc import DBAPIError

    for _ in range(TRIES - 1):
        with suppress(DBAPIError, StorageInternalError):
            return make()
        time.sleep(random.uniform(0.5, 1.5))
    return make()


def _storage(location: str | Path) -> "str | optuna.storages.BaseStorage":
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    if "://" in str(location):
        return str(location)
    Path(location).parent.mkdir(parents=True, exist_ok=True)
    return JournalStorage(JournalFileBackend(str(location)))
