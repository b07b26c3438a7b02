"""Views made of views: what was put in comes out, about the transit that is really there."""

import numpy as np
import pytest

from astro_dl.science.transits.phase_curves import PhaseCurves, refold
from astro_dl.science.transits.views import Ephemeris, ViewShape, fold_views

PERIOD, DURATION, SECONDARY = 3.0, 0.15, 1.35
SHAPE = ViewShape()


@pytest.fixture(scope="module")
def light_curve():
    """A binary of V-shaped eclipses, the secondary not at half phase, over three periods."""
    time = np.arange(0, 9, 0.5 / 1440)
    flux = np.ones_like(time)
    for epoch, depth in ((1.0, 0.1), (1.0 + SECONDARY, 0.04)):
        away = np.abs((time - epoch + PERIOD / 2) % PERIOD - PERIOD / 2)
        flux -= depth * np.clip(1 - 2 * away / DURATION, 0, 1)
    return time, flux[None]


def known(time, flux, duration):
    """Return what a set with views of 201 and 81 bins about a wrong duration would hold."""
    when = Ephemeris(np.array([PERIOD]), np.array([1.0]), np.array([duration]))
    views = fold_views(time, flux, when, ["global", "local", "half_phase"], ViewShape(201, 81))
    reach = 2 * when.duration / when.period
    return PhaseCurves(views["global"], views["local"], views["half_phase"], reach), when


@pytest.mark.parametrize("share", [0.7, 1.0])
def test_views_are_those_of_the_light_curve_whatever_duration_is_told(light_curve, share):
    curves, given = known(*light_curve, share * DURATION)
    found, views = refold(curves, given, SHAPE)
    assert found.duration[0] == pytest.approx(DURATION, rel=0.12)
    expected = fold_views(*light_curve, found, ["local", "secondary"], SHAPE)
    np.testing.assert_allclose(views["local"], expected["local"], atol=0.12)
    scaled = views["secondary"] / -views["secondary"].min()
    np.testing.assert_allclose(scaled, expected["secondary"], atol=0.25)


def test_flux_is_taken_where_it_is_known_finest():
    curves = PhaseCurves(
        np.zeros((1, 20)), np.full((1, 8), -1.0), np.full((1, 8), 2.0), np.array([0.1])
    )
    phase = np.array([[0.0, 0.09, 0.11, 0.45, -0.45, 0.3, 1.0]])
    assert curves.at(phase).tolist() == [[-1, -1, 0, 2, 2, 0, -1]]
