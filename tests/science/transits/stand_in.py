"""A transit network of known answers, and light curves of known transits in files."""

from types import SimpleNamespace

import numpy as np
from astropy.io import fits

from astro_dl.core.examples import input_length
from astro_dl.inference.predictions import Answers
from astro_dl.science.transits.detrending import in_transit
from astro_dl.science.transits.physics import TransitPhysics
from astro_dl.science.transits.task import head, input_spec

PERIOD, EPOCH, DURATION, DEPTH = 3.7, 1326.2, 0.14, 0.004


def stand_in(**physics):
    """Return a predictor that takes every signal for a planet with 70%."""
    settings = TransitPhysics(**physics)
    return SimpleNamespace(
        physics=settings,
        head=head(settings),
        input_spec=input_spec(settings),
        bundle=SimpleNamespace(card=SimpleNamespace(input_statistics=None)),
        answers=answer,
    )


def answer(x, usable):
    """Return 70% for a planet."""
    return Answers(
        np.zeros((input_length(x), 3), np.float32),
        np.where(usable[:, None], [0.7, 0.2, 0.1], np.nan),
    )


def light_curve(noise=3e-4, days=25.0, minutes=30.0, seed=0, depth=DEPTH, period=PERIOD):
    """Return times [BTJD] and flux [e/s] of a transit on a slow trend."""
    rng = np.random.default_rng(seed)
    time = 1325.3 + np.arange(0, days, minutes / 1440)
    time = time[(time < 1337.0) | (time > 1338.2)]
    flux = 1 + 0.01 * np.sin(2 * np.pi * time / 9.0) + noise * rng.standard_normal(len(time))
    return time, 1500 * (flux - depth * in_transit(time, period, EPOCH, DURATION)[0])


def write_spoc(path, time, flux, quality=None, flux_name="PDCSAP_FLUX", **header):
    """Write a file as the TESS pipeline does."""
    quality = np.zeros(len(time), np.int32) if quality is None else quality
    columns = [
        fits.Column("TIME", "D", unit="BJD - 2457000, days", array=time),
        fits.Column(flux_name, "E", unit="e-/s", array=flux.astype(np.float32)),
        fits.Column("QUALITY", "J", array=quality),
    ]
    primary = fits.PrimaryHDU()
    known = {"TELESCOP": "TESS", "OBJECT": "TIC 123", "TICID": 123, "TESSMAG": 10.5} | header
    primary.header.update(known)
    table = fits.BinTableHDU.from_columns(columns, name="LIGHTCURVE")
    table.header["BJDREFI"], table.header["BJDREFF"] = 2457000, 0.0
    fits.HDUList([primary, table]).writeto(path, overwrite=True)
    return path
