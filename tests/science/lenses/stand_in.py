"""A lens network of known answers, and cutouts in the forms in which surveys give them."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from astropy.io import fits
from astropy.wcs import WCS

from astro_dl.answers.binary import Binary
from astro_dl.core.answer import AnswerKind
from astro_dl.core.task import InputSpec
from astro_dl.inference.table import prediction_table


@dataclass(frozen=True)
class Physics:
    """What the readers ask of a task's physics."""

    bands: tuple[str, ...] = ("g", "r", "i")
    size_pixels: int = 32
    clip_sigma: float = 250.0
    softening_sigma: float = 5.0


@dataclass(frozen=True)
class StandIn:
    """A predictor whose logit is the colour of the centre: first band less last one."""

    physics: Any = field(default_factory=Physics)
    pixel_scale_arcsec: float = 0.2
    head: AnswerKind = field(default_factory=lambda: Binary(("non_lens", "lens")))

    @property
    def input_spec(self):
        shape = (self.physics.size_pixels,) * 2 + (len(self.physics.bands),)
        return InputSpec(shape, {"pixel_scale_arcsec": self.pixel_scale_arcsec})

    def answers(self, x, usable):
        assert not usable.any()
        return self.head.answers(np.full(len(x), np.nan))

    def predict(self, x, ids, batch_size=None, keep_flagged=False):
        assert x.shape[1:] == self.input_spec.shape
        finite = np.isfinite(x).all(axis=(1, 2, 3))
        middle = slice(self.physics.size_pixels // 2 - 2, self.physics.size_pixels // 2 + 2)
        centre = x[:, middle, middle].mean(axis=(1, 2))
        if self.head.kind == "regression":
            logits = np.where(finite[:, None], centre[:, : len(self.head.names)], np.nan)
            logits = np.concatenate([logits, np.full_like(logits, 2 * np.log(0.1))], axis=1)
        else:
            logits = np.where(finite, centre[:, 0] - centre[:, -1], np.nan)
        answers = self.head.answers(logits)
        return prediction_table(self.head, ids, answers, {"non_finite_input": ~finite})


def cutout(colour=1.0, size=40, bands="gri", seed=0, sigma=1.0):
    """Return planes (bands, y, x): a source whose flux grows by ``colour`` from band to band."""
    axis = np.arange(size) - (size - 1) / 2
    source = 40 * np.exp(-np.hypot(*np.meshgrid(axis, axis)) / 3)
    rng = np.random.default_rng(seed)
    noise = sigma * rng.normal(size=(len(bands), size, size))
    return (noise + np.stack([source * colour**k for k in range(len(bands))])).astype(np.float32)


def coordinates(shape, scale=0.2, ra=150.0, dec=2.0):
    """Return the header of a tangential projection, its reference in the middle."""
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    wcs.wcs.crval = [ra, dec]
    wcs.wcs.crpix = [(shape[-1] + 1) / 2, (shape[-2] + 1) / 2]
    wcs.wcs.cd = np.diag([-scale / 3600, scale / 3600])
    return wcs.to_header()


def write_extensions(path, planes, bands="gri", header=None, extra=()):
    """Write one extension per band, after an empty primary, and extensions that are no images."""
    parts = [fits.PrimaryHDU()]
    for plane, band in zip(planes, bands, strict=True):
        one = header if header is not None else coordinates(plane.shape)
        parts.append(fits.ImageHDU(plane, one, name=f"SCI_{band}"))
    parts += [fits.ImageHDU(plane, name=name) for name, plane in extra]
    fits.HDUList(parts).writeto(path)
    return path


def write_cube(path, planes, keywords=None, scale=0.2):
    """Write a cube of bands."""
    header = coordinates(planes.shape[1:], scale) if scale else fits.Header()
    header.update(keywords or {})
    fits.PrimaryHDU(planes, header).writeto(path)
    return path


def write_bands(folder, planes, bands="gri", name="galaxy_{}_7.fits", scale=0.2):
    """Write one file per band."""
    paths = []
    for plane, band in zip(planes, bands, strict=True):
        paths.append(folder / name.format(band))
        fits.PrimaryHDU(plane, coordinates(plane.shape, scale)).writeto(paths[-1])
    return paths
