"""Kinds of variable stars: their periods, luminosities and light curves."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from astro_dl.science.variable_stars.simulation import binaries, fourier, temperatures
from astro_dl.science.variable_stars.simulation.fourier import FourierShape
from astro_dl.science.variable_stars.simulation.temperatures import Temperature
from astro_dl.science.variable_stars.simulation.walks import damped_walks, smoothed_walks

Rng = np.random.Generator
Draw = Callable[[int, Rng], np.ndarray]
Curve = Callable[[np.ndarray, np.ndarray, Rng], np.ndarray]
"""Times (n, T) and periods (n,) [d] to magnitudes about a mean, (n, T)."""

AMPLITUDE_WAVELENGTHS = np.array(
    [0.355, 0.44, 0.477, 0.55, 0.623, 0.641, 0.763, 0.798, 0.905, 0.971]
)
AMPLITUDES = np.array([1.25, 1.3, 1.2, 1.0, 0.85, 0.8, 0.65, 0.6, 0.6, 0.58])
"""Amplitudes of RR Lyrae stars at wavelengths [µm] over that in V."""


@dataclass(frozen=True)
class Seen:
    """When n stars are looked at, and how.

    Parameters
    ----------
    time : ndarray, (n, T)
        In days.
    band : ndarray of int, (n, T)
        Numbers of bands.
    wavelength : ndarray, (bands,)
        Theirs [µm].
    """

    time: np.ndarray
    band: np.ndarray
    wavelength: np.ndarray


Light = Callable[[Seen, np.ndarray, np.ndarray, Rng], np.ndarray]
"""Visits, periods (n,) [d] and temperatures (n,) [K] to magnitudes about a mean, (n, T)."""


@dataclass(frozen=True)
class Kind:
    """One kind of star.

    Parameters
    ----------
    period : callable
        ``(n, rng) -> (n,)`` [d]; NaN for stars without one.
    light : callable
        How they vary, see `Light`.
    luminosity : tuple of float
        Slope of M_V against lg P [d], M_V at ten days, and its scatter; without a relation the
        slope is zero.
    temperature : callable
        ``(period, absolute, rng) -> (n,)`` [K]; NaN for what is no star.
    """

    period: Draw
    light: Light
    luminosity: tuple[float, float, float]
    temperature: Temperature


def log_normal(median: float, scatter: float, low: float, high: float) -> Draw:
    """Return a draw of periods [d], logarithms normal, drawn again outside of a range."""

    def draw(n: int, rng: Rng) -> np.ndarray:
        period = median * np.exp(scatter * rng.standard_normal(n))
        outside = (period < low) | (period > high)
        period[outside] = rng.uniform(low, high, outside.sum())
        return period

    return draw


def log_uniform(low: float, high: float) -> Draw:
    """Return a draw of periods [d] with even logarithms."""
    return lambda n, rng: np.exp(rng.uniform(np.log(low), np.log(high), n))


def aperiodic(n: int, rng: Rng) -> np.ndarray:
    """Return no periods."""
    return np.full(n, np.nan)


def repeating(shape: Callable[[np.ndarray, Rng], FourierShape]) -> Curve:
    """Return light curves that repeat a Fourier shape."""

    def curve(time: np.ndarray, period: np.ndarray, rng: Rng) -> np.ndarray:
        return shape(period, rng).at(time / period[:, None])

    return curve


def pulsating(curve: Curve, red_amplitude: float = 1.0) -> Light:
    """Return light whose amplitude falls with wavelength.

    ``red_amplitude`` is that in the reddest bands over that in V; at one all bands are alike.
    """
    share = (1 - red_amplitude) / (1 - AMPLITUDES[-1])

    def light(seen: Seen, period: np.ndarray, temperature: np.ndarray, rng: Rng) -> np.ndarray:
        ratio = 1 + share * (np.interp(seen.wavelength, AMPLITUDE_WAVELENGTHS, AMPLITUDES) - 1)
        return curve(seen.time, period, rng) * ratio[seen.band]

    return light


def eclipsing(shape: Callable[[np.ndarray, np.ndarray, np.ndarray, Rng], np.ndarray]) -> Light:
    """Return light that repeats what is told of each band on the grid of phases of binaries."""

    def light(seen: Seen, period: np.ndarray, temperature: np.ndarray, rng: Rng) -> np.ndarray:
        grid = shape(period, temperature, seen.wavelength, rng)
        turns = (seen.time / period[:, None] + rng.random((len(period), 1))) % 1
        return _interpolated(grid, seen.band, turns)

    return light


def grey(shape: Callable[[np.ndarray, Rng], np.ndarray]) -> Light:
    """Return light that repeats one shape on the grid of phases of binaries in all bands."""

    def every_band(
        period: np.ndarray, temperature: np.ndarray, wavelength: np.ndarray, rng: Rng
    ) -> np.ndarray:
        grid = shape(period, rng)
        return np.broadcast_to(grid, (len(grid), len(wavelength), grid.shape[2]))

    return eclipsing(every_band)


def _interpolated(grid: np.ndarray, band: np.ndarray, turns: np.ndarray) -> np.ndarray:
    size = grid.shape[2]
    place = turns * size - 0.5
    left = np.floor(place).astype(int)
    share = place - left
    rows = np.arange(len(grid))[:, None]
    first, second = grid[rows, band, left % size], grid[rows, band, (left + 1) % size]
    return first * (1 - share) + second * share


def blazhko(time: np.ndarray, period: np.ndarray, rng: Rng) -> np.ndarray:
    """Return RR Lyrae stars whose amplitude and phase are modulated within 20 to 150 d."""
    n = len(period)
    turns = time / np.exp(rng.uniform(np.log(20), np.log(150), n))[:, None] + rng.random((n, 1))
    depth, lag = rng.uniform(0.1, 0.45, (n, 1)), rng.uniform(0.005, 0.03, (n, 1))
    phase = time / period[:, None] + lag * np.cos(2 * np.pi * turns)
    return fourier.rr_ab(period, rng).at(phase) * (1 + depth * np.sin(2 * np.pi * turns))


def double_mode(time: np.ndarray, period: np.ndarray, rng: Rng) -> np.ndarray:
    """Return RR Lyrae stars of two modes: P is that of the first overtone, .745 of the other."""
    n = len(period)
    longer = period / rng.normal(0.745, 0.001, n)
    share = rng.uniform(0.2, 0.8, n)
    other = fourier.near_sinusoid(0.05, 0.06, 0.2)(longer, rng)
    main = fourier.rr_c(period, rng)
    other = other.scaled_to(share * main.peak_to_peak)
    return main.at(time / period[:, None]) + other.at(time / longer[:, None])


def multi_mode(low: float, high: float) -> Curve:
    """Return pulsators of one to four modes, the strongest with full amplitude in a range [mag]."""
    strongest = fourier.near_sinusoid(low, high, 0.2)

    def curve(time: np.ndarray, period: np.ndarray, rng: Rng) -> np.ndarray:
        n = len(period)
        main = strongest(period, rng)
        total = main.at(time / period[:, None])
        for _ in range(3):
            ratio = rng.uniform(0.6, 1.4, n)
            share = rng.uniform(0.1, 0.7, n) * (rng.random(n) < 0.45)
            mode = fourier.near_sinusoid(0.05, 0.06, 0.01)(period * ratio, rng)
            mode = mode.scaled_to(share * main.peak_to_peak)
            total += mode.at(time / (period * ratio)[:, None])
        return total

    return curve


def mira(time: np.ndarray, period: np.ndarray, rng: Rng) -> np.ndarray:
    """Return Miras: cycles differ by a tenth in amplitude and a few hundredths in phase."""
    n = len(period)
    slow = 2 * period
    height = 1 + smoothed_walks(time, np.full(n, 0.1), slow, rng)
    lag = smoothed_walks(time, np.full(n, 0.02), slow, rng)
    level = smoothed_walks(time, rng.uniform(0.05, 0.3, n), 2 * slow, rng)
    return level + height * fourier.mira(period, rng).at(time / period[:, None] + lag)


def semiregular(time: np.ndarray, period: np.ndarray, rng: Rng) -> np.ndarray:
    """Return semiregular giants: two periods whose amplitudes come and go, and a damped walk."""
    n = len(period)
    amplitude = np.exp(rng.uniform(np.log(0.04), np.log(0.8), n))
    wander = damped_walks(time, 0.3 * amplitude, period, rng)
    other = period * np.where(rng.random(n) < 0.5, rng.uniform(0.45, 0.6, n), rng.uniform(4, 9, n))
    first = _wandering(time, period, amplitude, 2.5 * period, rng)
    second = _wandering(time, other, amplitude * rng.uniform(0.2, 0.9, n), 3 * other, rng)
    return wander + first + second


def spotted(time: np.ndarray, period: np.ndarray, rng: Rng) -> np.ndarray:
    """Return rotating stars whose spots evolve within half a year to years, with slow cycles."""
    n = len(period)
    amplitude = np.exp(rng.uniform(np.log(0.03), np.log(0.18), n))
    life = np.exp(rng.uniform(np.log(150), np.log(1500), n)) + 5 * period
    first = _wandering(time, period, amplitude, life, rng)
    second = _wandering(time, period / 2, 0.35 * amplitude, life, rng)
    cycle = smoothed_walks(time, amplitude * rng.uniform(0.1, 0.8, n), np.full(n, 500.0), rng)
    return first + second + cycle


def _wandering(
    time: np.ndarray, period: np.ndarray, amplitude: np.ndarray, life: np.ndarray, rng: Rng
) -> np.ndarray:
    """Return a wave whose amplitude and phase wander on a timescale."""
    turns = 2 * np.pi * time / period[:, None]
    mean = 0.7 * amplitude[:, None] * np.exp(2j * np.pi * rng.random((len(period), 1)))
    ones = 0.5 * amplitude
    real, imaginary = smoothed_walks(time, ones, life, rng), smoothed_walks(time, ones, life, rng)
    return (mean.real + real) * np.cos(turns) + (mean.imag + imaginary) * np.sin(turns)


def quiet(time: np.ndarray, period: np.ndarray, rng: Rng) -> np.ndarray:
    """Return stars that do not vary, but for a drift of the instrument in some."""
    n = len(period)
    drift = np.where(rng.random(n) < 0.3, rng.uniform(0, 0.02, n), 0)
    return smoothed_walks(time, drift, np.full(n, 300.0), rng)


def active_nucleus(time: np.ndarray, period: np.ndarray, rng: Rng) -> np.ndarray:
    """Return active galactic nuclei: damped walks of .08 to .4 mag within 30 to 1000 d."""
    n = len(period)
    sigma = np.exp(rng.uniform(np.log(0.08), np.log(0.4), n))
    return damped_walks(time, sigma, np.exp(rng.uniform(np.log(30), np.log(1000), n)), rng)


def _fourier(shape: Callable[[np.ndarray, Rng], FourierShape], red_amplitude: float) -> Light:
    return pulsating(repeating(shape), red_amplitude)


RR_LYRAE = (0.0, 0.6, 0.2)
KINDS: dict[str, Kind] = {
    "rr_ab": Kind(
        log_normal(0.57, 0.13, 0.42, 0.9),
        _fourier(fourier.rr_ab, 0.6),
        RR_LYRAE,
        temperatures.rr_lyrae(),
    ),
    "rr_ab_blazhko": Kind(
        log_normal(0.54, 0.11, 0.42, 0.7),
        pulsating(blazhko, 0.6),
        RR_LYRAE,
        temperatures.rr_lyrae(),
    ),
    "rr_c": Kind(
        log_normal(0.32, 0.13, 0.2, 0.45),
        _fourier(fourier.rr_c, 0.6),
        RR_LYRAE,
        temperatures.rr_lyrae(temperatures.OVERTONE_RR_LYRAE),
    ),
    "rr_d": Kind(
        log_normal(0.36, 0.05, 0.3, 0.44),
        pulsating(double_mode, 0.6),
        RR_LYRAE,
        temperatures.rr_lyrae(temperatures.OVERTONE_RR_LYRAE),
    ),
    "cepheid": Kind(
        log_normal(5.0, 0.6, 1.0, 100.0),
        _fourier(fourier.cepheid, 0.6),
        (-2.43, -4.05, 0.2),
        temperatures.cepheid(),
    ),
    "cepheid_overtone": Kind(
        log_normal(2.0, 0.5, 0.4, 6.0),
        _fourier(fourier.overtone_cepheid, 0.6),
        (-2.9, -4.6, 0.2),
        temperatures.cepheid(temperatures.OVERTONE_CEPHEID),
    ),
    "cepheid_2": Kind(
        log_uniform(1.0, 35.0),
        _fourier(fourier.type_2_cepheid, 0.7),
        (-1.6, -1.9, 0.2),
        temperatures.type_2_cepheid,
    ),
    # Marconi, Fiorentino & Caputo (2004), A&A 417, 1101
    "cepheid_anomalous": Kind(
        log_normal(0.9, 0.4, 0.4, 2.4),
        _fourier(fourier.anomalous_cepheid, 0.6),
        (-2.6, -3.3, 0.2),
        temperatures.normal(6700, 250, 5900, 7600),
    ),
    # McNamara (2000), ASP Conf. 210, 373; luminosities of δ Scuti stars: Ziaali et al. (2019),
    # MNRAS 486, 4348, M_V = −2.94 lg P − 1.34
    "delta_scuti_high": Kind(
        log_uniform(0.045, 0.2),
        _fourier(fourier.high_amplitude_delta_scuti, 0.6),
        (-2.94, -4.28, 0.3),
        temperatures.normal(7400, 300, 6600, 8300),
    ),
    # Uytterhoeven et al. (2011), A&A 534, A125
    "delta_scuti": Kind(
        log_uniform(0.04, 0.3),
        pulsating(multi_mode(0.02, 0.4), 0.6),
        (-2.94, -4.28, 0.4),
        temperatures.normal(7500, 450, 6500, 8900),
    ),
    # Stankov & Handler (2005), ApJS 158, 193
    "beta_cephei": Kind(
        log_uniform(0.1, 0.3),
        pulsating(multi_mode(0.01, 0.1), 0.8),
        (0.0, -3.5, 0.6),
        temperatures.log_uniform(18000, 30000),
    ),
    "mira": Kind(
        log_normal(290.0, 0.35, 100.0, 650.0),
        pulsating(mira, 0.5),
        (0.0, -1.0, 1.0),
        temperatures.mira,
    ),
    "semiregular": Kind(
        log_uniform(25.0, 350.0),
        pulsating(semiregular, 0.5),
        (0.0, -1.0, 1.0),
        temperatures.semiregular,
    ),
    "detached": Kind(
        log_normal(1.8, 0.9, 0.25, 60.0),
        eclipsing(binaries.detached),
        (0.0, 2.5, 1.5),
        temperatures.main_sequence,
    ),
    "semi_detached": Kind(
        log_normal(0.9, 0.6, 0.27, 15.0),
        eclipsing(binaries.semi_detached),
        (0.0, 2.0, 1.5),
        temperatures.main_sequence,
    ),
    "contact": Kind(
        log_normal(0.36, 0.25, 0.22, 1.2),
        grey(binaries.contact),
        (-8.0, -7.8, 0.4),
        temperatures.contact_binary,
    ),
    "ellipsoidal": Kind(
        log_normal(0.8, 0.9, 0.2, 20.0),
        grey(binaries.ellipsoidal),
        (0.0, 2.5, 1.5),
        temperatures.main_sequence,
    ),
    "post_common_envelope": Kind(
        log_normal(0.2, 0.6, 0.08, 1.2),
        grey(binaries.post_common_envelope),
        (0.0, 8.0, 1.5),
        temperatures.log_uniform(9000, 30000),
    ),
    # Strassmeier (2009), A&A Rev. 17, 251
    "spotted": Kind(
        log_normal(3.0, 1.4, 0.25, 100.0),
        pulsating(spotted, 0.8),
        (0.0, 4.0, 1.5),
        temperatures.normal(5000, 600, 3400, 6500),
    ),
    # Netopil et al. (2008), A&A 491, 545
    "chemically_peculiar": Kind(
        log_normal(3.0, 0.9, 0.5, 40.0),
        _fourier(fourier.near_sinusoid(0.015, 0.12, 0.5), 1.0),
        (0.0, 0.5, 1.0),
        temperatures.log_uniform(7200, 14000),
    ),
    "constant": Kind(aperiodic, pulsating(quiet), (0.0, 4.5, 1.5), temperatures.main_sequence),
    "active_nucleus": Kind(
        aperiodic, pulsating(active_nucleus, 0.8), (0.0, -23.0, 1.0), temperatures.no_star
    ),
}
