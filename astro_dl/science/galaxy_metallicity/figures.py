"""Galaxies with their metallicities, and estimates beside what there is to be known."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from astropy.table import Table

from astro_dl.inference.protocol import Predictor
from astro_dl.science.galaxy_metallicity.comparison import BOUND, WITHOUT_CLUMPS, Comparison
from astro_dl.science.galaxy_metallicity.files import Options, read_galaxies
from astro_dl.science.galaxy_metallicity.inputs import light_of
from astro_dl.science.galaxy_metallicity.metrics import slope
from astro_dl.science.galaxy_metallicity.physics import MetallicityPhysics

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Array = np.ndarray
LINES, ACROSS = 3, 4
BAR_ARCSEC = 5.0
BALANCE = np.array((1.5, 1.0, 0.7))
"""Of g, r and i, so that galaxies are as neutral as in surveys' photographs."""

STRETCH, SOFTENING = 0.15, 8.0
BINS = 8


def draw_galaxies(
    predictor: Predictor[MetallicityPhysics],
    paths: Sequence[str | Path],
    table: Table,
    folder: str | Path,
) -> list[Path]:
    """Draw the first twelve galaxies in colours, and the metallicities of all.

    Parameters
    ----------
    predictor : Predictor
        The network that made the table.
    paths : sequence of path
        The files that it was applied to.
    table : astropy.table.Table
        What `astro_dl.science.galaxy_metallicity.predict.predict_metallicities` gave.
    folder : str or Path
        Where the figures go.

    Returns
    -------
    list of Path
        ``galaxies.png``, and ``metallicities.png`` by magnitude and colour.
    """
    from astro_dl.evaluation.figures.style import save_figure

    names = {name: table.meta.get(name) for name in Options.__dataclass_fields__}
    rows = {str(name): row for row, name in enumerate(table["id"])}
    shown: list[tuple[int, Array]] = []
    for one in read_galaxies(predictor.physics, paths, Options(**names)):
        if one.id in rows and np.isfinite(one.x).all():
            shown.append((rows[one.id], light_of(predictor.physics, one.x)))
        if len(shown) == LINES * ACROSS:
            break
    figures = {
        "galaxies": _mosaic(predictor.physics, shown, table),
        "metallicities": _by_magnitude(table),
    }
    return [save_figure(figure, Path(folder) / f"{name}.png") for name, figure in figures.items()]


def photograph(light: Array) -> Array:
    """Return light in g, r and i (y, x, 3) [nMgy per pixel] in colours from 0 to 1, red first.

    Lupton et al. (2004, PASP 116, 133), eq. 2.
    """
    colours = np.maximum(light * BALANCE, 0)[..., ::-1]
    mean = colours.mean(axis=-1, keepdims=True)
    bright = np.arcsinh(SOFTENING * mean / STRETCH) / SOFTENING
    shown = colours * np.divide(bright, mean, out=np.zeros_like(mean), where=mean > 0)
    return shown / np.maximum(shown.max(axis=-1, keepdims=True), 1)


def draw_comparison(comparison: Comparison) -> "Figure":
    """Return estimates of every method against the truth, and the errors against it and the SFR.

    Parameters
    ----------
    comparison : Comparison
        From `astro_dl.science.galaxy_metallicity.comparison.compare`.
    """
    from astro_dl.evaluation.figures.style import method_style, new_figure

    figure, axes = new_figure(1, 3, 13.0, 4.3)
    plane, errors, rates = axes[0]
    truth = comparison.truth
    ends = np.quantile(truth, [0.002, 0.998])
    for number, (name, values) in enumerate(comparison.estimates.items()):
        style = method_style(number, name == BOUND)
        residual = values - truth
        told = f"{name}: RMSE {np.sqrt(np.mean(residual**2)):.3f} dex"
        if name not in (BOUND, WITHOUT_CLUMPS):
            plane.plot(truth, values, ".", markersize=2.5, alpha=0.5, color=style["color"])
        _binned(errors, truth, residual, style, f"{name}: slope {slope(truth, residual):.2f}")
        offset = comparison.lg_sfr - np.polyval(
            np.polyfit(comparison.lg_mass, comparison.lg_sfr, 2), comparison.lg_mass
        )
        _binned(rates, offset, residual, style, None)
        _binned(plane, truth, values, style, told)
    plane.plot(ends, ends, color="0.4", linewidth=1, linestyle="--")
    plane.set(xlabel="true 12 + lg O/H", ylabel="estimated 12 + lg O/H", xlim=ends)
    errors.set(xlabel="true 12 + lg O/H", ylabel="estimate − truth [dex]", xlim=ends)
    rates.set(xlabel="lg SFR at one mass, over the mean [dex]", ylabel="estimate − truth [dex]")
    for axis in (errors, rates):
        axis.axhline(0, color="0.4", linewidth=1, linestyle="--")
    for axis in (plane, errors):
        axis.legend(fontsize=8, loc="lower right" if axis is plane else "lower left")
    return figure


def _binned(axis: Any, x: Array, y: Array, style: dict[str, Any], label: str | None) -> None:
    """Draw means in bins of equally many galaxies, with their standard errors."""
    parts = np.array_split(np.argsort(x), BINS)
    middle, mean, error = (
        np.array([measure(part) for part in parts])
        for measure in (
            lambda part: x[part].mean(),
            lambda part: y[part].mean(),
            lambda part: y[part].std() / np.sqrt(len(part)),
        )
    )
    axis.errorbar(middle, mean, error, markersize=4, label=label, **style)


def _mosaic(
    physics: MetallicityPhysics, shown: Sequence[tuple[int, Array]], table: Table
) -> "Figure":
    from matplotlib.figure import Figure

    across = max(1, min(ACROSS, len(shown)))
    lines = max(1, -(-len(shown) // ACROSS))
    figure = Figure(figsize=(2.3 * across, 2.6 * lines), dpi=120, layout="constrained")
    axes = figure.subplots(lines, across, squeeze=False)
    for axis in axes.flat[len(shown) :]:
        axis.set_visible(False)
    half = physics.size_pixels * physics.pixel_scale_arcsec / 2
    for axis, (row, light) in zip(axes.flat, shown, strict=False):
        axis.imshow(photograph(light), origin="lower", extent=(-half, half, -half, half))
        right, low = 0.92 * half, -0.88 * half
        axis.plot([right - BAR_ARCSEC, right], [low, low], color="white", linewidth=1.5)
        axis.text(right - BAR_ARCSEC / 2, low + 0.03 * half, f"{BAR_ARCSEC:g}″", color="white",
                  ha="center", va="bottom", fontsize=6)  # fmt: skip
        axis.set_xticks([])
        axis.set_yticks([])
        axis.set_title(f"{str(table['id'][row])[-26:]}\n{_told(table, row)}", fontsize=7)
    return figure


def _told(table: Table, row: int) -> str:
    value, spread = (_number(table[name][row]) for name in ("metallicity", "metallicity_std"))
    return f"{value:.2f} ± {spread:.2f}" if np.isfinite(value) else "no answer"


def _by_magnitude(table: Table) -> "Figure":
    from astro_dl.evaluation.figures.style import new_figure

    figure, axes = new_figure(width=6.0, height=4.2)
    axis = axes[0, 0]
    g, r, z, spread = (
        np.array([_number(one) for one in table[name]])
        for name in ("magnitude_g", "magnitude_r", "metallicity", "metallicity_std")
    )
    axis.errorbar(r, z, spread, fmt="none", ecolor="0.75", linewidth=0.8)
    drawn = axis.scatter(r, z, c=g - r, cmap="viridis", s=18, zorder=3)
    figure.colorbar(drawn, ax=axis, label="g − r [mag]")
    axis.set(xlabel="r [mag]", ylabel="12 + lg O/H (Tremonti et al. 2004)")
    return figure


def _number(value: Any) -> float:
    return float(getattr(value, "value", value))
