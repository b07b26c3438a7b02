"""A network of metallicities of known answers, and files as surveys give them."""

from dataclasses import dataclass, field

import numpy as np
from astropy.io import fits

from astro_dl.answers.regression import Regression
from astro_dl.inference.table import prediction_table
from astro_dl.science.galaxy_metallicity.physics import MetallicityPhysics
from tests.science.lenses.stand_in import coordinates

SIZE = 32
NOISE = (0.025, 0.031, 0.057)
"""Of the default survey [nMgy per pixel]."""


@dataclass(frozen=True)
class StandIn:
    """A predictor that tells how bright the middle is in r."""

    physics: MetallicityPhysics = field(
        default_factory=lambda: MetallicityPhysics(size_pixels=SIZE)
    )
    head: Regression = field(
        default_factory=lambda: Regression(("metallicity",), ("dex",), distribution="gaussian")
    )

    def answers(self, x, usable):
        assert not usable.any()
        return self.head.answers(np.full((len(x), 2), np.nan))

    def predict(self, x, ids, batch_size=None, keep_flagged=False):
        assert x.shape[1:] == (SIZE, SIZE, 3)
        middle = x[:, SIZE // 2, SIZE // 2, 1]
        finite = np.isfinite(x).all(axis=(1, 2, 3))
        logits = np.stack([np.where(finite, middle, np.nan), np.full(len(x), -4.0)], axis=1)
        answers = self.head.answers(logits)
        return prediction_table(self.head, ids, answers, {"non_finite_input": ~finite})


def galaxy(size=SIZE, seed=0, magnitudes=(17.6, 17.0, 16.7), width=1.2, scale=0.4):
    """Return planes (3, y, x) [nMgy]: an exponential disc of a scale length ["] with noise."""
    axis = (np.arange(size) - (size - 1) / 2) * scale
    shape = np.exp(-np.hypot(axis[:, None], axis) / width)
    flux = 10 ** (-0.4 * (np.array(magnitudes) - 22.5))
    noise = (
        np.random.default_rng(seed).normal(size=(3, size, size)) * np.array(NOISE)[:, None, None]
    )
    return (flux[:, None, None] * shape / shape.sum() + noise).astype(np.float32)


def write_galaxy(path, planes=None, scale=0.4, **cards):
    """Write a cube in nanomaggies that says its bands."""
    planes = galaxy() if planes is None else planes
    header = coordinates(planes.shape[1:], scale) if scale else fits.Header()
    header.update({"BANDS": "gri", "BUNIT": "nanomaggy"} | cards)
    fits.PrimaryHDU(planes, header).writeto(path, overwrite=True)
    return path
