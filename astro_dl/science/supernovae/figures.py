"""Supernovae: a page for each of a prediction, labelled examples, and comparisons of sets."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from astropy.table import Table

from astro_dl.core.examples import Inputs
from astro_dl.core.files import object_stems
from astro_dl.inference.protocol import Predictor
from astro_dl.observations.irregular_series.reading import ReadingOptions
from astro_dl.science.supernovae.files.photometry import Photometry
from astro_dl.science.supernovae.files.read import iterate_photometry, read_hosts
from astro_dl.science.supernovae.inputs import unpacked
from astro_dl.science.supernovae.nights import Points
from astro_dl.science.supernovae.physics import SupernovaPhysics
from astro_dl.science.supernovae.predict import every_night, photometry_inputs
from astro_dl.science.supernovae.simulation.band_light import ZERO_POINT

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BAND_COLOURS = {
    "u": "#7A3E9D",
    "g": "#0072B2",
    "r": "#009E73",
    "i": "#E69F00",
    "z": "#D55E00",
    "y": "#7F4F24",
}
FLUX = f"flux (AB zero point {ZERO_POINT:g})"
MOST_PAGES = 200
QUANTITIES = {
    "snr": "log₁₀ of the largest S/N",
    "days": "days detected",
    "rise": "days to maximum",
}
"""Of `astro_dl.science.supernovae.comparison.observed_quantities`, what is no colour."""


def draw_supernovae(
    predictor: Predictor[SupernovaPhysics],
    paths: Sequence[str | Path],
    table: Table,
    folder: str | Path,
) -> list[Path]:
    """Draw one page for each supernova of a prediction, 200 at most.

    Parameters
    ----------
    predictor : Predictor
        The network.
    paths : sequence of path
        The files.
    table : astropy.table.Table
        What `astro_dl.science.supernovae.predict.predict_supernovae` returned; its ``meta``
        has the options of reading and the table of hosts that were given.
    folder : str or Path
        Where the figures go.

    Returns
    -------
    list of Path
        ``<id>.png``: fluxes by band, and the probability of each class after each night.
    """
    from astro_dl.evaluation.figures.style import save_figure

    hosts = table.meta.get("hosts")
    told = None if hosts is None else read_hosts(Path(hosts))
    reading = ReadingOptions(**table.meta.get("reading", {}))
    objects = iterate_photometry([*map(Path, paths)], reading, told)
    answered = {str(name) for name in table["id"][np.asarray(table["label"]) != ""]}
    shown = list(islice((one for one in objects if one.id in answered), MOST_PAGES))
    stems = object_stems(one.id for one in shown)
    return [
        save_figure(picture(predictor, one), Path(folder) / f"{stem}.png")
        for one, stem in zip(shown, stems, strict=True)
    ]


def picture(predictor: Predictor[SupernovaPhysics], one: Photometry) -> "Figure":
    """Return the page of one object that was detected."""
    from astro_dl.core.showing.colours import COLOURS
    from astro_dl.evaluation.figures.style import legend_above, new_figure

    x, detected = photometry_inputs(predictor.physics, [one])
    steps, _ = every_night(x)
    nights, _ = unpacked(steps)
    days = np.where(nights.known, nights.time, -np.inf).max(axis=1)
    answers = predictor.answers(steps).values
    figure, axes = new_figure(2, 1, width=7, height=6.4, sharex=True)
    _draw_points(axes[0, 0], one, float(detected[0]), predictor.physics)
    for number, name in enumerate(predictor.head.names):
        style = {"color": COLOURS[number], "marker": "."}
        axes[1, 0].plot(days, answers[:, number], label=name, **style)
    axes[1, 0].set(
        ylim=(-0.02, 1.02), ylabel="probability", xlabel="days since the first detection"
    )
    for axis in axes.flat:
        axis.axvline(0, color="0.6", linewidth=0.8, linestyle=":")
        legend_above(axis)
    axes[0, 0].set_title(one.id, fontsize=11, loc="right")
    return figure


def _draw_points(axis: "Axes", one: Photometry, detected: float, physics: SupernovaPhysics) -> None:
    low, high = physics.window_days
    points = one.points(0, physics.bands)
    day = points.time - detected
    shown = points[(day >= low) & (day <= high)]
    draw_bands(axis, physics.bands, replace(shown, time=shown.time - detected))
    axis.set_ylabel(FLUX)


def draw_examples(
    physics: SupernovaPhysics, x: Inputs, info: Table, captions: Sequence[str]
) -> "Figure":
    """Draw labelled supernovae: fluxes of nights by band, since the first detection.

    Parameters
    ----------
    physics : SupernovaPhysics
        Whose bands.
    x : ndarray
        Inputs of n objects, see `astro_dl.science.supernovae.inputs`.
    info : Table
        Of the same: what they are called, and redshifts.
    captions : sequence of str
        What stands above each.
    """
    from astro_dl.evaluation.figures.common import example_panels, label_outer

    nights, host = unpacked(np.asarray(x))
    points = nights.points
    titles = [
        "\n".join(filter(None, (caption, _told(info, host, k))))
        for k, caption in enumerate(captions)
    ]
    figure, panels = example_panels(titles, 2.7)
    for k, axes in enumerate(panels):
        draw_bands(axes, physics.bands, points[points.object == k])
        axes.axvline(0, color="0.6", linewidth=0.8, linestyle=":")
    label_outer(panels, "days since the first detection", FLUX)
    drawn: dict[str, Any] = {}
    for axes in panels:
        handles, bands = axes.get_legend_handles_labels()
        drawn |= dict(zip(bands, handles, strict=True))
    bands = [band for band in physics.bands if band in drawn]
    figure.legend(
        [drawn[band] for band in bands], bands, fontsize=8, loc="outside upper center",
        ncols=len(physics.bands), frameon=False,
    )  # fmt: skip
    return figure


def draw_bands(axes: "Axes", bands: Sequence[str], points: Points) -> None:
    """Draw points with their errors, a colour and a marker for each band that was observed."""
    from astro_dl.evaluation.figures.style import MARKERS

    styles = dict(zip(BAND_COLOURS, MARKERS, strict=True))
    axes.axhline(0, color="0.6", linewidth=0.8)
    for number, band in enumerate(bands):
        own = points[points.band == number]
        if len(own.time):
            axes.errorbar(
                own.time, own.flux, own.error, fmt=styles[band], markersize=3, linewidth=0.8,
                color=BAND_COLOURS[band], label=band,
            )  # fmt: skip


def _told(info: Table, host: tuple[np.ndarray, np.ndarray] | None, row: int) -> str:
    """Return the name of an object, its type, and the redshift that is known of its host."""
    told = []
    for name in ("object_id", "subtype"):
        # Simulated objects have random numbers.
        if name in info.colnames and info[name].dtype.kind in "US":
            told.append(str(info[name][row]))
    if host is not None:
        told.append(f"host z = {host[0][row]:.2f} ± {host[1][row]:.2f}")
    else:
        known = [one for one in ("host_redshift", "redshift") if one in info.colnames]
        value = float(info[known[0]][row]) if known else np.nan
        word = "host z" if "host_redshift" in known else "z"
        told += [f"{word} = {value:.2f}"] if np.isfinite(value) else []
    return ", ".join(filter(None, told))


def draw_areas(areas: Mapping[str, Sequence[Mapping[str, Any]]], title: str) -> "Figure":
    """Draw the area under the curve of Ia against days since detection, by method.

    Parameters
    ----------
    areas : mapping
        By method, what `astro_dl.science.supernovae.early.area_by_day` returned.
    title : str
        On what it was measured.
    """
    from astro_dl.evaluation.figures.style import BAND, legend_above, method_style, new_figure

    figure, axes = new_figure()
    axis = axes[0, 0]
    for position, (name, rows) in enumerate(areas.items()):
        day = [row["day"] for row in rows]
        style = method_style(position)
        axis.plot(day, [row["value"] for row in rows], label=name, **style)
        low, high = ([row[end] for row in rows] for end in ("low", "high"))
        axis.fill_between(day, low, high, color=style["color"], alpha=BAND, linewidth=0)
    axis.set(xlabel="days since the first detection", ylabel="AUC of Ia")
    axis.set_title(title, fontsize=10, loc="right")
    legend_above(axis)
    return figure


def draw_comparison(
    simulated: Mapping[str, Mapping[str, np.ndarray]],
    known: Mapping[str, Mapping[str, np.ndarray]],
    distances: Mapping[str, Mapping[str, float]],
) -> "Figure":
    """Draw the distributions of what light curves look like, by class, of two sets.

    Parameters
    ----------
    simulated, known : mapping
        By class, what `astro_dl.science.supernovae.comparison.observed_quantities` returned.
    distances : mapping
        By class and quantity, the Kolmogorov-Smirnov distance.
    """
    from astro_dl.core.showing.colours import COLOURS
    from astro_dl.evaluation.figures.style import new_figure

    classes = list(known)
    quantities = list(known[classes[0]])
    figure, axes = new_figure(len(classes), len(quantities), width=2.3 * len(quantities), height=7)
    for row, kind in enumerate(classes):
        for column, quantity in enumerate(quantities):
            axis = axes[row, column]
            one, other = known[kind][quantity], simulated[kind][quantity]
            low, high = np.nanpercentile(one, [0.5, 99.5])
            for number, values in enumerate((one, other)):
                inside = values[np.isfinite(values)]
                axis.hist(
                    inside, np.linspace(low, high, 25), density=True, histtype="step",
                    color=COLOURS[number], label=("SPCC", "simulated")[number],
                )  # fmt: skip
            axis.set_title(f"{kind}: D = {distances[kind][quantity]:.2f}", fontsize=9)
            axis.set_xlabel(QUANTITIES.get(quantity, f"{quantity} at maximum [mag]"), fontsize=9)
            axis.set_yticks([])
        axes[row, 0].set_ylabel("density", fontsize=9)
    axes[0, 0].legend(fontsize=7, frameon=False)
    return figure
