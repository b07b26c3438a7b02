"""Simulated galaxies follow the relations of the literature, and images hold their light."""

from dataclasses import replace

import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.observations.images.galaxy_colors import angular_diameter_distance
from astro_dl.observations.images.observation import draw_observation
from astro_dl.observations.photometry.surveys import named_survey
from astro_dl.science.galaxy_metallicity.bound import expected_metallicity
from astro_dl.science.galaxy_metallicity.features import measure, photometry_features
from astro_dl.science.galaxy_metallicity.inputs import light_of, network_input
from astro_dl.science.galaxy_metallicity.metrics import partial_correlation, slope
from astro_dl.science.galaxy_metallicity.physics import BANDS, MetallicityPhysics
from astro_dl.science.galaxy_metallicity.simulate import clean_images, observables, simulate
from astro_dl.science.galaxy_metallicity.simulation.images import render, render_clumps
from astro_dl.science.galaxy_metallicity.simulation.lines import (
    NANOMAGGY,
    band_limits,
    line_light,
    nebular_light,
)
from astro_dl.science.galaxy_metallicity.simulation.population import draw_galaxies
from astro_dl.science.galaxy_metallicity.simulation.relations import (
    attenuation_curve,
    effective_radius,
    halpha_attenuation,
    line_ratios,
    main_sequence,
    mass_metallicity,
    metallicity,
    pp04_scale,
)

PHYSICS = MetallicityPhysics(size_pixels=32)
N = 3000


@pytest.fixture(scope="module")
def galaxies():
    return draw_galaxies(PHYSICS, N, np.random.default_rng(0))


def test_relations_have_their_published_values():
    # Tremonti et al. (2004), table 3: medians at lg M = 9.07, 10.11 and 10.99
    published = {9.07: 8.61, 10.11: 8.98, 10.99: 9.11}
    for mass, z in published.items():
        assert mass_metallicity(np.array(mass)) == pytest.approx(z, abs=0.05)
    assert main_sequence(np.array(10.0)) == pytest.approx(-0.04)
    radius, scatter = effective_radius(np.array([9.0, 11.0]))
    np.testing.assert_allclose(radius, [1.83, 4.75], rtol=0.01)
    np.testing.assert_allclose(scatter, [0.47, 0.357], atol=0.003)
    assert halpha_attenuation(np.array(10.0)) == pytest.approx(0.91)
    np.testing.assert_allclose(attenuation_curve(np.array([0.55, 0.6563])), [4.05, 3.33], atol=0.03)
    n2, o3 = line_ratios(np.array(8.33))
    assert np.log10(n2) == pytest.approx(-1.0)
    assert np.log10(o3 / n2) == pytest.approx(1.25)


def test_strong_line_scales_differ_by_as_much_as_is_published():
    z = np.linspace(8.5, 9.2, 30)
    other = pp04_scale(z)
    assert (np.diff(other) > 0).all()
    # Kewley & Ellison (2008), fig. 2: 0.15 dex of poor, 0.4 dex of rich galaxies
    assert 0.05 < z[0] - other[0] < 0.25
    assert 0.3 < z[-1] - other[-1] < 0.5


def test_the_mean_metallicity_of_a_mass_and_its_scatter_are_those_put_in(galaxies):
    offset = galaxies.metallicity - mass_metallicity(galaxies.lg_mass)
    slope_of_relation = 1.847 - 2 * 0.08026 * galaxies.lg_mass
    by_rates = PHYSICS.sfr_dependence * PHYSICS.sfr_scatter_dex * slope_of_relation.mean()
    expected = np.hypot(PHYSICS.metallicity_scatter_dex, by_rates)
    # galaxies that form many stars are brighter, and fill more of a limited sample
    assert abs(offset.mean()) < 0.01
    assert offset.std() == pytest.approx(expected, rel=0.05)
    for low, high in ((9.2, 9.8), (9.8, 10.4), (10.4, 11.0)):
        inside = (galaxies.lg_mass > low) & (galaxies.lg_mass < high)
        assert abs(offset[inside].mean()) < 4 * expected / np.sqrt(inside.sum()) + 0.005


def test_at_one_mass_galaxies_that_form_more_stars_are_poorer(galaxies):
    mass = np.full(2, 9.5)
    rates = main_sequence(mass) + np.array([0.0, 1.0])
    poorer = np.diff(metallicity(mass, rates, 0.32))[0]
    assert poorer == pytest.approx(-0.32 * (1.847 - 2 * 0.08026 * 9.34), abs=0.005)
    z, mass, sfr = galaxies.metallicity, galaxies.lg_mass, galaxies.lg_sfr
    assert partial_correlation(z, sfr, mass) < -0.1
    alone = draw_galaxies(replace(PHYSICS, sfr_dependence=0.0), N, np.random.default_rng(0))
    assert abs(partial_correlation(alone.metallicity, alone.lg_sfr, alone.lg_mass)) < 0.06


def test_the_sample_is_complete_to_its_limit(galaxies):
    stars = 22.5 - 2.5 * np.log10(galaxies.stars[:, 1])
    assert stars.max() < PHYSICS.faintest_r + 0.02
    assert np.quantile(stars, 0.9) > PHYSICS.faintest_r - 0.4
    low, high = PHYSICS.redshift_range
    assert ((galaxies.redshift >= low) & (galaxies.redshift <= high)).all()
    # within its volume, a galaxy can be anywhere: faint ones nearby, bright ones far away
    assert np.corrcoef(galaxies.lg_mass, np.log(galaxies.redshift))[0, 1] > 0.5
    distance = angular_diameter_distance(galaxies.redshift) * (1 + galaxies.redshift)
    heavy = galaxies.lg_mass > 10.8
    assert np.median(distance[heavy]) > 1.5 * np.median(distance[galaxies.lg_mass < 9.8])


def test_dust_reddens_and_dims_discs_seen_from_the_side(galaxies):
    g, r, _ = galaxies.magnitudes.T
    narrow = np.abs(galaxies.lg_mass - 10.2) < 0.2
    side, above = (narrow & one for one in (galaxies.axis_ratio < 0.3, galaxies.axis_ratio > 0.8))
    assert (g - r)[side].mean() > (g - r)[above].mean() + 0.1
    assert (galaxies.discs > 0).all()


def test_noiseless_images_have_the_magnitudes_that_were_drawn(galaxies):
    small = np.flatnonzero(galaxies.radius_arcsec < 3)[:24]
    some = galaxies.take(small)
    light = render(some, 160, 0.4).sum(axis=(2, 3))
    np.testing.assert_allclose(22.5 - 2.5 * np.log10(light), some.magnitudes, atol=0.02)
    clumps = render_clumps(some, 160, 0.4).sum(axis=(2, 3))
    np.testing.assert_allclose(clumps, some.clumps.sum(axis=1), rtol=0.01)
    observation = draw_observation(
        named_survey(PHYSICS.survey), BANDS, 24, np.random.default_rng(1), size=128, pixel_scale=0.4
    )
    seen = clean_images(some, observation).sum(axis=(2, 3))
    np.testing.assert_allclose(22.5 - 2.5 * np.log10(seen), some.magnitudes, atol=0.04)


def test_a_line_lights_the_band_that_it_falls_in():
    limits = band_limits(named_survey("des"), BANDS)
    near, far = (line_light(np.array(1e-15), np.array(6563 * (1 + z)), limits) for z in (0.03, 0.2))
    assert (near > 0).tolist() == [False, True, False]
    assert (far > 0).tolist() == [False, False, True]
    # the mean flux density of the photons of a band, by adding up a narrow line on a fine grid
    wave = np.linspace(*limits[1], 200_001)
    density = 1e-15 * np.exp(-0.5 * ((wave - 6760) / 3) ** 2) / (3 * np.sqrt(2 * np.pi))
    photons = np.trapezoid(density * wave, wave) / np.trapezoid(2.99792458e18 / wave, wave)
    assert line_light(np.array(1e-15), np.array(6760.0), limits)[1] == pytest.approx(
        photons / NANOMAGGY, rel=1e-3
    )


def test_poor_gas_shines_in_green_and_rich_gas_in_red():
    limits = band_limits(named_survey("des"), BANDS)
    poor, rich = (nebular_light(np.array(1e-15), np.array(z), np.array(0.04), limits)
                  for z in (8.5, 9.1))  # fmt: skip
    assert poor[0] / poor[1] > 2 * rich[0] / rich[1]
    assert rich[1] > 1.2 * poor[1]


@pytest.fixture(scope="module")
def examples():
    return simulate(PHYSICS, 96, np.random.default_rng(2))


def test_examples_are_what_was_observed(examples):
    x, y, info = examples
    assert x.shape == (96, 32, 32, 3)
    assert y.shape == (96, 1)
    assert np.ptp(y) > 0.2
    found = measure(PHYSICS, x)
    small = np.asarray(info["radius_arcsec"]) < 2
    for k, band in enumerate(BANDS):
        error = found.magnitudes[small, k] - np.asarray(info[f"magnitude_{band}"])[small]
        assert np.median(np.abs(error)) < 0.15
    assert np.corrcoef(found.radius_arcsec, info["radius_arcsec"])[0, 1] > 0.7
    assert photometry_features(PHYSICS, x).shape == (96, 5)


def test_without_relations_metallicities_have_nothing_to_do_with_the_images():
    physics = replace(PHYSICS, related=False)
    x, y, info = simulate(physics, 128, np.random.default_rng(3))
    assert abs(np.corrcoef(y[:, 0], info["lg_mass"])[0, 1]) < 0.3
    related = simulate(PHYSICS, 128, np.random.default_rng(3))
    np.testing.assert_array_equal(x, related.x)
    assert np.corrcoef(related.y[:, 0], info["lg_mass"])[0, 1] > 0.5
    np.testing.assert_allclose(np.sort(y, axis=0), np.sort(related.y, axis=0))


def test_inputs_can_be_turned_back_and_missing_pixels_are_those_on_the_other_side():
    light = np.zeros((2, 32, 32, 3)) + 7.0
    light[:, 10, 12] += 3.0
    light[:, 21, 19] = np.nan
    light[1, :, :12] = np.nan
    x = network_input(PHYSICS, light)
    back = light_of(PHYSICS, x[:1])
    assert back[0, 10, 12] == pytest.approx(3.0, rel=1e-5)
    assert back[0, 21, 19] == pytest.approx(3.0, rel=1e-5)
    assert np.isnan(x[1]).all()


def test_measured_sizes_and_magnitudes_are_those_of_a_disc():
    axis = (np.arange(64) - 31.5) * 0.4
    disc = np.exp(-np.hypot(axis[:, None], axis) / 1.6)
    light = np.repeat(100 * disc[None, ..., None] / disc.sum(), 3, axis=3)
    found = measure(MetallicityPhysics(), network_input(MetallicityPhysics(), light))
    # of an exponential 1.678 scale lengths hold half of the light, and three radii 96% of it
    assert found.radius_arcsec[0] == pytest.approx(1.678 * 1.6, rel=0.06)
    np.testing.assert_allclose(found.magnitudes[0], 22.5 - 2.5 * np.log10(100), atol=0.08)
    assert found.concentration[0] == pytest.approx(2.8, abs=0.25)


def test_the_bound_is_better_than_the_mean_and_not_below_the_scatter(galaxies):
    seen = {name: one[:400] for name, one in observables(galaxies).items()}
    found = expected_metallicity(PHYSICS, seen, galaxies=4000)
    error = found - galaxies.metallicity[:400]
    rmse = np.sqrt(np.mean(error**2))
    assert 0.03 < rmse < 0.75 * galaxies.metallicity.std()
    assert abs(error.mean()) < 0.02
    less = expected_metallicity(PHYSICS, seen, galaxies=4000, clumps=False)
    assert np.sqrt(np.mean((less - galaxies.metallicity[:400]) ** 2)) > 1.1 * rmse


def test_measures_of_residuals_have_their_known_values():
    rng = np.random.default_rng(4)
    truth, mass = rng.normal(size=(2, 2000))
    assert slope(truth, -truth) == pytest.approx(-1)
    rate = mass + 0.5 * rng.normal(size=2000)
    assert partial_correlation(mass**2 + rate - mass, rate, mass) == pytest.approx(1)
    assert abs(partial_correlation(rng.normal(size=2000), rate, mass)) < 0.07
    twice = np.repeat([0, 2], 1000)
    np.testing.assert_allclose(slope(truth, mass, twice), slope(truth[1000:], mass[1000:]))


def test_impossible_physics_are_refused():
    with pytest.raises(UsageError, match="survey"):
        MetallicityPhysics(survey="nowhere")
    with pytest.raises(UsageError, match="clump_share"):
        MetallicityPhysics(clump_share=1.5)
