"""Long tables of measurements to a table of variable stars."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
from astropy import units as u
from astropy.table import QTable

from astro_dl.core.schema import given
from astro_dl.inference.protocol import Predictor
from astro_dl.inference.table import Effect, Flag, answered_rows, prediction_table, put_first
from astro_dl.observations.irregular_series.long_table import UNCLEAR, iterate_series
from astro_dl.observations.irregular_series.reading import ReadingOptions
from astro_dl.observations.irregular_series.series import IrregularSeries
from astro_dl.science.variable_stars.classes import SCHEMES
from astro_dl.science.variable_stars.features import FEATURES, feature_names
from astro_dl.science.variable_stars.inputs import Prepared, prepare
from astro_dl.science.variable_stars.physics import VariablePhysics

STARS_AT_ONCE = 256
FEW_POINTS = 30
INSIGNIFICANT = 0.01
ONE_MINIMUM = 0.25
"""A second minimum below this share of the depth of the first is none."""

MENDED = (
    *("unsorted_times", "duplicate_points", "missing_values"),
    *("bad_errors", "missing_errors", "no_errors"),
)


def predict_stars(
    predictor: Predictor[VariablePhysics],
    paths: Sequence[str | Path],
    *,
    columns: str = "",
    quantity: str | None = None,
    zero_point: float | None = None,
    time_unit: str = "",
    hdu: int | str | None = None,
    path: str = "",
    batch_size: int | None = None,
    keep_flagged: bool = False,
    uncalibrated: bool = False,
) -> Iterator[QTable]:
    """Find the periods and classes of stars in long tables, in bounded memory.

    Parameters
    ----------
    predictor : Predictor
        A network of task ``variable_star``.
    paths : sequence of path
        Tables of one row per measurement, in any order: CSV, FITS, Parquet and others, see
        `astro_dl.observations.irregular_series.long_table.iterate_series`.
    columns : str, optional
        Names of the file's columns where they differ from those in
        `astro_dl.observations.irregular_series.columns.NAMES`, as ``id=star,magnitude=Vmag``.
    quantity : {"magnitude", "flux"}, optional
        What the values are, where neither name nor unit tells.
    zero_point : float, optional
        Magnitude of a flux of one, for fluxes without a unit.
    time_unit : str, optional
        Of times without one; default days.
    hdu : int or str, optional
        Extension of FITS files, or table of VOTables, where they hold several.
    path : str, optional
        Path of the table in HDF5 files that hold several.
    batch_size : int, optional
        Stars given to the network at once.
    keep_flagged : bool, default False
        Answer for stars with ``few_points``, too, instead of leaving the answer out.
    uncalibrated : bool, default False
        Magnitudes of different bands have zero points of their own: no colour is made of them.

    Yields
    ------
    astropy.table.QTable
        Parts that follow each other, one row per star in order of first mention: ``id``,
        ``points`` (those that were used), ``period``, ``period_std`` [d],
        ``false_alarm_probability``, ``label``, ``p_<class>`` and ``flags``: ``no_points`` and
        ``no_period`` (no answer), ``few_points`` (below 30; no answer unless flagged ones are
        kept), ``insignificant_period`` (false-alarm probability above .01), ``alias`` (a period
        that differs by one or two cycles per day explains nearly as much), ``doubled_period`` (one
        minimum, of a class with two alike: ``period`` is twice the one that was found),
        ``twice_possible`` (one minimum, of a class whose second one may be hidden or alike),
        ``no_colour`` (of a network that looks at colours: there are several bands, but no two that
        are known and calibrated), ``limits`` (points that are none were left out), and what was
        mended: ``unsorted_times``, ``duplicate_points``, ``missing_values``, ``bad_errors`` (0,
        less or absurd: left out), ``missing_errors`` (the median of the others), ``no_errors``.

    Raises
    ------
    UsageError
        If a file or a column cannot be used, or it is not told what the values are.
    """
    reading = ReadingOptions(columns, quantity, zero_point, time_unit, hdu, path)
    stars = iterate_series(paths, reading.columns_of_table(), reading.which)
    if uncalibrated:
        stars = (replace(star, systems=(UNCLEAR,) * len(star.bands)) for star in stars)
    while block := list(islice(stars, STARS_AT_ONCE)):
        table = _prediction(predictor, block, batch_size, keep_flagged)
        table.meta["reading"] = given(reading)
        yield table


def _prediction(
    predictor: Predictor[VariablePhysics],
    stars: Sequence[IrregularSeries],
    batch_size: int | None,
    keep_flagged: bool,
) -> QTable:
    physics = predictor.physics
    wanted = tuple(dict.fromkeys((*physics.inputs, "features")))
    everything = type(physics)(**{**vars(physics), "inputs": wanted})
    ready = prepare(everything, stars, always_search=True)
    arrays = ready.x if isinstance(ready.x, dict) else {"features": ready.x}
    x = {name: arrays[name] for name in physics.inputs}
    flags = _flags(stars, ready)
    if physics.colours:
        known = arrays["features"][:, feature_names(colours=True).index("colour_known")] > 0
        flags["no_colour"] = Flag(_in_several_bands(stars) & ~known)
    usable = answered_rows(flags, keep_flagged)
    answers = predictor.answers(
        x if len(x) > 1 else arrays[physics.inputs[0]], batch_size, usable=usable
    )
    ids = [star.id for star in stars]
    told = prediction_table(predictor.head, ids, answers)
    # A code tells no class.
    label = np.asarray(told["label"]) if "label" in told.colnames else np.full(len(ids), "")
    scheme = SCHEMES[physics.scheme]
    single = arrays["features"][:, FEATURES.index("second_minimum")] < ONE_MINIMUM
    doubled = single & np.isin(label, scheme.alike)
    flags["doubled_period"] = Flag(doubled)
    flags["twice_possible"] = Flag(single & np.isin(label, scheme.perhaps_alike))
    factor = np.where(doubled, 2.0, 1.0)
    period = np.asarray(ready.found["found_period"], float)
    table = prediction_table(predictor.head, ids, answers, flags)
    own = {
        "points": np.asarray(ready.found["points_used"], int),
        "period": period * factor * u.d,
        "period_std": np.asarray(ready.found["found_period_std"], float) * factor * u.d,
        "false_alarm_probability": np.asarray(ready.found["false_alarm_probability"], float),
    }
    put_first(table, own)
    return table


def _in_several_bands(stars: Sequence[IrregularSeries]) -> np.ndarray:
    return np.array([len(np.unique(star.measured().band)) > 1 for star in stars], bool)


def _flags(stars: Sequence[IrregularSeries], ready: Prepared) -> dict[str, Flag]:
    points = np.asarray(ready.found["points_used"], int)
    none = points == 0
    without = ~np.isfinite(np.asarray(ready.found["found_period"], float))
    chance = np.asarray(ready.found["false_alarm_probability"], float) > INSIGNIFICANT
    found = {
        "no_points": Flag(none, Effect.NO_ANSWER),
        "no_period": Flag(without & ~none, Effect.NO_ANSWER),
        "few_points": Flag(~none & (points < FEW_POINTS), Effect.WITHHELD),
        "insignificant_period": Flag(chance & ~without),
        "alias": Flag(np.asarray(ready.found["alias"], bool)),
        "limits": Flag(np.array([not star.detected.all() for star in stars], bool)),
    }
    return found | {
        word: Flag(np.array([word in star.flags for star in stars], bool)) for word in MENDED
    }
