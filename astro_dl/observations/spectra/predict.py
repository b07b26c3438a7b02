"""From files of spectra to tables of predictions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from astropy.table import QTable

from astro_dl.core.errors import UsageError
from astro_dl.core.files import distinct_names, name_within
from astro_dl.core.reading.many_files import nothing_read, read_each
from astro_dl.core.reading.share import current_share
from astro_dl.inference.input_checks import check_scale, rows_outside_training_range
from astro_dl.inference.predictions import Answers
from astro_dl.inference.protocol import Predictor
from astro_dl.inference.table import (
    MOST_NAMED,
    Effect,
    Flag,
    answered_rows,
    check_any_answer,
    prediction_table,
)
from astro_dl.observations.spectra.files import read_spectra
from astro_dl.observations.spectra.spectrum import Medium, Spectrum
from astro_dl.observations.spectra.wavelengths import resample

MOST_MISSING, LOWEST_SNR = 0.02, 10.0
MOST_LOST, FEWEST_FOR_NOISE = 0.5, 16


@dataclass(frozen=True)
class Resampled:
    """Spectra on one grid, (n, pixels); NaN where unknown.

    Parameters
    ----------
    flux, sigma : ndarray
        Flux, and its standard deviation where the file tells it.
    snr : ndarray, (n,)
        Median signal-to-noise ratio of a pixel.
    missing : ndarray, (n,)
        Fraction of the pixels without flux.
    """

    flux: np.ndarray
    sigma: np.ndarray
    snr: np.ndarray
    missing: np.ndarray


def spectra_of_files(paths: Sequence[str | Path], medium: Medium | None) -> list[Spectrum]:
    """Return the spectra of all files, in order, each with an id of its own."""
    names = distinct_names([Path(path) for path in paths])
    found = [
        replace(spectrum, id=name_within(spectrum.id, Path(path), names))
        for path, spectra in read_each(paths, lambda path: read_spectra(path, medium))
        for spectrum in spectra
    ]
    if not found:
        raise nothing_read()
    return found


def resampled_spectra(spectra: Sequence[Spectrum], edges: np.ndarray) -> Resampled:
    """Return spectra on a grid of pixels with these edges, in vacuum [Å].

    Raises
    ------
    UsageError
        If none of them reaches into the grid.
    """
    fluxes, sigmas = [], []
    for one in spectra:
        good = np.isfinite(one.flux)
        fluxes.append(resample(one.wavelength, one.flux, good, edges))
        known = np.isfinite(one.sigma)
        variance = resample(one.wavelength, np.where(known, one.sigma, 0) ** 2, known, edges)
        own = np.gradient(one.wavelength)
        share = np.interp(edges[1:], one.wavelength, own) / np.diff(edges)
        sigmas.append(np.sqrt(variance * np.minimum(share, 1)))
    flux, sigma = np.stack(fluxes), np.stack(sigmas)
    missing = np.isnan(flux).mean(axis=1)
    if (missing == 1).all() and current_share() is None:
        named = ", ".join(one.id for one in spectra[:MOST_NAMED])
        raise UsageError(
            f"{named}: no spectrum has flux within {edges[0]:.0f} to {edges[-1]:.0f} Å, where the "
            "network looks; pixels with an error or inverse variance of 0 count as bad"
        )
    ratio = flux / sigma
    unknown = np.isnan(ratio).all(axis=1)
    snr = np.nanmedian(np.where(unknown[:, None], 0, ratio), axis=1)
    return Resampled(flux, sigma, np.where(unknown, np.nan, snr), missing)


def only_spectrum(path: Path, edges: np.ndarray) -> Resampled:
    """Return the one spectrum of a file on a grid of pixels with these edges.

    Raises
    ------
    UsageError
        If it cannot be read, holds several, or does not reach into the grid.
    """
    spectra = spectra_of_files([path], None)
    if len(spectra) > 1:
        raise UsageError(f"{path}: {len(spectra)} spectra; give files of one each")
    return resampled_spectra(spectra, edges)


def finite_input(x: np.ndarray, path: Path) -> np.ndarray:
    """Return the only input of (1, pixels, 1).

    Raises
    ------
    UsageError
        If the spectrum has no continuum to be divided by.
    """
    if not np.isfinite(x).all():
        raise UsageError(f"{path}: no continuum within the wavelengths that the network takes")
    return x[0]


def spectrum_table(
    predictor: Predictor[object],
    spectra: Sequence[Spectrum],
    found: Resampled,
    x: np.ndarray,
    batch_size: int | None,
    keep_flagged: bool,
    low_snr: Effect,
    judged: Callable[[Answers], Mapping[str, Flag]] = lambda answers: {},
) -> QTable:
    """Return the predictions on inputs (n, …), with what is known of the spectra.

    Parameters
    ----------
    predictor : Predictor
        Of a task on spectra.
    spectra : sequence of Spectrum
        Where the inputs are from.
    found : Resampled
        The same on the network's grid.
    x : ndarray, (n, pixels, 1)
        Inputs; NaN where a spectrum cannot be used.
    batch_size : int or None
        Spectra given to the network at once.
    keep_flagged : bool
        Whether unsupported answers are given.
    low_snr : Effect
        What a signal-to-noise ratio below 10 means for the answer.
    judged : callable, optional
        Gives further flags by the answers.

    Raises
    ------
    UsageError
        If no spectrum can be used, or the numbers are of another order than those of the training.
    """
    ids = [spectrum.id for spectrum in spectra]
    finite = np.isfinite(x.reshape(len(x), -1)).all(axis=1)
    check_any_answer(finite, ids, [_why_unusable(row, found) for row in range(len(x))])
    statistics = predictor.bundle.card.input_statistics
    check_scale(x, statistics)
    noisy = np.array([_snr(row, found) < LOWEST_SNR for row in range(len(x))])
    outside = rows_outside_training_range(x, statistics) & finite
    words = dict.fromkeys(word for spectrum in spectra for word in spectrum.flags)
    flags = {
        "missing_wavelengths": Flag(found.missing > MOST_MISSING),
        "low_snr": Flag(noisy, low_snr),
        "no_continuum": Flag(~finite, Effect.NO_ANSWER),
        "outside_training_range": Flag(outside, Effect.WITHHELD),
    } | {word: Flag(np.array([word in one.flags for one in spectra])) for word in words}
    answers = predictor.answers(x, batch_size, answered_rows(flags, keep_flagged))
    further = judged(answers)
    flags |= further
    if any(flag.rows.any() for flag in further.values()):
        answers = predictor.answers(x, batch_size, answered_rows(flags, keep_flagged))
    table = prediction_table(predictor.head, ids, answers, flags)
    place = table.colnames.index("flags")
    table.add_column(found.snr.astype(np.float32), place, "snr")
    table.add_column(found.missing.astype(np.float32), place + 1, "missing_fraction")
    return table


def _snr(row: int, found: Resampled) -> float:
    """Return the signal-to-noise ratio of a pixel, from the flux alone where errors are unknown.

    The latter is DER_SNR of Stoehr et al. (2008), ASP Conf. Ser. 394, 505.
    """
    if np.isfinite(found.snr[row]):
        return float(found.snr[row])
    flux = found.flux[row][np.isfinite(found.flux[row])]
    if len(flux) < FEWEST_FOR_NOISE:
        return np.nan
    difference = np.abs(2 * flux[2:-2] - flux[:-4] - flux[4:])
    noise = 1.482602 / np.sqrt(6) * np.median(difference)
    return float(np.median(flux) / noise) if noise > 0 else np.nan


def _why_unusable(row: int, found: Resampled) -> str:
    """Return why a spectrum gives no input, in words."""
    if found.missing[row] > MOST_LOST:
        return f"{found.missing[row]:.0%} of the network's wavelengths have no good flux"
    if not np.nanmax(found.flux[row]) > 0:
        return "no flux above 0"
    return "no continuum above 0"
