"""The redshift of a galaxy from its spectrum, as one of 800 classes.

After Stivaktakis et al. (2020), doi:10.1109/TBDATA.2019.2934475: redshifts from 1 to 1.8 in steps
of 0.001, spectra from 1.1 to 2.0 µm on a logarithmic grid. Other ranges are for the physics to say.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from astropy.table import QTable, Table

from astro_dl.answers.regression import Regression
from astro_dl.core.examples import Examples
from astro_dl.core.reading.share import divisible
from astro_dl.core.task import Classical, Difficulty, Files, Task
from astro_dl.inference.protocol import Predictor
from astro_dl.inference.table import Effect
from astro_dl.observations.spectra.continuum import pseudo_continuum
from astro_dl.observations.spectra.predict import (
    finite_input,
    only_spectrum,
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
from astro_dl.science.redshifts.physics import GalaxyRedshiftPhysics
from astro_dl.science.redshifts.simulation.galaxies import (
    EMISSION,
    draw_galaxies,
    redshifted_spectra,
)
from astro_dl.science.redshifts.simulation.night_sky import sky_residuals

BLUE_LOSS = 0.08
"""Interval of ln λ in which the noise that blue light adds falls by e."""


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
        number), ``kind``, ``snr`` and ``halpha_width``, the equivalent width at rest [Å].
    """
    redshift = rng.uniform(*physics.redshift_range, n)
    galaxies = draw_galaxies(redshift, physics.kind_fractions, rng)
    edges = spectrum_edges(physics)
    flux = redshifted_spectra(galaxies, edges, physics.resolving_power)
    smoothing = SMOOTHING * physics.pixels / np.log(edges[-1] / edges[0])
    lines = flux - pseudo_continuum(flux, smoothing)
    if not physics.lines:
        flux = flux - lines
    shape = noise_shape(physics)
    snr = np.exp(rng.uniform(np.log(physics.snr_range[0]), np.log(physics.snr_range[1]), n))
    strength = np.sqrt(((lines / shape) ** 2).sum(axis=1))
    sigma = (strength / snr)[:, None] * shape
    stated = sigma * np.exp(physics.known_noise * rng.standard_normal((n, 1)))
    observed = flux + sigma * rng.standard_normal(flux.shape)
    info = Table({"galaxy": rng.integers(0, 2**62, n), "kind": galaxies.kind, "snr": snr})
    info["halpha_width"] = galaxies.widths[:, list(EMISSION).index("Halpha")]
    x = redshift_spectrum_inputs(physics, observed, stated)
    return Examples(x, redshift[:, None].astype(np.float32), info)


def noise_shape(physics: GalaxyRedshiftPhysics) -> np.ndarray:
    """Return the noise of each pixel (pixels,), one between lines of the sky at the red end."""
    edges = spectrum_edges(physics)
    sky = np.hypot(1.0, physics.sky_residual * sky_residuals(edges, physics.resolving_power))
    redward = np.log(np.sqrt(edges[1:] * edges[:-1]) / edges[0])
    return sky * (1 + physics.blue_noise * np.exp(-redward / BLUE_LOSS))


@divisible()
def predict_galaxies(
    predictor: Predictor[GalaxyRedshiftPhysics],
    paths: Sequence[str | Path],
    *,
    medium: Medium | None = None,
    batch_size: int | None = None,
    keep_flagged: bool = False,
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
    keep_flagged : bool, default False
        Give answers outside the training range, too, instead of leaving them out.

    Returns
    -------
    astropy.table.QTable
        One row per spectrum, in the order of the files: ``id``, ``redshift`` and what is told of
        its distribution; ``snr``, ``missing_fraction``, and ``flags``: ``missing_wavelengths``,
        ``low_snr`` (of a pixel, which the lines may stand out of all the same), ``air_assumed``,
        ``no_continuum`` (no answer), ``outside_training_range`` (no answer unless flagged ones are
        kept).

    Raises
    ------
    UsageError
        If a file cannot be used, or no spectrum reaches the network's wavelengths.
    """
    spectra = spectra_of_files(paths, medium)
    found = resampled_spectra(spectra, spectrum_edges(predictor.physics))
    x = redshift_spectrum_inputs(predictor.physics, found.flux, found.sigma)
    return spectrum_table(
        predictor, spectra, found, x, batch_size, keep_flagged, low_snr=Effect.NONE
    )


def input_of_file(physics: GalaxyRedshiftPhysics, path: Path) -> np.ndarray:
    """Return the input of the one spectrum in a file, (pixels, 1)."""
    found = only_spectrum(path, spectrum_edges(physics))
    return finite_input(redshift_spectrum_inputs(physics, found.flux, found.sigma), path)


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
    files=Files(inputs=input_of_file, predict=predict_galaxies),
    extra_metrics=redshift_metrics,
    simulation_caution="The noise of optical spectra was set on 13 spectra of BOSS and eBOSS, of "
    "which three are in range: they are no blind test. Quasars are not simulated.",
    version=2,
)
