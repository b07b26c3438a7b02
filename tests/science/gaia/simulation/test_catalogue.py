"""Gaia's photometric system, its errors, and the sources of a simulated catalogue."""

import numpy as np
import pytest
from astropy.table import Table

from astro_dl.science.gaia.instrument import (
    added,
    blended,
    excess_scatter,
    normal_excess_factor,
    parallax_error,
    photometric_errors,
    reddened,
)
from astro_dl.science.gaia.simulation.catalogue import CONTAMINANTS, KINDS, simulate_catalogue
from astro_dl.science.gaia.simulation.stars import (
    dust_column,
    giants,
    in_sight,
    main_sequence,
    placed,
    white_dwarfs,
)


@pytest.fixture(scope="module")
def catalogue():
    kinds = np.repeat(np.arange(5), 1500)
    return simulate_catalogue(kinds, 17.0, np.random.default_rng(0))


def of(catalogue, kind):
    return catalogue[catalogue["kind"] == kind]


def absolute(table: Table):
    return table["phot_g_mean_mag"] + 5 * np.log10(np.maximum(table["parallax"], 1e-3)) - 10


def test_the_normal_excess_is_continuous_where_its_formula_changes():
    for color, tolerance in ((0.5, 2e-3), (4.0, 3e-2)):
        below, above = normal_excess_factor(np.array([color - 1e-9, color]))
        assert below == pytest.approx(above, abs=tolerance)
    assert normal_excess_factor(np.array(0.0)) == pytest.approx(1.154360)


def test_errors_are_those_published():
    # Gaia Collaboration, Brown et al. (2021), table 3: 0.02 to 0.03 mas up to 15 mag, 0.07 at 17,
    # 0.5 at 20; Riello et al. (2021), eq. 18, at 15 and 18 mag.
    assert 0.01 < parallax_error(np.array(12.0)) < parallax_error(np.array(15.0)) < 0.03
    assert parallax_error(np.array(17.0)) == pytest.approx(0.07, abs=0.01)
    assert parallax_error(np.array(20.0)) == pytest.approx(0.5, abs=0.1)
    assert photometric_errors(np.array([20.0]))[0] == pytest.approx((6e-3, 0.108, 0.052))
    assert excess_scatter(np.array([15.0, 18.0])) == pytest.approx((0.0140, 0.0382), abs=2e-3)


def test_two_equal_stars_are_brighter_and_of_the_same_colour():
    star = np.array([[12.0, 0.9, 0.0], [15.0, 2.4, 0.05]])
    both = added(star, star)
    np.testing.assert_allclose(both - star, [[-2.5 * np.log10(2), 0, 0]] * 2, atol=1e-9)


def test_a_blend_has_too_much_light_in_the_prism_bands():
    star = np.array([[15.0, 1.0, 0.0]])
    blend = blended(star, star)
    assert blend[0, 0] == pytest.approx(15.0)
    assert blend[0, 2] == pytest.approx(normal_excess_factor(1.0), rel=1e-6)


def test_dust_dims_and_reddens():
    star = np.array([[15.0, 1.0, 0.0]])
    np.testing.assert_allclose(reddened(star, np.array([0.1])), [[15.274, 1.1339, 0.0]])
    assert dust_column(np.array([1000.0]), np.array([0.0])) == pytest.approx(0.7 / 3.1, rel=1e-5)
    # Towards the pole the layer is left behind after its scale height of 125 pc.
    assert dust_column(np.array([5e3]), np.array([5e3])) == pytest.approx(0.0875 / 3.1, rel=1e-5)


def test_the_sun_is_a_dwarf_of_the_sequence():
    stars = main_sequence(20_000, 17.0, np.random.default_rng(0))
    near = stars[np.abs(stars[:, 1] - 0.82) < 0.02, 0]
    assert np.median(near) == pytest.approx(4.67, abs=0.15)


def test_the_red_clump_is_the_most_common_of_the_giants():
    luminosity = giants(20_000, 14.0, np.random.default_rng(0))[:, 0]
    counts, edges = np.histogram(luminosity, np.arange(-2.5, 3.5, 0.25))
    assert abs(edges[counts.argmax()] + 0.125 - 0.5) < 0.3


def test_white_dwarfs_pass_the_published_selection_and_others_do_not(catalogue):
    # Gentile Fusillo et al. (2019), eqs. 1 to 4.
    def selected(table):
        color = table["bp_rp"]
        cubic = 6 * color**3 - 21.77 * color**2 + 27.91 * color + 0.897
        limit = np.maximum(np.maximum(5.93 + 5.047 * color, cubic), 5)
        return np.mean((absolute(table) > limit) & (color < 1.7))

    assert selected(of(catalogue, "white_dwarf")) > 0.95
    assert selected(of(catalogue, "giant")) == 0
    dwarfs = of(catalogue, "main_sequence")
    assert selected(dwarfs[dwarfs["parallax"] > 10 * dwarfs["parallax_error"]]) < 0.01


def test_binaries_lie_above_single_dwarfs(catalogue):
    single, pairs = (
        one[(one["parallax"] > 20 * one["parallax_error"]) & (one["color_excess"] < 0.1)]
        for one in (of(catalogue, "main_sequence"), of(catalogue, "binary"))
    )
    ridge = np.polyfit(single["bp_rp"], absolute(single), 3)
    above = np.polyval(ridge, pairs["bp_rp"]) - absolute(pairs)
    assert 0.3 < np.median(above) < 0.76
    assert np.mean(pairs["ruwe"] > 1.4) > 5 * np.mean(single["ruwe"] > 1.4) + 0.05


def test_measured_parallaxes_scatter_as_their_errors_say(catalogue):
    stars = of(catalogue, "main_sequence")
    pull = (stars["parallax"] - 1e3 / stars["distance"]) / stars["parallax_error"]
    assert np.mean(pull) == pytest.approx(0, abs=0.1)
    assert np.std(pull) == pytest.approx(1, abs=0.06)


def test_each_contaminant_is_odd_in_its_own_way(catalogue):
    assert set(np.unique(catalogue["kind"])) == {*KINDS[:-1], *CONTAMINANTS}
    excess = catalogue["phot_bp_rp_excess_factor"] - normal_excess_factor(catalogue["bp_rp"])
    spurious = of(catalogue, "spurious_parallax")
    error = spurious["parallax"] - 1e3 / spurious["distance"]
    assert np.median(error / spurious["parallax_error"]) > 20
    assert np.median(spurious["ruwe"]) > 1.4
    assert np.median(excess[catalogue["kind"] == "blend"]) > 0.1
    assert abs(np.median(excess[catalogue["kind"] == "main_sequence"])) < 0.01
    quasars = of(catalogue, "quasar")
    assert np.std(quasars["parallax"] / quasars["parallax_error"]) == pytest.approx(1, abs=0.2)
    between = absolute(of(catalogue, "white_dwarf_with_dwarf"))
    assert 9 < np.median(between) < 11.5


def test_no_contaminants_if_none_are_wanted():
    kinds = np.full(200, len(KINDS) - 1)
    made = simulate_catalogue(kinds, 17.0, np.random.default_rng(0), contaminants=False)
    assert max(made["ruwe"]) < 1.3


def test_sources_are_as_faint_as_the_limit_allows(catalogue):
    stars = of(catalogue, "main_sequence")
    assert np.mean(stars["phot_g_mean_mag"] < 17.5) > 0.9
    assert np.median(stars["phot_g_mean_mag"]) > 14.5
    deeper = simulate_catalogue(np.zeros(1500, int), 19.0, np.random.default_rng(0))
    assert np.median(deeper["phot_g_mean_mag"]) > np.median(stars["phot_g_mean_mag"]) + 0.5


def test_no_star_is_beyond_the_limit_behind_its_own_dust():
    absolute = np.repeat([0.0, 4.0, 9.0], 1000)
    distance, _, dust = in_sight(absolute, 16.0, 0.35, np.random.default_rng(0))
    seen = absolute + 5 * np.log10(distance) - 5 + 2.74 * dust
    assert (seen <= 16.0).all()
    # The nearest dwarfs have hardly any dust, and fill their volume up to the limit.
    assert np.mean(seen[absolute == 9.0] > 15.0) > 0.6


def test_near_stars_fill_space_and_far_ones_a_disc():
    rng = np.random.default_rng(0)
    # Well within the disc their number grows as the cube.
    near, _ = placed(np.full(20_000, 80.0), rng)
    assert np.mean(near < near.max() / 2) == pytest.approx(1 / 8, abs=0.02)
    far, height = placed(np.full(20_000, 6000.0), rng)
    assert (height <= far).all()
    assert np.mean(height[far > 3000]) == pytest.approx(350, rel=0.05)


def test_white_dwarfs_cool_as_they_fade():
    made = white_dwarfs(2000, 17.0, np.random.default_rng(0))
    assert np.corrcoef(made[:, 0], made[:, 1])[0, 1] > 0.95
