"""The command line: one small module per verb; the work is done by the modules they call."""

import errno
import sys
import warnings
from collections.abc import Sequence
from typing import Any

from astro_dl.cli.parser import parse
from astro_dl.core.errors import UsageError
from astro_dl.core.quiet import import_keras_quietly

OF_THE_SYSTEM = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM)
"""Errors that a user can mend wherever they occur: no room, no permission."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb and return the exit code.

    Parameters
    ----------
    argv : sequence of str, optional
        The words after ``astro-dl``; by default those of this process.

    Returns
    -------
    int
        0 done, 2 wrong usage or input, 1 a fault of this package, 130 interrupted. Errors are one
        line on standard error.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in words
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _warn  # type: ignore[assignment]
            arguments = parse([word for word in words if word != "--debug"])
            if arguments.needs_keras:
                import_keras_quietly()
            arguments.run(arguments)
    except UsageError as error:
        return _complain(error, 2, debug)
    except KeyboardInterrupt as error:
        print("astro-dl: interrupted", *error.args, sep=": ", file=sys.stderr)
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except OSError as error:
        return _complain(error, 2 if error.errno in OF_THE_SYSTEM else 1, debug)
    except Exception as error:
        return _complain(error, 1, debug)
    return 0


def _warn(message: Warning | str, *_: Any, **__: Any) -> None:
    print(f"astro-dl: warning: {' '.join(str(message).split())}", file=sys.stderr)


def _complain(error: Exception, code: int, debug: bool) -> int:
    if debug:
        raise error
    text = " ".join(str(error).split()) or type(error).__name__
    if code == 1:
        text = f"{type(error).__name__}: {text} (a fault of astro_dl; --debug shows where)"
    print(f"astro-dl: error: {text}", file=sys.stderr)
    return code
