"""Pixels of sources are joined where they touch and divided where there are several peaks."""

import numpy as np
import pytest

from astro_dl.science.source_segmentation.seeing import commonest
from astro_dl.science.source_segmentation.segments import basins, find_segments, grown

SIZE = 60


def light(*sources, fwhm=4.0):
    """Return round sources: row, column and height [σ]."""
    y, x = np.mgrid[:SIZE, :SIZE]
    width = 2 * (fwhm / 2.3548) ** 2
    return sum(
        height * np.exp(-((y - row) ** 2 + (x - column) ** 2) / width)
        for row, column, height in sources
    )


def segments_of(image, fwhm=4.0):
    return find_segments(image > 1, np.arcsinh(image), fwhm)


@pytest.mark.parametrize(
    ("distance", "second", "count"),
    [(20, 100, 2), (9, 100, 2), (9, 30, 2), (3, 100, 1), (9, 0.5, 1)],
)
def test_two_sources_are_two_where_both_have_a_peak(distance, second, count):
    segments, divided = segments_of(light((30, 20, 100.0), (30, 20 + distance, float(second))))
    assert segments.max() == count
    assert divided[1:].tolist() == [count == 2 and distance < 15] * count
    if count == 2:
        assert segments[30, 20] != segments[30, 20 + distance]


def test_noise_does_not_divide_a_source():
    image = light((30, 30, 20.0), fwhm=9.0)
    noisy = image + np.random.default_rng(0).standard_normal(image.shape)
    segments, _ = find_segments(image > 1, np.arcsinh(noisy), 9.0)
    assert segments.max() == 1


def test_single_pixels_are_no_sources():
    image = np.zeros((SIZE, SIZE))
    image[10, 10] = image[20, 20:23] = 50
    segments, divided = segments_of(image)
    assert segments.max() == 0
    assert divided.tolist() == [False]


def test_numbers_have_no_gaps_and_name_what_touches():
    image = light((10, 10, 50.0), (40, 20, 100.0), (40, 28, 80.0), (50, 50, 60.0))
    segments, divided = segments_of(image)
    assert np.unique(segments).tolist() == [0, 1, 2, 3, 4]
    assert divided[segments[40, 20]]
    assert divided[segments[40, 28]]
    assert not divided[segments[10, 10]]
    assert not divided[segments[50, 50]]


def test_every_pixel_is_of_the_peak_that_is_uphill():
    found = basins(light((30, 20, 100.0), (30, 34, 50.0)), np.ones((SIZE, SIZE), bool), 1.0, 0.1)
    assert set(np.unique(found)) == {1, 2}
    assert (found[:, :24] == 1).all()
    assert (found[28:33, 31:] == 2).all()


def test_segments_grow_into_free_pixels_alone_whatever_the_band():
    segments = np.zeros((600, 8), np.int32)
    segments[510:514, 2:4], segments[516, 2:4] = 1, 2
    whole = np.concatenate([part for _, part in grown(segments, 2)])
    assert whole.shape == segments.shape
    assert (whole[510:514, 2:4] == 1).all()
    assert (whole[508:510, 0:6] == 1).all()
    assert (whole[516:519, 0:6] == 2).all()
    assert not whole[:508].any()
    assert not whole[519:].any()


def test_the_width_of_stars_is_what_most_sources_share():
    rng = np.random.default_rng(0)
    stars, galaxies = 3.0 + 0.05 * rng.standard_normal(20), rng.uniform(3.2, 9, 60)
    assert commonest(np.concatenate([galaxies, stars])) == pytest.approx(3.0, abs=0.15)
