"""What the physics of both lens tasks have in common, and how they are checked."""

from typing import Protocol

from astro_dl.core.errors import UsageError
from astro_dl.observations.photometry.surveys import named_survey


class LensPhysics(Protocol):
    """What the physics of tasks on lenses have in common; see `StrongLensPhysics`."""

    @property
    def survey(self) -> str: ...
    @property
    def bands(self) -> tuple[str, ...]: ...
    @property
    def size_pixels(self) -> int: ...
    @property
    def clip_sigma(self) -> float: ...
    @property
    def softening_sigma(self) -> float: ...
    @property
    def arc_snr_min(self) -> float: ...
    @property
    def exposure_factor(self) -> float: ...
    @property
    def depth_scatter_mag(self) -> float: ...
    @property
    def satellite_rate(self) -> float: ...
    @property
    def masked_fraction(self) -> float: ...
    @property
    def point_spread_files(self) -> tuple[str, ...]: ...


def check_bands(physics: LensPhysics) -> None:
    """Refuse bands that the survey lacks, and another number of point-spread functions.

    Raises
    ------
    UsageError
        Naming the value and what is accepted.
    """
    named_survey(physics.survey).choose(physics.bands)
    files = physics.point_spread_files
    if files and len(files) != len(physics.bands):
        raise UsageError(
            f"point_spread_files are {len(files)} for {len(physics.bands)} bands; give one for each"
        )
