"""One page for each supernova: its light curve, and what it was held for night by night."""

from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from astropy.table import Table

from astro_dl.inference.protocol import Predictor
from astro_dl.observations.irregular_series.reading import ReadingOptions
from astro_dl.science.supernovae.files.photometry import Photometry
from astro_dl.science.supernovae.files.read import iterate_photometry, read_hosts
from astro_dl.science.supernovae.inputs import unpacked
from astro_dl.science.supernovae.physics import SupernovaPhysics
from astro_dl.science.supernovae.predict import every_night, photometry_inputs

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
    figures: list[Path] = []
    for one in islice((one for one in objects if one.id in answered), MOST_PAGES):
        name = "".join(c if c.isalnum() or c in "-+." else "_" for c in one.id)
        figures.append(save_figure(picture(predictor, one), Path(folder) / f"{name}.png"))
    return figures


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
    for number, band in enumerate(physics.bands):
        rows = (points.band == number) & (day >= low) & (day <= high)
        axis.errorbar(
            day[rows], points.flux[rows], points.error[rows], fmt="o", markersize=3, linewidth=0.8,
            color=BAND_COLOURS[band], label=band,
        )  # fmt: skip
    axis.set_ylabel("flux (zero point 27.5)")


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
