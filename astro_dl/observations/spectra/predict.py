"""From files of spectra to tables of predictions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from astropy.table import QTable

from astro_dl.core.errors import UsageError
from astro_dl.core.reading.many_files import nothing_read, read_each
from astro_dl.inference.protocol import Predictor
from astro_dl.observations.spectra.files import read_spectra
from astro_dl.observations.spectra.spectrum import Medium, Spectrum
from astro_dl.observations.spectra.wavelengths import resample

MOST_MISSING, LOWEST_SNR = 0.02, 10.0


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
    """Return the spectra of all files, in order."""
    found = [
        spectrum
        for _, spectra in read_each(paths, lambda path: read_spectra(path, medium))
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
    if (missing == 1).all():
        raise UsageError(
            f"no spectrum has flux within {edges[0]:.0f} to {edges[-1]:.0f} Å, where the network "
            "looks"
        )
    ratio = flux / sigma
    unknown = np.isnan(ratio).all(axis=1)
    snr = np.nanmedian(np.where(unknown[:, None], 0, ratio), axis=1)
    return Resampled(flux, sigma, np.where(unknown, np.nan, snr), missing)


def spectrum_table(
    predictor: Predictor[object],
    spectra: Sequence[Spectrum],
    found: Resampled,
    x: np.ndarray,
    batch_size: int | None,
    words: Callable[[int], Sequence[str]] = lambda row: (),
) -> QTable:
    """Return the predictions on inputs (n, …), with what is known of the spectra.

    ``words`` gives further flags of a row.
    """
    ids = [spectrum.id for spectrum in spectra]
    table = predictor.predict(x, ids=ids, batch_size=batch_size)
    finite = np.isfinite(x.reshape(len(x), -1)).all(axis=1)
    flags = []
    for row, (spectrum, own) in enumerate(zip(spectra, table["flags"], strict=True)):
        said = [word for word in str(own).split(",") if word and word != "non_finite_input"]
        marks = {
            "missing_wavelengths": found.missing[row] > MOST_MISSING,
            "low_snr": found.snr[row] < LOWEST_SNR,
            "no_continuum": not finite[row],
        }
        said = [word for word, is_so in marks.items() if is_so] + said
        flags.append(",".join([*said, *spectrum.flags, *words(row)]))
    table.remove_column("flags")
    table["snr"] = found.snr.astype(np.float32)
    table["missing_fraction"] = found.missing.astype(np.float32)
    table["flags"] = flags
    return table
