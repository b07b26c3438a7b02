"""Supernovae in figures: fluxes of nights by band, as they were measured."""

import numpy as np
import pytest
from astropy.table import Table

from astro_dl.science.supernovae.figures import draw_examples
from astro_dl.science.supernovae.inputs import light_curve_inputs
from astro_dl.science.supernovae.nights import Points
from astro_dl.science.supernovae.physics import SupernovaPhysics

PHYSICS = SupernovaPhysics(host_redshift=True)
DAYS = np.array([-8.0, 0.0, 6.0, 20.0])
FLUX = np.array([-3.0, 60.0, 900.0, 40.0])
ERROR = np.array([5.0, 6.0, 30.0, 7.0])


def inputs(physics, band):
    same = np.zeros(4, int)
    points = Points(same, 57_000.3 + DAYS, same + band, FLUX, ERROR)
    return light_curve_inputs(physics, points, 1, (np.array([0.31]), np.array([0.04])))[0]


def test_points_are_those_that_were_measured_with_their_errors():
    x = np.concatenate([inputs(PHYSICS, 1), inputs(PHYSICS, 3)])
    figure = draw_examples(PHYSICS, x, Table({"redshift": [0.3, 0.3]}), ["a", "b"])
    assert [text.get_text() for text in figure.legends[0].texts] == ["r", "z"]
    colours = set()
    for axes in figure.axes:
        (bars,) = axes.containers
        days, flux = bars.lines[0].get_xydata().T
        assert days == pytest.approx(DAYS, abs=1e-3)
        assert flux == pytest.approx(FLUX, rel=1e-4)
        low, high = np.array(bars.lines[2][0].get_segments())[..., 1].T
        assert (high - low) / 2 == pytest.approx(ERROR, rel=1e-4)
        colours.add(bars.lines[0].get_color())
        assert axes.get_xlabel() == "days since the first detection"
    assert len(colours) == 2
    assert figure.axes[0].get_ylabel() == "flux (AB zero point 27.5)"


KNOWN = {"object_id": ["SN 2011fe"], "subtype": ["Ia"], "redshift": [0.3]}
SIMULATED = {"object_id": [2**61], "host_redshift": [0.33], "redshift": [0.3]}


@pytest.mark.parametrize(
    ("given", "info", "told"),
    [
        (True, KNOWN, "SN 2011fe, Ia, host z = 0.31 ± 0.04"),
        (False, SIMULATED, "host z = 0.33"),
        (False, {"redshift": [0.3]}, "z = 0.30"),
        (False, {"redshift": [np.nan]}, ""),
        (False, {}, ""),
    ],
)
def test_titles_tell_what_is_known_of_the_object(given, info, told):
    physics = SupernovaPhysics(host_redshift=given)
    figure = draw_examples(physics, inputs(physics, 1), Table(info), ["a"])
    assert figure.axes[0].get_title() == "\n".join(filter(None, ("a", told)))
