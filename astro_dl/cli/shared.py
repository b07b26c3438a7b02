"""What several verbs do."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from astro_dl.cli.options import Arguments
from astro_dl.core.errors import UsageError


def keep_inputs(out: Path | None, inputs: Iterable[Any]) -> None:
    """Refuse to write over a file that is read, whatever it is called."""
    for one in inputs:
        given = isinstance(one, str | Path) and Path(one).exists()
        if out is not None and given and out.exists() and out.samefile(one):
            raise UsageError(f"--out {out} is an input; give another name")


def check_ending(out: Path | None, *accepted: str) -> None:
    """Refuse a file whose ending promises another format than what is written, before any work."""
    if out is not None and not out.name.lower().endswith(accepted):
        raise UsageError(f"--out {out}: accepted: a name ending in {' or '.join(accepted)}")


def cross_validate(arguments: Arguments, config: Any, out: Path) -> None:
    """Train and score on folds, and print the spread."""
    from astro_dl.cluster.mapping import mapped_by
    from astro_dl.evaluation.cross_validation import cross_validate

    with mapped_by(arguments.scheduler):
        result = cross_validate(config, arguments.cv, out, progress=not arguments.quiet)
    print(result.to_json() if arguments.json else result.to_text())


def is_shipped(bundle: str) -> bool:
    """Whether a bundle is one of ours, which is not written to."""
    from astro_dl.core.shipped import shipped_bundles

    return bundle in shipped_bundles()
