"""What simulated galaxies, and their photometry, are drawn from."""

from collections.abc import Mapping
from typing import Annotated, Literal

import numpy as np

from astro_dl.core.errors import UsageError, look_up
from astro_dl.core.limits import Bounds, Count, Different, NonNegative, Range
from astro_dl.core.schema import checked
from astro_dl.observations.irregular_series.magnitudes import LARGEST_ERROR
from astro_dl.observations.photometry.synthetic_magnitudes import (
    PHOTOMETRIC_SURVEYS,
    PhotometricSurvey,
)
from astro_dl.science.photo_z.inputs import (
    REFERENCE_BAND,
    photometry_inputs,
)

ROUNDING = 1e-6


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

        Magnitudes are infinite where not detected and NaN where not observed. Where there are
        errors, whether they are inputs or not, magnitudes fainter than ``detection_snr`` of them
        are no detections, simulated or real, nor are those whose error is above 9 mag or infinite;
        those whose error is no positive number count as not observed.
        """
        magnitudes = np.stack([self._detected(values, band) for band in self.used_bands], axis=1)
        errors = None
        if self.errors:
            errors = np.stack([values[f"{band}_err"] for band in self.used_bands], axis=1)
        return photometry_inputs(self.about, self.used_bands, self.middle, magnitudes, errors)

    def _detected(self, values: Mapping[str, np.ndarray], band: str) -> np.ndarray:
        magnitudes = values[band]
        if f"{band}_err" not in values:
            return magnitudes
        errors = np.asarray(values[f"{band}_err"], float)
        with np.errstate(invalid="ignore", over="ignore"):
            noise_to_signal = 10 ** (0.4 * errors) - 1
            faint = noise_to_signal * self.detection_snr > 1 + ROUNDING
        faint |= errors > LARGEST_ERROR
        known = np.where(faint & ~np.isnan(magnitudes), np.inf, magnitudes)
        return np.where(np.isfinite(known) & ~(errors > 0), np.nan, known)
