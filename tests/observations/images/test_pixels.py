"""What was filled in where nothing was observed is told from what was."""

import numpy as np
import pytest

from astro_dl.observations.images.pixels import BAND, observed

RNG = np.random.default_rng(0)


def sky(shape=(60, 80), sigma=3.0, level=0.0):
    return RNG.normal(level, sigma, shape)


@pytest.mark.parametrize("level", [0.0, 100.0])
@pytest.mark.parametrize("fill", [0.0, np.nan, np.inf, -9999.0])
@pytest.mark.parametrize(
    "where",
    [np.s_[:20], np.s_[:, -7:], np.s_[-3:], np.s_[20:27, 30:50], np.s_[:3, :3]],
    ids=["half", "side", "strip", "inside", "corner"],
)
def test_what_was_filled_is_unknown(where, fill, level):
    image = sky(level=level)
    expected = image.copy()
    expected[where] = np.nan
    image[where] = fill
    np.testing.assert_array_equal(observed(image), expected)


def test_the_jagged_edge_of_a_turned_exposure_is_unknown():
    row, column = np.indices((200, 200))
    beyond = (row - 0.3 * column < 10) | (row + 0.3 * column > 230)
    image = sky((200, 200), level=50.0)
    image[beyond] = 0
    unknown = np.isnan(observed(image))
    assert not (unknown & ~beyond).any()
    assert unknown.sum() > 0.998 * beyond.sum()


@pytest.mark.parametrize(
    "image",
    [
        sky(),
        sky().astype(np.float32),
        np.round(sky(sigma=1.0)).astype(np.int16),
        RNG.poisson(2, (60, 80)).astype(np.uint16),
        np.minimum(sky() + 2000 * (np.hypot(*np.indices((60, 80)) - 30) < 9), 1000),
    ],
    ids=["double", "single", "integers", "counts", "saturated"],
)
def test_what_was_observed_stays_as_it_is(image):
    assert observed(image) is image


def test_large_images_are_read_in_bands_without_a_seam():
    image = sky((2 * BAND + 60, 40), level=10.0)
    gaps = [
        slice(BAND - 4, BAND + 3),
        slice(2 * BAND - 12, 2 * BAND - 5),
        slice(2 * BAND + 57, None),
    ]
    expected = image.copy()
    for gap in gaps:
        image[gap], expected[gap] = 0, np.nan
    np.testing.assert_array_equal(observed(image), expected)


def test_integers_that_were_filled_become_numbers_that_can_be_unknown():
    image = np.round(sky(level=500.0)).astype(np.int16)
    image[:10] = -32768
    found = observed(image)
    assert found.dtype == np.float32
    assert np.isnan(found[:10]).all()
    np.testing.assert_array_equal(found[10:], image[10:])


def test_an_image_of_one_value_is_not_filled_but_without_noise():
    assert np.isfinite(observed(np.zeros((8, 9)))).all()
    assert np.isnan(observed(np.full((8, 9), np.nan))).all()
