"""Mosaics of what a lens network found: the best, and those it is in doubt about."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from astropy.table import Table

from astro_dl.inference.protocol import Predictor
from astro_dl.observations.galaxies.band_files import Cutout
from astro_dl.science.lenses.inputs import network_input_of
from astro_dl.science.lenses.physics import LensPhysics
from astro_dl.science.lenses.predict import read_again

MOST_SHOWN = 36
COLUMNS = 6
FAINTEST_SIGMA, DIMMEST_WHITE_SIGMA = -1.0, 30.0
WHITE_PERCENTILE = 99.7
DOUBT = (0.2, 0.8)


def draw_mosaics(
    predictor: Predictor[LensPhysics], paths: Sequence[str | Path], table: Table, folder: str | Path
) -> list[Path]:
    """Draw the cutouts of a table of predictions.

    Only what is drawn is read again.

    Parameters
    ----------
    predictor : Predictor
        The network that made the table.
    paths : sequence of path
        The files that it was applied to.
    table : astropy.table.Table
        What `astro_dl.science.lenses.predict.predict_cutouts` returned.
    folder : str or Path
        Where the figures go.

    Returns
    -------
    list of Path
        For classifiers ``top.png``, the best, and, where there are any, ``doubtful.png``, those of
        probability nearest to one half, between 0.2 and 0.8; for parameters ``cutouts.png``.
    """
    from astro_dl.evaluation.figures.style import save_figure

    shown = _chosen(table)
    figures = {}
    for name, rows in shown.items():
        if len(rows):
            figures[name] = _mosaic(predictor, paths, table[rows])
    return [save_figure(figure, Path(folder) / f"{name}.png") for name, figure in figures.items()]


def picture_cutouts(
    predictor: Predictor[LensPhysics], paths: Sequence[str | Path], table: Table
) -> Iterator[tuple[int, Any]]:
    """Yield for each row of a prediction its number, from 0, and its cutout in colours."""
    from matplotlib.figure import Figure

    scale = predictor.input_spec.contract["pixel_scale_arcsec"]
    rows = {str(name): row for row, name in enumerate(table["id"])}
    for name, cutout in read_again(predictor, paths, table):
        figure = Figure(figsize=(4, 4), dpi=100)
        axis = figure.add_axes((0, 0, 1, 1))
        axis.set_axis_off()
        axis.imshow(_colours(predictor, cutout), origin="lower", interpolation="nearest")
        _draw_bar(axis, predictor.physics.size_pixels, scale)
        yield rows[name], figure


def colour_image(x: np.ndarray, softening_sigma: float) -> np.ndarray:
    """Return (n, y, x, 3) colours between 0 and 1 of a network's inputs (n, y, x, bands).

    The reddest three bands, the bluest of them blue, or grey for fewer, in units of their noise:
    linear for the faint and logarithmic for the bright, by one curve for the mean of the bands, so
    that colours do not saturate (Lupton et al. 2004, PASP 116, 133). Each image has its own white,
    the brightness of 0.3% of its pixels.
    """
    sigmas = softening_sigma * np.sinh(x[..., -3:] / softening_sigma)
    bands = sigmas[..., ::-1] if x.shape[-1] >= 3 else sigmas[..., -1:].repeat(3, axis=-1)
    mean = bands.mean(axis=-1, keepdims=True)
    white = np.percentile(mean, WHITE_PERCENTILE, axis=(1, 2, 3), keepdims=True)
    white = np.maximum(white, DIMMEST_WHITE_SIGMA)
    low, high = (np.arcsinh(value / 2) for value in (FAINTEST_SIGMA, white))
    stretched = np.clip((np.arcsinh(mean / 2) - low) / (high - low), 0, 1)
    weight = np.maximum(bands - FAINTEST_SIGMA, 0) / np.maximum(mean - FAINTEST_SIGMA, 0.1)
    colours = stretched * weight
    return np.clip(colours / np.maximum(colours.max(axis=-1, keepdims=True), 1), 0, 1)


def _chosen(table: Table) -> dict[str, np.ndarray]:
    """Return the rows of each mosaic."""
    if "logit" not in table.colnames:
        return {"cutouts": np.arange(min(len(table), MOST_SHOWN))}
    scored = np.flatnonzero(np.isfinite(table["logit"]))
    p = np.asarray(table["p_lens"])[scored]
    doubtful = scored[(p > DOUBT[0]) & (p < DOUBT[1])]
    nearest = doubtful[np.argsort(np.abs(np.asarray(table["p_lens"])[doubtful] - 0.5))]
    return {"top": scored[:MOST_SHOWN], "doubtful": nearest[:MOST_SHOWN]}


def _mosaic(predictor: Predictor[LensPhysics], paths: Sequence[str | Path], rows: Table) -> Any:
    from matplotlib.figure import Figure

    scale = predictor.input_spec.contract["pixel_scale_arcsec"]
    cutouts = dict(read_again(predictor, paths, rows))
    columns = min(COLUMNS, max(2, len(rows)))
    lines = -(-len(rows) // columns)
    figure = Figure(figsize=(1.9 * columns, 2.25 * lines), dpi=100, layout="constrained")
    axes = figure.subplots(lines, columns, squeeze=False).ravel()
    for axis in axes:
        axis.set_axis_off()
    for axis, row in zip(axes, rows, strict=False):
        picture = _colours(predictor, cutouts[str(row["id"])])
        axis.imshow(picture, origin="lower", interpolation="nearest")
        axis.set_title(_caption(row), fontsize=7)
        _draw_bar(axis, predictor.physics.size_pixels, scale)
    return figure


def _colours(predictor: Predictor[LensPhysics], cutout: Cutout) -> np.ndarray:
    """Return an object as the network sees it, in colours (y, x, 3)."""
    physics = predictor.physics
    x = np.nan_to_num(network_input_of(physics, [cutout]))
    return colour_image(x, physics.softening_sigma)[0]


def _caption(row: Any) -> str:
    name = str(row["id"]).removesuffix(".fits")
    short = name if len(name) <= 24 else f"…{name[-23:]}"
    if "logit" in row.colnames:
        return f"{short}\np = {row['p_lens']:.3f}" + ("  ⚑" if row["flags"] else "")
    value = f"θE = {row['theta_E'].value:.2f}″" if "theta_E" in row.colnames else ""
    return f"{short}\n{value}"


def _draw_bar(axis: Any, size: int, scale: float) -> None:
    """Draw a bar of one arcsecond in the lower left corner."""
    start = 0.06 * size
    axis.plot([start, start + 1 / scale], [start, start], color="white", linewidth=1.5)
    axis.text(start, start + 0.02 * size, "1″", color="white", fontsize=6, va="bottom")
