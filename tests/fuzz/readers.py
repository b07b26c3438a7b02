"""The readers that are fed mutants: a good file of each, and how it is read.

A reader gives the arrays in which NaN or infinity would be a silent wrong answer.
"""

import gzip
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
import yaml
from astropy.io import fits
from astropy.table import Table

from astro_dl.bundles.card import Card
from astro_dl.core.config import load_config
from astro_dl.core.reading.fits_files import read_image
from astro_dl.core.reading.strict_yaml import read_yaml
from astro_dl.core.shipped import shipped_bundles
from astro_dl.observations.galaxies.band_files import find_candidates, read_cutout
from astro_dl.observations.galaxies.positions import read_catalogue
from astro_dl.observations.images.band_images import read_window
from astro_dl.observations.light_curves.files import read_light_curve
from astro_dl.observations.spectra.files import read_spectra
from astro_dl.observations.tables.blocks import iterate_identified
from astro_dl.observations.tables.columns import read_columns
from astro_dl.observations.tables.read import iterate_table, read_table
from astro_dl.science.gravitational_waves.psd import load_psd
from astro_dl.science.gravitational_waves.strain_files import open_file, read_slice
from astro_dl.science.photo_z.datasets import boss_galaxies, dc2_galaxies, des_galaxies
from astro_dl.science.sun.hmi import read_sharp
from tests.observations.spectra.spectrum_files import write_csv, write_image, write_iraf, write_sdss
from tests.science.gravitational_waves.gwosc_files import write_gwosc
from tests.science.sun.stand_in import bipole, write_map
from tests.science.transits.stand_in import light_curve, write_spoc

Arrays = Iterable[np.ndarray]


@dataclass(frozen=True)
class Reader:
    """One reader under test.

    Parameters
    ----------
    kind : str
        Key of `tests.fuzz.mutations.MUTATIONS`.
    name : str
        The file's name, whose ending tells readers what it is.
    make : callable
        ``(folder) -> bytes``: a good file.
    read : callable
        ``(path) -> arrays`` that must be finite.
    """

    kind: str
    name: str
    make: Callable[[Path], bytes]
    read: Callable[[Path], Arrays]


def catalogue() -> Table:
    """Return twelve objects with magnitudes, a name and an integer."""
    rng = np.random.default_rng(5)
    table = Table({band: rng.uniform(15, 22, 12).round(3) for band in "ugriz"})
    table["name"] = [f"object {row}" for row in range(12)]
    table["number"] = np.arange(12)
    table["g"].unit = "mag"
    return table


def written(table: Table, ending: str, format: str, **options: object) -> Callable[[Path], bytes]:
    """Return what writes a table in a format."""

    def make(folder: Path) -> bytes:
        path = folder / f"table{ending}"
        table.write(path, format=format, **options)
        return path.read_bytes()

    return make


def packed(make: Callable[[Path], bytes]) -> Callable[[Path], bytes]:
    """Return what makes the same file, compressed."""
    return lambda folder: gzip.compress(make(folder))


def read_catalogue_columns(path: Path) -> Arrays:
    """Read a table in parts, and columns of numbers from them."""
    for _, part, where in iterate_identified([path]):
        values = read_columns(part, "ugriz", where=where)
        assert all(len(one) == len(part) for one in values.values())
    return []


def read_parts(path: Path) -> Arrays:
    """Read a table in parts."""
    for part in iterate_table(path, 5):
        assert len(part)
    return []


def read_whole(path: Path) -> Arrays:
    """Read a table at once, and columns of numbers from it."""
    read_columns(read_table(path), "ugriz", where=path)
    return []


def read_curve(path: Path) -> Arrays:
    """Read a light curve."""
    curve = read_light_curve(path)
    return [curve.time, curve.flux]


def read_spectrum(path: Path) -> Arrays:
    """Read spectra; fluxes may be unknown, their wavelengths not."""
    found = read_spectra(path)
    return [one.wavelength for one in found] + [np.nan_to_num(one.flux, nan=0) for one in found]


def read_map(path: Path) -> Arrays:
    """Read a map of an active region; some pixels may be unknown."""
    one = read_sharp(path)
    return [np.nan_to_num(one.data, nan=0), np.array([one.scale, one.longitude, one.latitude])]


def read_cutouts(path: Path) -> Arrays:
    """Read the cutouts of a file; some pixels may be unknown."""
    cutouts = [read_cutout(one, 12, 0.2, 0.2) for one in find_candidates([path], ("g", "r"))]
    return [np.nan_to_num(one.image, nan=0) for one in cutouts]


def read_one_band(path: Path) -> Arrays:
    """Read the cutouts of a file of one band."""
    for one in find_candidates([path], ("r",)):
        read_window(one.images[0], slice(-2, 10), slice(0, 30))
        read_cutout(one, 12, 0.2)
    return []


def read_strain_file(path: Path) -> Arrays:
    """Read all strain of a file."""
    file = open_file(path)
    strain, _ = read_slice(file, 0, min(file.samples, 2**16))
    return [strain]


def read_spectral_density(path: Path) -> Arrays:
    """Read a table of noise."""
    return [load_psd(path, np.array([40.0, 100.0]))]


def only_read(function: Callable[[Path], object]) -> Callable[[Path], Arrays]:
    """Return what reads a file in which anything may be missing."""

    def read(path: Path) -> Arrays:
        function(path)
        return []

    return read


def read_in_folder(path: Path) -> Arrays:
    """Read a set that is a folder of tables."""
    boss_galaxies(path.parent)
    return []


def spoc(**changes: object) -> Callable[[Path], bytes]:
    """Return what writes a light curve as SPOC does."""

    def make(folder: Path) -> bytes:
        time, flux = light_curve()
        path = write_spoc(folder / "a.fits", time[:200], flux[:200], **changes)
        return Path(path).read_bytes()

    return make


def text_of(columns: dict[str, np.ndarray], mark: str = ",", header: bool = True) -> bytes:
    """Return columns as text."""
    rows = [mark.join(columns)] if header else []
    rows += [
        mark.join(f"{value:.6f}" for value in row) for row in zip(*columns.values(), strict=True)
    ]
    return "\n".join(rows).encode()


def curve_text(mark: str, header: bool) -> Callable[[Path], bytes]:
    """Return what writes a light curve as text."""
    time = np.arange(60) / 48
    columns = {"time": time, "flux": 1 + 0.01 * np.sin(time), "quality": np.zeros(60)}
    return lambda folder: text_of(columns, mark, header)


def images(*planes: fits.ImageHDU) -> Callable[[Path], bytes]:
    """Return what writes images."""

    def make(folder: Path) -> bytes:
        memory = io.BytesIO()
        fits.HDUList([fits.PrimaryHDU(), *planes]).writeto(memory)
        return memory.getvalue()

    return make


def plane(shape: tuple[int, ...], **cards: object) -> fits.ImageHDU:
    """Return an image of noise with celestial coordinates."""
    hdu = fits.ImageHDU(np.random.default_rng(1).normal(size=shape).astype(np.float32))
    hdu.header.update({"CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CRVAL1": 150.0, "CRVAL2": 2.0})
    hdu.header.update({"CRPIX1": 8.0, "CRPIX2": 8.0, "CDELT1": -5e-5, "CDELT2": 5e-5, **cards})
    return hdu


def cutout_table(folder: Path) -> bytes:
    """Write three objects as rows with an image for each band."""
    stack = np.random.default_rng(1).normal(size=(2, 3, 16, 16)).astype(np.float32)
    table = Table({**positions(), "image_g": stack[0], "image_r": stack[1]})
    memory = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(), fits.table_to_hdu(table)]).writeto(memory)
    return memory.getvalue()


def sharp(word: str, kind: type = fits.ImageHDU) -> Callable[[Path], bytes]:
    """Return what writes a map of an active region."""
    rows = {"continuum": 0, "magnetogram": 1}[word]
    return lambda folder: write_map(folder, word, bipole(40, 60)[rows], kind=kind).read_bytes()


def spectrum_image(rows: int = 1, **options: object) -> Callable[[Path], bytes]:
    """Return what writes spectra as an image."""
    return lambda folder: write_image(folder / "a.fits", "linear", rows, **options).read_bytes()


def fibres(folder: Path) -> bytes:
    """Write spectra of several fibres with their variances."""
    variance = fits.ImageHDU(np.ones((3, 1000), np.float32), name="VARIANCE")
    flux = np.ones((3, 1000), np.float32)
    table = Table({"NAME": ["a", "b", "c"], "TYPE": ["P", "S", "P"]})
    primary = fits.PrimaryHDU(flux)
    primary.header.update({"CRVAL1": 4000.0, "CDELT1": 3.0, "CRPIX1": 1.0, "CTYPE1": "AWAV"})
    memory = io.BytesIO()
    listed = fits.table_to_hdu(table)
    listed.name = "FIBRES"
    fits.HDUList([primary, variance, listed]).writeto(memory)
    return memory.getvalue()


def iraf(folder: Path) -> bytes:
    """Write the four bands of IRAF, with wavelengths in a text."""
    specs = ["1 1 2 4000 3 500 0 1 2 1. 0. 1 3 1 500 5000 1000 9"]
    return Path(write_iraf(folder / "a.fits", np.ones((4, 1, 500)), specs)).read_bytes()


def sdss(folder: Path) -> bytes:
    """Write a spectrum as SDSS does."""
    loglam = np.arange(3.58, 3.68, 1e-4)
    return Path(write_sdss(folder / "a.fits", loglam, np.ones(len(loglam)))).read_bytes()


def spectrum_csv(folder: Path) -> bytes:
    """Write a spectrum as CSV."""
    wavelength = np.linspace(4000, 7000, 80)
    return Path(write_csv(folder / "a.csv", wavelength, np.ones(80))).read_bytes()


def strain(folder: Path) -> bytes:
    """Write four seconds of strain."""
    noise = np.random.default_rng(2).normal(0, 1e-21, 4 * 4096)
    return write_gwosc(folder / "a.hdf5", noise).read_bytes()


def density_hdf5(folder: Path) -> bytes:
    """Write a power spectral density as PyCBC does."""
    with h5py.File(folder / "a.hdf5", "w") as file:
        file["data"] = np.full(513, 1e-46)
        file["data"].attrs["delta_f"] = 0.5
    return (folder / "a.hdf5").read_bytes()


def density_text(folder: Path) -> bytes:
    """Write an amplitude spectral density as text."""
    frequency = np.linspace(10, 1000, 40)
    return "\n".join(f"{one:.2f} 1.0e-23" for one in frequency).encode()


def dc2(folder: Path) -> bytes:
    """Write galaxies as the DESC data challenge does."""
    with h5py.File(folder / "a.hdf5", "w") as file:
        for band in "ugrizy":
            file[f"photometry/mag_{band}_lsst"] = np.linspace(20, 25, 9)
            file[f"photometry/mag_err_{band}_lsst"] = np.full(9, 0.1)
        file["photometry/redshift"] = np.linspace(0, 1, 9)
    return (folder / "a.hdf5").read_bytes()


def positions() -> Table:
    """Return three positions."""
    return Table({"id": ["a", "b", "c"], "ra": [150.0, 150.1, 10.0], "dec": [2.0, 2.1, -5.0]})


def columns_of(names: Iterable[str]) -> dict[str, np.ndarray]:
    """Return columns of nine numbers."""
    return {name: np.linspace(0.1, 20, 9) for name in names}


DES = ("z", *(f"MAG_AUTO_{band}" for band in "GRIZ"))
BOSS = (*(f"{band}{kind}" for band in "ugriz" for kind in ("", "_err")), "redshift")
CONFIG = {
    "task": "pulsar_candidate",
    "model": "mlp",
    "training": {"epochs": 2, "batch_size": 64},
}
RECORD = "hmi.sharp_cea_720s.377.20110215_020000_TAI"
G, R = plane((16, 16), BAND="g"), plane((16, 16), BAND="r")
MANY = [plane((16, 16), EXTNAME=f"{row}_{band}") for row in range(3) for band in "gr"]

READERS: dict[str, Reader] = {
    "table_fits": Reader("fits", "a.fits", written(catalogue(), ".fits", "fits"), read_parts),
    "photoz_fits": Reader(
        "fits", "a.fits", written(catalogue(), ".fits", "fits"), read_catalogue_columns
    ),
    "table_fits_gz": Reader(
        "fits.gz", "a.fits.gz", packed(written(catalogue(), ".fits", "fits")), read_parts
    ),
    "light_curve_fits": Reader("fits", "a.fits", spoc(), read_curve),
    "light_curve_fits_gz": Reader("fits.gz", "a.fits.gz", packed(spoc()), read_curve),
    "light_curve_csv": Reader("text", "a.csv", curve_text(",", True), read_curve),
    "light_curve_txt": Reader("text", "a.txt", curve_text(" ", False), read_curve),
    "hmi_continuum": Reader("fits", f"{RECORD}.continuum.fits", sharp("continuum"), read_map),
    "hmi_magnetogram": Reader("fits", f"{RECORD}.magnetogram.fits", sharp("magnetogram"), read_map),
    "hmi_compressed": Reader(
        "fits",
        f"{RECORD}.magnetogram.fits",
        sharp("magnetogram", fits.CompImageHDU),
        read_map,
    ),
    "spectra_fits_image": Reader("fits", "a.fits", spectrum_image(), read_spectrum),
    "spectra_fits_fibres": Reader("fits", "a.fits", fibres, read_spectrum),
    "spectra_fits_iraf": Reader("fits", "a.fits", iraf, read_spectrum),
    "spectra_fits_sdss": Reader("fits", "a.fits", sdss, read_spectrum),
    "spectra_csv": Reader("text", "a.csv", spectrum_csv, read_spectrum),
    "cutout_extensions": Reader("fits", "a.fits", images(G, R), read_cutouts),
    "cutout_extensions_of_many": Reader("fits", "a.fits", images(*MANY), read_cutouts),
    "cutout_table": Reader("fits", "a.fits", cutout_table, read_cutouts),
    "cutout_cube": Reader("fits", "a.fits", images(plane((2, 16, 16), BANDS="gr")), read_cutouts),
    "cutout_one_band": Reader("fits", "a.fits", images(R), read_one_band),
    "kernel_fits": Reader("fits", "a.fits", images(R), only_read(read_image)),
    "positions_csv": Reader(
        "text", "a.csv", written(positions(), ".csv", "csv"), only_read(read_catalogue)
    ),
    "positions_fits": Reader(
        "fits", "a.fits", written(positions(), ".fits", "fits"), only_read(read_catalogue)
    ),
    "own_table_csv": Reader("text", "a.csv", written(catalogue(), ".csv", "csv"), read_whole),
    "own_table_fits": Reader("fits", "a.fits", written(catalogue(), ".fits", "fits"), read_whole),
    "table_csv": Reader("text", "a.csv", written(catalogue(), ".csv", "csv"), read_parts),
    "photoz_csv": Reader(
        "text", "a.csv", written(catalogue(), ".csv", "csv"), read_catalogue_columns
    ),
    "table_ecsv": Reader("text", "a.ecsv", written(catalogue(), ".ecsv", "ascii.ecsv"), read_parts),
    "table_votable": Reader("text", "a.vot", written(catalogue(), ".vot", "votable"), read_parts),
    "table_hdf5": Reader(
        "hdf5", "a.hdf5", written(catalogue(), ".hdf5", "hdf5", path="table"), read_parts
    ),
    "strain_hdf5": Reader("hdf5", "a.hdf5", strain, read_strain_file),
    "noise_hdf5": Reader("hdf5", "a.hdf5", density_hdf5, read_spectral_density),
    "noise_text": Reader("text", "a.txt", density_text, read_spectral_density),
    "galaxies_hdf5": Reader("hdf5", "a.hdf5", dc2, only_read(dc2_galaxies)),
    "galaxies_csv": Reader(
        "text", "a.csv", lambda folder: text_of(columns_of(DES)), only_read(des_galaxies)
    ),
    "galaxies_folder": Reader(
        "text", "a.csv", lambda folder: text_of(columns_of(BOSS), header=False), read_in_folder
    ),
    "yaml": Reader(
        "yaml",
        "a.yaml",
        lambda folder: yaml.safe_dump(CONFIG).encode(),
        only_read(lambda path: read_yaml(path.read_text("utf-8", "replace"))),
    ),
    "config_yaml": Reader(
        "yaml",
        "a.yaml",
        lambda folder: yaml.safe_dump(CONFIG).encode(),
        only_read(load_config),
    ),
    "card_json": Reader(
        "json",
        "card.json",
        lambda folder: (shipped_bundles()["sgq_mlp"] / "card.json").read_bytes(),
        only_read(lambda path: Card.from_json(path.read_bytes())),
    ),
}
