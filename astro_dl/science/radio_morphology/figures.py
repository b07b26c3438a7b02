"""Radio maps as people look at them: contours in units of the noise, beam, scale, the answer."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from astropy.table import Table

from astro_dl.inference.protocol import Predictor
from astro_dl.observations.images.cutouts import centre_crop
from astro_dl.science.radio_morphology.files import on_network_grid, read_maps
from astro_dl.science.radio_morphology.measure import map_noise
from astro_dl.science.radio_morphology.physics import RadioPhysics

LINES, ACROSS = 4, 5
CONTOURS = 3.0 * 2.0 ** np.arange(0, 12, 2)
BAR_ARCSEC = 30.0
LEAST_SHOWN, MOST_SHOWN = -3.0, 30.0
TICKS = (-3, 0, 3, 10, 30)


def draw_maps(
    predictor: Predictor[RadioPhysics],
    paths: Sequence[str | Path],
    table: Table,
    folder: str | Path,
) -> list[Path]:
    """Draw the maps of a table of predictions, and the answers against the FR ratio.

    Parameters
    ----------
    predictor : Predictor
        The network that made the table.
    paths : sequence of path
        The files that it was applied to.
    table : astropy.table.Table
        What `astro_dl.science.radio_morphology.predict.predict_maps` gave.
    folder : str or Path
        Where the figures go.

    Returns
    -------
    list of Path
        ``maps.png``, the first twenty with contours at 3, 12, 48 … times the noise;
        ``fr_ratio.png``, the ratios of Fanaroff and Riley and the sizes of all, by class.
    """
    from astro_dl.evaluation.figures.style import save_figure

    rows = {str(name): row for row, name in enumerate(table["id"])}
    shown: list[tuple[int, np.ndarray]] = []
    for one in read_maps(paths, str(table.meta.get("path", ""))):
        if one.id in rows and len(shown) < LINES * ACROSS:
            shown.append((rows[one.id], on_network_grid(predictor.physics, one).image))
    figures = {"maps": _mosaic(predictor.physics, shown, table), "fr_ratio": _ratios(table)}
    return [save_figure(figure, Path(folder) / f"{name}.png") for name, figure in figures.items()]


def _mosaic(physics: RadioPhysics, shown: Sequence[tuple[int, np.ndarray]], table: Table) -> Any:
    from matplotlib.figure import Figure

    lines = max(1, -(-len(shown) // ACROSS))
    across = max(1, min(ACROSS, len(shown)))
    figure = Figure(figsize=(2.3 * across + 0.9, 2.55 * lines + 0.2), dpi=120, layout="constrained")
    axes = figure.subplots(lines, across, squeeze=False)
    picture = None
    for axis in axes.flat[len(shown) :]:
        axis.set_visible(False)
    for axis, (row, whole) in zip(axes.flat, shown, strict=False):
        picture = _show(axis, physics, whole)
        probabilities = [name for name in table.colnames if name.startswith("p_")]
        best = max((float(table[name][row]) for name in probabilities), default=np.nan)
        ratio = float(table["fr_ratio"][row])
        axis.set_title(
            f"{_shortened(str(table['id'][row]))}\n{table['label'][row] or 'no answer'}  "
            f"p = {best:.2f}  FR ratio {ratio:.2f}",
            fontsize=7,
        )
    if picture is not None:
        bar = figure.colorbar(picture, ax=axes, shrink=0.8, pad=0.01, ticks=TICKS, format="{x:g}")
        bar.set_label("brightness [standard deviations of the noise]", fontsize=8)
    return figure


def _show(axis: Any, physics: RadioPhysics, whole: np.ndarray) -> Any:
    from matplotlib.colors import AsinhNorm
    from matplotlib.patches import Circle

    size, scale = physics.size_pixels, physics.pixel_scale_arcsec
    sigma = map_noise(whole)
    values = centre_crop(whole[..., None], size)[..., 0] / (sigma if sigma > 0 else 1.0)
    half = size * scale / 2
    norm = AsinhNorm(linear_width=3, vmin=LEAST_SHOWN, vmax=MOST_SHOWN)
    picture = axis.imshow(
        values, origin="lower", cmap="gray_r", norm=norm, extent=(-half, half, -half, half),
        interpolation="nearest",
    )  # fmt: skip
    if np.nanmax(values, initial=0) > CONTOURS[0]:
        place = (np.arange(size) - (size - 1) / 2) * scale
        axis.contour(
            place, place, np.nan_to_num(values), levels=CONTOURS, colors="#D55E00", linewidths=0.6
        )
    beam = physics.beam_arcsec / 2
    axis.add_patch(Circle((-0.86 * half, -0.86 * half), beam, color="#0072B2"))
    right, low = 0.93 * half, -0.86 * half
    axis.plot([right - BAR_ARCSEC, right], [low, low], color="black", linewidth=1.5)
    axis.text(right - BAR_ARCSEC / 2, low + 0.03 * half, f"{BAR_ARCSEC:g}″", ha="center",
              va="bottom", fontsize=6)  # fmt: skip
    axis.set_xticks([])
    axis.set_yticks([])
    return picture


def _ratios(table: Table) -> Any:
    from astro_dl.core.showing.colours import COLOURS
    from astro_dl.evaluation.figures.style import MARKERS, legend_above, new_figure

    figure, axes = new_figure(width=6.0, height=4.4)
    axis = axes[0, 0]
    label = np.asarray(table["label"]).astype(str)
    ratio, size = (np.asarray(table[name], float) for name in ("fr_ratio", "size"))
    names = [name.removeprefix("p_") for name in table.colnames if name.startswith("p_")]
    for number, name in enumerate(names):
        rows = label == name
        style = {"color": COLOURS[number % len(COLOURS)], "marker": MARKERS[number % len(MARKERS)]}
        axis.scatter(size[rows], ratio[rows], s=14, label=f"{name} ({rows.sum()})", **style)
    axis.axhline(0.5, color="black", linewidth=0.8, linestyle="--")
    axis.set_xscale("log")
    axis.xaxis.set_major_formatter("{x:g}")
    axis.xaxis.set_minor_formatter("{x:g}")
    axis.set_ylim(0, 1)
    axis.set_xlabel("largest extent [arcsec]")
    axis.set_ylabel("ratio of Fanaroff and Riley")
    legend_above(axis)
    return figure


def _shortened(name: str, longest: int = 26) -> str:
    return name if len(name) <= longest else "…" + name[1 - longest :]
