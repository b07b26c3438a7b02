"""What simulated spectra of stars are drawn from."""

from typing import Annotated, Literal, Protocol

from astro_dl.core.limits import Bounds, PositiveRange, Range
from astro_dl.core.schema import checked

Pixels = Annotated[int, Bounds(64, 2048)]
Scatter = Annotated[float, Bounds(0, 1000, open_high=True)]


class StellarPhysics(Protocol):
    """What the physics of tasks on stars have in common; see `SpectralTypePhysics`."""

    @property
    def pixels(self) -> int: ...
    @property
    def snr_range(self) -> Range: ...
    @property
    def velocity_scatter_km_s(self) -> float: ...
    @property
    def rotation_scale_km_s(self) -> float: ...
    @property
    def resolving_power_range(self) -> Range: ...
    @property
    def reddening_scale_mag(self) -> float: ...
    @property
    def calibration_error(self) -> float: ...
    @property
    def line_strength_error(self) -> float: ...


@checked
class SpectralTypePhysics:
    """Everything that defines a set of typed spectra.

    Parameters
    ----------
    answer : {"class", "number"}
        One of seven classes, or the spectral number: its tenths are counted from O0, so that 5 is
        O5, 15 is B5, 42 is G2, 65 is M5.
    class_fractions : {"equal", "observed"}
        Of the simulated stars: the same for each class, or as in the MILES library.
    pixels : int, default 1024
        From 3800 to 7400 Å.
    snr_range : tuple of float, default (10, 200)
        Signal-to-noise ratios of a pixel, log-uniform.
    velocity_scatter_km_s : float, default 80
        Standard deviation of radial velocities [km/s].
    rotation_scale_km_s : float, default 50
        Mean of exponentially distributed v sin i [km/s].
    resolving_power_range : tuple of float, default (1500, 2500)
        Of the spectrographs.
    reddening_scale_mag : float, default 0.2
        Mean of exponentially distributed E(B − V) [mag].
    calibration_error : float, default 0.03
        Relative size of smooth errors of the flux calibration.
    line_strength_error : float, default 0.2
        That of the opacities in simulated lines and bands, which are not all that stars have.
    distinct : bool, default True
        Without, all stars are of class G, whatever their label.
    """

    answer: Literal["class", "number"] = "class"
    class_fractions: Literal["equal", "observed"] = "equal"
    pixels: Pixels = 1024
    snr_range: PositiveRange = (10.0, 200.0)
    velocity_scatter_km_s: Scatter = 80.0
    rotation_scale_km_s: Scatter = 50.0
    resolving_power_range: PositiveRange = (1500.0, 2500.0)
    reddening_scale_mag: Scatter = 0.2
    calibration_error: Scatter = 0.03
    line_strength_error: Scatter = 0.2
    distinct: bool = True


@checked
class StellarParametersPhysics:
    """Everything that defines a set of spectra with known parameters.

    Parameters
    ----------
    answer : {"gaussian", "point"}
        Values with their uncertainties, or values alone.
    class_fractions : {"observed", "equal"}
        Of the spectral classes of simulated stars: as in the MILES library, or the same for each.
    **others
        As those of `astro_dl.science.stars.physics.SpectralTypePhysics` of the same name.
    """

    answer: Literal["gaussian", "point"] = "gaussian"
    class_fractions: Literal["equal", "observed"] = "observed"
    pixels: Pixels = 1024
    snr_range: PositiveRange = (10.0, 200.0)
    velocity_scatter_km_s: Scatter = 80.0
    rotation_scale_km_s: Scatter = 50.0
    resolving_power_range: PositiveRange = (1500.0, 2500.0)
    reddening_scale_mag: Scatter = 0.2
    calibration_error: Scatter = 0.03
    line_strength_error: Scatter = 0.2
