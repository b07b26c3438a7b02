"""What the Mount Wilson classes mean, tested on positions of spots."""

import numpy as np
import pytest

from astro_dl.science.sun.simulation.flux_tubes import spot_radius
from astro_dl.science.sun.simulation.layout import draw_intrusions, place_plage, place_spots
from astro_dl.science.sun.simulation.statistics import CLASSES, RegionSizes

N = 120


def place(name, spots=9, area=300.0):
    rng = np.random.default_rng(CLASSES.index(name))
    classes = np.full(N, CLASSES.index(name))
    sizes = RegionSizes(np.full(N, 2e22), np.full(N, area), np.full(N, spots))
    separation = np.full(N, 6.0)
    intrusions = draw_intrusions(classes, separation, rng)
    layout = place_spots(classes, sizes, separation, intrusions, rng)
    return layout, place_plage(sizes, np.zeros((N, 2)), separation, intrusions, rng)


def contact(layout):
    """Return distances of spots of opposite polarity over the sum of radii, and distances [deg]."""
    distance = np.hypot(
        layout.u[:, :, None] - layout.u[:, None, :], layout.v[:, :, None] - layout.v[:, None, :]
    )
    radius = spot_radius(layout.area)
    opposite = layout.side[:, :, None] != layout.side[:, None, :]
    distance = np.where(opposite, distance, np.inf)
    return (distance / (radius[:, :, None] + radius[:, None, :])).min(axis=(1, 2)), distance


@pytest.mark.parametrize("name", CLASSES)
def test_spots_have_the_area_they_are_said_to_have(name):
    layout, _ = place(name)
    np.testing.assert_allclose(layout.area.sum(axis=1), 300.0)
    assert np.all(layout.area > 0)


def test_alpha_has_spots_of_one_polarity_and_plage_of_both():
    layout, plage = place("alpha")
    assert np.all(layout.side == layout.side[:, :1])
    assert np.median(layout.area[:, 0] / layout.area.sum(axis=1)) > 0.5
    flux = np.array([(plage.flux * (plage.side == side)).sum(axis=1) for side in (1, -1)])
    assert np.all(flux > 0)
    np.testing.assert_allclose(flux.sum(axis=0), 2e22)


def test_one_line_divides_the_polarities_of_beta():
    layout, _ = place("beta")
    assert np.all(layout.side * layout.u > 0)
    assert np.all(np.ptp(layout.side, axis=1) == 2)
    assert np.median(contact(layout)[0]) > 1


@pytest.mark.parametrize("name", ["beta_gamma", "beta_gamma_delta"])
def test_polarities_interleave_in_complex_regions(name):
    layout, _ = place(name)
    crossed = np.any(layout.side * layout.u < 0, axis=1)
    assert crossed.mean() > 0.9


def test_opposite_umbrae_share_a_penumbra_in_delta_alone():
    delta, distance = contact(place("beta_gamma_delta")[0])
    assert np.mean(delta < 1) > 0.99
    assert np.all(distance.min(axis=(1, 2))[delta < 1] <= 2.0)
    gamma, _ = contact(place("beta_gamma")[0])
    assert np.mean(gamma > 0.95) > 0.95


def test_leader_is_the_more_compact_side():
    layout, plage = place("beta", spots=20)
    for tubes in (layout, plage):
        spread = [np.std(tubes.v[tubes.side == side]) for side in (1, -1)]
        assert spread[0] < spread[1]
