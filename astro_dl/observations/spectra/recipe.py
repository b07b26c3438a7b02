"""How spectra of one's own become inputs: one grid for all, lines over and the continuum itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.observations.spectra.continuum import continuum_contract, pseudo_continuum
from astro_dl.observations.spectra.spectrum import Spectrum
from astro_dl.observations.spectra.wavelengths import log_edges, resample

MOST_PIXELS = 2048
LARGEST = 10.0
LEAST_KNOWN = 0.5
FAINTEST = 0.05


@dataclass(frozen=True)
class SpectrumRecipe:
    """Grid and scales of spectra.

    Parameters
    ----------
    wavelength_range : tuple of float
        In vacuum [Å].
    pixels : int
        Of equal width in the logarithm.
    smoothing : float
        Standard deviation of the continuum's running mean in ln λ.
    line_width, continuum_width : float
        What the two channels are divided by.
    """

    wavelength_range: tuple[float, float] = (1.0, 2.0)
    pixels: int = 1
    smoothing: float = 0.05
    line_width: float = 1.0
    continuum_width: float = 1.0

    @property
    def shape(self) -> tuple[int, int]:
        """Of an input: pixels, and the channels of lines and continuum."""
        return self.pixels, 2

    def inputs(self, spectrum: Spectrum, where: str) -> np.ndarray:
        """Return an input (pixels, 2) float32: flux / continuum − 1, and continuum / mean − 1.

        Raises
        ------
        UsageError
            If most of the grid is not covered, or the flux is not positive in the mean.
        """
        edges = log_edges(self.wavelength_range, self.pixels)
        good = np.isfinite(spectrum.flux)
        flux = resample(spectrum.wavelength, spectrum.flux, good, edges)
        known = np.isfinite(flux)
        low, high = self.wavelength_range
        if known.mean() < LEAST_KNOWN:
            raise UsageError(
                f"{where}: flux in {known.mean():.0%} of {low:.0f} to {high:.0f} Å; at least half "
                "is needed"
            )
        mean = flux[known].mean()
        if not mean > 0:
            raise UsageError(f"{where}: the mean flux is {mean:.4g}; above 0 is needed")
        smoothing = self.smoothing * self.pixels / np.log(high / low)
        continuum = pseudo_continuum(flux[None] / mean, smoothing)[0]
        lines = flux / mean / np.maximum(continuum, FAINTEST) - 1
        both = np.stack([lines / self.line_width, (continuum - 1) / self.continuum_width], axis=1)
        return np.clip(np.where(known[:, None], both, 0), -LARGEST, LARGEST).astype(np.float32)

    def contract(self) -> dict[str, Any]:
        """Return what the numbers of an input mean, for the bundle."""
        return {
            "values": f"(flux / continuum - 1) / {self.line_width:g}, and "
            f"(continuum / mean flux - 1) / {self.continuum_width:g}; 0 where unknown",
            "continuum": continuum_contract(self.smoothing, "in ln(wavelength)"),
            "wavelength_range_angstrom": list(self.wavelength_range),
            "wavelength_medium": "vacuum",
            "pixels": f"{self.pixels}, of equal width in ln(wavelength)",
        }


def measured_spectrum_recipe(spectra: Iterable[tuple[str, Spectrum]]) -> SpectrumRecipe:
    """Return the recipe for spectra of the kind of these.

    The range is the one that nine of ten spectra cover, the pixels as many as they have there, 2048
    at most.

    Raises
    ------
    UsageError
        If the spectra have no range in common.
    """
    held = list(spectra)
    first = np.quantile([one.wavelength[0] for _, one in held], 0.9)
    last = np.quantile([one.wavelength[-1] for _, one in held], 0.1)
    if not first < last:
        raise UsageError(
            f"nine of ten spectra begin below {first:.0f} Å and end above {last:.0f} Å: they have "
            "no range in common"
        )
    inside = [np.sum((one.wavelength > first) & (one.wavelength < last)) for _, one in held]
    pixels = int(np.clip(np.median(inside), 16, MOST_PIXELS))
    recipe = SpectrumRecipe((_rounded(first), _rounded(last)), pixels)
    inputs = np.stack([recipe.inputs(one, name) for name, one in held])
    lines, continuum = (float(f"{inputs[..., k].std() or 1.0:.4g}") for k in (0, 1))
    return SpectrumRecipe(recipe.wavelength_range, pixels, recipe.smoothing, lines, continuum)


def _rounded(value: float) -> float:
    return float(f"{value:.6g}")
