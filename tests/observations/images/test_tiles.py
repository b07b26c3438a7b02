"""Tiles cover every pixel of an image once, in rows that are read once."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from astro_dl.core.errors import UsageError
from astro_dl.observations.images.tiles import Tiling, in_tiles


@settings(max_examples=60, deadline=None)
@given(
    height=st.integers(1, 90),
    width=st.integers(1, 90),
    size=st.integers(8, 40),
    margin=st.integers(0, 3),
)
def test_every_pixel_comes_back(height, width, size, margin):
    image = np.arange(height * width, dtype=np.float32).reshape(height, width, 1)
    bands = list(
        in_tiles((height, width), Tiling(size, margin), lambda rows: image[rows], lambda x: x)
    )
    np.testing.assert_array_equal(np.concatenate([band for _, band in bands]), image)
    assert [rows.start for rows, _ in bands] == list(range(0, height, size - 2 * margin))


def test_borders_are_mirrored():
    image = np.arange(5.0)[:, None] * np.ones(5)
    seen = []
    tiles = in_tiles(
        (5, 5), Tiling(9, 2), lambda rows: image[rows, :, None], lambda x: seen.append(x) or x
    )
    list(tiles)
    assert seen[0][0, :, 4, 0].tolist() == [2, 1, 0, 1, 2, 3, 4, 3, 2]


def test_a_band_reads_its_own_rows_alone():
    image, asked = np.zeros((1000, 20, 1)), []

    def read(rows):
        asked.append(rows.stop - rows.start)
        return image[rows]

    list(in_tiles((1000, 20), Tiling(64, 8), read, lambda x: x))
    assert max(asked) <= 64


def test_margins_that_leave_nothing_are_refused():
    with pytest.raises(UsageError, match="margin"):
        Tiling(16, 8)
