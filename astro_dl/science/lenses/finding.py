"""Galaxy-scale strong lenses in survey cutouts: is the galaxy in the middle a lens?

Non-lenses are what real searches confuse with lenses: spirals, rings, mergers, early types with
blue companions, and galaxies in front of a source that is only stretched.
"""

from typing import Annotated, Literal

import numpy as np
from astropy.table import vstack

from astro_dl.answers.binary import Binary
from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Examples
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
from astro_dl.core.task import Augmentation, Classical, DeviceSimulator, Difficulty, Files, Task
from astro_dl.observations.images.orientations import ORIENTATIONS, random_orientation
from astro_dl.science.lenses.datasets import BOLOGNA_GROUND, BOLOGNA_SPACE, DES_BACKGROUNDS, SLACS
from astro_dl.science.lenses.features import lens_features
from astro_dl.science.lenses.figures import draw_mosaics, picture_cutouts
from astro_dl.science.lenses.inputs import cutout_spec
from astro_dl.science.lenses.metrics import EINSTEIN_RADIUS_EDGES, lens_metrics
from astro_dl.science.lenses.physics import check_bands
from astro_dl.science.lenses.predict import cutout_of_file, predict_cutouts
from astro_dl.science.lenses.simulate import (
    rendered_cutouts,
    scene_settings,
    second_opinions,
    simulated_cutouts,
)
from astro_dl.science.lenses.simulation.cutouts import DrawnCutouts, draw_cutouts
from astro_dl.science.lenses.simulation.population import AxisRatioRange, RedshiftRange, Shear
from astro_dl.science.lenses.simulation.variety import Variety

SECOND_ARC_SNR_MAX = 300.0
"""Largest ratio of the other simulator's arcs where ``arc_snr_max`` does not say."""

NON_LENSES = ("elliptical", "spiral", "ring", "merger", "barely_lensed")


@checked
class StrongLensPhysics:
    """Everything that defines a set of cutouts.

    Parameters
    ----------
    survey : str, default "lsst"
        Preset of pixel scale, seeing and depth: lsst, des, kids, hsc, euclid or hst.
    bands : tuple of str, default ("g", "r", "i")
        Of the survey; the channels, in this order.
    size_pixels : int, default 64
        Pixels along either side.
    clip_sigma, softening_sigma : float, default 1000 and 5
        Of the preprocessing, see `astro_dl.observations.images.cutouts.normalise`.
    lens_fraction : float, default 0.5
        Fraction of lenses.
    elliptical_weight, spiral_weight, ring_weight, merger_weight, barely_lensed_weight : float
        How often each kind is among the others, relative to each other: early types with one or two
        blue companions, face-on spirals, rings, mergers, and galaxies in front of a source of which
        there is only one image.
    einstein_radius_range_arcsec : tuple of float, default (0.5, 3)
        Of the lenses ["].
    einstein_radius_prior : {"population", "uniform"}
        As surveys are forecast to find them, or uniform.
    lens_redshift_range : tuple of float, default (0.15, 1)
        Of the deflectors.
    axis_ratio_range : tuple of float, default (0.45, 1)
        Of their mass.
    shear_max : float, default 0.1
        Largest external shear.
    center_scatter_arcsec, angle_scatter_rad : float, default 0.04 and 0.17
        Standard deviations of the mass's centre ["] and position angle [rad] from the light's.
    source_magnitude_range : tuple of float, default (21.5, 26)
        Unlensed i magnitude of the sources.
    source_radius_range_arcsec : tuple of float, default (0.08, 0.6)
        Effective radius of the sources ["].
    clumps : int, default 4
        Largest number of star-forming clumps in a source.
    arc_snr_min : float, default 5
        Sources of which less would be seen are made brighter; 0 for none.
    exposure_factor : float, default 1
        Exposure time over the survey's.
    depth_scatter_mag : float, default 0.1
        Standard deviation of the depth of images and bands [mag].
    satellite_rate : float, default 1
        Mean number of companions of a galaxy.
    masked_fraction : float, default 0.01
        Fraction of bands of cutouts with masked pixels.
    red_source_fraction : float, default 0
        Of the sources, as red as early types; the others form stars.
    central_source_fraction : float, default 0
        Of the lenses, with the source nearly behind the middle: rings, quads, cusps and folds.
    arc_snr_max : float, default 0
        Above 0: ratios of arcs are drawn evenly in their logarithm from ``arc_snr_min`` to this.
    seeing_scatter : float, default 0
        Standard deviation of ln(seeing), added to the survey's.
    brightness_scatter_mag : float, default 0
        Half the range by which cutouts are brighter or fainter at the same noise [mag].
    noise_correlation_pixels : float, default 0
        Largest width of the Gaussian by which noise is smoothed, as in resampled images [pixel].
    contrast_scatter : float, default 0
        Standard deviation of ln(noise) by which that of a band is mistaken.
    second_opinion_fraction : float, default 0
        Of the cutouts, made by the other simulator; see
        `astro_dl.science.lenses.simulation.second_opinion`.
    point_spread_files : tuple of str, default ()
        FITS images of point-spread functions, one per band, instead of the survey's.
    """

    survey: str = "lsst"
    bands: Annotated[tuple[str, ...], Different()] = ("g", "r", "i")
    size_pixels: SidePixels = 64
    clip_sigma: Positive = 1000.0
    softening_sigma: Positive = 5.0
    lens_fraction: Fraction = 0.5
    elliptical_weight: NonNegative = 0.30
    spiral_weight: NonNegative = 0.24
    ring_weight: NonNegative = 0.16
    merger_weight: NonNegative = 0.14
    barely_lensed_weight: NonNegative = 0.16
    einstein_radius_range_arcsec: PositiveRange = (0.5, 3.0)
    einstein_radius_prior: Literal["population", "uniform"] = "population"
    lens_redshift_range: RedshiftRange = (0.15, 1.0)
    axis_ratio_range: AxisRatioRange = (0.45, 1.0)
    shear_max: Shear = 0.1
    center_scatter_arcsec: NonNegative = 0.04
    angle_scatter_rad: NonNegative = 0.17
    source_magnitude_range: MagnitudeRange = (21.5, 26.0)
    source_radius_range_arcsec: PositiveRange = (0.08, 0.6)
    clumps: Annotated[int, Bounds(0, 100)] = 4
    arc_snr_min: NonNegative = 5.0
    exposure_factor: Positive = 1.0
    depth_scatter_mag: NonNegative = 0.1
    satellite_rate: Annotated[float, Bounds(0, 100)] = 1.0
    masked_fraction: Fraction = 0.01
    red_source_fraction: Fraction = 0.0
    central_source_fraction: Fraction = 0.0
    arc_snr_max: NonNegative = 0.0
    seeing_scatter: Annotated[float, Bounds(0, 2)] = 0.0
    brightness_scatter_mag: NonNegative = 0.0
    noise_correlation_pixels: NonNegative = 0.0
    contrast_scatter: NonNegative = 0.0
    second_opinion_fraction: Fraction = 0.0
    point_spread_files: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_bands(self)
        if 0 < self.arc_snr_max <= max(self.arc_snr_min, 1.0):
            raise UsageError(
                f"arc_snr_max is {self.arc_snr_max:g}; accepted: 0, or above arc_snr_min "
                f"({self.arc_snr_min:g}) and above 1"
            )
        weights = [getattr(self, f"{kind}_weight") for kind in NON_LENSES]
        if sum(weights) == 0:
            raise UsageError("all weights of non-lenses are 0; accepted: one or more above 0")

    @property
    def kinds(self) -> dict[str, float]:
        """Probability of each kind of cutout."""
        weights = {kind: getattr(self, f"{kind}_weight") for kind in NON_LENSES}
        share = (1 - self.lens_fraction) / sum(weights.values())
        return {"lens": self.lens_fraction, **{k: share * w for k, w in weights.items()}}

    @property
    def variety(self) -> Variety:
        """What differs between cutouts beyond what the survey's do."""
        return Variety(
            self.seeing_scatter,
            self.brightness_scatter_mag,
            self.noise_correlation_pixels,
            self.arc_snr_max,
        )


def head(physics: StrongLensPhysics) -> AnswerKind:
    """Return the two classes: no lens, and lens."""
    return Binary(("non_lens", "lens"))


def simulate(physics: StrongLensPhysics, n: int, rng: np.random.Generator) -> Examples:
    """Return n cutouts with their labels and the truth behind them.

    Parameters
    ----------
    physics : StrongLensPhysics
        The survey and what is in its sky.
    n : int
        Number of cutouts.
    rng : numpy.random.Generator
        Determines everything.

    Returns
    -------
    Examples
        ``x`` (n, size, size, bands) float32 as `astro_dl.observations.images.cutouts.normalise`
        gives it; ``y`` 1 where the central galaxy is a lens; ``info`` with ``object_id``, ``kind``,
        ``einstein_radius`` ["], ``arc_snr`` and all else that the simulator knows.
    """
    x, truth = simulated_cutouts(
        physics, physics.kinds, n, rng, physics.variety, physics.contrast_scatter
    )
    fraction = physics.second_opinion_fraction
    replaced = np.flatnonzero(rng.random(n) < fraction) if fraction else np.empty(0, int)
    if len(replaced):
        ratios = (max(physics.arc_snr_min, 1.0), physics.arc_snr_max or SECOND_ARC_SNR_MAX)
        x[replaced], told = second_opinions(
            physics, len(replaced), rng, physics.lens_fraction, ratios, truth
        )
        kept = np.delete(np.arange(n), replaced)
        order = np.argsort(np.concatenate([kept, replaced]))
        truth = vstack([truth[kept], told])[order]
    return Examples(x, np.asarray(truth["kind"] == "lens", np.float32), truth)


def draw_examples(physics: StrongLensPhysics, n: int, rng: np.random.Generator) -> DrawnCutouts:
    """Return what is in n cutouts, for `render_examples`.

    Raises
    ------
    UsageError
        If some are to be the other simulator's, which runs on processors alone.
    """
    if physics.second_opinion_fraction:
        raise UsageError(
            "physics.second_opinion_fraction: the other simulator makes no cutouts on a device; "
            "accepted there: 0"
        )
    settings = scene_settings(physics, physics.kinds, physics.variety)
    return draw_cutouts(physics.survey, physics.bands, n, rng, **settings)


def render_examples(
    physics: StrongLensPhysics, drawn: DrawnCutouts, rng: np.random.Generator
) -> Examples:
    """Return drawn cutouts as `simulate` does, made on the device of Keras."""
    x, truth = rendered_cutouts(physics, drawn, rng, physics.contrast_scatter)
    return Examples(x, np.asarray(truth["kind"] == "lens", np.float32), truth)


task = Task(
    name="strong_lens",
    summary="Is the galaxy in the middle of a cutout a strong gravitational lens?",
    physics=StrongLensPhysics,
    head=head,
    input_spec=cutout_spec,
    simulate=simulate,
    on_device=DeviceSimulator(draw_examples, render_examples),
    group="object_id",
    difficulty=Difficulty(
        column="einstein_radius",
        edges=EINSTEIN_RADIUS_EDGES,
        label="Einstein radius [arcsec]",
    ),
    classical=Classical(features=lens_features, peers=("gradient_boosting", "logistic_regression")),
    datasets={
        "bologna_space": BOLOGNA_SPACE,
        "bologna_ground": BOLOGNA_GROUND,
        "slacs": SLACS,
        "des_backgrounds": DES_BACKGROUNDS,
    },
    augmentation=Augmentation(inputs=random_orientation, symmetries=ORIENTATIONS),
    files=Files(
        inputs=cutout_of_file,
        predict=predict_cutouts,
        draw=draw_mosaics,
        pictures=picture_cutouts,
    ),
    signal_fraction="lens_fraction",
    zero_signal={
        "source_magnitude_range": (40.0, 41.0),
        "arc_snr_min": 0.0,
        "barely_lensed_weight": 1.0,
        **{f"{kind}_weight": 0.0 for kind in NON_LENSES if kind != "barely_lensed"},
    },
    extra_metrics=lens_metrics,
    caution="Real sets for this task hold a few images each: they can show a failure, not a rate.",
    version=2,
)
