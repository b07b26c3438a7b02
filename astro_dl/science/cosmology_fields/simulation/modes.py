"""The plane waves of periodic maps, and their powers."""

from dataclasses import dataclass
from functools import cache

import numpy as np

Array = np.ndarray
ARCMIN = np.pi / 180 / 60


@dataclass(frozen=True, eq=False)
class Modes:
    """The waves of square maps, those of like directions gathered in G groups.

    Of the waves of a group one becomes the other by turning or mirroring the map. The mean of a
    map, which lensing does not tell, belongs to none.

    Parameters
    ----------
    size : int
        Pixels along either side.
    solid_angle : float
        Of a pixel [sr].
    group : ndarray of int, (size, size // 2 + 1)
        Of each wave of `numpy.fft.rfft2`; -1 for the mean.
    counts : ndarray, (G,)
        Waves, of the whole plane.
    ell : ndarray, (G,)
        Multipoles.
    window : ndarray, (G,)
        Share of the power that is left by a mean over pixels.
    """

    size: int
    solid_angle: float
    group: Array
    counts: Array
    ell: Array
    window: Array

    def pixel_power(self, spectra: Array) -> Array:
        """Return the power of waves in maps by C_ℓ (…, G, 3) [sr]: the mean of |FFT|² / size²."""
        return spectra * (self.window / self.solid_angle)[:, None]

    def on_waves(self, power: Array) -> Array:
        """Return powers (n, G, 3) as (n, 3, size, size // 2 + 1), zero for the mean."""
        padded = np.concatenate([power, np.zeros_like(power[:, :1])], axis=1)
        return np.moveaxis(padded[:, self.group], 3, 1)

    def summed_power(self, maps: Array) -> Array:
        """Return Σ |FFT|² / size² over the waves of each group (n, G, 3), by pairs of bins.

        Parameters
        ----------
        maps : ndarray, (n, size, size, 2)
        """
        waves = np.fft.rfft2(np.asarray(maps, np.float64), axes=(1, 2)) / self.size
        first, second = waves[..., 0], waves[..., 1]
        pairs = (first * first.conj(), first * second.conj(), second * second.conj())
        powers = np.stack([one.real for one in pairs], axis=-1)
        # Waves within the half plane stand for their opposites, too.
        twice = np.full(self.group.shape[1], 2.0)
        twice[[0, -1]] = 1.0
        powers *= twice[:, None]
        order = np.argsort(self.group, axis=None, kind="stable")
        starts = np.searchsorted(self.group.ravel()[order], np.arange(len(self.counts)))
        return np.add.reduceat(powers.reshape(len(maps), -1, 3)[:, order], starts, axis=1)

    def bands(self, count: int) -> Array:
        """Return 1 where a group is of a band, (G, bands): even in ln ℓ, those that hold a wave."""
        place = np.log(self.ell / self.ell.min()) / np.log(self.ell.max() / self.ell.min())
        number = np.minimum((place * count).astype(int), count - 1)
        member = (number[:, None] == np.arange(count)).astype(float)
        return member[:, member.any(axis=0)]


@cache
def modes_of(size: int, pixel_arcmin: float) -> Modes:
    """Return the waves of square maps of an even number of pixels."""
    whole = np.rint(np.fft.fftfreq(size) * size).astype(int)
    along = np.abs(whole)
    low = np.minimum(along[:, None], along)
    high = np.maximum(along[:, None], along)
    codes, group, counts = np.unique(high * size + low, return_inverse=True, return_counts=True)
    high, low = codes[1:] // size, codes[1:] % size
    pixel = pixel_arcmin * ARCMIN
    ell = 2 * np.pi / (size * pixel) * np.hypot(high, low)
    window = (np.sinc(high / size) * np.sinc(low / size)) ** 2
    half = group.reshape(size, size)[:, : size // 2 + 1] - 1
    return Modes(size, pixel**2, half, counts[1:], ell, window)
