"""How much a set of cutouts varies beyond what one survey's images do.

A finder that has seen one depth, one seeing and one contrast takes others for something else; see
More et al. (2024), arXiv:2405.12975, for finders on each other's test sets.
"""

from dataclasses import dataclass, replace

import numpy as np

from astro_dl.observations.images.observation import Observation
from astro_dl.observations.photometry.surveys import Survey


@dataclass(frozen=True)
class Variety:
    """What is drawn for each cutout; without any, all are as the survey's.

    Parameters
    ----------
    seeing_scatter : float, default 0
        Standard deviation of ln(seeing), added in quadrature to the survey's own.
    brightness_scatter : float, default 0
        Half the range by which everything in a cutout is brighter or fainter, at the same noise
        [mag].
    noise_correlation : float, default 0
        Largest width (standard deviation) of the Gaussian by which noise is smoothed [pixel], as in
        drizzled or resampled images.
    arc_snr_max : float, default 0
        Above 0: signal-to-noise ratios of arcs are drawn, evenly in their logarithm, from the least
        one to this, whatever the sources' magnitudes say.
    """

    seeing_scatter: float = 0.0
    brightness_scatter: float = 0.0
    noise_correlation: float = 0.0
    arc_snr_max: float = 0.0

    def of_survey(self, survey: Survey) -> Survey:
        """Return a survey whose seeing scatters as much."""
        return replace(survey, seeing_scatter=np.hypot(survey.seeing_scatter, self.seeing_scatter))

    def of_observation(self, observation: Observation, rng: np.random.Generator) -> Observation:
        """Return an observation of which each image has a brightness of its own."""
        if not self.brightness_scatter:
            return observation
        photometry = observation.photometry
        shift = self.brightness_scatter * rng.uniform(-1, 1, (len(observation.seeing), 1))
        brighter = replace(photometry, sigma_magnitude=photometry.sigma_magnitude + shift)
        return replace(observation, photometry=brighter)

    def noise_widths(self, n: int, rng: np.random.Generator) -> np.ndarray | None:
        """Return the widths (n,) by which the noise of images is smoothed [pixel]; None for none.

        A third of the images have independent pixels.
        """
        if not self.noise_correlation:
            return None
        return self.noise_correlation * np.maximum(rng.uniform(-0.5, 1, n), 0)

    def arc_ratios(
        self, least: float, n: int, rng: np.random.Generator
    ) -> tuple[float, np.ndarray]:
        """Return below which ratio sources are changed, and the ratios (n,) they are brought to.

        Without a largest ratio, those below ``least`` are brought to this plus an exponentially
        distributed excess of the same mean; otherwise all are brought to what is drawn.
        """
        if not self.arc_snr_max:
            return least, least * (1 + rng.exponential(1, n))
        lowest = max(least, 1.0)
        return np.inf, lowest * (self.arc_snr_max / lowest) ** rng.random(n)
