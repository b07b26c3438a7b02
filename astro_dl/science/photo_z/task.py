"""How far is a galaxy? Redshift and its probability distribution from broad-band photometry."""

from collections.abc import Mapping
from typing import Annotated, Literal

import numpy as np
from astropy.table import Table

from astro_dl.answers.regression import Regression
from astro_dl.core.errors import UsageError, look_up
from astro_dl.core.examples import Examples
from astro_dl.core.limits import Bounds, Count, Different, NonNegative, Range
from astro_dl.core.schema import checked
from astro_dl.core.task import Augmentation, Classical, Difficulty, Files, InputSpec, Task
from astro_dl.observations.photometry.magnitude_errors import measured_magnitudes
from astro_dl.observations.photometry.synthetic_magnitudes import (
    PHOTOMETRIC_SURVEYS,
    PhotometricSurvey,
    galaxy_magnitudes,
)
from astro_dl.science.photo_z.datasets import DATASETS
from astro_dl.science.photo_z.inputs import (
    REFERENCE_BAND,
    hide_bands,
    photometry_contract,
    photometry_features,
    photometry_inputs,
)
from astro_dl.science.photo_z.metrics import photo_z_metrics
from astro_dl.science.photo_z.predict import predict_redshifts
from astro_dl.science.photo_z.prior import draw_magnitudes, draw_types_and_redshifts
from astro_dl.science.photo_z.templates import template_fit


@checked
class PhotoZPhysics:
    """Everything that defines a set of galaxies.

    Parameters
    ----------
    survey : {"lsst", "sdss", "des"}
        Whose filters and depths.
    bands : tuple of str, default ()
        Which of its bands, blue to red; none for all of them. ``"i"`` is always among them.
    errors : bool, default False
        Whether the errors of magnitudes are inputs.
    answer : {"mixture", "point", "gaussian", "grid"}
        What networks say of a redshift, see `astro_dl.core.answer.AnswerKind`.
    components : int, default 6
        Gaussians of a mixture.
    grid_bins : int, default 150
        Bins of a grid, equally wide over the range of redshifts.
    redshift_range : tuple of float, default (0, 3)
        No probability is given to redshifts outside.
    magnitude_range : tuple of float, default (18, 25.3)
        True i magnitudes [AB].
    counts_slope : float, default 0.25
        How the numbers of galaxies grow: a power of ten for each magnitude.
    depth_offset_mag : float, default 0
        Added to the depths for point sources; negative for extended ones, or fewer exposures.
    depth_scatter_mag : float, default 0.1
        Standard deviation of the depth from galaxy to galaxy and band to band [mag].
    detection_snr : float, default 1
        Fainter measurements are no detections.
    template_scatter_mag : float, default 0.03
        How far galaxies are from all templates, standard deviation in each band [mag].
    mean_reddening_mag : float, default 0.05
        Mean of E(B - V), distributed exponentially, of galaxies other than the earliest types.
    unobserved_fraction : float, default 0.02
        Of bands that were not observed, but for the band i.
    """

    survey: Literal["lsst", "sdss", "des"] = "lsst"
    bands: tuple[str, ...] = ()
    errors: bool = False
    answer: Literal["mixture", "point", "gaussian", "grid"] = "mixture"
    components: Count = 6
    grid_bins: Annotated[int, Bounds(2)] = 150
    redshift_range: Annotated[Range, Bounds(0, 3.5), Different()] = (0.0, 3.0)
    magnitude_range: Annotated[Range, Different()] = (18.0, 25.3)
    counts_slope: NonNegative = 0.25
    depth_offset_mag: float = 0.0
    depth_scatter_mag: NonNegative = 0.1
    detection_snr: NonNegative = 1.0
    template_scatter_mag: NonNegative = 0.03
    mean_reddening_mag: NonNegative = 0.05
    unobserved_fraction: Annotated[float, Bounds(0, 1, open_high=True)] = 0.02

    def __post_init__(self) -> None:
        if REFERENCE_BAND not in self.used_bands:
            raise UsageError(f"bands are {self.bands}; {REFERENCE_BAND!r} must be among them")

    @property
    def about(self) -> PhotometricSurvey:
        """The survey."""
        return look_up("survey", self.survey, PHOTOMETRIC_SURVEYS)

    @property
    def used_bands(self) -> tuple[str, ...]:
        """The bands, blue to red."""
        return self.about.choose(self.bands)

    @property
    def middle(self) -> float:
        """The magnitude in the middle of the range."""
        return 0.5 * sum(self.magnitude_range)

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns that a catalogue must have."""
        names = self.used_bands
        return names + tuple(f"{band}_err" for band in names) if self.errors else names

    def inputs(self, values: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return inputs (n, 5B - 1) from columns: magnitudes by band, errors by ``<band>_err``.

        Magnitudes are infinite where not detected and NaN where not observed.
        """
        magnitudes = np.stack([values[band] for band in self.used_bands], axis=1)
        errors = None
        if self.errors:
            errors = np.stack([values[f"{band}_err"] for band in self.used_bands], axis=1)
        return photometry_inputs(self.about, self.used_bands, self.middle, magnitudes, errors)


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
    files=Files(predict_blocks=predict_redshifts),
    caution="The ranges of magnitudes and redshifts that configs give the simulation of SDSS were "
    "chosen after a look at the colours of whole real sets, test galaxies included: scores of "
    "simulated networks on them are not blind. No setting was chosen by those scores.",
)
