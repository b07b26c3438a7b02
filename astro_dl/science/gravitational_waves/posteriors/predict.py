"""From strain around a merger to the posterior of the binary, weighed by the exact likelihood."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated
from zlib import crc32

import numpy as np
from astropy import units as u
from astropy.table import QTable

from astro_dl.answers.posterior_samples import MostSamples
from astro_dl.core.errors import UsageError
from astro_dl.core.limits import Bounds
from astro_dl.core.reading.named_files import read_named
from astro_dl.core.reading.share import divisible
from astro_dl.distributions.posterior import Posterior
from astro_dl.inference.arrays import predict_read
from astro_dl.inference.protocol import Predictor
from astro_dl.science.gravitational_waves.posteriors.importance import Weighed, weighed
from astro_dl.science.gravitational_waves.posteriors.inputs import Aligned, aligned
from astro_dl.science.gravitational_waves.posteriors.parameters import PRIOR, UNITS
from astro_dl.science.gravitational_waves.posteriors.physics import BinaryParametersPhysics
from astro_dl.science.gravitational_waves.posteriors.reading import (
    ReadSegment,
    loudest_time,
    read_segment,
)
from astro_dl.science.gravitational_waves.posteriors.signals import Segment

Array = np.ndarray
MostDraws = Annotated[int, Bounds(100, 1_000_000)]
LEVELS = {"": 0.5, "_q05": 0.05, "_q16": 0.16, "_q84": 0.84, "_q95": 0.95}
DISTANCE = "effective_distance"
LOW_EFFICIENCY, FEWEST_EFFECTIVE = 0.01, 40
"""Below which share, and which number, draws of the exact posterior are too few to rely on."""
QUIET = 7.0
"""Matches below which are flagged: noise alone has some of nearly 6 within half a minute."""


@divisible(undivided=("samples", "together"))
def predict_binaries(
    predictor: Predictor[BinaryParametersPhysics],
    paths: Sequence[str | Path],
    *,
    time: float | None = None,
    together: bool = False,
    draws: MostDraws = 4000,
    samples: MostSamples = 0,
    seed: int = 0,
    batch_size: int | None = None,
    keep_flagged: bool = False,
    progress: bool = True,
) -> QTable:
    """Tell the binary black hole that merges at a time, by each detector alone or by all.

    Parameters
    ----------
    predictor : Predictor
        A network of task ``gw_parameters``.
    paths : sequence of path
        GWOSC HDF5 files of strain, or GWF frames where gwpy is installed, each of one detector.
    time : float, optional
        GPS time of the merger, to 0.09 s [s]: that of a catalogue or of a search; default that of
        the loudest match in each file, of at most two minutes, where the segment about it lies
        within the file: none is looked for in the first 2.5 s, and all but the last 1.5 s are.
    together : bool, default False
        Whether the files are of one merger in several detectors: samples are then weighed by the
        likelihood of all of them, in each of a time, a phase and a strength of its own.
    draws : int, default 4000
        Of the network's posterior, which are weighed by the exact likelihood.
    samples : int, default 0
        Of the weighed posterior, which are kept in the table.
    seed : int, default 0
        Of draws and samples.
    batch_size : int, optional
        Segments given to the network at once.
    keep_flagged : bool, default False
        Answer for strain outside the training range, too.
    progress : bool, default True
        Whether to show a progress bar.

    Returns
    -------
    astropy.table.QTable
        One row per file in their order: ``id``, ``detector``, ``reference_time`` (GPS) of the
        loudest match, and ``match``, its signal-to-noise ratio; for each parameter the median,
        ``_std``, ``_mean``, ``_mode`` and quantiles of the network, with ``merger_time`` counted
        from the reference; for each parameter and ``effective_distance`` (where the binary, face-on
        and overhead, would be as loud) ``<parameter>_weighed``, the median of the samples weighed
        by the exact likelihood, with ``_q05``, ``_q16``, ``_q84`` and ``_q95``; ``efficiency``, how
        many draws of the exact posterior one of the network is worth; ``log_evidence``, ln of the
        Bayes factor of a signal over noise alone [nat]; with ``samples`` also
        ``<parameter>_samples`` of the weighed posterior, of which those of one place belong
        together; ``flags``: ``low_efficiency`` (below 0.01, or worth fewer than 40
        draws of the exact posterior: don't rely on the answer, or take more draws),
        ``quiet`` (a match below 7, with ``together`` in any detector: there need be no binary as
        loud as those of the prior),
        ``outside_training_range`` (NaN unless flagged answers are kept), and where there is no
        answer ``no_data``, ``not_finite``, ``data_quality`` or ``constant`` (within the segment of
        4 s) and ``no_off_source_strain`` (fewer than eight clean segments of 2 s around it).

    Raises
    ------
    UsageError
        If no file can be used, a file does not reach to the time, or none is given for a long one.
    """
    if together and time is None:
        raise UsageError("together needs the time of the merger, as time=1126259462.42 (GPS)")
    physics = predictor.physics

    def segment(path: Path) -> ReadSegment:
        return read_segment(physics, path, loudest_time(physics, path)[0] if time is None else time)

    ids, read = read_named(paths, segment, progress=progress)
    detectors = [one.detector for one in read]
    if together and len(set(detectors)) < len(detectors):
        raise UsageError(
            f"the files are of {', '.join(detectors)}; together is for one file of each detector"
        )
    seen = [_seen(physics, one) for one in read]
    x = np.concatenate([one.x for one in seen])
    table = predict_read(predictor, x, ids, [one.flags for one in read], batch_size, keep_flagged)
    answered = np.isfinite(np.asarray(table["effective_spin"], float))
    posterior = predictor.answers(x, batch_size, usable=answered).distribution
    assert isinstance(posterior, Posterior)
    segments = [
        Segment(one.white, one.weight, float(view.time[0]))
        for one, view in zip(read, seen, strict=True)
    ]
    usable = [row for row, one in enumerate(read) if not one.flags and together]
    found: list[Weighed | None] = []
    for row, name in enumerate(ids):
        if not answered[row]:
            found.append(None)
            continue
        own = Posterior(posterior.logits[:, [row]], posterior.map, posterior.priors)
        others = [segments[other] for other in usable if other != row]
        rng = _generator(seed, name)
        found.append(weighed(physics, segments[row], own, rng, draws, others))
    flags = [str(one) for one in table["flags"]]
    table.remove_column("flags")
    reference = [one.gps_start + float(view.time[0]) for one, view in zip(read, seen, strict=True)]
    table.add_column(detectors, 1, "detector")
    table.add_column(np.where(answered, reference, np.nan) * u.s, 2, "reference_time")
    match = np.array([float(view.match[0]) for view in seen])
    # All are weighed by the likelihood of each: one where nothing is heard concerns every row.
    heard = np.minimum(match, np.min(match[usable], initial=np.inf))
    table.add_column(np.where(answered, match, np.nan), 3, "match")
    for name, column in _columns(found, ids, samples, seed).items():
        table[name] = column
    table["flags"] = [
        _flagged(word, loudness, one)
        for word, loudness, one in zip(flags, heard, found, strict=True)
    ]
    return table


def _seen(physics: BinaryParametersPhysics, read: ReadSegment) -> Aligned:
    """Return what a network sees of a segment: NaN where it is of no use."""
    if read.flags:
        width = 3 * physics.bands + 1
        nothing = np.full((1, width), np.nan, np.float32)
        return Aligned(nothing, np.full(1, np.nan), np.full(1, np.nan))
    return aligned(physics, read.white[None], read.weight[None], read.near)


def _columns(
    found: Sequence[Weighed | None], ids: Sequence[str], samples: int, seed: int
) -> dict[str, Array | u.Quantity]:
    """Return what weighed samples tell, NaN where there are none."""
    columns: dict[str, Array | u.Quantity] = {}
    units = {**UNITS, DISTANCE: "Mpc"}
    levels = np.array(list(LEVELS.values()))
    for name, unit in units.items():
        told = [
            np.full(len(levels), np.nan)
            if one is None
            else one.quantiles(_values(one)[name], levels)
            for one in found
        ]
        for suffix, column in zip(LEVELS, np.transpose(told), strict=True):
            columns[f"{name}_weighed{suffix}"] = _with_unit(column, unit)
    columns["efficiency"] = np.array([np.nan if one is None else one.efficiency for one in found])
    columns["log_evidence"] = np.array(
        [np.nan if one is None else one.log_evidence for one in found]
    )
    if not samples:
        return columns
    chosen = [
        None if one is None else one.chosen(_generator(seed + 1, name), samples)
        for name, one in zip(ids, found, strict=True)
    ]
    for name, unit in units.items():
        drawn = [
            np.full(samples, np.nan) if one is None or rows is None else _values(one)[name][rows]
            for one, rows in zip(found, chosen, strict=True)
        ]
        columns[f"{name}_samples"] = _with_unit(np.array(drawn), unit)
    return columns


def _values(one: Weighed) -> dict[str, Array]:
    """Return samples (m,) of each parameter and of the effective distance."""
    return {
        **dict(zip(PRIOR, one.parameters.T, strict=True)),
        DISTANCE: one.effective_distance,
    }


def _with_unit(values: Array, unit: str) -> Array | u.Quantity:
    single = values.astype(np.float32)
    return single * u.Unit(unit) if unit else single


def _flagged(words: str, match: float, one: Weighed | None) -> str:
    quiet = "quiet" if match < QUIET else ""
    low = "low_efficiency" if one is not None and not _reliable(one) else ""
    return ",".join(filter(None, [words, quiet, low]))


def _reliable(one: Weighed) -> bool:
    effective = one.efficiency * len(one.log_weights)
    return one.efficiency >= LOW_EFFICIENCY and effective >= FEWEST_EFFECTIVE


def _generator(seed: int, name: str) -> np.random.Generator:
    """Return that of a file, whichever others are read with it."""
    return np.random.default_rng([seed, crc32(name.encode())])
