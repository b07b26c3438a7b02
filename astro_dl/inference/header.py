"""What the header of every table of predictions says."""

from typing import Any

from astropy.table import QTable

from astro_dl.bundles.card import package_versions
from astro_dl.core.errors import UsageError
from astro_dl.inference.promises import GATE
from astro_dl.inference.protocol import Predictor


def finished(table: QTable, predictor: Predictor[Any]) -> QTable:
    """Return a table with its header: which network answered, how, and what it promised.

    Raises
    ------
    UsageError
        If something was promised that the task's tables do not hold.
    """
    card, together = predictor.bundle.card, predictor.members or (predictor,)
    table.meta.update(
        {
            "model": card.name,
            "task": card.task or "",
            "bundle_sha256": ",".join(dict.fromkeys(one.bundle.sha256 for one in together)),
            "uncertainty": predictor.uncertainty,
            "versions": package_versions(together[0].runtime.packages),
        }
    )
    promise = predictor.promise
    if promise is None:
        return table
    if GATE not in table.colnames:
        raise UsageError(
            f"coverage, prior: a row of a table of {card.task} is not one answer of the network, "
            "for which alone they are promised; leave them out"
        )
    if promise.coverage is not None:
        table.meta["coverage"] = promise.coverage
    if promise.prior:
        table.meta["prior"] = dict(promise.prior)
    return table
