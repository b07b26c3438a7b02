"""Every reader takes what a mosaic fills in beyond its exposures for unknown."""

import h5py
import numpy as np
import pytest
from astropy.io import fits

from astro_dl.observations.galaxies.band_files import find_candidates, read_cutout
from astro_dl.observations.galaxies.fields import open_image
from astro_dl.observations.galaxies.point_spread import moffat_images
from astro_dl.observations.galaxies.stamp_files import Options, read_stamp
from astro_dl.science.cosmic_rays.exposures import open_exposure
from astro_dl.science.galaxy_structure.physics import GalaxyStructurePhysics
from astro_dl.science.lenses.stacks import read_stack
from astro_dl.science.source_segmentation.files import open_field

PHYSICS = GalaxyStructurePhysics()
SIZE = 96
PSF = moffat_images(3.0, 3.5, 25)[0].astype(np.float32)


def cutout(path):
    (one,) = find_candidates([path], ("g",))
    return read_cutout(one, SIZE, 0.2).image


def stack(path):
    many = path.with_suffix(".h5")
    with h5py.File(many, "w") as file:
        file["images"] = fits.getdata(path)[None]
    ((_, one),) = read_stack(many, ("g",), SIZE, 0.2)
    return one.image


def light(path):
    with open_image(path, PHYSICS) as image:
        return image.light(slice(None))


def field(path):
    with open_field(path) as found:
        return found.light(slice(None))


def exposure(path):
    with open_exposure(path, gain=1.0) as found:
        return found.electrons(slice(None))


def stamp(path):
    return read_stamp(path, PHYSICS, Options()).image


@pytest.mark.parametrize("read", [cutout, stack, light, field, exposure, stamp])
def test_filled_pixels_are_read_as_unknown_ones(read, tmp_path):
    image = np.random.default_rng(0).normal(20, 2, (SIZE, SIZE)).astype(np.float32)
    image[44:52, 44:52] += 100
    found = []
    for fill in (0.0, np.nan):
        image[:18] = fill
        path = tmp_path / f"g_{fill}.fits"
        fits.HDUList([fits.PrimaryHDU(image), fits.ImageHDU(PSF, name="PSF")]).writeto(path)
        found.append(read(path))
    np.testing.assert_array_equal(*found)
    assert np.std(found[0][-20:]) > 0
