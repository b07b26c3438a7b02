"""How cubes of one's own become inputs: measured on the training cubes, and written down."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.observations.images.recipe import BandScale, measured_scale

MOST_VALUES = 2_000_000
MOST_UNKNOWN = 0.5


@dataclass(frozen=True)
class CubeRecipe:
    """The size of cubes, and the scale of their values.

    Parameters
    ----------
    depth, height, width : int
        Values along each axis.
    scale : BandScale
        The same for all of them, so that planes stay comparable.
    crop : bool
        Whether wider cubes are cut about the middle of their planes; else they are refused.
    """

    depth: int = 0
    height: int = 0
    width: int = 0
    scale: BandScale = field(default_factory=BandScale)
    crop: bool = False

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Of an input: (depth, height, width, 1)."""
        return self.depth, self.height, self.width, 1

    def sized(self, cube: np.ndarray, where: str | Path) -> np.ndarray:
        """Return a cube (depth, y, x) of the recipe's size.

        Raises
        ------
        UsageError
            If it has another size.
        """
        wanted = self.shape[:3]
        if cube.shape == wanted:
            return cube
        said = f"{where}: {_times(cube.shape)} values, but the other cubes have {_times(wanted)}"
        if cube.shape[0] != self.depth or not self.crop:
            raise UsageError(
                f"{said}; give cubes of one size, or of one depth, cut about their middle at the "
                "training by --crop PIXELS"
            )
        if cube.shape[1] < self.height or cube.shape[2] < self.width:
            raise UsageError(f"{said}, which are more than it has to be cut out")
        top, left = (
            (have - want) // 2 for have, want in zip(cube.shape[1:], wanted[1:], strict=True)
        )
        return cube[:, top : top + self.height, left : left + self.width]

    def inputs(self, cube: np.ndarray, where: str | Path) -> np.ndarray:
        """Return an input (depth, height, width, 1) float32; values that are not finite are 0.

        Raises
        ------
        UsageError
            As of `sized`, or if most values are not finite.
        """
        values = np.asarray(self.sized(cube, where), np.float64)
        known = np.isfinite(values)
        if known.mean() < 1 - MOST_UNKNOWN:
            raise UsageError(f"{where}: {1 - known.mean():.0%} of the values are not finite")
        scaled = self.scale.scaled(np.where(known, values, self.scale.centre))
        return np.where(known, scaled, 0.0).astype(np.float32)[..., None]

    def contract(self) -> dict[str, Any]:
        """Return what the numbers of an input mean, for the bundle."""
        return {
            "size": [self.depth, self.height, self.width],
            "values": self.scale.formula(),
            "missing": "0 where a value is not finite",
        }


def measured_recipe(cubes: Iterable[tuple[str, np.ndarray]], crop: int = 0) -> CubeRecipe:
    """Return the recipe for cubes of the kind of these; see the recipe of images for the scale.

    Parameters
    ----------
    cubes : iterable of (name, ndarray)
        Training cubes (depth, y, x).
    crop : int, default 0
        Side of the square that is cut out of each plane; 0 for whole planes.

    Raises
    ------
    UsageError
        If sizes differ, or all values are the same.
    """
    recipe, kept, whole, held = CubeRecipe(), [], True, 0
    rng = np.random.default_rng(0)
    for name, cube in cubes:
        if not recipe.depth:
            height, width = (crop, crop) if crop else cube.shape[1:]
            recipe = CubeRecipe(cube.shape[0], height, width, crop=bool(crop))
        whole &= cube.dtype.kind in "iub"
        values = np.asarray(recipe.sized(cube, name), np.float64).ravel()
        if held < MOST_VALUES:
            kept.append(rng.choice(values, min(len(values), MOST_VALUES // 64), replace=False))
            held += len(kept[-1])
    scale = measured_scale(np.concatenate(kept), whole, "the value")
    return CubeRecipe(recipe.depth, recipe.height, recipe.width, scale, recipe.crop)


def _times(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))
