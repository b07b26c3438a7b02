"""Figures of a search: scores over time, and what the strain looks like around the triggers."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from astropy.table import Table
from scipy import fft

from astro_dl.inference.protocol import Predictor
from astro_dl.science.gravitational_waves.gwosc import StrainSource, common_span, select_sources
from astro_dl.science.gravitational_waves.physics import BinaryBlackHolePhysics
from astro_dl.science.gravitational_waves.scan import Scan, scan, whitened_strain, whitening
from astro_dl.science.gravitational_waves.search import coincident_scores
from astro_dl.science.gravitational_waves.whitening import band_pass

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_TRIGGERS = 3
TIMELINE_S = 64.0
STRIP_S, ZOOM_S, STRETCH_S = 1.5, 0.25, 4.0
SHOWN_BAND_HZ = (30.0, 400.0)
Q_FREQUENCIES_HZ = (20.0, 512.0)
Q = 8.0
POWER_SCALE = (16.0, 50.0)


def draw_search(
    predictor: Predictor[BinaryBlackHolePhysics],
    paths: Sequence[str | Path],
    table: Table,
    folder: str | Path,
) -> list[Path]:
    """Draw the score timeline and the strain around the loudest triggers.

    Strain is read and scored again, but only around what is drawn.

    Parameters
    ----------
    predictor : Predictor
        The network that searched.
    paths : sequence of path
        The strain files that were searched.
    table : astropy.table.Table
        What `astro_dl.science.gravitational_waves.search.search` returned.
    folder : str or Path
        Where the figures go.

    Returns
    -------
    list of Path
        ``timeline.png``, and ``trigger_1.png`` to ``trigger_3.png`` where there are as many.
    """
    from astro_dl.evaluation.figures.style import save_figure

    sources = select_sources(paths, predictor.physics.detectors)
    times = np.asarray(table["gps_time"])
    stride = table.meta.get("stride_s", 0.05)
    figures = {"timeline": _draw_timeline(predictor, sources, table, stride)}
    for number, gps in enumerate(times[:MOST_TRIGGERS], start=1):
        figures[f"trigger_{number}"] = _draw_trigger(predictor, sources, float(gps), stride)
    return [save_figure(figure, Path(folder) / f"{name}.png") for name, figure in figures.items()]


def picture_triggers(
    predictor: Predictor[BinaryBlackHolePhysics], paths: Sequence[str | Path], table: Table
) -> Iterator[tuple[int, Any]]:
    """Yield for each trigger of a search its row and the strain around it, as `draw_search`."""
    sources = select_sources(paths, predictor.physics.detectors)
    for row, gps in enumerate(np.asarray(table["gps_time"])):
        yield row, _draw_strain(predictor, sources, float(gps))[0]


def constant_q_power(
    series: np.ndarray, sample_rate: float, frequencies: np.ndarray, q: float = Q
) -> np.ndarray:
    """Return the power of a whitened series in Gaussian wavelets of constant quality factor.

    A wavelet of frequency f lasts Q / (2πf) (standard deviation) and is f / Q wide, as the
    sine-Gaussians of Chatterji et al. (2004), Class. Quantum Grav. 21, S1809. In white noise of
    unit variance the power is exponentially distributed with mean 1.

    Parameters
    ----------
    series : ndarray
        (N,), N even.
    sample_rate : float
        Sampling rate [Hz].
    frequencies : ndarray
        (F,) centres [Hz].
    q : float, default 8
        Quality factor.

    Returns
    -------
    ndarray
        (F, N) float64.
    """
    samples = len(series)
    spectrum = fft.fft(np.asarray(series, dtype=np.float64))
    bins = fft.fftfreq(samples, 1 / sample_rate)
    width = frequencies[:, None] / q
    wavelets = np.exp(-0.5 * ((bins - frequencies[:, None]) / width) ** 2)
    power = np.abs(fft.ifft(spectrum * wavelets)) ** 2
    return power * samples / np.sum(wavelets**2, axis=1, keepdims=True)


def _draw_timeline(
    predictor: Predictor[BinaryBlackHolePhysics],
    sources: Sequence[StrainSource],
    table: Table,
    stride: float,
) -> Any:
    """Draw all triggers, and the scores of at most `TIMELINE_S` around the loudest."""
    from astro_dl.evaluation.figures.style import new_figure

    low, high = common_span(sources)
    times = np.asarray(table["gps_time"])
    middle = times[0] if len(times) else (low + high) / 2
    start = np.clip(middle - TIMELINE_S / 2, low, max(low, high - TIMELINE_S))
    scanned = _rescan(predictor, sources, stride, float(start), float(start) + TIMELINE_S)
    figure, axes = new_figure(2, 1, width=9, height=6)
    top, bottom = axes[:, 0]
    top.vlines(times - low, 0, table["ranking_statistic"], color="0.6", linewidth=0.8)
    top.plot(times - low, table["ranking_statistic"], "o", markersize=4)
    if len(times):
        top.annotate(
            f"GPS {times[0]:.2f}\n{table['utc'][0]}",
            (times[0] - low, table["ranking_statistic"][0]),
            xytext=(6, -4),
            textcoords="offset points",
            va="top",
            fontsize=8,
        )
    top.set(xlim=(0, high - low), ylabel="ranking statistic", title="Triggers")
    _plot_scores(bottom, predictor, scanned, low)
    bottom.set(title="Score of every window")
    for axis in (top, bottom):
        axis.set_xlabel(f"time of the merger [s] since GPS {low:.10g}")
    return figure


def _draw_trigger(
    predictor: Predictor[BinaryBlackHolePhysics],
    sources: Sequence[StrainSource],
    gps: float,
    stride: float,
) -> Any:
    """Draw whitened strain, its spectrogram, and the scores around a trigger."""
    from astro_dl.evaluation.figures.style import tidy

    figure, axes = _draw_strain(predictor, sources, gps, rows=3)
    for axis in axes[2]:
        axis.remove()
    scores = figure.add_subplot(axes[2, 0].get_gridspec()[2, :])
    tidy(scores)
    reach = STRIP_S + predictor.physics.duration_s
    _plot_scores(
        scores, predictor, _rescan(predictor, sources, stride, gps - reach, gps + reach), gps
    )
    scores.set_xlim(-STRIP_S, STRIP_S)
    scores.set_xlabel(f"time [s] since GPS {gps:.3f}")
    return figure


def _draw_strain(
    predictor: Predictor[BinaryBlackHolePhysics],
    sources: Sequence[StrainSource],
    gps: float,
    rows: int = 2,
) -> tuple[Any, np.ndarray]:
    """Draw whitened strain and its spectrogram in each detector; further rows stay empty."""
    from astro_dl.evaluation.figures.style import new_figure

    how = whitening(predictor.physics)
    low, high = common_span(sources)
    start = np.clip(gps - STRETCH_S / 2, low, high - STRETCH_S)
    start = low + round((start - low) * how.sample_rate) / how.sample_rate
    white, _ = whitened_strain(sources, how, float(start), STRETCH_S)
    time = start + np.arange(white.shape[1]) / how.sample_rate - gps
    columns = len(sources)
    figure, axes = new_figure(rows, columns, width=max(6.4, 4.2 * columns), height=8 * rows / 3)
    frequencies = np.geomspace(*Q_FREQUENCIES_HZ, 160)
    for source, series, (strain, spectrogram) in zip(sources, white, axes[:2].T, strict=True):
        strain.plot(time, _smoothed(series, how.sample_rate), linewidth=0.9)
        strain.set(
            xlim=(-ZOOM_S, ZOOM_S),
            title=source.detector,
            ylabel=f"whitened, {SHOWN_BAND_HZ[0]:.0f} to {SHOWN_BAND_HZ[1]:.0f} Hz [σ]",
        )
        near = np.abs(time) < ZOOM_S * 2
        power = constant_q_power(series, how.sample_rate, frequencies)[:, near][:, ::4]
        mesh = spectrogram.pcolormesh(
            time[near][::4],
            frequencies,
            power,
            vmin=0,
            vmax=np.clip(power.max(), *POWER_SCALE),
            shading="nearest",
            rasterized=True,
        )
        spectrogram.set(yscale="log", ylabel="frequency [Hz]")
        spectrogram.set_yticks([20, 50, 100, 200, 500], ["20", "50", "100", "200", "500"])
        spectrogram.minorticks_off()
        spectrogram.grid(False)
        figure.colorbar(mesh, ax=spectrogram, label="normalised power", shrink=0.9)
    for axis in axes[:2].flat:
        axis.set_xlabel(f"time [s] since GPS {gps:.3f}")
    return figure, axes


def _rescan(
    predictor: Predictor[BinaryBlackHolePhysics],
    sources: Sequence[StrainSource],
    stride: float,
    start: float,
    end: float,
) -> Scan:
    rate = predictor.physics.sample_rate_hz
    low, _ = common_span(sources)
    start = low + max(0, round((start - low) * rate)) / rate
    return scan(predictor, sources, whitening(predictor.physics), stride, span=(start, end))


def _plot_scores(
    axis: "Axes", predictor: Predictor[BinaryBlackHolePhysics], scanned: Scan, origin: float
) -> None:
    merger = float(np.mean(predictor.physics.merger_time_range_s))
    statistics = coincident_scores(scanned)
    time = scanned.gps(np.arange(len(statistics))) + merger - origin
    apart = statistics.shape[1] > 1 or len(scanned.detectors) == 1
    names = scanned.detectors if apart else ["+".join(scanned.detectors)]
    for name, values in zip(names, statistics.T, strict=True):
        axis.plot(time, values, linewidth=0.9, label=name)
    axis.set_ylabel("logit")
    axis.legend(fontsize=8, frameon=False)


def _smoothed(series: np.ndarray, sample_rate: float) -> np.ndarray:
    frequencies = fft.rfftfreq(len(series), 1 / sample_rate)
    return fft.irfft(fft.rfft(series) * band_pass(frequencies, *SHOWN_BAND_HZ), len(series))
