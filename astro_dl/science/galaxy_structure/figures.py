"""Galaxies beside the profiles that were found, and errors beside the least that there can be."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from astropy.table import Table

from astro_dl.core.reading.named_files import files_with_rows
from astro_dl.inference.protocol import Predictor
from astro_dl.observations.galaxies.stamp_files import Options, Stamp, read_stamp
from astro_dl.observations.galaxies.stamps import galaxy_stamps, stamp_derivatives
from astro_dl.observations.images.sersic import SersicLight
from astro_dl.science.galaxy_structure.inputs import TARGETS
from astro_dl.science.galaxy_structure.physics import GalaxyStructurePhysics

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Array = np.ndarray
MOST_GALAXIES = 6
CENTRING_STEPS = 4
TICKS = (10, 30, 100, 300)
BIN_EDGES = (10, 15, 22, 33, 50, 70, 100, 140, 200, 300)


def draw_stamps(
    predictor: Predictor[GalaxyStructurePhysics],
    paths: Sequence[str | Path],
    table: Table,
    folder: str | Path,
) -> list[Path]:
    """Draw galaxies, the profiles that were found, and what is left, in σ.

    Parameters
    ----------
    predictor : Predictor
        The network that made the table.
    paths : sequence of path
        The files that it was applied to; the first six are drawn.
    table : astropy.table.Table
        What `astro_dl.science.galaxy_structure.predict.predict_stamps` returned.
    folder : str or Path
        Where the figure goes.

    Returns
    -------
    list of Path
        ``galaxies.png``.
    """
    from astro_dl.evaluation.figures.style import new_figure, save_figure

    told = table.meta
    options = Options(**{one.name: told[one.name] for one in fields(Options) if one.name in told})
    shown: list[tuple[Any, Stamp]] = []
    for path, row in files_with_rows(paths, table):
        if np.isfinite(float(row["ln_sersic_index"])) and len(shown) < MOST_GALAXIES:
            shown.append((row, read_stamp(path, predictor.physics, options)))
    if not shown:
        return []
    figure, axes = new_figure(len(shown), 3, 9, 2.9 * len(shown))
    for (row, stamp), panels in zip(shown, axes, strict=True):
        model = fitted_model(stamp, row)
        top = max(5.0, float(np.percentile(stamp.image, 99.7)))
        pictures = (stamp.image, model, stamp.image - model)
        titles = (str(row["id"]), _caption(row), "image − profile")
        for panel, picture, title in zip(panels, pictures, titles, strict=True):
            difference = title == titles[2]
            low, high = (-5, 5) if difference else (np.arcsinh(-2), np.arcsinh(top))
            drawn = panel.imshow(
                picture if difference else np.arcsinh(picture),
                cmap="RdBu_r" if difference else "viridis",
                origin="lower",
                vmin=low,
                vmax=high,
                interpolation="nearest",
            )
            panel.grid(False)
            panel.set_title(title, fontsize=9)
            panel.set(xlabel="x [pixel]", ylabel="y [pixel]")
            bar = figure.colorbar(drawn, ax=panel, shrink=0.85)
            bar.set_label("σ" if difference else "arcsinh(light / σ)", fontsize=8)
        panels[0].plot([3, 13], [3, 3], color="white", linewidth=2)
        panels[0].text(8, 4.5, "10 pixels", color="white", fontsize=7, ha="center")
    return [save_figure(figure, Path(folder) / "galaxies.png")]


def fitted_model(stamp: Stamp, row: Mapping[str, float]) -> Array:
    """Return the profile of a row (size, size) [σ], at the centre where it fits best."""
    zero_point = np.nan_to_num(stamp.zero_point)
    magnitude = _number(row["magnitude"]) - zero_point + 2.5 * np.log10(stamp.sigma)
    flux = np.array([10 ** (-0.4 * magnitude)])
    radius = np.exp(_number(row["ln_radius"])) / stamp.pixels
    index = np.clip(np.exp(_number(row["ln_sersic_index"])), 0.3, 10)
    e1, e2, size = _number(row["e1"]), _number(row["e2"]), stamp.image.shape[0]
    place = np.zeros(2)
    for _ in range(CENTRING_STEPS):
        light = SersicLight(radius, index, e1, e2, *place)
        model, slopes = stamp_derivatives(light, flux, stamp.point_spread, size)
        moved = slopes[0, 5:].reshape(2, -1)
        left = (stamp.image - model[0]).ravel()
        place = np.clip(place + np.linalg.solve(moved @ moved.T, moved @ left), -3, 3)
    return galaxy_stamps(
        SersicLight(radius, index, e1, e2, *place), flux, stamp.point_spread, size
    )[0]


def draw_errors(relative: Mapping[str, Array], snr: Array) -> "Figure":
    """Return the error of each target over its Cramér–Rao bound against signal to noise.

    Parameters
    ----------
    relative : mapping of str to ndarray, (n, 5)
        By method: (estimate − truth) / bound.
    snr : ndarray, (n,)
        Signal-to-noise ratios.
    """
    from astro_dl.evaluation.figures.style import BOUND_COLOUR, method_style, new_figure

    figure, axes = new_figure(1, len(TARGETS), 3.1 * len(TARGETS), 3.6, sharey=True)
    edges = np.array(BIN_EDGES, float)
    middles = np.sqrt(edges[1:] * edges[:-1])
    inside = np.digitize(snr, edges) - 1
    for k, (panel, target) in enumerate(zip(axes[0], TARGETS, strict=True)):
        panel.axhline(1, color=BOUND_COLOUR, linewidth=1.2, label="Cramér–Rao bound")
        for number, (name, errors) in enumerate(relative.items()):
            parts = [errors[inside == one, k] for one in range(len(middles))]
            used = [one for one, part in enumerate(parts) if len(part) > 4]
            spread = np.array([np.sqrt(np.mean(parts[one] ** 2)) for one in used])
            error = spread / np.sqrt([2 * len(parts[one]) for one in used])
            style = method_style(number)
            panel.errorbar(middles[used], spread, error, label=name, markersize=4, **style)
        panel.set_xscale("log")
        panel.set_xticks(TICKS, [str(tick) for tick in TICKS])
        panel.set_xticks([], minor=True)
        panel.set(title=target, xlabel="signal-to-noise ratio", ylim=(0, 2.5))
    axes[0, 0].set_ylabel("error / bound (root mean square)")
    axes[0, 0].legend(fontsize=8, loc="upper left")
    return figure


def _caption(row: Mapping[str, float]) -> str:
    radius, index = (np.exp(_number(row[name])) for name in ("ln_radius", "ln_sersic_index"))
    return f"mag {_number(row['magnitude']):.2f}, R {radius:.2f} pixels, n {index:.2f}"


def _number(value: Any) -> float:
    return float(getattr(value, "value", value))
