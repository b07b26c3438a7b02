"""Galaxies of the COSMOS survey as Hubble saw them, with the Sérsic fits that were published."""

from pathlib import Path

import numpy as np
from astropy import units as u
from astropy.table import QTable, Table

from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Examples
from astro_dl.core.files import find_in
from astro_dl.core.reading.fits_files import open_fits
from astro_dl.core.reading.hdf5_files import open_hdf5
from astro_dl.core.task import Dataset
from astro_dl.observations.galaxies.inputs import network_input
from astro_dl.observations.galaxies.stamp_files import Stamp, stamp_of
from astro_dl.observations.images.ellipse import ellipticity
from astro_dl.science.galaxy_structure.physics import GalaxyStructurePhysics

SCALE_ARCSEC = 0.03
FILE = "real_galaxy_{}_23.5{}.fits"
"""Of images, catalogue and fits, as GalSim names them."""

POINT_SPREADS = "galaxies/cosmos_btk_100.h5"
"""Those of the ten galaxies are in no file here; the median of these, of the same camera and
filter, stands for them."""

USUAL_RADIUS = 6.0
"""[pixel] To which larger galaxies are brought by wider pixels."""


def read_cosmos(physics: GalaxyStructurePhysics, folder: Path) -> Examples:
    """Return ten galaxies below a folder, with the published fits as truth.

    Pixels are made wider for galaxies that are larger than those of the simulation.

    Raises
    ------
    UsageError
        If files are missing.
    """
    names = ("images", "_n1"), ("catalog", ""), ("catalog", "_fits")
    images, catalogue, fits = (
        find_in(folder, f"galaxies/cosmos/{FILE.format(*name)}") for name in names
    )
    spread = _point_spread(find_in(folder, POINT_SPREADS))
    about, fitted = Table.read(catalogue), Table.read(fits)
    stamps, truths, rows = [], [], []
    with open_fits(images) as hdus:
        for row, fit in zip(about, fitted, strict=True):
            _, major, index, ratio, _, _, _, angle = fit["sersicfit"]
            radius = major * np.sqrt(ratio)
            rebin = max(1.0, float(radius / USUAL_RADIUS))
            image = np.asarray(hdus[int(row["GAL_HDU"])].data, float)
            stamp = stamp_of(image, spread, physics, rebin=rebin)
            flux = float(fit["flux"][0])
            stamps.append(stamp)
            truths.append(_truth(flux / stamp.sigma, radius / rebin, index, ratio, angle))
            rows.append((int(row["IDENT"]), float(radius * SCALE_ARCSEC), rebin))
    usable = np.array([np.isfinite(one.image).all() for one in stamps])
    if not usable.any():
        raise UsageError(f"{images}: no galaxy can be used")
    x = network_input(
        np.stack([one.image for one in stamps])[usable],
        np.stack([one.point_spread for one in stamps])[usable],
    )
    ids, radii, factors = (np.array(column)[usable] for column in zip(*rows, strict=True))
    info = QTable(
        {
            "galaxy_id": ids,
            "snr": _signal_to_noise(stamps)[usable],
            "radius_arcsec": radii * u.arcsec,
            "rebin": factors,
        }
    )
    return Examples(x, np.array(truths, np.float32)[usable], info)


def _truth(flux: float, radius: float, index: float, ratio: float, angle: float) -> list[float]:
    e1, e2 = ellipticity(ratio, angle)
    return [-2.5 * np.log10(flux), np.log(radius), np.log(index), float(e1), float(e2)]


def _point_spread(path: Path) -> np.ndarray:
    with open_hdf5(path) as file:
        return np.median([np.asarray(one["psf"], float) for one in file.values()], axis=0)


def _signal_to_noise(stamps: list[Stamp]) -> np.ndarray:
    """Return √(Σ d² − pixels): what the square of the noise adds is subtracted."""
    power = np.array([np.sum(one.image**2) - one.image.size for one in stamps])
    return np.sqrt(np.maximum(power, 1.0))


COSMOS = Dataset(
    summary="10 HST COSMOS galaxies (F814W) with published Sérsic fits as truth",
    read=read_cosmos,
    split=False,
    n=10,
    reference="Mandelbaum et al. (2012), arXiv:1107.4629; fits of Lackner & Gunn (2012)",
    licence="BSD (GalSim)",
)
