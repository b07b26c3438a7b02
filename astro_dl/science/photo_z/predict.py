"""From catalogues of magnitudes or fluxes to redshifts, part by part."""

import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from astropy.table import QTable, Table

from astro_dl.answers.value_columns import STATISTICS
from astro_dl.core.errors import UsageError, did_you_mean, unknown_name
from astro_dl.core.reading.many_files import may_fail
from astro_dl.core.reading.share import divisible
from astro_dl.distributions.distribution import Distribution, WithDensity
from astro_dl.inference.input_checks import check_scale, rows_outside_training_range
from astro_dl.inference.out_of_distribution import rows_outside_joint_range
from astro_dl.inference.protocol import Predictor
from astro_dl.inference.table import Effect, Flag, answered_rows, prediction_table
from astro_dl.observations.tables.blocks import iterate_identified
from astro_dl.observations.tables.columns import find_column, parse_column_names, read_columns
from astro_dl.observations.tables.read import ROWS_AT_ONCE, meant_table
from astro_dl.observations.tables.units import check_zero_point, unit_of
from astro_dl.science.photo_z.density_files import density_file
from astro_dl.science.photo_z.inputs import photometry_features, split_inputs
from astro_dl.science.photo_z.physics import PhotoZPhysics

Array = np.ndarray

BATCH_SIZE = 2048
ODDS, ODDS_WIDTH = "odds", 0.06
NOT_OBSERVED, NO_STATISTICS = "none", "none"
NOT_DETECTED, MISSING = "99,inf", "-99,nan"
"""Magnitudes of no detection and of no measurement, unless told otherwise."""
VALUE_WORD, ERROR_WORDS = re.compile("mag|flux"), ("_err", "err")
"""What is called so holds values; what has one of the others behind this word, their errors."""
ERRORS_OF = ("{}_err", "{}_error", "{}_sigma", "{}err", "err_{}", "error_{}", "sigma_{}")
"""What the errors of a column are called."""
BRIGHTEST, FAINTEST = 0.0, 60.0
"""Magnitudes beyond these are no measurements but marks of missing ones [mag]."""


@dataclass(frozen=True)
class Catalogue:
    """How the columns of a catalogue are read.

    Parameters
    ----------
    mapping : dict of str to str
        Our names to the catalogue's, ``none`` for a band that was not observed.
    not_detected, not_observed : tuple of float
        Numbers that stand for these.
    zero_point : float or None
        Magnitude of a flux of one; None for magnitudes.
    """

    mapping: dict[str, str]
    not_detected: tuple[float, ...]
    not_observed: tuple[float, ...]
    zero_point: float | None


@divisible(rows=True, undivided=("density_out",))
def predict_redshifts(
    predictor: Predictor[PhotoZPhysics],
    paths: Sequence[Any],
    *,
    columns: str = "",
    id_column: str = "",
    hdu: int | str | None = None,
    path: str = "",
    not_detected: str = NOT_DETECTED,
    not_observed: str = MISSING,
    zero_point: float | None = None,
    density_out: str = "",
    density_grid: str = "",
    statistics: str = "",
    batch_size: int | None = None,
    rows: int = ROWS_AT_ONCE,
    keep_flagged: bool = False,
) -> Iterator[QTable]:
    """Estimate the redshifts of the galaxies of catalogues, in bounded memory.

    Parameters
    ----------
    predictor : Predictor
        A network of task ``photo_z``.
    paths : sequence of path
        As `astro_dl.observations.tables.read.read_table` takes them.
    columns : str, optional
        Names of the file's columns where they differ, as ``u=psfMag_u,u_err=psfMagErr_u``;
        ``u=none`` says that a band was not observed, ``u_err=none`` that its errors are not to be
        looked at. Errors that are not named are looked for as ``u_err``, ``err_u`` or
        ``sigma_u``, and by the name of the band's column: ``MAG_U_ERR``, ``MAG_ERR_U``,
        ``MAGERR_U`` or ``e_MAG_U`` of ``MAG_U``, whatever the case, as are those of fluxes.
        Where there are errors, a band whose error is no positive number counts as not observed, and
        one whose error is above 9 mag or infinite as not detected.
    id_column : str, optional
        Column that identifies a galaxy; default the number of the row, after the file's name where
        there are several files.
    hdu : int or str, optional
        Extension of FITS files, or table of VOTables, where they hold several.
    path : str, optional
        Path of the table in HDF5 files that hold several.
    not_detected : str, default "99,inf"
        Magnitudes that stand for a flux too faint to be measured.
    not_observed : str, default "-99,nan"
        Magnitudes that stand for no measurement at all, as masked values do.
    zero_point : float, optional
        The columns are fluxes, of which one has this AB magnitude (columns in units of flux of
        which it has not are refused); those that are not positive, or
        below the physics' ``detection_snr`` errors, count as not detected.
    density_out : str, optional
        HDF5 file for the probability densities, row by row, as the package qp reads them.
    density_grid : str, optional
        First and last redshift and number of points of this file; default the range of redshifts of
        the training and 301 points.
    statistics : str, optional
        What is told, and computed, besides the median, as ``std,q05,q95``: of ``std``, ``mean``,
        ``mode``, ``q05``, ``q16``, ``q50``, ``q84``, ``q95`` and ``odds``, or ``none``; default
        all.
    batch_size : int, default 2048
        Rows given to the network at once.
    rows : int, default 65536
        Most rows read, and yielded, at once.
    keep_flagged : bool, default False
        Answer for rows outside the training range, too, instead of leaving the answer out.

    Yields
    ------
    astropy.table.QTable
        Parts that follow each other, of one row per galaxy: ``id``; ``redshift`` (the median of the
        distribution), its ``_std``, ``_mean``, ``_mode`` and quantiles ``_q05`` to ``_q95``, as far
        as the network tells them;
        ``redshift_odds``, the probability within ±0.06 (1 + mode) of the mode (Benítez 2000,
        section 4.3); ``flags``: ``not_detected`` and ``not_observed`` in some band,
        ``nothing_known`` where no band was detected (answers are NaN), ``outside_training_range``
        in some band or colour (answers are NaN unless flagged ones are kept),
        ``out_of_distribution`` farther from the training set, with all
        bands together, than 99% of it.

    Raises
    ------
    UsageError
        If files, columns or options cannot be used, or the numbers are of another order than those
        of the training.
    """
    about = Catalogue(
        _mapping(predictor.physics, columns),
        _numbers("not_detected", not_detected),
        _numbers("not_observed", not_observed),
        zero_point,
    )
    points, asked = _points(predictor, density_grid), _asked(statistics)
    if density_out and not predictor.head.has_distribution:
        raise UsageError("density_out: this network gives a value, and no probability density")
    with density_file(density_out, points) if density_out else nullcontext() as append:
        for ids, table, file in iterate_identified(paths, id_column, rows, meant_table(hdu, path)):
            with may_fail(file):
                x = predictor.physics.inputs(_columns(predictor.physics, table, about, file))
                size = BATCH_SIZE if batch_size is None else batch_size
                yield _prediction(predictor, x, ids, size, points, append, asked, keep_flagged)


def inputs_of_galaxies(physics: PhotoZPhysics, table: Table, where: Any) -> Array:
    """Return the inputs (n, …) of a catalogue of magnitudes, in columns called as the bands.

    Raises
    ------
    UsageError
        If a column is missing or holds no magnitudes.
    """
    about = Catalogue({}, _numbers("", NOT_DETECTED), _numbers("", MISSING), None)
    return physics.inputs(_columns(physics, table, about, where))


def odds(distribution: Distribution) -> Array:
    """Return the probability (n,) near the mode, within ±0.06 (1 + mode)."""
    mode = distribution.mode
    reach = ODDS_WIDTH * (1 + mode)
    return (distribution.cdf(mode + reach) - distribution.cdf(mode - reach))[:, 0]


def _columns(physics: PhotoZPhysics, table: Table, about: Catalogue, path: Any) -> dict[str, Array]:
    """Return magnitudes, infinite where not detected and NaN where not observed, and errors."""
    # Errors tell what is detected, also where they are no inputs.
    given = {**_error_columns(physics, table, about), **about.mapping}
    absent = {name for name, column in given.items() if column == NOT_OBSERVED}
    names = list(dict.fromkeys((*physics.columns, *given)))
    names = [name for name in names if name not in absent]
    mapping = {name: column for name, column in given.items() if name in names}
    units = dict.fromkeys(names, "mag") if about.zero_point is None else None
    values = read_columns(table, names, mapping, units, path, about.not_observed, infinite=True)
    if about.zero_point is not None:
        for name in names:
            column = find_column(table, mapping.get(name, name), name, path)
            check_zero_point(unit_of(table[column]), about.zero_point, column, path)
    missing = np.full(len(table), np.nan)
    for band in physics.used_bands:
        error = f"{band}_err"
        if band in absent:
            values[band], values[error] = missing, missing
            continue
        if about.zero_point is None:
            values[band] = _magnitudes(values[band], about.not_detected, band, path)
        if error in values:
            _tell_of_errors(values[band], values[error], band, path)
        if about.zero_point is not None:
            values |= _from_flux(values, band, about.zero_point, physics.detection_snr)
    return values


def _error_columns(physics: PhotoZPhysics, table: Table, about: Catalogue) -> dict[str, str]:
    """Return the columns of errors that were not named but are there, by our names of them."""
    known = {name.strip().lower() for name in table.colnames}
    kind = "mag" if about.zero_point is None else "flux"
    found = {}
    for band in physics.used_bands:
        own = about.mapping.get(band, band).strip().lower()
        stems = (band, f"{kind}_{band}") if own == band else (own, band)
        may_be = (name for stem in stems for name in _names_of_errors(stem))
        there = next((one for one in may_be if one in known and one != own), None)
        if there is not None and f"{band}_err" not in about.mapping:
            found[f"{band}_err"] = there
    return found


def _names_of_errors(column: str) -> Iterator[str]:
    """Yield what the errors of ``mag_g`` may be called: ``mag_g_err``, ``mag_err_g``, …"""
    yield from (form.format(column) for form in ERRORS_OF)
    if VALUE_WORD.search(column):
        # So does VizieR call errors; ``e_u`` alone may as well be an ellipticity.
        yield f"e_{column}"
    for word in ERROR_WORDS:
        yield VALUE_WORD.sub(rf"\g<0>{word}", column, count=1)


def _tell_of_errors(values: Array, errors: Array, band: str, path: Any) -> None:
    """Warn where a value is given up because its error is none."""
    if (np.isfinite(values) & ~(errors > 0)).any():
        warnings.warn(
            f"{path}: errors of {band!r} are missing or not above 0 in some rows, where the band "
            f"counts as not observed; {band}_err=none leaves errors out",
            stacklevel=2,
        )


def _magnitudes(values: Array, not_detected: Sequence[float], band: str, path: Any) -> Array:
    """Return magnitudes, infinite where not detected, NaN where they are none.

    Raises
    ------
    UsageError
        If most numbers are no magnitudes.
    """
    unseen = np.isin(values, not_detected)
    with np.errstate(invalid="ignore"):
        known = (values > BRIGHTEST) & (values < FAINTEST) & ~unseen
    others = values[np.isfinite(values) & ~unseen]
    if len(others) > 2 * known.sum():
        raise UsageError(
            f"{path}: the column of {band!r} has a median of {np.median(others):.3g}, which is no "
            "magnitude; for fluxes give zero_point"
        )
    return np.where(unseen, np.inf, np.where(known, values, np.nan))


def _from_flux(
    values: Mapping[str, Array], band: str, zero_point: float, detection_snr: float
) -> dict[str, Array]:
    """Return magnitudes, infinite where not detected, and their errors, where there are any.

    Fluxes that are infinite, or whose error is no positive number, are not known to be any.
    """
    flux = np.where(np.isfinite(values[band]), values[band], np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        magnitudes = np.where(flux <= 0, np.inf, zero_point - 2.5 * np.log10(flux))
        if f"{band}_err" not in values:
            return {band: magnitudes}
        error = values[f"{band}_err"]
        ratio = error / flux
        magnitudes = np.where(ratio * detection_snr > 1, np.inf, magnitudes)
        return {
            band: np.where(error > 0, magnitudes, np.nan),
            f"{band}_err": 2.5 * np.log10(1 + ratio),
        }


def _prediction(
    predictor: Predictor[PhotoZPhysics],
    x: Array,
    ids: Any,
    batch_size: int,
    points: Array,
    append: Callable[[Array], None] | None,
    asked: frozenset[str],
    keep_flagged: bool,
) -> QTable:
    unseen, unknown = (np.asarray(part > 0) for part in split_inputs(x)[3:])
    nothing = np.asarray((unseen | unknown).all(axis=1))
    statistics = predictor.bundle.card.input_statistics or {}
    # Only complete rows tell wrong units from missing values, which are zeros here.
    if len(complete := x[~(unseen | unknown).any(axis=1)]):
        check_scale(complete, statistics)
    outside = rows_outside_training_range(x, statistics) & ~nothing
    unusual = rows_outside_joint_range(photometry_features(None, x), statistics.get("features"))
    flags = {
        "not_detected": Flag(np.asarray(unseen.any(axis=1))),
        "not_observed": Flag(np.asarray(unknown.any(axis=1))),
        "nothing_known": Flag(nothing, Effect.NO_ANSWER),
        "outside_training_range": Flag(outside, Effect.WITHHELD),
        "out_of_distribution": Flag(unusual & ~nothing),
    }
    answers = predictor.answers(x, batch_size, answered_rows(flags, keep_flagged))
    answers = replace(answers, asked=asked)
    table = prediction_table(predictor.head, ids, answers, flags)
    if answers.distribution is not None and ODDS in asked:
        place = table.colnames.index("flags")
        table.add_column(odds(answers.distribution).astype(np.float32), place, "redshift_odds")
    if append is not None:
        assert isinstance(answers.distribution, WithDensity)
        append(answers.distribution.pdf(points)[:, 0])
    return table


def _mapping(physics: PhotoZPhysics, columns: str) -> dict[str, str]:
    mapping = parse_column_names(columns)
    accepted = [*physics.used_bands, *(f"{band}_err" for band in physics.used_bands)]
    for name in mapping:
        if name not in accepted:
            raise UsageError(f"columns: {name!r} is no input{did_you_mean(name, accepted)}")
    if all(mapping.get(band) == NOT_OBSERVED for band in physics.used_bands):
        raise UsageError("columns: no band was observed; name the column of one at least")
    for band in physics.used_bands:
        if mapping.get(band) == NOT_OBSERVED:
            mapping[f"{band}_err"] = NOT_OBSERVED
        elif physics.errors and mapping.get(f"{band}_err") == NOT_OBSERVED:
            raise UsageError(f"columns: {band}_err=none, but this network takes errors")
    return mapping


def _asked(text: str) -> frozenset[str]:
    """Return the statistics that are told."""
    known = (*STATISTICS, ODDS)
    names = {part.strip() for part in text.split(",") if part.strip()}
    if names == {NO_STATISTICS}:
        return frozenset()
    for name in sorted(names.difference(known)):
        raise unknown_name("statistics", name, (*known, NO_STATISTICS))
    return frozenset(names or known)


def _numbers(option: str, text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(",") if part.strip())
    except ValueError:
        raise UsageError(f"{option}: {text!r} is no list of numbers, as 99,inf") from None


def _points(predictor: Predictor[PhotoZPhysics], text: str) -> Array:
    """Return the redshifts of the file of densities."""
    if not text:
        low, high = predictor.physics.redshift_range
        return np.linspace(low, high, 301)
    parts = _numbers("density_grid", text)
    if len(parts) != 3 or not parts[0] < parts[1] or parts[2] < 2 or parts[2] % 1:
        raise UsageError(f"density_grid is {text!r}; first, last and number are needed, as 0,3,301")
    first, last, number = parts
    return np.linspace(first, last, int(number))
