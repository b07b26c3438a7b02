import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.science.lenses.datasets import BOLOGNA_GROUND, BOLOGNA_SPACE, SLACS


def physics(survey, *bands, size=64):
    return SimpleNamespace(
        survey=survey, bands=bands, size_pixels=size, clip_sigma=250.0, softening_sigma=5.0
    )


@pytest.fixture
def folder():
    found = os.environ.get("ASTRO_DL_TEST_DATA")
    if not found:
        pytest.skip("ASTRO_DL_TEST_DATA is not set: no labelled cutouts to read")
    return Path(found)


@pytest.mark.parametrize(
    ("dataset", "settings", "lenses", "others"),
    [
        (BOLOGNA_SPACE, physics("euclid", "VIS", size=96), 3, 4),
        (BOLOGNA_GROUND, physics("kids", "g", "r", "i"), 3, 1),
        (BOLOGNA_GROUND, physics("kids", "i", "u"), 3, 1),
        (SLACS, physics("euclid", "VIS"), 2, 0),
        (SLACS, physics("lsst", "i"), 2, 0),
        (SLACS, physics("hst", "F814W"), 2, 0),
    ],
)
def test_sets_come_in_the_form_of_simulations(folder, dataset, settings, lenses, others):
    x, y, info = dataset.read(settings, folder)
    size = settings.size_pixels
    assert x.shape == (lenses + others, size, size, len(settings.bands))
    assert x.dtype == y.dtype == np.float32
    assert np.isfinite(x).all()
    assert (int(y.sum()), int((1 - y).sum())) == (lenses, others)
    assert len(set(info["object_id"])) == lenses + others
    # the sky of every band is the noise's own unit, with light of galaxies upon it in places
    assert 0.8 < np.min(np.std(x[:, :8, :8], axis=(1, 2))) < 1.3
    again = dataset.read(settings, folder)
    assert np.array_equal(again.x, x)


def test_bands_are_mapped_by_name(folder):
    red, blue = (BOLOGNA_GROUND.read(physics("kids", *bands), folder).x for bands in ("gri", "irg"))
    np.testing.assert_array_equal(red, blue[..., ::-1])


@pytest.mark.parametrize(
    ("dataset", "settings", "message"),
    [
        (BOLOGNA_SPACE, physics("lsst", "g", "r", "i"), "lacks band"),
        (BOLOGNA_SPACE, physics("lsst", "g"), "lacks band g"),
        (BOLOGNA_GROUND, physics("lsst", "g", "z"), "lacks band z"),
        (SLACS, physics("lsst", "g", "r", "i"), "F814W alone"),
        (SLACS, physics("lsst", "u"), "F814W alone"),
    ],
)
def test_bands_that_a_set_lacks_are_refused(folder, dataset, settings, message):
    with pytest.raises(UsageError, match=message):
        dataset.read(settings, folder)


@pytest.mark.parametrize("dataset", [BOLOGNA_SPACE, BOLOGNA_GROUND, SLACS])
def test_missing_files_are_said_to_be(tmp_path, dataset):
    with pytest.raises(UsageError, match="no folder"):
        dataset.read(physics("lsst", "i"), tmp_path)


def test_einstein_radii_of_slacs_are_known(folder):
    info = SLACS.read(physics("euclid", "VIS"), folder).info
    assert list(info["einstein_radius"]) == [1.52, 1.62]
    assert str(info["einstein_radius"].unit) == "arcsec"
