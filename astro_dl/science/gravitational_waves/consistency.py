"""Whether loud strain is a merger's: what remains of it without the best template.

Of a signal remains noise. Of a glitch remains what no template holds: all of its power but the
square of its match. It is the idea of the χ² tests of Allen (2005), arXiv:gr-qc/0405045, with the
sum over all samples of the template's time, and a likelihood of either hypothesis instead of a cut.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
from scipy import fft
from scipy.ndimage import maximum_filter1d
from tqdm.auto import tqdm

from astro_dl.inference.protocol import Predictor
from astro_dl.science.gravitational_waves.baselines import template_space
from astro_dl.science.gravitational_waves.coherence import (
    Detectors,
    LogitScale,
    describe_detectors,
    loud_windows,
)
from astro_dl.science.gravitational_waves.gwosc import StrainSegment, StrainSource, read_on
from astro_dl.science.gravitational_waves.matched_filter.bank_placement import stratified_systems
from astro_dl.science.gravitational_waves.peaks import plateau_centre
from astro_dl.science.gravitational_waves.physics import BinaryBlackHolePhysics
from astro_dl.science.gravitational_waves.scan import (
    OFF_SOURCE_S,
    Scan,
    Whitening,
    off_source_psd,
    response_to,
    whitened,
)
from astro_dl.science.gravitational_waves.waveforms.phenom_d import imrphenomd

Array = np.ndarray

TEMPLATES = 128
SEGMENT_S, MERGER_S = 8.0, 6.0
"""Templates are made in segments this long, and merge at this time."""
STRETCH_S, BEFORE_S = 4.0, 2.5
"""Strain that is looked at, and how much of it lies before the merger."""
UNCERTAIN_S, AROUND_S = 0.25, 0.05
"""How far the merger may be from where it was seen; what is looked at around a template."""
TAIL = 0.005
"""Of a template's power at either end is not its time."""
DISTANCE_MPC = 100.0
STRAIN_UNIT = 1e-23
"""Of spectra [1/Hz]."""
NORMAL_MAD = 0.6744897501960817
MISMATCHES = np.linspace(0, 0.1, 21)
"""Of a signal remains at most this fraction of its power: templates and spectra are not exact."""
MATCHES = (np.arange(200) + 0.5) / 200
"""Squares of the matches of glitches with their best template: anything between 0 and 1."""


@dataclass(frozen=True)
class Residual:
    """What remains of n stretches of whitened strain without their best templates.

    Parameters
    ----------
    snr : ndarray, (n,)
        Signal-to-noise ratio of the template.
    power : ndarray, (n,)
        Sum of squares of what remains in the time of the template.
    samples : ndarray, (n,)
        How much noise would leave.
    """

    snr: Array
    power: Array
    samples: Array


@dataclass(frozen=True)
class Templates:
    """Whitened templates, by their spectra on the frequencies of a segment of 8 s.

    Parameters
    ----------
    waveforms : ndarray
        (T, F) complex64: before whitening, in a unit that float32 holds the squares of.
    response : ndarray
        (F,) float32 whitening response, in the inverse unit.
    rate : float
        [Hz].
    """

    waveforms: Array
    response: Array
    rate: float

    @property
    def samples(self) -> int:
        """Of a segment."""
        return round(SEGMENT_S * self.rate)

    @cached_property
    def norms(self) -> Array:
        """The root (T,) of the sum of squares of a template's real part, or of its imaginary."""
        squares = np.square(self.waveforms.view(np.float32))
        power = squares @ np.repeat(np.square(self.response), 2)
        return np.sqrt(power / (2 * self.samples))

    def correlations(self, white: Array, lags: Array) -> Array:
        """Return the products (T, lags) float32 of strain (N,) with shifted templates.

        The modulus of those with either quadrature. Neither the strain nor the time that templates
        take is longer than a segment.
        """
        strain = fft.fft(white, self.samples)[: len(self.response)] * self.response
        # A modulus is that of the conjugate, of which strain has to be taken but once. The spectrum
        # has positive frequencies alone: its series has the quadratures as real and imaginary part.
        product = self.waveforms * (np.conj(strain) / np.float32(self.samples))
        series = fft.fft(product, self.samples, axis=1, overwrite_x=True)
        return np.abs(series[:, lags % self.samples])

    def series(self, number: int) -> Array:
        """Return a template (samples,) complex64, its quarter cycle in the imaginary part."""
        return fft.ifft(self.waveforms[number] * self.response, self.samples)


def whitened_templates(physics: BinaryBlackHolePhysics, response: Array) -> Templates:
    """Return the templates of a noise spectrum.

    Parameters
    ----------
    physics : BinaryBlackHolePhysics
        Whose systems they are.
    response : ndarray
        (F,) whitening response on the frequencies of a segment of 8 s.
    """
    scaled = (response * STRAIN_UNIT).astype(np.float32)
    return Templates(_waveforms(physics), scaled, physics.sample_rate_hz)


def residuals(white: Array, merger: float, templates: Templates) -> Residual:
    """Return what remains of whitened strain (n, N) without the best template of each.

    Parameters
    ----------
    white : ndarray
        (n, N) float32.
    merger : float
        About when the mergers are, from the start of the strain [s].
    templates : Templates
        From `whitened_templates`.
    """
    return Residual(*np.array([_residual(one, merger, templates) for one in white]).T)


def _residual(white: Array, merger: float, templates: Templates) -> tuple[float, float, float]:
    rate = templates.rate
    reach = round(UNCERTAIN_S * rate)
    lags = round((merger - MERGER_S) * rate) + np.arange(-reach, reach + 1)
    amplitude = templates.correlations(white, lags) / templates.norms[:, None]
    best, place = np.unravel_index(np.argmax(amplitude), amplitude.shape)
    template = _placed(templates.series(int(best)), lags[place], len(white))
    total = np.cumsum(np.abs(template) ** 2)
    start, stop = np.searchsorted(total, [TAIL * total[-1], (1 - TAIL) * total[-1]])
    around = round(AROUND_S * rate)
    time = slice(max(start - around, 0), stop + around)
    basis = np.stack([template.real, template.imag], axis=1)[time]
    strain = white[time].astype(np.float64)
    size, _, _, _ = np.linalg.lstsq(basis, strain, rcond=None)
    fitted = basis @ size
    remains = strain - fitted
    return float(np.linalg.norm(fitted)), float(remains @ remains), len(strain) - 2.0


def _placed(template: Array, lag: int, samples: int) -> Array:
    """Return a template (samples,) float64 as it stands in strain that begins ``lag`` before it."""
    placed = np.zeros(samples, np.complex128)
    start, stop = max(lag, 0), min(lag + len(template), samples)
    placed[start:stop] = template[start - lag : stop - lag]
    return placed


def log_glitch_evidence(found: Residual, loud: Array) -> Array:
    """Return ln p(what remains | glitch) / p(… | signal), (n,).

    Of a signal remains noise and at most a tenth of its power, of a glitch any fraction. A signal
    may lie on a glitch by chance, as often as the detector is loud, so nothing forbids it wholly.

    Parameters
    ----------
    found : Residual
        Of n stretches.
    loud : ndarray
        (n,) fraction of the time that is loud.
    """
    signal = _density(found, MISMATCHES)
    glitch = _density(found, 1 / MATCHES - 1)
    return np.log(glitch) - np.log((1 - loud) * signal + loud * glitch)


def _density(found: Residual, fractions: Array) -> Array:
    """Return the mean density (n,) of a power for what remains of these fractions of ρ² (k,)."""
    extra = found.snr[:, None] ** 2 * fractions
    samples = found.samples[:, None]
    width = np.sqrt(2 * samples + 4 * extra)
    distance = (found.power[:, None] - samples - extra) / width
    density = np.exp(-(distance**2) / 2) / (np.sqrt(2 * np.pi) * width)
    return np.maximum(density.mean(axis=1), 1e-300)


def detectors_of_scan(
    predictor: Predictor[BinaryBlackHolePhysics],
    scanned: Scan,
    sources: Sequence[StrainSource],
    how: Whitening,
    scale: LogitScale,
    progress: bool = False,
) -> Detectors:
    """Return what a scan tells of its detectors: how often they are loud, and by what.

    Parameters
    ----------
    predictor : Predictor
        That scanned.
    scanned, sources, how
        The scan, its strain and how that was whitened.
    scale : LogitScale
        Of the network.
    progress : bool, default False
        Whether to show a progress bar.
    """
    about = describe_detectors(predictor, scale, scanned.detectors, scanned.scores, scanned.stride)
    loud = loud_windows(predictor, scanned.scores)
    shape = glitch_evidence(scanned, sources, how, predictor.physics, loud, about.loud, progress)
    return replace(about, glitch_evidence=shape)


def glitch_evidence(
    scanned: Scan,
    sources: Sequence[StrainSource],
    how: Whitening,
    physics: BinaryBlackHolePhysics,
    loud: Array,
    fraction: Array,
    progress: bool = False,
) -> Array:
    """Return ln p(shape | glitch) / p(shape | signal) of windows (windows, D); 0 of quiet ones.

    Parameters
    ----------
    scanned, sources, how
        A scan, its strain and how that was whitened.
    physics : BinaryBlackHolePhysics
        Whose systems the templates are.
    loud : ndarray of bool, (windows, D)
        Which windows are loud: the strain of the loudest thereabouts is looked at.
    fraction : ndarray, (windows, D)
        Of the time that is loud.
    progress : bool, default False
        Whether to show a progress bar.
    """
    evidence = np.zeros(loud.shape)
    reach = round(physics.duration_s / scanned.stride)
    merger = float(np.mean(physics.merger_time_range_s))
    places = np.arange(len(loud))
    for d, source in enumerate(sources):
        scores = np.where(loud[:, d], scanned.scores[:, d], -np.inf)
        peaks = np.flatnonzero(loud[:, d] & (scores == maximum_filter1d(scores, 2 * reach + 1)))
        if len(peaks):
            centres = np.array([plateau_centre(scores, int(peak)) for peak in peaks])
            times = tqdm(
                scanned.gps(centres) + merger,
                f"loud {source.detector}",
                disable=not progress,
            )
            found = strain_residuals(physics, source, how, times)
            of_peaks = np.nan_to_num(log_glitch_evidence(found, fraction[peaks, d]))
            nearest = np.rint(np.interp(places, peaks, np.arange(len(peaks)))).astype(int)
            near = np.abs(places - peaks[nearest]) <= reach
            evidence[near, d] = of_peaks[nearest[near]]
    return evidence


def strain_residuals(
    physics: BinaryBlackHolePhysics, source: StrainSource, how: Whitening, gps: Iterable[float]
) -> Residual:
    """Return what remains of the strain of one detector at times of mergers.

    Parameters
    ----------
    physics : BinaryBlackHolePhysics
        Whose systems the templates are.
    source : StrainSource
        The strain.
    how : Whitening
        As it was scanned; here nothing is clipped.
    gps : iterable of float
        About when the mergers are [s], ascending: what the strain around them has in common is
        read once.

    Returns
    -------
    Residual
        NaN where there is no strain to judge by.
    """
    last, found = None, []
    for time in gps:
        last, one = _strain_residual(physics, source, replace(how, clip=None), float(time), last)
        found.append(one)
    return Residual(*np.array(found, float).reshape(-1, 3).T)


def _strain_residual(
    physics: BinaryBlackHolePhysics,
    source: StrainSource,
    how: Whitening,
    merger: float,
    last: StrainSegment | None,
) -> tuple[StrainSegment, tuple[float, float, float]]:
    rate = how.sample_rate
    before, after = (round(s * rate) / rate for s in (BEFORE_S, STRETCH_S - BEFORE_S))
    reach = OFF_SOURCE_S / 2
    merger = round(merger * rate) / rate
    begin, seconds = merger - before - reach, before + after + 2 * reach
    around = read_on(last, source, begin, seconds, rate, how.drift_frequency)
    first, samples = round(reach * rate), round((before + after) * rate)
    psd = off_source_psd(around, first, samples)
    margin = round(how.margin * rate)
    padded = slice(first - margin, first + samples + margin)
    white, codes = whitened(around.strain[padded], around.exclusion[padded], psd, how)
    if psd is None or codes.any():
        return around, (np.nan, np.nan, np.nan)
    # The mean of spectra that scatter whitens to a little more than one.
    level = np.median(np.abs(white)) / NORMAL_MAD
    templates = whitened_templates(physics, response_to(psd, how, SEGMENT_S))
    found = residuals(white[None] / level, before, templates)
    return around, (found.snr[0], found.power[0], found.samples[0])


@lru_cache(maxsize=2)
def _waveforms(physics: BinaryBlackHolePhysics) -> Array:
    """Return unwhitened templates (T, F) that merge within their segment, in `STRAIN_UNIT`."""
    systems, _ = stratified_systems(template_space(physics), TEMPLATES, np.random.default_rng(0))
    frequencies = np.arange(round(SEGMENT_S * physics.sample_rate_hz) // 2 + 1) / SEGMENT_S
    mass_1, mass_2, spin_1z, spin_2z = systems.T
    waveforms = imrphenomd(frequencies, mass_1, mass_2, spin_1z, spin_2z, DISTANCE_MPC)
    shifted = waveforms * np.exp(-2j * np.pi * frequencies * MERGER_S)
    return (shifted / STRAIN_UNIT).astype(np.complex64)
