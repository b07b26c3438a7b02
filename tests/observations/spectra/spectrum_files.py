"""Spectra in the forms in which surveys give them."""

import numpy as np
from astropy.io import fits
from astropy.table import Table

from astro_dl.observations.spectra.wavelengths import air_to_vacuum, vacuum_to_air

LINE = 5500.0  # in vacuum


def spectrum(vacuum, slope=0.0):
    """Return a flux with one narrow absorption line."""
    return (1 + slope * (vacuum / 5000 - 1)) * (1 - 0.8 * np.exp(-0.5 * ((vacuum - LINE) / 4) ** 2))


def write_sdss(path, loglam=None, ivar=None, **columns):
    """Write a spectrum as SDSS does: log wavelengths in vacuum, inverse variances."""
    loglam = np.arange(3.56, 3.99, 1e-4) if loglam is None else loglam
    ivar = np.full(len(loglam), 400.0) if ivar is None else ivar
    table = Table({"flux": spectrum(10**loglam), "loglam": loglam, "ivar": ivar} | columns)
    primary = fits.PrimaryHDU()
    primary.header["VACUUM"] = True
    fits.HDUList([primary, fits.BinTableHDU(table, name="COADD")]).writeto(path)
    return path


def write_image(path, kind, rows=1, medium=None, extensions=(), **cards):
    """Write images of spectra: ``linear``, ``log10`` or ``ln`` wavelengths, in air or vacuum."""
    n = 5000
    place = np.arange(n) - 99.0
    own = {
        "linear": 3650.0 + 0.8 * (place + 99),
        "log10": 10 ** (3.56 + 8e-5 * (place + 99)),
        "ln": 3650.0 * np.exp(0.8 * (place + 99) / 3650.0 / 1.5),
    }[kind]
    vacuum = own if medium == "vacuum" else air_to_vacuum(own)
    data = np.tile(spectrum(vacuum), (rows, 1)) * np.arange(1, rows + 1)[:, None]
    primary = fits.PrimaryHDU(data if rows > 1 else data[0])
    header = primary.header
    header["CRPIX1"] = 100.0
    step = {"linear": 0.8, "log10": 8e-5, "ln": 0.8 / 1.5 * own[99] / 3650.0}[kind]
    header["CRVAL1"], header["CDELT1"] = (
        float(np.log10(own[99]) if kind == "log10" else own[99]),
        step,
    )
    names = {"linear": "AWAV", "log10": "LINEAR", "ln": "AWAV-LOG"}
    header["CTYPE1"] = names[kind].replace("AWAV", "WAVE" if medium == "vacuum" else "AWAV")
    if medium is None:
        header["CTYPE1"] = "Wavelength"
    if kind == "log10":
        header["DC-FLAG"] = 1
        if medium is not None:
            header["VACUUM"] = medium == "vacuum"
    header.update(cards)
    fits.HDUList([primary, *extensions]).writeto(path)
    return path


def write_iraf(path, data, specs=(), **cards):
    """Write bands (bands, apertures, pixels) as IRAF does, with wavelengths in texts ``specs``."""
    primary = fits.PrimaryHDU(np.asarray(data, np.float32))
    header = primary.header
    header.update({"CTYPE1": "LINEAR", "CRVAL1": 4000.0, "CRPIX1": 1.0, "CD1_1": 2.0})
    if specs:
        header.update({"CTYPE1": "MULTISPE", "CRVAL1": 1.0, "CD1_1": 1.0})
        header["WAT1_001"] = "wtype=multispec label=Wavelength units=angstroms"
        told = "".join(f' spec{k} = "{one}"' for k, one in enumerate(specs, start=1))
        text = "wtype=multispec" + told
        for number, start in enumerate(range(0, len(text), 68), start=1):
            header[f"WAT2_{number:03d}"] = text[start : start + 68]
    for number, word in enumerate(("spectrum", "raw", "background", "sigma")[: len(data)], 1):
        header[f"BANDID{number}"] = f"{word} - background fit, weights variance, clean yes"
    header.update(cards)
    primary.writeto(path)
    return path


def write_csv(path, wavelength, flux, **columns):
    """Write a table as text."""
    Table({"wavelength": wavelength, "flux": flux} | columns).write(path, format="ascii.csv")
    return path


def air_grid():
    """Return wavelengths of one grid, in vacuum and in air."""
    vacuum = np.arange(3700.0, 7500.0, 1.0)
    return vacuum, vacuum_to_air(vacuum)
