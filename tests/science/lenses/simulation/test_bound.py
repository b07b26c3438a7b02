"""The least errors of lens parameters: limits, scaling with the noise, and priors."""

import numpy as np
import pytest

from astro_dl.science.lenses.bound import least_errors
from astro_dl.science.lenses.parameters import LensParametersPhysics
from astro_dl.science.lenses.simulation.bound import MASS, prior_deviations
from astro_dl.science.lenses.simulation.population import LensPriors

BRIGHT = {"source_magnitude_range": (20.5, 24.5), "satellite_rate": 0.0}


@pytest.fixture(scope="module")
def errors():
    def of(arc_snr_min, n=8):
        physics = LensParametersPhysics(arc_snr_min=arc_snr_min, size_pixels=48, **BRIGHT)
        return least_errors(physics, n, np.random.default_rng(0))

    return {snr: of(snr) for snr in (60.0, 600.0)}


def test_no_parameter_is_known_worse_than_before(errors):
    prior = prior_deviations(LensPriors(einstein_radius_prior="uniform", center_scatter=0.1))
    for bounds, _ in errors.values():
        assert bounds.shape == (8, len(MASS))
        assert (bounds > 0).all()
        assert (bounds <= 1.001 * np.array([prior[name] for name in MASS])).all()


def test_brighter_arcs_tell_more(errors):
    (faint, low), (bright, high) = errors[60.0], errors[600.0]
    # sources that are bright enough stay as they are
    changed = high > 1.5 * low
    assert changed.sum() >= 5
    np.testing.assert_allclose(bright[~changed & (high == low)], faint[~changed & (high == low)])
    assert np.median((bright / faint)[changed]) < 0.8
    assert (bright[changed] < 1.01 * faint[changed]).all()


def test_the_prior_of_an_ellipticity_is_what_the_light_leaves_open():
    priors = prior_deviations(LensPriors(angle_scatter=0.0))
    loose = prior_deviations(LensPriors(angle_scatter=1.0))
    assert priors["e1"] < 0.6 * loose["e1"]
    assert priors["center_x"] == pytest.approx(0.04, rel=0.05)
