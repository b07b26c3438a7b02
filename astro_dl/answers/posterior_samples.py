"""Samples of posteriors, as columns of a table of predictions."""

from typing import Annotated, Any

import numpy as np
from astropy.table import QTable
from astropy.units import Unit

from astro_dl.core.errors import UsageError
from astro_dl.core.limits import Bounds
from astro_dl.distributions.posterior import Posterior
from astro_dl.inference.protocol import Predictor

MostSamples = Annotated[int, Bounds(0, 100_000)]


def with_samples(
    table: QTable, predictor: Predictor[Any], x: Any, count: int, rng: np.random.Generator
) -> QTable:
    """Return a table with samples of each row's joint posterior.

    Parameters
    ----------
    table : QTable
        What a network with a flow predicts of n examples.
    predictor : Predictor
        The network.
    x : ndarray or dict of ndarray
        Its inputs, row by row.
    count : int
        Samples of each; the table is left as it is for 0.
    rng : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    QTable
        With columns ``<parameter>_samples`` (n, count), of which the samples of one place belong
        together, and ``log_density_samples`` (n, count), the logarithm of the density there [nat];
        NaN where the table has no answer. HDF5 keeps them best.

    Raises
    ------
    UsageError
        If the network tells no joint posterior.
    """
    if not count:
        return table
    posterior = predictor.answers(x).distribution
    if not isinstance(posterior, Posterior):
        raise UsageError(
            f"samples: {predictor.bundle.card.name} gives {predictor.head.kind} answers, which "
            "have no joint posterior; leave samples out"
        )
    names, units = predictor.head.names, predictor.head.units or ("",) * len(predictor.head.names)
    draws = posterior.sample(rng, count)
    density = posterior.log_pdf(np.moveaxis(draws, 1, 2))
    known = np.isfinite(np.asarray(table[names[0]].value, float))[:, None]
    flags = table["flags"]
    table.remove_column("flags")
    for k, (name, unit) in enumerate(zip(names, units, strict=True)):
        column = np.where(known, draws[:, k], np.nan).astype(np.float32)
        table[f"{name}_samples"] = column * Unit(unit) if unit else column
    table["log_density_samples"] = np.where(known, density, np.nan).astype(np.float32)
    table["flags"] = flags
    return table
