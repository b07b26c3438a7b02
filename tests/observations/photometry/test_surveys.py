"""Presets of surveys and how cutouts of them are observed."""

import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.observations.images.observation import draw_observation
from astro_dl.observations.photometry.surveys import SURVEYS, Band, named_survey


def test_depth_is_the_magnitude_of_a_point_source_at_five_sigma():
    band = Band(wavelength=0.75, seeing=0.8, depth=26.0, sky=20.5)
    offsets = np.arange(-40, 41) * 0.2
    sigma = 0.8 / 2.3548
    star = np.exp(-0.5 * (offsets[:, None] ** 2 + offsets**2) / sigma**2)
    star *= 10 ** (-0.4 * (26.0 - band.sigma_magnitude(0.2))) / star.sum()
    # the optimal weight is the profile itself, over noise of one
    assert np.sqrt((star**2).sum()) == pytest.approx(5, rel=0.01)


def test_electrons_of_the_sky_have_the_variance_of_one_sigma():
    band = Band(wavelength=0.75, seeing=0.8, depth=26.0, sky=20.5)
    gain = band.electrons_per_sigma(0.2)
    sky_in_sigma = 10 ** (-0.4 * (20.5 - 2.5 * np.log10(0.04) - band.sigma_magnitude(0.2)))
    assert sky_in_sigma * gain == pytest.approx(gain**2)


def test_noise_of_des_is_that_of_its_first_release():
    # robust scatter of neighbouring pixels of DES cutouts, zero point 30: 3.6 in r, 6.0 in i
    des = SURVEYS["des"]
    for band, sigma in (("r", 3.63), ("i", 5.99)):
        magnitude = des.bands[band].sigma_magnitude(des.pixel_scale)
        assert magnitude == pytest.approx(30 - 2.5 * np.log10(sigma), abs=0.15)


@pytest.mark.parametrize("name", SURVEYS)
def test_presets_are_complete(name):
    survey = SURVEYS[name]
    assert survey.reference
    wavelengths = [band.wavelength for band in survey.bands.values()]
    assert wavelengths == sorted(wavelengths)
    for band in survey.bands.values():
        assert 1 < band.seeing / survey.pixel_scale < 6
        assert 1 < band.electrons_per_sigma(survey.pixel_scale) < 1000


def test_observation_scatters_about_the_medians_and_follows_the_exposure():
    lsst = SURVEYS["lsst"]
    full, tenth = (
        draw_observation(lsst, "gi", 400, np.random.default_rng(1), exposure_factor=factor)
        for factor in (1.0, 0.1)
    )
    np.testing.assert_allclose(np.median(full.seeing, axis=0), [0.87, 0.80], rtol=0.02)
    np.testing.assert_allclose(np.median(full.depth, axis=0), [27.4, 26.8], atol=0.05)
    np.testing.assert_allclose(full.depth - tenth.depth, 1.25)
    np.testing.assert_allclose(full.electrons_per_sigma / tenth.electrons_per_sigma, 10**0.5)
    assert full.margin > 1.5 * full.seeing.max() / 0.2 - 1


def test_unknown_names_are_refused_with_the_nearest():
    with pytest.raises(UsageError, match="lsst"):
        named_survey("lst")
    with pytest.raises(UsageError, match="band of LSST"):
        SURVEYS["lsst"].choose(["g", "VIS"])
    with pytest.raises(UsageError, match="one or more bands"):
        SURVEYS["des"].choose([])
