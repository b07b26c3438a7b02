"""The parameters of strong lenses from cutouts: Einstein radius, ellipticity, centre and shear."""

from typing import Annotated, Literal

import numpy as np

from astro_dl.answers.regression import Regression
from astro_dl.core.answer import AnswerKind
from astro_dl.core.examples import Examples, Inputs
from astro_dl.core.limits import (
    Bounds,
    Different,
    Fraction,
    MagnitudeRange,
    NonNegative,
    Positive,
    PositiveRange,
    SidePixels,
)
from astro_dl.core.schema import checked
from astro_dl.core.task import Augmentation, Classical, Difficulty, Files, Task
from astro_dl.observations.images.orientations import oriented
from astro_dl.science.lenses.features import lens_parameter_features
from astro_dl.science.lenses.figures import draw_mosaics, picture_cutouts
from astro_dl.science.lenses.inputs import cutout_spec
from astro_dl.science.lenses.parameter_metrics import parameter_metrics
from astro_dl.science.lenses.physics import check_bands
from astro_dl.science.lenses.predict import cutout_of_file, predict_cutouts
from astro_dl.science.lenses.simulate import simulated_cutouts
from astro_dl.science.lenses.simulation.population import AxisRatioRange, RedshiftRange, Shear

TARGETS = {
    "theta_E": ("einstein_radius", "arcsec"),
    "e1": ("e1", ""),
    "e2": ("e2", ""),
    "center_x": ("center_x", "arcsec"),
    "center_y": ("center_y", "arcsec"),
    "gamma1": ("gamma1", ""),
    "gamma2": ("gamma2", ""),
}
"""Target to the simulator's column and its unit; x grows with the column, y with the row."""

SYMBOLS = {
    "theta_E": r"$\theta_\mathrm{E}$",
    "e1": "$e_1$",
    "e2": "$e_2$",
    "center_x": r"$x_\mathrm{c}$",
    "center_y": r"$y_\mathrm{c}$",
    "gamma1": r"$\gamma_1$",
    "gamma2": r"$\gamma_2$",
}

OF_LIGHT = {"center_x": "offset_x", "center_y": "offset_y"}
"""Columns of targets relative to the galaxy's light, wherever this is in the image."""


@checked
class LensParametersPhysics:
    """Everything that defines a set of lenses.

    Parameters
    ----------
    einstein_radius_prior : {"uniform", "population"}
        Uniform, or as surveys are forecast to find them.
    center_of : {"image", "light"}
        What the mass's centre is told relative to: the middle of the image, or the galaxy's light.
    center_scatter_arcsec : float, default 0.1
        Standard deviation of the mass's centre from the light's ["].
    arc_snr_min : float, default 20
        Sources of which less would be seen are made brighter; 0 for none.
    **others
        As those of `astro_dl.science.lenses.finding.StrongLensPhysics` of the same name.
    """

    survey: str = "lsst"
    bands: Annotated[tuple[str, ...], Different()] = ("g", "r", "i")
    size_pixels: SidePixels = 64
    clip_sigma: Positive = 1000.0
    softening_sigma: Positive = 5.0
    einstein_radius_range_arcsec: PositiveRange = (0.5, 3.0)
    einstein_radius_prior: Literal["population", "uniform"] = "uniform"
    lens_redshift_range: RedshiftRange = (0.15, 1.0)
    axis_ratio_range: AxisRatioRange = (0.45, 1.0)
    shear_max: Shear = 0.1
    center_of: Literal["image", "light"] = "image"
    center_scatter_arcsec: NonNegative = 0.1
    angle_scatter_rad: NonNegative = 0.17
    source_magnitude_range: MagnitudeRange = (21.5, 26.0)
    source_radius_range_arcsec: PositiveRange = (0.08, 0.6)
    clumps: Annotated[int, Bounds(0, 100)] = 4
    arc_snr_min: NonNegative = 20.0
    exposure_factor: Positive = 1.0
    depth_scatter_mag: NonNegative = 0.1
    satellite_rate: Annotated[float, Bounds(0, 100)] = 1.0
    masked_fraction: Fraction = 0.01
    point_spread_files: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_bands(self)


def head(physics: LensParametersPhysics) -> AnswerKind:
    """Return the targets and their units, each with a Gaussian."""
    units = tuple(unit for _, unit in TARGETS.values())
    return Regression(tuple(TARGETS), units, distribution="gaussian")


def simulate(physics: LensParametersPhysics, n: int, rng: np.random.Generator) -> Examples:
    """Return n cutouts of lenses with the parameters of their masses.

    Parameters
    ----------
    physics : LensParametersPhysics
        The survey and what is in its sky.
    n : int
        Number of cutouts.
    rng : numpy.random.Generator
        Determines everything.

    Returns
    -------
    Examples
        ``x`` as in task ``strong_lens``; ``y`` (n, 7) float32 in the order of `TARGETS`; ``info``
        with ``object_id``, ``arc_snr`` and all else that the simulator knows.
    """
    x, truth = simulated_cutouts(physics, {"lens": 1.0}, n, rng)
    columns = {target: column for target, (column, _) in TARGETS.items()}
    if physics.center_of == "light":
        columns |= OF_LIGHT
    y = np.stack([np.asarray(truth[column]) for column in columns.values()], axis=1)
    return Examples(x, y.astype(np.float32), truth)


def turned(y: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """Return the parameters of lenses whose images are turned.

    Parameters
    ----------
    y : ndarray, (n, 7)
        In the order of `TARGETS`.
    numbers : ndarray of int, (n,)
        Orientations, see `astro_dl.observations.images.orientations.oriented`.
    """
    theta, e1, e2, x, y_, gamma1, gamma2 = y.T
    turns, mirror = numbers % 4, np.where(numbers >= 4, -1, 1)
    # a quarter turn brings y to x, and x to -y; what has two ends changes its sign
    x, y_ = np.choose(turns, [x, y_, -x, -y_]), np.choose(turns, [y_, -x, -y_, x])
    sign = 1 - 2 * (turns % 2)
    ends = [sign * e1, mirror * sign * e2, mirror * x, y_, sign * gamma1, mirror * sign * gamma2]
    return np.stack([theta, *ends], axis=1).astype(y.dtype)


def random_orientations(
    x: Inputs, y: np.ndarray, rng: np.random.Generator
) -> tuple[Inputs, np.ndarray]:
    """Return lenses, each in one of its eight orientations, with its parameters."""
    numbers = rng.integers(0, 8, len(y))
    return oriented(x, numbers), turned(y, numbers)


task = Task(
    name="lens_parameters",
    summary="Einstein radius, ellipticity, centre and shear of a strong lens",
    physics=LensParametersPhysics,
    head=head,
    input_spec=cutout_spec,
    simulate=simulate,
    group="object_id",
    difficulty=Difficulty(
        column="arc_snr",
        edges=(10.0, 20.0, 30.0, 45.0, 70.0, 100.0, 150.0, 300.0, 1000.0),
        label="signal-to-noise ratio of the arcs",
    ),
    classical=Classical(
        features=lens_parameter_features, peers=("gradient_boosting", "logistic_regression")
    ),
    augmentation=Augmentation(pairs=random_orientations),
    files=Files(
        inputs=cutout_of_file,
        predict=predict_cutouts,
        draw=draw_mosaics,
        pictures=picture_cutouts,
    ),
    extra_metrics=parameter_metrics,
    caution="Where the image tells nothing of the shear, which needs arcs of a signal-to-noise "
    "ratio above 150, its answer repeats the prior and is flagged shear_of_prior.",
    version=2,
    symbols=SYMBOLS,
)
