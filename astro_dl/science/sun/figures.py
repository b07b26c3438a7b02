"""Figures of classified active regions: what the network saw, and what moved its answer."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from astropy.table import Table
from scipy import ndimage

from astro_dl.inference.protocol import Predictor
from astro_dl.science.sun.inputs import intensity_and_field
from astro_dl.science.sun.physics import ActiveRegionPhysics
from astro_dl.science.sun.predict import RegionImage, load_regions

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_REGIONS = 12
SHOWN_FIELD_GAUSS = 800.0
SALIENCY_BLUR_PX = 1.0


def draw_regions(
    predictor: Predictor[ActiveRegionPhysics],
    paths: Sequence[Any],
    table: Table,
    folder: str | Path,
) -> list[Path]:
    """Draw every region with its saliency map and class probabilities.

    Parameters
    ----------
    predictor : Predictor
        The network that classified.
    paths : sequence of path
        What was classified.
    table : astropy.table.Table
        What `astro_dl.science.sun.predict.classify_regions` returned.
    folder : str or Path
        Where the figures go.

    Returns
    -------
    list of Path
        ``region_1.png`` to ``region_12.png``, in the table's order, where there are as many.
    """
    from astro_dl.evaluation.figures.style import save_figure

    images = load_regions(predictor.physics, paths)[:MOST_REGIONS]
    figures = [
        _draw_region(predictor, one, row)
        for one, row in zip(images, table[: len(images)], strict=True)
    ]
    return [
        save_figure(figure, Path(folder) / f"region_{number}.png")
        for number, figure in enumerate(figures, start=1)
    ]


def _draw_region(predictor: Predictor[ActiveRegionPhysics], one: RegionImage, row: Any) -> Any:
    from astro_dl.evaluation.figures.style import new_figure
    from astro_dl.explain.saliency import saliency

    physics, names = predictor.physics, predictor.head.names
    probabilities = [float(row[f"p_{name}"]) for name in names]
    best = int(np.argmax(probabilities))
    output, explained = (0, names[-1]) if predictor.head.ranks else (best, names[best])
    gradient = np.asarray(saliency(predictor.model, one.x[None], output))[0]
    strength = np.sqrt((gradient**2).sum(axis=-1))
    strength = ndimage.gaussian_filter(strength, SALIENCY_BLUR_PX)
    intensity, field = intensity_and_field(physics.channels, one.x)

    panels = len(physics.channels) + 2
    figure, axes = new_figure(1, panels, width=3.6 * panels, height=3.9)
    half = physics.size_pixels * physics.pixel_scale_deg / 2
    look = {"origin": "lower", "extent": (-half, half, -half, half)}
    left = list(axes[0])
    if intensity is not None:
        shown = left.pop(0).imshow(intensity, cmap="gray", vmin=0.2, vmax=1.1, **look)
        _dress(shown.axes, "continuum over the quiet Sun")
        figure.colorbar(shown, ax=shown.axes, location="bottom", shrink=0.8)
    if field is not None:
        limit = SHOWN_FIELD_GAUSS
        shown = left.pop(0).imshow(field, cmap="gray", vmin=-limit, vmax=limit, **look)
        _dress(shown.axes, f"{physics.component.replace('_', '-')} field [G]")
        figure.colorbar(shown, ax=shown.axes, location="bottom", shrink=0.8)
    under = field if field is not None else intensity
    axis = left.pop(0)
    axis.imshow(under, cmap="gray", alpha=0.35, **look)
    top = max(float(strength.max()), 1e-12)
    shown = axis.imshow(strength / top, cmap="inferno", alpha=0.75, vmin=0, vmax=1, **look)
    _dress(axis, f"saliency of {explained.replace('_', ' ')}")
    figure.colorbar(shown, ax=axis, location="bottom", shrink=0.8)
    _draw_probabilities(left.pop(0), names, probabilities)
    angle = f"{one.angle:.0f}° from the disc's centre"
    flags = f" — {row['flags']}" if row["flags"] else ""
    figure.suptitle(f"{one.id}, {angle}{flags}", fontsize=11)
    return figure


def _dress(axis: "Axes", title: str) -> None:
    axis.set(xlabel="west [deg]", ylabel="north [deg]")
    axis.set_title(title, fontsize=10)
    axis.grid(False)


def _draw_probabilities(axis: "Axes", names: Sequence[str], values: Sequence[float]) -> None:
    place = list(range(len(names)))
    axis.barh(place, values, color="#0072B2")
    axis.set_yticks(place, [name.replace("_", " ") for name in names])
    axis.invert_yaxis()
    axis.set(xlim=(0, 1.12), xlabel="probability")
    axis.set_title("class", fontsize=10)
    for y, value in zip(place, values, strict=True):
        axis.text(value + 0.02, y, f"{value:.2f}", va="center", fontsize=9)
