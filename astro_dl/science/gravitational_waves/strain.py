"""Windows of whitened strain, with and without a binary black hole or a glitch in them.

A signal is made in the frequency domain, projected on each detector, multiplied by the whitening
response, transformed and cut to the window; noise is coloured and whitened in one multiplication.
Nothing is tapered inside the window: what precedes it is simulated too, and then cut away.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import fft

from astro_dl.data.namespace import namespace_of
from astro_dl.science.gravitational_waves.detectors import antenna_patterns, arrival_time_difference
from astro_dl.science.gravitational_waves.glitches import draw_glitches
from astro_dl.science.gravitational_waves.noise import (
    coloring_filter,
    gaussian_noise,
    white_noise_spectrum,
)
from astro_dl.science.gravitational_waves.psd import estimate_psd, named_psd
from astro_dl.science.gravitational_waves.waveforms.phenom_d import imrphenomd, time_to_merger
from astro_dl.science.gravitational_waves.whitening import whitening_filter

PIVOT_HZ = 20.0
"""From here the time that a signal takes to its merger is known."""


@dataclass(frozen=True)
class Conditioning:
    """How strain becomes a window of whitened samples, for one detector.

    Parameters
    ----------
    sample_rate : float
        [Hz].
    duration : float
        Length of the window [s].
    segment : float
        Length of the stretch in which a signal is made before the window is cut out [s].
    margin : float
        What is cut from either end of a noise stretch: the reach of the whitening filter [s].
    coloring : ndarray
        (F_noise,) response that turns white noise into whitened noise of this detector.
    response : ndarray
        (F_segment,) whitening response on the grid of the segment.
    """

    sample_rate: float
    duration: float
    segment: float
    margin: float
    coloring: np.ndarray
    response: np.ndarray

    @property
    def samples(self) -> int:
        """Number of samples of a window."""
        return round(self.sample_rate * self.duration)

    @property
    def window_start(self) -> float:
        """Where the window begins within the segment [s]."""
        return self.segment - self.margin - self.duration

    @property
    def kept(self) -> float:
        """How long before its merger a signal is left untouched [s]."""
        return self.duration + 2 * self.margin

    @property
    def frequencies(self) -> np.ndarray:
        """Frequency grid of the segment [Hz]."""
        return np.arange(len(self.response)) / self.segment

    @property
    def scaled_response(self) -> np.ndarray:
        """The whitening response with a greatest modulus of one."""
        return self.response / np.abs(self.response).max()

    def cut(self, spectrum: Any) -> Any:
        """Return the windows (..., N) of segments given as whitened spectra (..., F).

        A spectrum is an array of complex numbers, or tensors of their real and imaginary parts.
        """
        start = round(self.window_start * self.sample_rate)
        samples = round(self.segment * self.sample_rate)
        if isinstance(spectrum, tuple):
            segment = namespace_of(spectrum[0]).irfft(spectrum, samples)
        else:
            segment = fft.irfft(spectrum, samples, axis=-1)
        return segment[..., start : start + self.samples] * np.float32(self.sample_rate)


def conditioning(
    psd: str,
    *,
    sample_rate: float,
    duration: float,
    segment: float,
    low_frequency: float,
    high_frequency: float | None,
    filter_seconds: float,
    off_source: float,
    rng: np.random.Generator,
) -> Conditioning:
    """Return the conditioning of one detector.

    Parameters
    ----------
    psd : str
        Name of a noise spectrum or path of a tabulated one; see `named_psd`.
    sample_rate, duration, segment : float
        Sampling rate [Hz], window and segment [s].
    low_frequency, high_frequency : float
        Band that is kept [Hz]; None for the upper edge means up to the Nyquist frequency.
    filter_seconds : float
        Length to which the whitening filter is truncated [s].
    off_source : float
        Length of simulated off-source strain from which the whitening spectrum is estimated [s];
        0 whitens with the true one.
    rng : numpy.random.Generator
        Makes the off-source strain, where there is any.
    """
    margin = filter_seconds / 2
    noise_stretch = duration + 2 * margin

    def grid(stretch: float) -> np.ndarray:
        return np.arange(round(stretch * sample_rate) // 2 + 1) / stretch

    def response(stretch: float) -> np.ndarray:
        if off_source:
            spectrum = np.interp(grid(stretch), grid(segment), estimated)
        else:
            spectrum = named_psd(psd, grid(stretch))
        return whitening_filter(
            spectrum, sample_rate, stretch, filter_seconds, low_frequency, high_frequency
        )

    if off_source:
        stretch_psd = named_psd(psd, grid(off_source))
        strain = gaussian_noise(stretch_psd, 1, sample_rate, off_source, rng)[0]
        estimated = estimate_psd(strain, sample_rate, segment)
    coloring = coloring_filter(named_psd(psd, grid(noise_stretch)), sample_rate)
    return Conditioning(
        sample_rate=sample_rate,
        duration=duration,
        segment=segment,
        margin=margin,
        coloring=(coloring * response(noise_stretch)).astype(np.float32),
        response=response(segment).astype(np.float32),
    )


def noise_windows(
    conditionings: list[Conditioning], n: int, rng: np.random.Generator
) -> np.ndarray:
    """Return n windows of whitened Gaussian noise, independent between detectors.

    Returns
    -------
    ndarray
        (n, N, D) float32.
    """
    first = conditionings[0]
    windows = np.empty((n, first.samples, len(conditionings)), np.float32)
    for index, (detector, stream) in enumerate(
        zip(conditionings, rng.spawn(len(conditionings)), strict=True)
    ):
        spectrum = white_noise_spectrum(n, len(detector.coloring), stream)
        spectrum *= detector.coloring
        windows[..., index] = fft.irfft(spectrum, axis=-1)[:, : first.samples]
    return windows


def signal_windows(
    conditionings: list[Conditioning],
    detectors: tuple[str, ...],
    *,
    mass_1: np.ndarray,
    mass_2: np.ndarray,
    merger_time: np.ndarray,
    spin_1z: ArrayLike = 0.0,
    spin_2z: ArrayLike = 0.0,
    distance_mpc: ArrayLike = 100.0,
    inclination: ArrayLike = 0.0,
    right_ascension: ArrayLike = 0.0,
    declination: ArrayLike = 0.0,
    polarization: ArrayLike = 0.0,
    phase: ArrayLike = 0.0,
    gps_time: ArrayLike = 1126259462.0,
) -> np.ndarray:
    """Return windows of whitened signals of binary black holes, without noise.

    Parameters
    ----------
    conditionings : list of Conditioning
        One per detector.
    detectors : tuple of str
        Names of the detectors; the first is the reference of ``merger_time``.
    mass_1, mass_2 : ndarray
        (n,) detector-frame masses [M☉].
    merger_time : ndarray
        (n,) time of the merger in the first detector, from the start of the window [s].
    spin_1z, spin_2z : array_like, default 0
        Aligned dimensionless spins.
    distance_mpc, inclination, phase : array_like, default 100, 0, 0
        Luminosity distance [Mpc], inclination and reference phase [rad].
    right_ascension, declination, polarization, gps_time : array_like
        Sky position and polarisation angle [rad], default 0; GPS time of the merger [s].

    Returns
    -------
    ndarray
        (n, N, D) float32; the norm of a window over samples and detectors is the optimal network
        signal-to-noise ratio of what is inside the window.
    """
    first = conditionings[0]
    frequencies = first.frequencies
    waveform = imrphenomd(
        frequencies, mass_1, mass_2, spin_1z, spin_2z, distance_mpc, phase, dtype=np.complex64
    )
    _taper_start(waveform, frequencies, mass_1, mass_2, first)
    windows = np.empty((len(mass_1), first.samples, len(detectors)), np.float32)
    for index, (name, detector) in enumerate(zip(detectors, conditionings, strict=True)):
        seen = projection(
            name,
            inclination=inclination,
            right_ascension=right_ascension,
            declination=declination,
            polarization=polarization,
            gps_time=gps_time,
            reference=detectors[0],
        )
        time = first.window_start + merger_time + seen.delay
        spectrum = time_shift(len(frequencies), time / first.segment)
        spectrum *= waveform
        spectrum *= detector.response
        spectrum *= seen.amplitude.astype(np.complex64)[..., None]
        windows[..., index] = detector.cut(spectrum)
    return windows


@dataclass(frozen=True)
class Projection:
    """What a detector makes of face-on waveforms.

    Parameters
    ----------
    amplitude : ndarray
        (n,) complex factor on the strain.
    delay : ndarray
        (n,) of their arrival after that at the reference [s].
    """

    amplitude: np.ndarray
    delay: np.ndarray


def projection(
    detector: str,
    *,
    inclination: ArrayLike,
    right_ascension: ArrayLike,
    declination: ArrayLike,
    polarization: ArrayLike,
    gps_time: ArrayLike,
    reference: str,
) -> Projection:
    """Return how binaries are seen by a detector; see `signal_windows` for the parameters."""
    cosine = np.cos(inclination)
    f_plus, f_cross = antenna_patterns(
        detector, right_ascension, declination, polarization, gps_time
    )
    delay = arrival_time_difference(
        detector, right_ascension, declination, gps_time, reference=reference
    )
    amplitude = f_plus * (1 + cosine**2) / 2 - 1j * f_cross * cosine
    return Projection(*np.broadcast_arrays(amplitude, delay))


@dataclass(frozen=True)
class PlacedGlitches:
    """Glitches before any conditioning.

    Parameters
    ----------
    shapes : ndarray
        (n, N_segment) float32, of unit peak.
    kind : ndarray
        (n,) names.
    detector : ndarray
        (n,) number of the detector that each is in.
    """

    shapes: np.ndarray
    kind: np.ndarray
    detector: np.ndarray


def place_glitches(
    conditionings: list[Conditioning],
    kinds: tuple[str, ...],
    n: int,
    rng: np.random.Generator,
) -> PlacedGlitches:
    """Return n random glitches, each in one detector and centred inside the window."""
    first = conditionings[0]
    start = first.window_start
    centre = (start + 0.1 * first.duration, start + 0.9 * first.duration)
    shapes, about = draw_glitches(kinds, n, first.sample_rate, first.segment, centre, rng)
    where = rng.integers(len(conditionings), size=n)
    return PlacedGlitches(shapes, np.asarray(about["kind"]), where)


def glitch_windows(conditionings: list[Conditioning], glitches: PlacedGlitches) -> np.ndarray:
    """Return windows (n, N, D) float32 of whitened glitches of unit norm."""
    first = conditionings[0]
    spectra = fft.rfft(glitches.shapes, axis=-1).astype(np.complex64)
    spectra /= np.float32(first.sample_rate)
    windows = np.zeros((len(spectra), first.samples, len(conditionings)), np.float32)
    for index, detector in enumerate(conditionings):
        chosen = glitches.detector == index
        windows[chosen, :, index] = detector.cut(spectra[chosen] * detector.scaled_response)
    norm = np.sqrt(np.sum(windows**2, axis=(1, 2), keepdims=True))
    return windows / np.maximum(norm, np.finfo(np.float32).tiny)


def time_shift(bins: int, time: np.ndarray, block: int = 64) -> np.ndarray:
    """Return exp(-2πi k t) for k < bins and times t (n,) in units of the segment, complex64.

    The phase factor of bin ``k = block a + b`` is the product of those of ``block a`` and ``b``,
    which needs few sines and cosines.
    """
    coarse = np.exp(-2j * np.pi * np.outer(time, block * np.arange(-(-bins // block))))
    fine = np.exp(-2j * np.pi * np.outer(time, np.arange(block)))
    product = coarse.astype(np.complex64)[:, :, None] * fine.astype(np.complex64)[:, None, :]
    return product.reshape(len(time), coarse.shape[1] * block)[:, :bins]


def _taper_start(
    waveform: np.ndarray,
    frequencies: np.ndarray,
    mass_1: np.ndarray,
    mass_2: np.ndarray,
    about: Conditioning,
) -> None:
    """Remove from waveforms (n, F), in place, what would wrap around the segment's start.

    A signal that is longer than the segment would reappear at its end. Frequencies passed earlier
    than ``window_start`` before the merger are removed, those later than ``kept`` are untouched,
    which reaches back beyond the start of the window and the reach of the whitening filter.
    """
    from_pivot = time_to_merger(PIVOT_HZ, mass_1, mass_2)
    # the time to the merger goes as f^(-8/3): above this bin every binary is close enough
    nearest = PIVOT_HZ * (from_pivot.max(initial=0) / about.kept) ** (3 / 8)
    bins = np.searchsorted(frequencies, nearest)
    shorter = (frequencies[1:bins] / PIVOT_HZ) ** (-8 / 3)
    waveform[:, 1:bins] *= start_taper(from_pivot, shorter, about).astype(np.float32)


def start_taper(from_pivot: Any, shorter: Any, about: Conditioning) -> Any:
    """Return the factors (n, F) of `_taper_start`, in the type of the arguments.

    Parameters
    ----------
    from_pivot : ndarray or tensor
        (n,) time to the merger from `PIVOT_HZ` [s].
    shorter : ndarray or tensor
        (F,) of it that is left from each frequency, as a factor.
    about : Conditioning
        Of any detector.
    """
    xp, longest = namespace_of(from_pivot), about.window_start
    elapsed = from_pivot[:, None] * shorter
    fraction = xp.clip((longest - elapsed) / (longest - about.kept), 0.0, 1.0)
    return xp.sin(np.pi / 2 * fraction) ** 2
