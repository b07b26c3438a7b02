"""One page for each signal: the light curve, detrended, and folded in every way that tells."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from astropy.table import Table

from astro_dl.core.files import object_stems
from astro_dl.inference.protocol import Predictor
from astro_dl.observations.light_curves.light_curve import LightCurve
from astro_dl.science.transits.detrending import in_transit
from astro_dl.science.transits.inputs import FoldedCurves, view_shape
from astro_dl.science.transits.physics import TransitPhysics
from astro_dl.science.transits.predict import (
    at_cadence,
    fold_signal,
    read_stars,
    table_signals,
    without_lone_dips,
)
from astro_dl.science.transits.search.vetting_tests import secondary_depth
from astro_dl.science.transits.views import (
    Ephemeris,
    ViewShape,
    count_in_local_bins,
    fold_views,
    secondary_phase,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHOWN_VIEWS = ("global", "local", "secondary", "odd", "even")
MOST_POINTS = 20_000


def draw_signals(
    predictor: Predictor[TransitPhysics],
    paths: Sequence[str | Path],
    table: Table,
    folder: str | Path,
) -> list[Path]:
    """Draw one page for each signal of a prediction.

    Parameters
    ----------
    predictor : Predictor
        The network.
    paths : sequence of path
        The light curves.
    table : astropy.table.Table
        What `astro_dl.science.transits.predict.find_signals` returned.
    folder : str or Path
        Where the figures go.

    Returns
    -------
    list of Path
        ``<id>_<row of the star>.png``: light curve, detrended light curve, global, local and
        secondary view, odd and even transits.
    """
    from astro_dl.evaluation.figures.style import save_figure

    ids = list(dict.fromkeys(map(str, table["id"])))
    stems, figures = dict(zip(ids, object_stems(ids), strict=True)), []
    for star in read_stars(paths):
        curve, _ = at_cadence(star, predictor.physics.cadence_minutes)
        if table.meta.get("searched"):
            curve = without_lone_dips(curve)
        rows = table[np.asarray(table["id"]) == curve.id]
        signals = table_signals(rows)
        for number, row in enumerate(rows):
            folded = fold_signal(predictor.physics, curve, signals, number)
            figure = _draw(predictor, curve, folded, row)
            path = Path(folder) / f"{stems[curve.id]}_{number + 1}.png"
            figures.append(save_figure(figure, path))
    return figures


def picture_signals(
    predictor: Predictor[TransitPhysics], paths: Sequence[str | Path], table: Table
) -> Iterator[tuple[int, Any]]:
    """Yield for each signal its row, from 0, and its light curve, whole and in transit."""
    from astro_dl.evaluation.figures.style import new_figure

    shape = view_shape(predictor.physics)
    for star in read_stars(paths):
        curve, _ = at_cadence(star, predictor.physics.cadence_minutes)
        rows = np.flatnonzero(np.asarray(table["id"]) == curve.id)
        signals = table_signals(table[rows])
        for number, row in enumerate(rows):
            folded = fold_signal(predictor.physics, curve, signals, number)
            when = folded.fit.ephemeris
            view = fold_views(curve.time, folded.flux, when, ("local",), shape)["local"][0]
            reach = min(float(when.period[0]) / 2, shape.local_reach * float(when.duration[0]))
            figure, axes = new_figure(2, 1, width=6.4, height=6)
            _draw_curve(axes[0, 0], curve, folded.flux[0], when, "detrended flux")
            _draw_folded(axes[1, 0], curve.time, folded, view, reach)
            yield int(row), figure


def _draw(
    predictor: Predictor[TransitPhysics], curve: LightCurve, folded: FoldedCurves, row: Any
) -> Any:
    from astro_dl.evaluation.figures.style import new_figure, tidy

    figure, axes = new_figure(4, 2, width=10, height=11)
    grid = axes[0, 0].get_gridspec()
    for axis in axes[:2].flat:
        axis.remove()
    raw, flat = (figure.add_subplot(grid[line, :]) for line in (0, 1))
    for axis in (raw, flat):
        tidy(axis)
    when = folded.fit.ephemeris
    _draw_curve(raw, curve, curve.flux, when, "relative flux")
    _draw_curve(flat, curve, folded.flux[0], when, "detrended")
    shape = view_shape(predictor.physics)
    views = fold_views(curve.time, folded.flux, when, SHOWN_VIEWS, shape)
    _draw_folded(axes[2, 0], curve.time, folded, views["global"][0], None)
    reach = min(float(when.period[0]) / 2, shape.local_reach * float(when.duration[0]))
    _draw_folded(axes[2, 1], curve.time, folded, views["local"][0], reach)
    _draw_pair(axes[3, 0], curve.time, folded, views, shape)
    _draw_secondary(axes[3, 1], curve.time, folded, views["secondary"][0], shape)
    figure.suptitle(_title(predictor, row), fontsize=11)
    return figure


def _title(predictor: Predictor[TransitPhysics], row: Any) -> str:
    def number(name: str) -> float:
        return float(getattr(row[name], "value", row[name]))

    classes = ", ".join(
        f"{name.replace('_', ' ')} {float(row[f'p_{name}']):.2f}" for name in predictor.head.names
    )
    flags = f"\n{row['flags'].replace(',', ', ')}" if row["flags"] else ""
    epoch = f"{number('epoch'):.4f} {row['time_system']}".rstrip()
    return (
        f"{row['id']}   period {number('period'):.5f} d, epoch {epoch}, "
        f"duration {24 * number('duration'):.2f} h, depth {1e6 * number('depth'):.0f} ppm, "
        f"S/N {number('snr'):.1f}\n{classes}{flags}"
    )


def _draw_curve(
    axis: "Axes", curve: LightCurve, flux: np.ndarray, when: Ephemeris, label: str
) -> None:
    from astro_dl.core.showing.colours import COLOURS

    some = slice(None, None, max(1, len(flux) // MOST_POINTS))
    time, shown = curve.time[some], flux[some]
    inside = in_transit(time, when.period, when.epoch, when.duration)[0]
    axis.plot(time[~inside], shown[~inside], ".", color="0.45", markersize=2, rasterized=True)
    axis.plot(time[inside], shown[inside], ".", color=COLOURS[1], markersize=4, rasterized=True)
    axis.set(xlim=(time[0], time[-1]), ylabel=label)
    axis.set_xlabel(f"time [d] {curve.time_system}".rstrip())
    low, high = np.nanpercentile(shown, [0.1, 99.9])
    pad = 0.15 * (high - low)
    axis.set_ylim(min(low, np.nanmin(shown[inside], initial=low)) - pad, high + pad)


def _draw_folded(
    axis: "Axes", time: np.ndarray, folded: FoldedCurves, view: np.ndarray, reach: float | None
) -> None:
    """Draw points and view; in hours about the transit, or in phase where there is no reach."""
    from astro_dl.core.showing.colours import COLOURS

    when, depth = folded.fit.ephemeris, max(float(folded.fit.depth[0]), 1e-9)
    period = float(when.period[0])
    span = reach or period / 2
    offset = np.mod(time - when.epoch[0] + period / 2, period) - period / 2
    scale = 24.0 if reach else 1 / period
    near = np.abs(offset) <= span
    points = (folded.flux[0] - np.nanmedian(folded.flux[0])) / depth
    axis.plot(offset[near] * scale, points[near], ".", color="0.7", ms=2, rasterized=True)
    axis.plot(np.linspace(-span, span, len(view)) * scale, view, color=COLOURS[0], linewidth=1.4)
    low, high = np.nanpercentile(points[near], [1, 99])
    axis.set_ylim(min(-1.4, low), max(0.6, 1.2 * high))
    axis.set_xlabel("time from mid-transit [h]" if reach else "phase")
    axis.set_ylabel("flux [depths]")
    axis.set_title("Local view" if reach else "Global view", fontsize=10)


def _draw_pair(
    axis: "Axes",
    time: np.ndarray,
    folded: FoldedCurves,
    views: Mapping[str, np.ndarray],
    shape: ViewShape,
) -> None:
    """Draw odd and even transits; bins without a point, which networks see as flat, are gaps."""
    from astro_dl.evaluation.figures.style import method_style

    when = folded.fit.ephemeris
    reach = min(float(when.period[0]) / 2, shape.local_reach * float(when.duration[0]))
    for position, name in enumerate(("odd", "even")):
        every_other = replace(
            when, period=2 * when.period, epoch=when.epoch + position * when.period
        )
        count = count_in_local_bins(time, folded.flux, every_other, shape)[0]
        view = np.where(count > 0, views[name][0], np.nan)
        style = {**method_style(position), "marker": "."}
        axis.plot(np.linspace(-reach, reach, len(view)) * 24, view, label=name, **style)
    axis.set_xlabel("time from mid-transit [h]")
    axis.set_ylabel("flux [deeper depth]")
    axis.set_title("Odd and even transits", fontsize=10)
    axis.legend(fontsize=8, frameon=False)


def _draw_secondary(
    axis: "Axes", time: np.ndarray, folded: FoldedCurves, view: np.ndarray, shape: ViewShape
) -> None:
    from astro_dl.core.showing.colours import COLOURS

    when = folded.fit.ephemeris
    phase = float(secondary_phase(time, folded.flux, when)[0])
    depth, error = secondary_depth(time, folded.flux, when)[0]
    reach = min(float(when.period[0]) / 2, shape.secondary_reach * float(when.duration[0]))
    axis.plot(np.linspace(-reach, reach, len(view)) * 24, view, color=COLOURS[0], marker=".")
    axis.set_xlabel(f"time from phase {phase:.3f} [h]")
    axis.set_ylabel("flux [its own depth]")
    axis.set_title(f"Deepest other dip: {1e6 * depth:.0f} ± {1e6 * error:.0f} ppm", fontsize=10)
