"""One bad file among many costs one answer, by every function through which a task reads files."""

import json

import numpy as np
import pytest
from astropy import units as u
from astropy.io import fits
from astropy.table import Table

from astro_dl.core.errors import UsageError
from astro_dl.core.registry import get_task
from astro_dl.core.shipped import shipped_bundles
from astro_dl.inference.load import load_pretrained
from tests.observations.spectra.spectrum_files import write_csv
from tests.science.cosmic_rays.test_predict import sky
from tests.science.deconvolution.stand_in import field
from tests.science.deconvolution.stand_in import write as write_field
from tests.science.galaxy_metallicity.stand_in import galaxy as galaxy_planes
from tests.science.galaxy_metallicity.stand_in import write_galaxy
from tests.science.galaxy_structure.test_predict import write as write_stamp
from tests.science.gravitational_waves.gwosc_files import write_gwosc
from tests.science.lenses.stand_in import cutout, write_cube
from tests.science.real_bogus.stand_in import triplet, write_fits
from tests.science.source_segmentation.test_predict import sky as star_field
from tests.science.source_segmentation.test_predict import write as write_stars
from tests.science.sun.stand_in import bipole, write_map
from tests.science.supernovae.test_predict import light_curves
from tests.science.transits.stand_in import light_curve, write_spoc
from tests.science.variable_stars.test_predict import star as periodic_star


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


def exposure(folder, number):
    pixels = sky(number).astype(np.float32)
    fits.writeto(folder / f"{number}.fits", pixels, fits.Header({"GAIN": 1.0, "RDNOISE": 5.0}))
    return [folder / f"{number}.fits"]


def stamps(folder, number):
    return [write_fits(folder / f"{number}.fits", triplet(seed=number))]


def supernova(folder, number):
    path = light_curves(folder / f"{number}.csv", names=(f"event{number}",))
    table = Table.read(path)
    table["zp"] = 27.5
    table.write(path, overwrite=True)
    return [path]


def variable(folder, number):
    periodic_star(f"star{number}", seed=number).write(folder / f"{number}.csv")
    return [folder / f"{number}.csv"]


def galaxy(folder, number):
    cards = {"MAGZERO": 25.0, "CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN"}
    cards |= {"CDELT1": -0.2 / 3600, "CDELT2": 0.2 / 3600, "CRVAL1": 10.0, "CRVAL2": 5.0}
    return [write_stamp(folder / f"{number}.fits", seed=number, sigma=3.0, **cards)]


def photograph(folder, number):
    return [write_galaxy(folder / f"{number}.fits", galaxy_planes(64, seed=number))]


def stars(folder, number):
    return [write_stars(folder / f"{number}.fits", star_field(number))]


def observation(folder, number):
    Table({"x_1": [0.1 * number], "x_2": [0.2]}).write(folder / f"{number}.csv")
    return [folder / f"{number}.csv"]


def reflectance(folder, number):
    wavelength = np.linspace(0.45, 2.45, 201)
    columns = {"wavelength": wavelength, "reflectance": 1 + 0.1 * number * (wavelength - 0.55)}
    Table(columns).write(folder / f"{number}.csv")
    return [folder / f"{number}.csv"]


def universe(folder, number):
    maps = np.random.default_rng(number).normal(0, 0.01, (2, 32, 32)).astype(np.float32)
    cards = {"CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CDELT1": -1 / 6, "CDELT2": 1 / 6}
    header = fits.Header(cards | {"CRVAL1": 10.0, "CRVAL2": 5.0})
    fits.PrimaryHDU(maps, header).writeto(folder / f"{number}.fits")
    return [folder / f"{number}.fits"]


def blurred(folder, number):
    return [write_field(folder / f"{number}.fits", field(number))]


def dwarf(folder, number):
    rng = np.random.default_rng(number)
    columns = {
        "R": rng.uniform(10, 600, 60) * u.pc,
        "v": rng.normal(220, 7, 60) * u.km / u.s,
        "e_v": np.full(60, 2.0) * u.km / u.s,
    }
    Table(columns, meta={"half_light_radius": "250 pc"}).write(folder / f"{number}.ecsv")
    return [folder / f"{number}.ecsv"]


def cluster(folder, number):
    rng = np.random.default_rng(number)
    columns = {
        "R": rng.uniform(0.1, 1.2, 60) * u.Mpc,
        "z": 0.1 + rng.normal(0, 700, 60) * 1.1 / 299_792,
        "e_z": np.full(60, 2e-4),
    }
    Table(columns, meta={"redshift": 0.1}).write(folder / f"{number}.ecsv")
    return [folder / f"{number}.ecsv"]


MAKERS = {
    "ar_resnet": maps,
    "asteroid_mlp": reflectance,
    "cluster_mass_flow": cluster,
    "cosmic_ray_unet": exposure,
    "cosmology_npe": universe,
    "deblending_unet": blurred,
    "deconvolution_unet": blurred,
    "deep_hits": stamps,
    "gw_cnn": strain,
    "gw_flow": strain,
    "lens_cnn": images,
    "mass_profile_flow": dwarf,
    "metallicity_resnet": photograph,
    "morphology_resnet": photograph,
    "photoz_mdn": catalogue,
    "redshift_cnn1d": spectrum,
    "sbi_two_moons": observation,
    "segmentation_unet": stars,
    "sgq_mlp": catalogue,
    "star_galaxy_resnet": galaxy,
    "starnet": spectrum,
    "structure_resnet": galaxy,
    "supernova_gru": supernova,
    "tess_cnn": star,
    "variable_iresnet": variable,
}


def reader_of(folder):
    return get_task(json.loads((folder / "card.json").read_text())["task"]).files.reader


def test_every_reader_of_shipped_bundles_is_tried():
    bundles = shipped_bundles()
    tried = {reader_of(bundles[name]) for name in MAKERS}
    assert tried == {reader_of(folder) for folder in bundles.values()} - {None}


@pytest.mark.slow
@pytest.mark.parametrize("name", MAKERS)
def test_the_others_are_answered(name, tmp_path):
    good = [path for number in range(2) for path in MAKERS[name](tmp_path, number)]
    bad = good[0].with_name(good[0].name.replace("0", "7").replace("377", "977"))
    bad.write_bytes(b"")
    predictor = load_pretrained(name)
    alone = predictor.predict(good)
    table = predictor.predict([*good[:1], bad, *good[1:]])
    lost = [str(words).startswith("unreadable,") for words in table["flags"]]
    assert sum(lost) == 1
    assert len(table) == len(alone) + 1
    assert bad.name in str(table["flags"][lost][0])
    with pytest.raises(UsageError, match=bad.name):
        predictor.predict([*good[:1], bad, *good[1:]], on_error="stop")
