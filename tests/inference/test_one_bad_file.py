"""One bad file among many costs one answer, by every function through which a task reads files."""

import json

import numpy as np
import pytest
from astropy.table import Table

from astro_dl.core.errors import UsageError
from astro_dl.core.registry import get_task
from astro_dl.core.shipped import shipped_bundles
from astro_dl.inference.load import load_pretrained
from tests.observations.spectra.spectrum_files import write_csv
from tests.science.gravitational_waves.gwosc_files import write_gwosc
from tests.science.lenses.stand_in import cutout, write_cube
from tests.science.sun.stand_in import bipole, write_map
from tests.science.transits.stand_in import light_curve, write_spoc


def catalogue(folder, number):
    magnitudes = {band: [18.5 + number, 18.0, 18.2] for band in "ugrizy"}
    Table(magnitudes).write(folder / f"{number}.csv")
    return [folder / f"{number}.csv"]


def spectrum(folder, number):
    wavelength = np.linspace(3500, 20_500, 8000)
    flux = 1 + 0.1 * np.random.default_rng(number).normal(size=8000)
    return [write_csv(folder / f"{number}.csv", wavelength, flux)]


def images(folder, number):
    pixels = cutout(0.8 + 0.1 * number, size=64, seed=number)
    return [write_cube(folder / f"{number}.fits", pixels, {"BANDS": "gri"})]


def maps(folder, number):
    record = f"hmi.sharp_cea_720s.{377 + number}.20110215_020000_TAI"
    pair = zip(("continuum", "magnetogram"), bipole(), strict=True)
    return [write_map(folder, word, values, record) for word, values in pair]


def star(folder, number):
    time, flux = light_curve(seed=number)
    name = {"OBJECT": f"TIC {number + 5}", "TICID": number + 5}
    return [write_spoc(folder / f"{number}.fits", time, flux, **name)]


def strain(folder, number):
    noise = np.random.default_rng(number).normal(0, 1e-21, 40 * 4096)
    start = 1_200_000_000 + 40 * number
    return [write_gwosc(folder / f"{number}.hdf5", noise, gps_start=start)]


MAKERS = {
    "classify_regions": maps,
    "find_signals": star,
    "predict_cutouts": images,
    "predict_galaxies": spectrum,
    "predict_redshifts": catalogue,
    "predict_rows": catalogue,
    "predict_stars": spectrum,
    "search": strain,
}
OTHER_TABLES = {"flare_mlp", "mount_wilson_mlp", "gaia_autoencoder", "gaia_vae"}
"""Bundles whose tables have other columns than the one that is written here."""


def bundle_of(reader):
    cards = {name: folder / "card.json" for name, folder in sorted(shipped_bundles().items())}
    for name, card in cards.items():
        task = json.loads(card.read_text())["task"]
        if get_task(task).files.reader.__name__ == reader and name not in OTHER_TABLES:
            return name
    return None


@pytest.mark.slow
@pytest.mark.parametrize("reader", MAKERS)
def test_the_others_are_answered(reader, tmp_path):
    good = [path for number in range(2) for path in MAKERS[reader](tmp_path, number)]
    bad = good[0].with_name(good[0].name.replace("0", "7").replace("377", "977"))
    bad.write_bytes(b"")
    predictor = load_pretrained(bundle_of(reader))
    alone = predictor.predict(good)
    table = predictor.predict([*good[:1], bad, *good[1:]])
    lost = [str(words).startswith("unreadable,") for words in table["flags"]]
    assert sum(lost) == 1
    assert len(table) == len(alone) + 1
    assert bad.name in str(table["flags"][lost][0])
    with pytest.raises(UsageError, match=bad.name):
        predictor.predict([*good[:1], bad, *good[1:]], on_error="stop")
