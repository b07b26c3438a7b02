import numpy as np
import pytest

from astro_dl.observations.spectra.continuum import divide_by_continuum, pseudo_continuum


def test_a_constant_is_its_own_continuum_up_to_the_ends_and_across_gaps():
    flux = np.full((2, 400), 7.0)
    flux[0, 100:130] = np.nan
    np.testing.assert_allclose(pseudo_continuum(flux, 20.0), 7.0)


def test_scale_and_slow_slopes_hardly_matter_but_lines_stay():
    place = np.linspace(0, 1, 1000)
    line = 1 - 0.5 * np.exp(-0.5 * ((place - 0.5) / 0.002) ** 2)
    plain = divide_by_continuum(line[None], 60.0)
    tilted = divide_by_continuum((1e-17 * line * np.exp(place))[None], 60.0)
    np.testing.assert_allclose(tilted[:, 100:-100], plain[:, 100:-100], atol=0.01)
    assert plain.min() == pytest.approx(0.52, abs=0.02)


def test_no_quotient_where_there_is_no_light():
    flux = np.ones((3, 500))
    flux[0] = 0.0
    flux[1] = -1.0
    flux[2, 300:] = 0.0
    found = divide_by_continuum(flux, 20.0)
    assert np.isnan(found[:2]).all()
    np.testing.assert_allclose(found[2, :200], 1, atol=1e-6)
    assert (found[2, 200:280] >= 1 - 1e-6).all()
    assert np.isnan(found[2, 400:]).all()
