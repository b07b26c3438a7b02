"""New galaxies from a network: what is asked for, and what comes of it."""

from collections.abc import Sequence

import numpy as np
from astropy import units as u
from astropy.table import QTable

from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Examples
from astro_dl.inference.protocol import Predictor
from astro_dl.models.generators.inputs import CONDITIONS
from astro_dl.models.point_spread.inputs import IMAGE
from astro_dl.observations.galaxies.inputs import network_input
from astro_dl.observations.galaxies.point_spread import moffat_images
from astro_dl.science.galaxy_generation.inputs import conditions
from astro_dl.science.galaxy_generation.physics import KINDS, GalaxyGenerationPhysics, Kind
from astro_dl.science.galaxy_generation.simulate import Seeing, draw_seeing, log_uniform

Asked = float | tuple[float, float] | None
"""One value for all, a range of which it is drawn, or what is usual."""

USUAL_BETA = 3.5


def draw_galaxies(
    predictor: Predictor[GalaxyGenerationPhysics],
    n: int,
    rng: np.random.Generator,
    *,
    magnitude: float | tuple[float, float] | None = None,
    re_arcsec: float | tuple[float, float] | None = None,
    kind: Kind | None = None,
    seeing_fwhm_pixels: float | None = None,
    noise: float = 1.0,
) -> Examples:
    """Draw galaxies.

    Parameters
    ----------
    predictor : Predictor
        A network of task ``galaxy_generation``.
    n : int
        How many.
    rng : numpy.random.Generator
        Determines everything.
    magnitude : float or tuple of float, optional
        Of all the light: one, or a range as ``[21,22]``; default as in the training.
    re_arcsec : float or tuple of float, optional
        Half-light radius √(a b) before the point-spread function [arcsec], as of the magnitude.
    kind : {"elliptical", "disc", "spiral"}, optional
        Of all galaxies; default as frequent as in the training.
    seeing_fwhm_pixels : float, optional
        Full width at half maximum of a round Moffat profile, β = 3.5, through which all are seen;
        default as various as in the training.
    noise : float, default 1
        Standard deviation of the noise of pixels, in that of the training; 0 for none.

    Returns
    -------
    Examples
        ``x`` as `astro_dl.science.galaxy_generation.simulate.simulate` gives it; ``y`` the number
        of the kind; ``info`` with what was asked: ``magnitude``, ``re_arcsec``, ``kind``,
        ``seeing_fwhm``, and ``code`` (k numbers).

    Raises
    ------
    UsageError
        If something is asked that the network has not learnt.
    """
    from astro_dl.models.generators.drawing import draw_images

    physics = predictor.physics
    if not (np.isfinite(noise) and noise >= 0):
        raise UsageError(f"noise is {noise:g}; accepted: 0 and above")
    magnitudes = _asked("magnitude", magnitude, physics.magnitude_range, n, rng)
    if re_arcsec is None:
        radii = log_uniform(physics.re_arcsec_range, n, rng)
    else:
        radii = _asked("re_arcsec", re_arcsec, physics.re_arcsec_range, n, rng)
    numbers = (
        rng.choice(len(KINDS), n, p=physics.shares)
        if kind is None
        else np.full(n, KINDS.index(kind))
    )
    if physics.shares[int(numbers[0])] == 0:
        raise UsageError(f"kind is {kind}; the network was shown none of these")
    seeing = _seeing(physics, seeing_fwhm_pixels, n, rng)
    known = conditions(physics, magnitudes, radii, numbers)
    x = network_input(np.zeros((n, physics.size_pixels, physics.size_pixels)), seeing.image)
    drawn = draw_images(predictor.model, known, x["point_spread"], rng)
    images = drawn.images + noise * rng.standard_normal(drawn.images.shape, dtype=np.float32)
    info = QTable(
        {
            "magnitude": magnitudes * u.mag,
            "re_arcsec": radii * u.arcsec,
            "kind": np.array(KINDS)[numbers],
            "seeing_fwhm": seeing.info["seeing_fwhm"],
            "code": drawn.codes,
        },
        meta={"noise": float(noise)},
    )
    x |= {IMAGE: images[..., None].astype(np.float32), CONDITIONS: known}
    return Examples(x, numbers[:, None].astype(np.float32), info)


def _asked(
    name: str, value: Asked, learnt: Sequence[float], n: int, rng: np.random.Generator
) -> np.ndarray:
    low, high = learnt if value is None else value if isinstance(value, tuple) else (value, value)
    if not learnt[0] <= low <= high <= learnt[1]:
        told = f"{low:g}" if low == high else f"{low:g} to {high:g}"
        raise UsageError(
            f"{name} is {told}; the network has learnt, and draws, {learnt[0]:g} to {learnt[1]:g}"
        )
    return rng.uniform(low, high, n)


def _seeing(
    physics: GalaxyGenerationPhysics, fwhm: float | None, n: int, rng: np.random.Generator
) -> Seeing:
    if fwhm is None:
        return draw_seeing(physics, n, rng)
    low, high = physics.seeing_fwhm_pixels_range
    if not low <= fwhm <= high:
        raise UsageError(
            f"seeing_fwhm_pixels is {fwhm:g}; the network has learnt, and draws, {low:g} to "
            f"{high:g}"
        )
    image = moffat_images(np.full(n, fwhm), USUAL_BETA, physics.point_spread_pixels)
    return Seeing(image, QTable({"seeing_fwhm": np.full(n, fwhm) * u.pix}))
