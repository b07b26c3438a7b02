"""The background of an image is what was put into it, whatever else is in it."""

import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.observations.images.background import Background


def test_level_and_noise_follow_a_slope():
    rng = np.random.default_rng(0)
    slope = np.linspace(100, 200, 300)[:, None] + np.linspace(0, 50, 500)
    image = slope + 5 * rng.standard_normal(slope.shape)
    image[rng.random(image.shape) < 0.01] += 1e4
    level, noise = Background.measure(image).at(slice(None))
    inner = (slice(32, -32),) * 2
    np.testing.assert_allclose(level[inner], slope[inner], atol=3)
    # A box of 64 pixels has a slope of its own, which widens the scatter of its pixels.
    assert 5 <= np.median(noise) < 10


def test_rows_are_those_of_the_whole():
    image = np.random.default_rng(1).normal(10, 2, (200, 130))
    background = Background.measure(image)
    whole, part = background.at(slice(None)), background.at(slice(50, 80))
    for one, other in zip(whole, part, strict=True):
        np.testing.assert_array_equal(one[50:80], other)


def test_unknown_pixels_do_not_count():
    image = np.random.default_rng(1).normal(10, 2, (128, 128))
    image[:64, :64] = np.nan
    level, noise = Background.measure(image).at(slice(None))
    assert np.isfinite(level).all()
    assert np.median(noise) == pytest.approx(2, rel=0.05)


def test_an_image_without_noise_is_refused():
    with pytest.raises(UsageError, match="noise"):
        Background.measure(np.ones((64, 64)))
