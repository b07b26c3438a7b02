"""Readers of single files as inputs of networks, by their tasks, with a good file of each."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from astropy.table import Table

from astro_dl.core.examples import inputs_by_name
from astro_dl.core.registry import get_task
from astro_dl.observations.irregular_series.columns import LongColumns
from astro_dl.observations.irregular_series.long_table import iterate_series
from astro_dl.observations.irregular_series.reading import ReadingOptions
from astro_dl.science.cosmic_rays.exposures import open_exposure
from astro_dl.science.source_segmentation.files import open_field
from astro_dl.science.supernovae.files.read import iterate_photometry
from tests.fuzz.readers import READERS as OF_FORMATS
from tests.fuzz.readers import Arrays, Reader, images, plane, text_of
from tests.science.galaxy_metallicity.stand_in import galaxy, write_galaxy
from tests.science.galaxy_structure.test_predict import write as write_stamp
from tests.science.radio_morphology.stand_in import radio_map
from tests.science.radio_morphology.stand_in import write_fits as write_radio
from tests.science.real_bogus.stand_in import triplet
from tests.science.real_bogus.stand_in import write_fits as write_triplet


def as_input(name: str) -> Callable[[Path], Arrays]:
    """Return what reads a file to the input of a task's network."""

    def read(path: Path) -> Arrays:
        task = get_task(name)
        assert task.files.inputs is not None
        return list(inputs_by_name(task.files.inputs(task.physics(), path)).values())

    return read


def written(write: Callable[[Path], object]) -> Callable[[Path], bytes]:
    """Return what gives the bytes of a file."""

    def make(folder: Path) -> bytes:
        path = folder / "a.fits"
        path.unlink(missing_ok=True)
        write(path)
        return path.read_bytes()

    return make


def read_exposure(path: Path) -> Arrays:
    """Read the first rows of an exposure; some pixels may be unknown."""
    with open_exposure(path):
        return []


def read_field(path: Path) -> Arrays:
    """Read the light of all pixels; those that are not known are without any."""
    with open_field(path) as field:
        return [field.light(slice(None))]


def read_photometry(path: Path) -> Arrays:
    """Read objects of a long table."""
    reading = ReadingOptions(zero_point=27.5)
    return [np.asarray(one.series.value) for one in iterate_photometry([path], reading)]


def spectrum(folder: Path) -> bytes:
    """Write the reflectance of an asteroid."""
    wavelength = np.arange(0.43, 2.5, 0.02)
    return text_of({"wavelength": wavelength, "reflectance": 0.8 + 0.2 * wavelength})


def nights(folder: Path) -> bytes:
    """Write the fluxes of a transient."""
    mjd = 57_000.2 + np.arange(0.0, 40.0, 4.0)
    flux = 60 * np.exp(-(((mjd - mjd[4]) / 15) ** 2))
    table = Table({"mjd": mjd, "band": np.repeat("r", 10), "flux": flux, "error": 0 * mjd + 3})
    table.write(folder / "nights.csv", overwrite=True)
    return (folder / "nights.csv").read_bytes()


def alerts(folder: Path) -> bytes:
    """Write detections and non-detections as a broker of alerts does."""
    seen = [
        {"mjd": 58_000.2 + 3 * day, "fid": 1 + day % 2, "magpsf": 18.5, "sigmapsf": 0.1,
         "isdiffpos": 1, "magpsf_corr": 17.5, "sigmapsf_corr": 0.02}
        for day in range(8)
    ]  # fmt: skip
    limits = [{"mjd": 57_999.2, "fid": 1, "diffmaglim": 20.1}]
    return json.dumps({"detections": seen, "non_detections": limits}).encode()


def read_stars(path: Path) -> list[np.ndarray]:
    """Read the stars of a long table; values may be unknown, times not."""
    about = LongColumns({}, zero_point=25.0)
    return [one.time for one in iterate_series([path], about)]


READERS: dict[str, Reader] = {
    **OF_FORMATS,
    "alerts_json": Reader("json", "a.json", alerts, read_stars),
    "radio_map": Reader(
        "fits",
        "a.fits",
        written(lambda path: write_radio(path, radio_map())),
        as_input("radio_morphology"),
    ),
    "galaxy_stamp": Reader("fits", "a.fits", written(write_stamp), as_input("galaxy_structure")),
    "calibrated_galaxy": Reader(
        "fits",
        "a.fits",
        written(lambda path: write_galaxy(path, galaxy(64))),
        as_input("galaxy_metallicity"),
    ),
    "galaxy_image": Reader(
        "fits", "a.fits", images(plane((3, 80, 80), BANDS="gri")), as_input("galaxy_morphology")
    ),
    "transient_stamps": Reader(
        "fits",
        "a.fits",
        written(lambda path: write_triplet(path, triplet(size=63))),
        as_input("real_bogus"),
    ),
    "exposure": Reader("fits", "a.fits", images(plane((40, 60), BUNIT="electron")), read_exposure),
    "sky_field": Reader("fits", "a.fits", images(plane((40, 60), BUNIT="nJy")), read_field),
    "asteroid_csv": Reader("text", "a.csv", spectrum, as_input("asteroid_taxonomy")),
    "photometry_csv": Reader("text", "a.csv", nights, read_photometry),
}
"""All readers."""
