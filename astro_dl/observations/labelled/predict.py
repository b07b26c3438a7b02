"""From files of one's own to inputs and tables of predictions, part by part."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from astropy.table import QTable

from astro_dl.core.examples import Inputs, stacked
from astro_dl.core.files import distinct_names, name_within
from astro_dl.core.reading.many_files import may_fail, nothing_read
from astro_dl.inference.protocol import Predictor
from astro_dl.observations.labelled.examples import MakeInput
from astro_dl.observations.labelled.sources import Kind, Source

AT_ONCE = 1024


def inputs_of_files(
    kind: Kind, paths: Sequence[Any], make: MakeInput, member: str = ""
) -> Iterator[tuple[str, Inputs]]:
    """Yield the name and the input of every example in files, in order.

    Raises
    ------
    UsageError
        For the first file, or example of a file of many, that cannot be used, unless it is
        tolerated.
    """
    files = [Path(path) for path in paths]
    names = distinct_names(files)
    for path in files:
        with may_fail(path):
            for source, raw in kind.read(_sources(kind, path, member), member):
                with may_fail(source):
                    yield name_within(source.name, path, names), make(raw, str(source))


def predict_files(
    predictor: Predictor[Any],
    kind: Kind,
    paths: Sequence[Any],
    make: MakeInput,
    member: str = "",
    batch_size: int | None = None,
    keep_flagged: bool = False,
) -> Iterator[QTable]:
    """Yield tables of predictions that follow each other, one row for each example.

    Raises
    ------
    UsageError
        As of `inputs_of_files`, or if there is no example.
    """
    names, inputs = [], []
    empty = True
    options = {"batch_size": batch_size, "keep_flagged": keep_flagged}
    for name, one in inputs_of_files(kind, paths, make, member):
        names.append(name)
        inputs.append(one)
        if len(names) == AT_ONCE:
            yield predictor.predict(stacked(inputs), ids=names, **options)
            names, inputs, empty = [], [], False
    if names:
        yield predictor.predict(stacked(inputs), ids=names, **options)
    elif empty:
        raise nothing_read()


def _sources(kind: Kind, path: Path, member: str) -> list[Source]:
    one = path.suffix.lower() in kind.endings and not kind.holds_many(path)
    if kind.count is None or one:
        return [Source(path, path.name)]
    return [Source(path, f"{path.name}:{k}", k) for k in range(kind.count(path, member))]
