import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.observations.images.cutouts import noise_sigma
from astro_dl.observations.images.degrading import (
    FWHM_PER_SIGMA,
    degrade,
    full_width_at_half_maximum,
)


def gaussian(sigma, size=160):
    axis = np.arange(size) - (size - 1) / 2
    image = np.exp(-(axis[:, None] ** 2 + axis**2) / (2 * sigma**2))
    return image / image.sum()


def blurred(sigma=0.0, **options):
    options = {"ratio": 4.0, "seeing_pixels": 3.0, "wanted_seeing_pixels": 15.0} | options
    rng = np.random.default_rng(0)
    return degrade(1000 * gaussian(3.0 / FWHM_PER_SIGMA), sigma=sigma, rng=rng, **options)


@pytest.mark.parametrize("sigma", [1.5, 3.0, 8.0])
def test_the_width_of_a_gaussian_is_found(sigma):
    width = full_width_at_half_maximum(gaussian(sigma))
    assert width == pytest.approx(FWHM_PER_SIGMA * sigma, rel=0.02)


def test_seeing_and_flux_are_those_wanted():
    seen = blurred()
    assert seen.sum() == pytest.approx(1000, rel=1e-3)
    expected = np.hypot(15.0, FWHM_PER_SIGMA * 4 / np.sqrt(12)) / 4
    assert full_width_at_half_maximum(seen) == pytest.approx(expected, rel=0.03)


def test_noise_is_the_surveys():
    assert noise_sigma(blurred(0.5)[None, :, :, None])[0, 0] == pytest.approx(0.5, rel=0.1)


def test_a_sharper_survey_is_refused():
    with pytest.raises(UsageError, match="cannot be sharpened"):
        blurred(wanted_seeing_pixels=2.0)
