"""What simulated spectra of galaxies are drawn from."""

from typing import Annotated

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
from astro_dl.science.redshifts.simulation.galaxies import KINDS


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
    blue_noise : float, default 0
        What is added to the noise at the blue end, relative to that of the red, where spectrographs
        lose light; it falls redward as exp(-ln(λ / λ_blue) / 0.08), as in spectra of BOSS and
        eBOSS, of which this is 4.5.
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
    blue_noise: NonNegative = 0.0
    known_noise: Fraction = 0.1
    lines: bool = True
