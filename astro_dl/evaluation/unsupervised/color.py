"""Any column of the examples, by which their codes are coloured."""

from dataclasses import replace
from typing import Any

import numpy as np
from astropy.table import Table

from astro_dl.core.errors import unknown_name
from astro_dl.core.examples import Inputs
from astro_dl.core.task import InputSpec
from astro_dl.evaluation.predictions import Outcome
from astro_dl.models.autoencoders.reconstruction import known_values, reconstructed_names


def colored_by(outcome: Outcome, column: str, spec: InputSpec, x: Inputs) -> Outcome:
    """Return an outcome whose figure of codes has a row coloured by a column.

    Parameters
    ----------
    outcome : Outcome
        Of a model without labels.
    column : str
        Of ``outcome.info``, or one of the inputs, which is shown on the scale of the network.
    spec : InputSpec
        Of the inputs.
    x : ndarray or dict of ndarray
        The inputs (n, …) themselves.

    Raises
    ------
    UsageError
        If there is no such column.
    """
    found = outcome.unsupervised
    assert found is not None
    return replace(outcome, unsupervised=replace(found, color=_column(outcome, column, spec, x)))


def _column(outcome: Outcome, name: str, spec: InputSpec, x: Inputs) -> tuple[str, np.ndarray]:
    told = _plain_columns(outcome.info)
    if name in told:
        column = outcome.info[name]
        nothing: Any = np.nan if column.dtype.kind == "f" else None
        return name, np.asarray(np.ma.filled(column, nothing))
    is_table = not isinstance(x, dict) and x.ndim == 2
    inputs = reconstructed_names(spec) if is_table else ()
    if name in inputs:
        return f"{name} (scaled)", known_values(spec, x)[:, inputs.index(name)]
    raise unknown_name("column to colour by", name, [*told, *inputs])


def _plain_columns(info: Table) -> list[str]:
    return [name for name in info.colnames if info[name].ndim == 1 and info[name].dtype.kind != "O"]
