"""What a predictor says of itself in a notebook and in a terminal."""

from typing import Any

from astro_dl.bundles.headlines import headlines
from astro_dl.core.showing.display import several
from astro_dl.inference.protocol import Predictor


def predictor_facts(predictor: Predictor[Any]) -> dict[str, Any]:
    """Return what is shown of a predictor, see `astro_dl.core.showing.display.text_of`."""
    card, task, members = predictor.bundle.card, predictor.task, len(predictor.members)
    reads = task is not None and task.files.reader is not None
    several_told = f" of {members} networks" if members else ""
    return {
        "task": f"{card.task or 'none'}: {task.summary if task else ''}",
        "takes": f"{'files, or ' if reads else ''}arrays (n, …) of {predictor.input_spec.shape}",
        "answers": f"{predictor.head.kind}: {several(predictor.head.names)}",
        "uncertainty": f"{predictor.uncertainty}{several_told}",
        **headlines(card),
        "folder": predictor.bundle.folder,
    }
