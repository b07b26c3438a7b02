"""Files that are made of images: never in the place of what is read."""

import numpy as np
import pytest
from astropy.io import fits

from astro_dl.core.errors import UsageError
from astro_dl.observations.images.image_files import derived_files, derived_header


def test_no_file_that_is_read_would_be_overwritten(tmp_path):
    names = {tmp_path / name: name for name in ("sky.fits", "sky_sharp.fits")}
    with pytest.raises(UsageError, match=r"sky_sharp\.fits is one of the files that are read"):
        derived_files(tmp_path, names, "_sharp.fits")
    other = derived_files(tmp_path / "other", names, "_sharp.fits")
    assert other[tmp_path / "sky.fits"] == tmp_path / "other" / "sky_sharp.fits"
    assert derived_files(None, names, "_sharp.fits") == {}


def test_coordinates_stay_and_what_scales_the_array_does_not():
    header = fits.ImageHDU(np.zeros((4, 4), np.int16)).header
    header.update({"CRVAL1": 150.0, "BSCALE": 2.0, "BZERO": 32768, "EXTNAME": "SCI"})
    assert dict(derived_header(header)) == {"CRVAL1": 150.0}
