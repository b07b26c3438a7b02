"""Files of images that hold none are refused by their names."""

import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.observations.images.image_files import read_image_file
from astro_dl.observations.images.stacks import IMAGES

READERS = {"one": read_image_file, "many": IMAGES.count}


@pytest.mark.parametrize("reader", list(READERS))
@pytest.mark.parametrize("shape", [(0, 8, 8), (3, 0, 8), (), (5,), (2, 2, 2, 8, 8)])
def test_arrays_without_images_are_refused_by_the_name_of_the_file(tmp_path, reader, shape):
    np.save(tmp_path / "bare.npy", np.zeros(shape))
    with pytest.raises(UsageError, match=r"bare\.npy"):
        READERS[reader](tmp_path / "bare.npy")


def test_an_array_that_is_named_but_empty_is_refused(tmp_path):
    np.savez(tmp_path / "a.npz", good=np.zeros((3, 8, 8)), empty=np.zeros((0, 8, 8)))
    assert IMAGES.count(tmp_path / "a.npz", "good") == 3
    with pytest.raises(UsageError, match=r"a\.npz: an array of shape \(0, 8, 8\) holds nothing"):
        IMAGES.count(tmp_path / "a.npz", "empty")
