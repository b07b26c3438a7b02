"""The redshift of a galaxy from its spectrum, as one of 800 classes.

After Stivaktakis et al. (2020), doi:10.1109/TBDATA.2019.2934475: redshifts from 1 to 1.8 in steps
of 0.001, spectra from 1.1 to 2.0 µm on a logarithmic grid. Other ranges are for the physics to say.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from astropy.table import QTable, Table

from astro_dl.answers.regression import Regression
from astro_dl.core.examples import Examples
from astro_dl.core.limits import (
    Bounds,
    Different,
    Fraction,
    NonNegative,
    PositiveRange,
    Range,
    Shares,
)
from astro_dl.core.schema import checked
from astro_dl.core.task import Classical, Difficulty, Files, Task
from astro_dl.observations.spectra.continuum import pseudo_continuum
from astro_dl.observations.spectra.predict import (
    resampled_spectra,
    spectra_of_files,
    spectrum_table,
)
from astro_dl.observations.spectra.spectrum import Medium
from astro_dl.science.redshifts.inputs import (
    SMOOTHING,
    correlate_templates,
    redshift_edges,
    redshift_spec,
    redshift_spectrum_inputs,
    spectrum_edges,
)
from astro_dl.science.redshifts.metrics import SNR_EDGES, redshift_metrics
from astro_dl.science.redshifts.simulation.galaxies import KINDS, draw_galaxies, redshifted_spectra
from astro_dl.science.redshifts.simulation.night_sky import sky_residuals


@checked
class GalaxyRedshiftPhysics:
    """Everything that defines a set of galaxies.

    Parameters
    ----------
    redshift_range : tuple of float, default (1, 1.8)
        Uniform.
    bins : int, default 800
        Classes of redshift.
    wavelength_range_angstrom : tuple of float, default (11000, 20000)
        In vacuum.
    pixels : int, default 1800
        Of equal width in the logarithm.
    resolving_power : float, default 450
        Of the spectrograph.
    kind_fractions : tuple of float, default (0.75, 0.1, 0.15)
        Of star-forming, active and passive galaxies.
    snr_range : tuple of float, default (3, 100)
        Log-uniform: signal-to-noise ratio of everything but the continuum, the root of the sum over
        pixels of (lines / noise)².
    sky_residual : float, default 2
        Noise within the brightest lines of the night sky, relative to that between them.
    known_noise : float, default 0.1
        Relative error of the noise that a spectrum states.
    lines : bool, default True
        Without, galaxies have a continuum only.
    """

    redshift_range: Annotated[Range, Bounds(-0.01, 20), Different()] = (1.0, 1.8)
    bins: Annotated[int, Bounds(2, 10_000)] = 800
    wavelength_range_angstrom: Annotated[Range, Bounds(900, 60_000), Different()] = (
        11_000.0,
        20_000.0,
    )
    pixels: Annotated[int, Bounds(64, 8192)] = 1800
    resolving_power: Annotated[float, Bounds(10, 1e5)] = 450.0
    kind_fractions: Annotated[tuple[float, ...], Shares(len(KINDS))] = (0.75, 0.1, 0.15)
    snr_range: PositiveRange = (3.0, 100.0)
    sky_residual: NonNegative = 2.0
    known_noise: Fraction = 0.1
    lines: bool = True


def head(physics: GalaxyRedshiftPhysics) -> Regression:
    """Return the redshift, as probabilities of its classes."""
    edges = tuple(round(float(edge), 9) for edge in redshift_edges(physics))
    return Regression(("redshift",), ("",), distribution="grid", grid=edges)


def simulate(physics: GalaxyRedshiftPhysics, n: int, rng: np.random.Generator) -> Examples:
    """Return n spectra with their redshifts.

    Parameters
    ----------
    physics : GalaxyRedshiftPhysics
        Priors and spectrograph.
    n : int
        Number of spectra, each of another galaxy.
    rng : numpy.random.Generator
        Determines everything.

    Returns
    -------
    Examples
        ``x`` (n, pixels, 1), see `redshift_spec`; ``y`` (n, 1); ``info`` with ``galaxy`` (a random
        number), ``kind``, ``snr`` and ``halpha_width`` [Å].
    """
    redshift = rng.uniform(*physics.redshift_range, n)
    galaxies = draw_galaxies(redshift, physics.kind_fractions, rng)
    edges = spectrum_edges(physics)
    flux = redshifted_spectra(galaxies, edges, physics.resolving_power)
    smoothing = SMOOTHING * physics.pixels / np.log(edges[-1] / edges[0])
    lines = flux - pseudo_continuum(flux, smoothing)
    if not physics.lines:
        flux = flux - lines
    shape = np.hypot(1.0, physics.sky_residual * sky_residuals(edges, physics.resolving_power))
    snr = np.exp(rng.uniform(np.log(physics.snr_range[0]), np.log(physics.snr_range[1]), n))
    strength = np.sqrt(((lines / shape) ** 2).sum(axis=1))
    sigma = (strength / snr)[:, None] * shape
    stated = sigma * np.exp(physics.known_noise * rng.standard_normal((n, 1)))
    observed = flux + sigma * rng.standard_normal(flux.shape)
    info = Table({"galaxy": rng.integers(0, 2**62, n), "kind": galaxies.kind, "snr": snr})
    info["halpha_width"] = galaxies.widths.max(axis=1)
    x = redshift_spectrum_inputs(physics, observed, stated)
    return Examples(x, redshift[:, None].astype(np.float32), info)


def predict_galaxies(
    predictor: Any,
    paths: Sequence[str | Path],
    *,
    medium: Medium | None = None,
    batch_size: int | None = None,
) -> QTable:
    """Apply a network to spectra of galaxies.

    Parameters
    ----------
    predictor : Predictor
        A network of task ``galaxy_redshift``.
    paths : sequence of path
        Files of one spectrum or several; see `astro_dl.observations.spectra.files.read_spectra`.
    medium : {"air", "vacuum"}, optional
        What the wavelengths are measured in, whatever the files say.
    batch_size : int, optional
        Spectra given to the network at once.

    Returns
    -------
    astropy.table.QTable
        One row per spectrum, in the order of the files: ``id``, ``redshift`` and what is told of
        its distribution; ``snr``, ``missing_fraction``, and ``flags``: ``missing_wavelengths``,
        ``low_snr``, ``air_assumed``, ``no_continuum`` (no answer), ``outside_training_range``.

    Raises
    ------
    UsageError
        If a file cannot be used, or no spectrum reaches the network's wavelengths.
    """
    spectra = spectra_of_files(paths, medium)
    found = resampled_spectra(spectra, spectrum_edges(predictor.physics))
    x = redshift_spectrum_inputs(predictor.physics, found.flux, found.sigma)
    return spectrum_table(predictor, spectra, found, x, batch_size)


task = Task(
    name="galaxy_redshift",
    summary="The redshift of a galaxy by its spectrum",
    physics=GalaxyRedshiftPhysics,
    head=head,
    input_spec=redshift_spec,
    simulate=simulate,
    group="galaxy",
    difficulty=Difficulty("snr", SNR_EDGES, "signal-to-noise ratio of the lines"),
    classical=Classical(baselines=correlate_templates),
    files=Files(predict=predict_galaxies),
    extra_metrics=redshift_metrics,
)
