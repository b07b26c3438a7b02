"""What the workers are asked of every part, and what they answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from astropy.table import QTable

from astro_dl.cluster.division import Part
from astro_dl.cluster.sky import with_healpix
from astro_dl.cluster.worker import working_in
from astro_dl.core.errors import UsageError
from astro_dl.inference.files import predict_share
from astro_dl.inference.load import RuntimeName, load_pretrained
from astro_dl.inference.predictor import Predictor
from astro_dl.inference.promises import as_asked
from astro_dl.inference.uncertainty import PASSES, Uncertainty
from astro_dl.observations.tables.write import write_table

PREDICTORS_KEPT = 2


@dataclass(frozen=True)
class Network:
    """What answers, loaded once by every worker.

    Parameters
    ----------
    bundles : tuple of (str, str)
        Names or folders of the bundles that answer together, with their sha256.
    runtime : {"keras", "onnx"}
        What runs them.
    uncertainty, embedding, coverage, prior
        As of `astro_dl.inference.predictor.Predictor.predict`, the prior as pairs.
    """

    bundles: tuple[tuple[str, str], ...]
    runtime: RuntimeName = "keras"
    uncertainty: Uncertainty | None = None
    embedding: bool = False
    coverage: float | None = None
    prior: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Question:
    """What is asked of every part of a run.

    Parameters
    ----------
    network : Network
        What answers.
    options : mapping
        With which the task reads files.
    tolerant : bool
        Whether a file that cannot be used is a row, and not the end of the run.
    folder : str
        In which relative paths lie.
    """

    network: Network
    options: Mapping[str, Any] = field(default_factory=dict)
    tolerant: bool = True
    folder: str = "."


@dataclass(frozen=True)
class Answer:
    """What a worker says of a part.

    Parameters
    ----------
    table : bytes
        The rows as a Parquet file; empty for none.
    rows : int
        Their number.
    unreadable : dict of str to str
        File to why it cannot be used.
    refused : str
        Why the whole run cannot go on; empty if it can.
    """

    table: bytes = b""
    rows: int = 0
    unreadable: Mapping[str, str] = field(default_factory=dict)
    refused: str = ""


def answer(question: Question, part: Part) -> Answer:
    """Return what a worker says of a part of a run."""
    with working_in(question.folder):
        try:
            return _answer(question, part)
        except UsageError as error:
            return Answer(refused=str(error))


@lru_cache(maxsize=PREDICTORS_KEPT)
def loaded(network: Network) -> Predictor[Any]:
    """Return a network that is loaded when first asked for.

    Raises
    ------
    UsageError
        If a bundle is not there, or is another one than whoever asks has.
    """
    names = [name for name, _ in network.bundles]
    found = load_pretrained(names if len(names) > 1 else names[0], network.runtime)
    for one, (name, sha256) in zip(found.members or (found,), network.bundles, strict=True):
        if one.bundle.sha256 != sha256:
            raise UsageError(f"bundle {name}: a worker has another one of this name")
    return as_asked(
        found,
        network.uncertainty,
        PASSES,
        network.embedding,
        network.coverage,
        dict(network.prior),
    )


def _answer(question: Question, part: Part) -> Answer:
    predictor = loaded(question.network)
    for path in part.paths:
        if not path.is_file():
            raise UsageError(f"{path}: a worker does not see this file; all need the same folders")
    table, unreadable = predict_share(
        predictor, part.paths, question.options, question.tolerant, part.share
    )
    if table is None:
        return Answer(unreadable=unreadable)
    return Answer(as_parquet(with_healpix(table)), len(table), unreadable)


def as_parquet(table: QTable) -> bytes:
    """Return a table as the content of a Parquet file, with units and header."""
    with TemporaryDirectory() as folder:
        return write_table(table, Path(folder) / "part.parquet").read_bytes()
