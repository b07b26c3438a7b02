"""Images of strong lenses beside lenstronomy, and whole cutouts of every kind."""

from collections.abc import Callable
from importlib.util import find_spec

import numpy as np
from benchmarking import Function, compare, comparison_text

from astro_dl.observations.images.point_spread import PointSpread
from astro_dl.observations.images.sersic import SersicLight
from astro_dl.science.lenses.simulation.cutouts import simulate_cutouts
from astro_dl.science.lenses.simulation.mass import LensMass
from astro_dl.science.lenses.simulation.ray_tracing import lens_images
from astro_dl.science.lenses.simulation.scenes import KINDS

__all__ = ["measure"]

SIZE, PIXEL_SCALE, FWHM = 64, 0.2, 0.8


def random_lenses(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return masses (7, n), sources and light of lenses (6, n), in the order of the fields."""
    rng = np.random.default_rng(0)
    shapes, centres = rng.uniform(-0.2, 0.2, (6, n)), rng.normal(0, 0.1, (6, n))
    mass = [rng.uniform(0.5, 2.5, n), *shapes[:2], *centres[:2], *rng.uniform(-0.05, 0.05, (2, n))]
    source = [rng.uniform(0.1, 0.5, n), rng.uniform(0.7, 2, n), *shapes[2:4], *centres[2:4]]
    light = [rng.uniform(0.5, 1.5, n), rng.uniform(2, 6, n), *shapes[4:], *centres[4:]]
    return np.array(mass), np.array(source), np.array(light)


def lens_image_batch(n: int, dtype: str) -> Callable[[], object]:
    mass, source, light = random_lenses(n)
    return lambda: lens_images(
        LensMass(*mass),
        SersicLight(*source),
        SersicLight(*light),
        1.0,
        2.0,
        size=SIZE,
        pixel_scale=PIXEL_SCALE,
        point_spread=PointSpread(FWHM / PIXEL_SCALE),
        dtype=np.dtype(dtype),
    )


def lenstronomy_loop(n: int) -> Callable[[], object]:
    from lenstronomy.Data.pixel_grid import PixelGrid
    from lenstronomy.Data.psf import PSF
    from lenstronomy.ImSim.image_model import ImageModel
    from lenstronomy.LensModel.lens_model import LensModel
    from lenstronomy.LightModel.light_model import LightModel

    corner = -(SIZE - 1) / 2 * PIXEL_SCALE
    grid = PixelGrid(
        nx=SIZE,
        ny=SIZE,
        transform_pix2angle=np.eye(2) * PIXEL_SCALE,
        ra_at_xy_0=corner,
        dec_at_xy_0=corner,
    )
    sersic = LightModel(["SERSIC_ELLIPSE"])
    psf = PSF("GAUSSIAN", fwhm=FWHM, pixel_size=PIXEL_SCALE)
    model = ImageModel(grid, psf, LensModel(["SIE", "SHEAR"]), sersic, sersic)
    words = ("R_sersic", "n_sersic", "e1", "e2", "center_x", "center_y")
    calls = []
    for mass, source, light in zip(*(drawn.T for drawn in random_lenses(n)), strict=True):
        sie = dict(zip(("theta_E", "e1", "e2", "center_x", "center_y"), mass, strict=False))
        shear = {"gamma1": mass[5], "gamma2": mass[6]}
        behind, before = (dict(zip(words, values, strict=True)) for values in (source, light))
        calls.append(([sie, shear], [{"amp": 1.0, **behind}], [{"amp": 2.0, **before}]))
    return lambda: [model.image(*call) for call in calls]


def cutout_batch(n: int, kind: str) -> Callable[[], object]:
    return lambda: simulate_cutouts("lsst", "gri", n, np.random.default_rng(0), kinds=kind)


def measure(batch: int = 128, rounds: int = 9) -> None:
    """Print the rates of plain lens images, ours and lenstronomy's, and of whole cutouts.

    Both make images in double precision; what trainings use, in single precision, is compared with
    our own.
    """
    print(f"lens images, ellipsoid + shear, Sersic source and lens, Gaussian blur, {SIZE} x {SIZE}")
    sides = [
        Function(f"lens_images, {dtype}", batch, lens_image_batch, (dtype,))
        for dtype in ("float64", "float32")
    ]
    print(comparison_text(compare(sides, rounds), "image"))
    if find_spec("lenstronomy"):
        peer = Function("lenstronomy ImageModel.image", 16, lenstronomy_loop)
        print(comparison_text(compare([sides[0], peer], rounds), "image"))
    else:
        print("lenstronomy is not installed (pip install lenstronomy): nothing to compare with")
    print(f"LSST g r i cutouts with clumpy sources, company, Moffat blur, noise, {SIZE} x {SIZE}")
    kinds = [Function(kind, batch, cutout_batch, (kind,)) for kind in KINDS]
    print(comparison_text(compare(kinds, 3), "cutout"))
