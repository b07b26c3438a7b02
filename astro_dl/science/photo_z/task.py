"""How far is a galaxy? Redshift and its probability distribution from broad-band photometry."""

import numpy as np
from astropy.table import Table

from astro_dl.answers.regression import Regression
from astro_dl.core.examples import Examples
from astro_dl.core.task import Augmentation, Classical, Difficulty, Files, InputSpec, Task
from astro_dl.observations.photometry.magnitude_errors import measured_magnitudes
from astro_dl.observations.photometry.synthetic_magnitudes import (
    galaxy_magnitudes,
)
from astro_dl.science.photo_z.datasets import DATASETS
from astro_dl.science.photo_z.inputs import (
    REFERENCE_BAND,
    hide_bands,
    photometry_contract,
    photometry_features,
)
from astro_dl.science.photo_z.metrics import photo_z_metrics
from astro_dl.science.photo_z.physics import PhotoZPhysics
from astro_dl.science.photo_z.predict import inputs_of_galaxies, predict_redshifts
from astro_dl.science.photo_z.prior import draw_magnitudes, draw_types_and_redshifts
from astro_dl.science.photo_z.templates import template_fit


def head(physics: PhotoZPhysics) -> Regression:
    """Return the redshift, with its distribution."""
    low, high = physics.redshift_range
    grid: tuple[float, ...] = ()
    if physics.answer == "grid":
        edges = np.linspace(low, high, physics.grid_bins + 1)
        grid = tuple(float(edge) for edge in np.round(edges, 6))
    return Regression(
        ("redshift",),
        distribution=physics.answer,
        components=physics.components,
        grid=grid,
        support=(low, high) if physics.answer == "mixture" else (-np.inf, np.inf),
    )


def input_spec(physics: PhotoZPhysics) -> InputSpec:
    """Return magnitudes, colours, errors and marks."""
    bands = physics.used_bands
    contract = photometry_contract(physics.about, bands, physics.middle, physics.errors)
    return InputSpec((5 * len(bands) - 1,), contract)


def simulate(physics: PhotoZPhysics, n: int, rng: np.random.Generator) -> Examples:
    """Return n galaxies as measured.

    Parameters
    ----------
    physics : PhotoZPhysics
        Survey, priors and noise.
    n : int
        Number of galaxies.
    rng : numpy.random.Generator
        Determines everything.

    Returns
    -------
    Examples
        ``x`` as in `astro_dl.science.photo_z.inputs`; ``y`` (n, 1) float32 redshifts; ``info`` with
        ``object_id`` (a random number), ``redshift``, ``magnitude`` (i as measured, or true where
        it was not detected) [mag], ``spectral_type``, ``reddening`` [mag].
    """
    bands = physics.used_bands
    reference = bands.index(REFERENCE_BAND)
    true_i = draw_magnitudes(n, physics.magnitude_range, physics.counts_slope, rng)
    kind, redshift = draw_types_and_redshifts(true_i, physics.redshift_range, rng)
    dust = np.where(kind > 0.5, rng.exponential(physics.mean_reddening_mag, n), 0.0)
    magnitudes = galaxy_magnitudes(physics.survey, bands, kind, redshift, dust)
    magnitudes += (true_i - magnitudes[:, reference])[:, None]
    magnitudes += rng.normal(0, physics.template_scatter_mag, magnitudes.shape)
    depths = np.array([physics.about.depths[band] for band in bands]) + physics.depth_offset_mag
    measured, errors = measured_magnitudes(
        magnitudes,
        depths + rng.normal(0, physics.depth_scatter_mag, magnitudes.shape),
        np.array([physics.about.gammas[band] for band in bands]),
        physics.about.floor,
        physics.detection_snr,
        rng,
    )
    hidden = rng.random(measured.shape) < physics.unobserved_fraction
    hidden[:, reference] = False
    measured[hidden], errors[hidden] = np.nan, np.nan
    columns = dict(zip(bands, measured.T, strict=True))
    columns |= {f"{band}_err": one for band, one in zip(bands, errors.T, strict=True)}
    seen = measured[:, reference]
    info = Table(
        {
            "object_id": rng.integers(2**62, size=n),
            "redshift": redshift,
            "magnitude": np.where(np.isfinite(seen), seen, true_i),
            "spectral_type": kind,
            "reddening": dust,
        },
        units={"magnitude": "mag", "reddening": "mag"},
    )
    return Examples(physics.inputs(columns), redshift[:, None].astype(np.float32), info)


task = Task(
    name="photo_z",
    summary="How far is a galaxy, by its broad-band photometry?",
    physics=PhotoZPhysics,
    head=head,
    input_spec=input_spec,
    simulate=simulate,
    group="object_id",
    difficulty=Difficulty(
        column="magnitude",
        edges=(14.0, 16.0, 17.0, 18.0, 19.0, 20.0, 21.0, 22.0, 23.0, 24.0, 25.3),
        label="i magnitude",
    ),
    classical=Classical(
        baselines=template_fit,
        features=photometry_features,
        peers=("random_forest", "gradient_boosting", "knn", "logistic_regression", "training_mean"),
    ),
    extra_metrics=photo_z_metrics,
    datasets=DATASETS,
    augmentation=Augmentation(inputs=hide_bands),
    files=Files(rows=inputs_of_galaxies, predict_blocks=predict_redshifts),
    simulation_caution="The ranges of magnitudes and redshifts that configs give the simulation "
    "of SDSS were chosen after a look at the colours of whole real sets, test galaxies included: "
    "scores of simulated networks on them are not blind. No setting was chosen by those scores.",
)
