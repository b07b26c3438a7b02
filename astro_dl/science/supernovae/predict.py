"""Supernovae in files of photometry: a probability of each class, on the last day or on each."""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
from astropy import units as u
from astropy.table import QTable

from astro_dl.core.schema import given
from astro_dl.inference.input_checks import rows_outside_training_range
from astro_dl.inference.protocol import Predictor
from astro_dl.inference.table import Effect, Flag, answered_rows, prediction_table
from astro_dl.observations.irregular_series.reading import ReadingOptions
from astro_dl.science.supernovae.files.photometry import Photometry
from astro_dl.science.supernovae.files.read import iterate_photometry, read_hosts
from astro_dl.science.supernovae.inputs import light_curve_inputs, packed, unpacked
from astro_dl.science.supernovae.nights import HALF_A_NIGHT, Nights, Points
from astro_dl.science.supernovae.physics import SupernovaPhysics

Array = np.ndarray

FEWEST_NIGHTS = 3
OBJECTS_AT_ONCE = 1000


def predict_supernovae(
    predictor: Predictor[SupernovaPhysics],
    paths: Sequence[str | Path],
    *,
    columns: str = "",
    quantity: str | None = None,
    zero_point: float | None = None,
    time_unit: str = "",
    hdu: int | str | None = None,
    path: str = "",
    hosts: str | Path | None = None,
    every_epoch: bool = False,
    batch_size: int | None = None,
    keep_flagged: bool = False,
) -> Iterator[QTable]:
    """Classify supernovae by their light curves, a thousand at once.

    Parameters
    ----------
    predictor : Predictor
        A network of task ``supernova``.
    paths : sequence of path
        Photometry of difference images: text or FITS of SNANA, or tables with a row for each
        measurement; see `astro_dl.science.supernovae.files.read.iterate_photometry`.
    columns : str, optional
        Names of a table's columns where they differ from those in
        `astro_dl.observations.irregular_series.column_names.NAMES`, as ``id=sn,flux=F``.
    quantity : {"magnitude", "flux"}, optional
        What a table's values are, where it has both, or neither name nor unit tells; default
        fluxes.
    zero_point : float, optional
        Magnitude of a flux of one, of tables that don't tell.
    time_unit : str, optional
        Of a table's times without one; default days.
    hdu : int or str, optional
        Extension of FITS files, or table of VOTables, where they hold several.
    path : str, optional
        Path of the table in HDF5 files that hold several.
    hosts : path, optional
        Table of photometric redshifts of hosts: columns ``id``, ``redshift`` and
        ``redshift_error``.
    every_epoch : bool, default False
        Answer for every night since the first detection, as if the light curve ended there,
        instead of for the last night alone.
    batch_size : int, optional
        Light curves given to the network at once.
    keep_flagged : bool, default False
        Give answers that a flag calls unsupported, too, instead of leaving them out.

    Yields
    ------
    astropy.table.QTable
        Parts with one row per supernova, or per night: ``id``, ``first_detection`` (in the file's
        time) and ``days`` (from it to the last night that was looked at) [d], ``nights``,
        ``detections`` (nights), ``label``, ``p_<class>`` and ``flags``: ``missing_values``,
        ``bad_errors``, ``no_errors``, ``duplicate_points``, ``limits``, ``other_bands`` (points
        left out: those of bands that the network does not know); ``missing_errors`` (the median of
        the others), ``unsorted_times`` (mended);
        ``bands_missing`` (one or more bands without a point), ``host_redshift_unknown``,
        ``few_nights`` (fewer than 3); ``no_detection`` (no answer); ``outside_training_range`` (no
        answer unless flagged ones are kept).

    Raises
    ------
    UsageError
        If files cannot be used, or nothing tells the zero point of fluxes.
    """
    reading = ReadingOptions(columns, quantity, zero_point, time_unit, hdu, path)
    told = None if hosts is None else read_hosts(Path(hosts))
    objects = iterate_photometry([*map(Path, paths)], reading, told)
    while block := list(islice(objects, OBJECTS_AT_ONCE)):
        x, detected = photometry_inputs(predictor.physics, block)
        owner = np.arange(len(block))
        if every_epoch:
            x, owner = every_night(x)
        table = _table(predictor, block, x, detected, owner, batch_size, keep_flagged)
        table.meta |= {"reading": given(reading), "hosts": None if hosts is None else str(hosts)}
        yield table


def photometry_inputs(
    physics: SupernovaPhysics, objects: Sequence[Photometry]
) -> tuple[Array, Array]:
    """Return the inputs of objects (n, …), and the time of the first detection of each (n,)."""
    parts = [one.points(number, physics.bands) for number, one in enumerate(objects)]
    names = ("object", "time", "band", "flux", "error")
    points = Points(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))
    redshift = (
        np.array([one.redshift for one in objects]),
        np.array([one.redshift_error for one in objects]),
    )
    return light_curve_inputs(physics, points, len(objects), redshift)


def every_night(x: Array) -> tuple[Array, Array]:
    """Return light curves cut off after each night since their first detection.

    Parameters
    ----------
    x : ndarray, (n, nights, channels)
        Inputs; light curves without a night are kept as they are.

    Returns
    -------
    x : ndarray, (m, nights, channels)
        Inputs, those of each object from its first night to its last.
    owner : ndarray of int, (m,)
        The row of ``x`` that each comes from.
    """
    nights, redshift = unpacked(x)
    since = nights.known & (nights.time >= -HALF_A_NIGHT)
    since[:, 0] |= ~since.any(axis=1)
    owner, last = np.nonzero(since)
    kept = np.arange(x.shape[1]) <= last[:, None]
    told = None if redshift is None else (redshift[0][owner], redshift[1][owner])
    return packed(nights[owner].only(kept), told), owner


def _table(
    predictor: Predictor[SupernovaPhysics],
    objects: Sequence[Photometry],
    x: Array,
    detected: Array,
    owner: Array,
    batch_size: int | None,
    keep_flagged: bool,
) -> QTable:
    physics, ids = predictor.physics, np.array([objects[row].id for row in owner])
    nights, _ = unpacked(x)
    flags = _flags(physics, objects, nights, detected, owner)
    statistics = predictor.bundle.card.input_statistics
    flags["outside_training_range"] = Flag(
        rows_outside_training_range(x, statistics), Effect.WITHHELD
    )
    usable = answered_rows(flags, keep_flagged)
    answers = predictor.answers(x, batch_size, usable)
    judged = prediction_table(predictor.head, ids, answers, flags)
    table = QTable({"id": ids, "first_detection": detected[owner] * u.d})
    last = np.where(nights.known, nights.time, -np.inf).max(axis=1)
    table["days"] = np.where(np.isfinite(last), last, np.nan) * u.d
    table["nights"] = nights.known.sum(axis=1)
    found = (nights.signal_to_noise >= physics.detection_snr).any(axis=2)
    table["detections"] = found.sum(axis=1)
    for name in judged.colnames[1:]:
        table[name] = judged[name]
    return table


def _flags(
    physics: SupernovaPhysics,
    objects: Sequence[Photometry],
    nights: Nights,
    detected: Array,
    owner: Array,
) -> dict[str, Flag]:
    words = sorted({word for one in objects for word in one.flags})
    mended = {word: Flag(np.array([word in one.flags for one in objects])[owner]) for word in words}
    absent = np.any(~np.any(nights.observed, axis=1), axis=1)
    unknown = np.array([not one.redshift for one in objects])[owner]
    nothing = ~np.isfinite(detected[owner])
    limits = np.array([not one.series.detected.all() for one in objects])[owner]
    others = np.array([one.in_other_bands(physics.bands) for one in objects])[owner]
    return {
        **mended,
        "limits": Flag(limits),
        "other_bands": Flag(others),
        "bands_missing": Flag(np.asarray(absent)),
        "host_redshift_unknown": Flag(unknown & physics.host_redshift),
        "few_nights": Flag((nights.known.sum(axis=1) < FEWEST_NIGHTS) & ~nothing),
        "no_detection": Flag(nothing, Effect.NO_ANSWER),
    }
