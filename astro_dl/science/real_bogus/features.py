"""What classical methods measure on stamps, after Bailey et al. (2007) and Goldstein et al. (2015).

Fluxes, shapes and counts of pixels of the difference, how well a point source and how well a
displaced star explain it, and what the epochs hold at the same place.
"""

import numpy as np

from astro_dl.core.examples import Inputs
from astro_dl.science.real_bogus.cameras import named_camera
from astro_dl.science.real_bogus.elliptical_moffat import EllipticalMoffat
from astro_dl.science.real_bogus.inputs import in_units_of_noise
from astro_dl.science.real_bogus.physics import RealBogusPhysics

WIDTHS = (0.75, 1.0, 1.35)
"""Of point sources, over the survey's median seeing."""

AT_ONCE = 512


def stamp_features(physics: RealBogusPhysics, x: Inputs) -> np.ndarray:
    """Return some 35 features (n, k) float32 of inputs (n, size, size, channels)."""
    if isinstance(x, dict):
        raise TypeError("stamps are a single input array")
    parts = [x[start : start + AT_ONCE] for start in range(0, len(x), AT_ONCE)]
    return np.concatenate([_features(physics, part) for part in parts])


def _features(physics: RealBogusPhysics, x: np.ndarray) -> np.ndarray:
    images = in_units_of_noise(physics, x)
    difference = images["difference" if "difference" in images else "snr"]
    sign = np.sign(_aperture(difference, 2.5))[:, None, None]
    upright = difference * np.where(sign == 0, 1, sign)
    columns = [
        *_fluxes(upright),
        *_shape(upright),
        *_counts(upright),
        *point_source_fits(physics, upright).T,
        sign[:, 0, 0],
    ]
    for name in ("science", "template"):
        if name in images:
            columns += _epoch(images[name], upright)
    return np.stack(columns, axis=1).astype(np.float32)


def point_source_fits(physics: RealBogusPhysics, difference: np.ndarray) -> np.ndarray:
    """Return how much of the power about the middle point sources explain, (n, widths).

    The largest squared correlation over places within a pixel, of each width.
    """
    seeing = named_camera(physics.survey).seeing_pixels
    cut = _middle(difference, 5).reshape(len(difference), -1)
    power = (cut**2).sum(axis=1) + 1e-9
    axis = np.arange(-5, 6.0)
    steps = np.arange(-1, 1.1, 0.5)
    result = []
    for width in WIDTHS:
        psf = EllipticalMoffat(width * seeing)
        models = np.stack(
            [psf((axis - dy)[:, None], axis - dx).ravel() for dy in steps for dx in steps]
        )
        models /= np.linalg.norm(models, axis=1, keepdims=True)
        result.append(np.maximum(cut @ models.T, 0).max(axis=1) ** 2 / power)
    return np.stack(result, axis=1)


def dipole_fits(difference: np.ndarray, source: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how much of the power (n,) a displaced source explains, and by how much it would.

    A source displaced by δ leaves F δ · ∇P; the gradient is that of the other image of the source.

    Parameters
    ----------
    difference, source : ndarray
        (n, size, size) in units of their noise.

    Returns
    -------
    share : ndarray
        (n,) of the power about the middle, beyond what a change of the source's flux explains.
    displacement : ndarray
        (n,) |δ| [pixel, as far as both have one unit].
    """
    down, across = np.gradient(source, axis=(1, 2))
    models = np.stack([_middle(one, 4) for one in (source, down, across)], axis=-1)
    models = models.reshape(len(source), -1, 3)
    data = _middle(difference, 4).reshape(len(source), -1)
    gram = models.transpose(0, 2, 1) @ models + 1e-3 * np.eye(3)
    right = (models.transpose(0, 2, 1) @ data[..., None])[..., 0]
    solution = np.linalg.solve(gram, right[..., None])[..., 0]
    all_of_it = (solution * right).sum(axis=1)
    flux_alone = right[:, 0] ** 2 / gram[:, 0, 0]
    power = (data**2).sum(axis=1) + 1e-9
    return (all_of_it - flux_alone) / power, np.hypot(solution[:, 1], solution[:, 2])


def _fluxes(upright: np.ndarray) -> list[np.ndarray]:
    narrow, wide, wider = (_aperture(upright, radius) for radius in (1.5, 3.0, 5.0))
    cut = _middle(upright, 4)
    high, low = cut.max(axis=(1, 2)), cut.min(axis=(1, 2))
    return [
        narrow / np.sqrt(9),
        wide / np.sqrt(29),
        wide / _floor(narrow),
        wider / _floor(wide),
        high,
        low,
        low / _floor(high),
        upright[:, upright.shape[1] // 2, upright.shape[2] // 2] / _floor(high),
        _middle(upright, 2).sum(axis=(1, 2)) / _floor(np.abs(cut).sum(axis=(1, 2))),
    ]


def _shape(upright: np.ndarray) -> list[np.ndarray]:
    """Return size, elongation and offset of the bright pixels, and asymmetries."""
    cut = _middle(upright, 5)
    light = np.maximum(cut - 2, 0)
    light = light / _floor(light.sum(axis=(1, 2)))[:, None, None]
    axis = np.arange(-5, 6.0)
    y, x = axis[:, None], axis
    my, mx = ((light * one).sum(axis=(1, 2)) for one in (y, x))
    dy, dx = y - my[:, None, None], x - mx[:, None, None]
    yy, xx, xy = ((light * one).sum(axis=(1, 2)) for one in (dy * dy, dx * dx, dy * dx))
    power = _floor(np.abs(cut).sum(axis=(1, 2)))
    return [
        np.sqrt(np.maximum(yy + xx, 0)),
        np.hypot(yy - xx, 2 * xy) / _floor(yy + xx),
        np.hypot(my, mx),
        np.abs(cut - cut[:, ::-1, ::-1]).sum(axis=(1, 2)) / power,
        np.abs(cut - np.rot90(cut, 1, (1, 2))).sum(axis=(1, 2)) / power,
        np.abs(np.diff(cut, axis=1)).max(axis=(1, 2)) / _floor(cut.max(axis=(1, 2))),
    ]


def _counts(upright: np.ndarray) -> list[np.ndarray]:
    counts: list[np.ndarray] = []
    for reach in (2, 3, 5):
        cut = _middle(upright, reach)
        counts += [(cut < -2).mean(axis=(1, 2)), (cut > 2).mean(axis=(1, 2))]
    ring = np.square(_middle(upright, 7)).sum(axis=(1, 2))
    inner = np.square(_middle(upright, 4)).sum(axis=(1, 2))
    return [*counts, np.log(np.maximum(ring - inner, 1e-3) / (15**2 - 9**2))]


def _epoch(image: np.ndarray, upright: np.ndarray) -> list[np.ndarray]:
    cut = _middle(image, 4)
    flux, changed = _aperture(image, 3.0), _aperture(upright, 3.0)
    share, displacement = dipole_fits(upright, image)
    return [
        np.arcsinh(flux),
        np.arcsinh(cut.max(axis=(1, 2))),
        changed / _floor(np.abs(flux)),
        np.hypot(*np.divmod(cut.reshape(len(cut), -1).argmax(axis=1), 9) - np.array([[4], [4]])),
        share,
        np.log(displacement + 1e-4),
    ]


def _aperture(images: np.ndarray, radius: float) -> np.ndarray:
    """Return the sums (n,) of the pixels within a radius of the middle."""
    axis = np.arange(images.shape[1]) - images.shape[1] // 2
    return images[:, np.hypot(axis[:, None], axis) <= radius].sum(axis=1)


def _middle(images: np.ndarray, reach: int) -> np.ndarray:
    """Return the pixels (n, 2 reach + 1, 2 reach + 1) about the middle."""
    first = images.shape[1] // 2 - reach
    return images[:, first : first + 2 * reach + 1, first : first + 2 * reach + 1]


def _floor(values: np.ndarray) -> np.ndarray:
    """Return values of at least one, to be divided by."""
    return np.maximum(values, 1.0)
