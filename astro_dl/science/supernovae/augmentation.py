"""Random changes of light curves that leave the class as it is."""

import numpy as np

from astro_dl.core.examples import Inputs
from astro_dl.science.supernovae.inputs import packed, unpacked
from astro_dl.science.supernovae.nights import HALF_A_NIGHT, Nights

WHOLE_FRACTION = 0.5
DIMMED_FRACTION = 0.5
FAINTEST = 0.25
HIDDEN_FRACTION = 0.3
DETECTION_SNR = 5.0


def augment_light_curves(x: Inputs, rng: np.random.Generator) -> Inputs:
    """Return light curves as they were on an earlier day, or as of a fainter object.

    Parameters
    ----------
    x : ndarray, (n, nights, channels)
        See `astro_dl.science.supernovae.inputs`.
    rng : numpy.random.Generator
        Determines everything.

    Returns
    -------
    ndarray of float32
        Half of the objects are dimmed to no less than a quarter, with as much noise added as keeps
        the errors what they were; those that would not be detected any more stay as they are. Half
        of all end on a night drawn from those since the first detection; three in ten have the
        redshift of their host hidden.
    """
    assert isinstance(x, np.ndarray)
    nights, redshift = unpacked(x)
    nights = dimmed(nights, rng)
    if redshift is not None:
        shown = rng.random(len(x)) >= HIDDEN_FRACTION
        redshift = (redshift[0] * shown, redshift[1] * shown)
    return packed(truncated(nights, rng), redshift)


def truncated(nights: Nights, rng: np.random.Generator) -> Nights:
    """Return half of the light curves cut off after a night since their first detection."""
    since = nights.known & (nights.time >= -HALF_A_NIGHT)
    later = since.sum(axis=1)
    cut = rng.random(len(later)) >= WHOLE_FRACTION
    kept = np.where(cut, rng.integers(1, np.maximum(later, 1) + 1), later)
    return nights.only(~since | (since.cumsum(axis=1) <= kept[:, None]))


def dimmed(nights: Nights, rng: np.random.Generator) -> Nights:
    """Return half of the light curves fainter, at the same errors."""
    n = len(nights.time)
    factor = np.where(rng.random(n) < DIMMED_FRACTION, FAINTEST ** rng.random(n), 1)[:, None, None]
    noise = nights.error * rng.standard_normal(nights.flux.shape)
    flux = (factor * nights.flux + np.sqrt(1 - factor**2) * noise).astype(np.float32)
    fainter = Nights(nights.time, flux, nights.error, nights.observed)
    seen = np.any(fainter.signal_to_noise >= DETECTION_SNR, axis=(1, 2))
    flux = np.where(seen[:, None, None], flux, nights.flux)
    fainter = Nights(nights.time, flux, nights.error, nights.observed)
    return fainter.since_detection(DETECTION_SNR)
