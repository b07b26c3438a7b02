"""What the workers are asked of every part, and what they answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from astro_dl.cluster.division import Part
from astro_dl.cluster.run_folder import Noted
from astro_dl.cluster.sky import with_healpix
from astro_dl.cluster.worker import working_in
from astro_dl.core.errors import UsageError
from astro_dl.core.files import file_sha256, is_input
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
    drafts : str
        Folder for the rows of the parts; whoever asks moves them to where they belong.
    folder : str
        In which relative paths lie.
    """

    network: Network
    options: Mapping[str, Any] = field(default_factory=dict)
    tolerant: bool = True
    drafts: str = ""
    folder: str = "."


@dataclass(frozen=True)
class Answer:
    """What a worker says of a part.

    Parameters
    ----------
    noted : Noted or None
        What is known of it.
    draft : str
        The Parquet file of its rows; empty for none.
    refused : str
        Why the whole run cannot go on; empty if it can.
    """

    noted: Noted | None = None
    draft: str = ""
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
    drafts = Path(question.drafts)
    for path, seen in ((drafts.parent, drafts.is_dir()), *((p, is_input(p)) for p in part.paths)):
        if not seen:
            raise UsageError(f"{path}: a worker does not see this; all need the same folders")
    table, unreadable = predict_share(
        loaded(question.network), part.paths, question.options, question.tolerant, part.share
    )
    if table is None:
        return Answer(Noted(part.number, 0, "", unreadable))
    # A part that is answered twice, as where a worker was thought dead, has two drafts.
    draft = drafts / f"{part.number:06d}-{uuid4().hex}.parquet"
    write_table(with_healpix(table), draft)
    return Answer(Noted(part.number, len(table), file_sha256(draft), unreadable), str(draft))
