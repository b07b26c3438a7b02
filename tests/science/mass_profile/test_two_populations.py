"""Two populations in one halo: where truth is known, by closed forms and by the virial theorem."""

from dataclasses import replace

import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.science.mass_profile.inputs import Stars, TaggedStars
from astro_dl.science.mass_profile.simulate_populations import TwoTracers, draw_tagged_stars
from astro_dl.science.mass_profile.simulation.tracers import LOG_RADII, RADII, density
from astro_dl.science.mass_profile.two_populations import (
    Moments,
    fit_two_populations,
    joint_half_light_radius,
    mass_slope,
)

CORE = TwoTracers(0.0, (0.2, 0.4), 25.0, metallicities=(0.55, 0.25))
CUSP = replace(CORE, slope=1.0)


RADII_OF_BOTH = np.array([0.6, 1.4]) / joint_half_light_radius(0.4, np.array([0.6, 1.4]))
DISPERSIONS = np.array([7.0, 11.0])
FARTHEST = 5.0


def gaussians(n, rng, trend=0.0):
    """Return stars just as the likelihood has them, with dispersions that rise by a power."""
    rich = rng.random(3 * n) < 0.4
    size, within = np.where(rich, *RADII_OF_BOTH), rng.random(3 * n)
    places = size * np.sqrt(within / (1 - within))
    near = np.flatnonzero(places < FARTHEST)[:n]
    rich, places, size = rich[near], places[near], size[near]
    errors, metal_errors = rng.uniform(1, 3, n), rng.uniform(0.05, 0.1, n)
    rise = ((1 + (places / size) ** 2) / 2) ** (trend / 2)
    deviations = np.hypot(np.where(rich, *DISPERSIONS) * rise, errors)
    velocities = 55 + deviations * rng.standard_normal(n)
    spreads = np.hypot(np.where(rich, 0.07, 0.05), metal_errors)
    metals = np.where(rich, 0.4, 0.25) + spreads * rng.standard_normal(n)
    return TaggedStars(Stars(places, velocities, errors), metals, metal_errors)


def joined(first, second):
    """Return the stars of both."""
    pairs = zip(
        (first.stars.radii, first.stars.velocities, first.stars.errors),
        (second.stars.radii, second.stars.velocities, second.stars.errors),
        strict=True,
    )
    return TaggedStars(
        Stars(*(np.concatenate(pair) for pair in pairs)),
        np.concatenate([first.metallicities, second.metallicities]),
        np.concatenate([first.errors, second.errors]),
    )


def virial_dispersion(tracers, number):
    """Return the dispersion [km/s] along the line of sight by 3 σ² = ⟨G M(<r)/r⟩."""
    galaxies, shells = tracers.galaxies, RADII**3 * density(RADII)
    mean = np.trapezoid(shells * galaxies.mass[number] / RADII, LOG_RADII)
    square = mean / np.trapezoid(shells, LOG_RADII) / 3
    half_light = np.exp(np.interp(0.5, seen_within(), LOG_RADII))
    return tracers.velocities_kms[number] * np.sqrt(square * half_light)


def seen_within():
    """Return the share of a tracer's stars within each of ``RADII`` on the sky."""
    shells = RADII**3 * density(RADII)
    seen = 1 - np.sqrt(np.clip(1 - (RADII[:, None] / RADII) ** 2, 0, None))
    inside = np.trapezoid(shells * seen, LOG_RADII, axis=1)
    return inside / np.trapezoid(shells, LOG_RADII)


def deviations_off(draws, truth):
    """Return by how many of its standard deviations a posterior's mean is off."""
    return np.abs(draws.mean(axis=0) - truth) / draws.std(axis=0)


def test_half_of_both_spheres_lie_within_the_joint_radius():
    for share, first, second in ((0.3, 0.5, 2.0), (0.8, 1.0, 1.3)):
        radius = joint_half_light_radius(share, np.array([first, second]))
        within = [radius**2 / (radius**2 + one**2) for one in (first, second)]
        assert share * within[0] + (1 - share) * within[1] == pytest.approx(0.5)


def test_half_of_the_drawn_stars_are_seen_within_the_half_light_radius():
    tagged, _ = draw_tagged_stars(CORE, 20_000, np.random.default_rng(0), farthest=50.0)
    assert np.mean(tagged.stars.radii < 1) == pytest.approx(0.5, abs=0.02)


def test_far_within_a_cusp_the_mass_grows_by_three_less_its_slope():
    for gamma in (0.0, 0.5, 1.0):
        assert TwoTracers(gamma, (0.002, 0.004), 20.0).mass_slope == pytest.approx(
            3 - gamma, abs=0.02
        )


def test_both_populations_keep_to_the_virial_theorem_in_their_common_halo():
    rng = np.random.default_rng(1)
    for tracers in (CORE, CUSP, replace(CUSP, anisotropy_radius=1.5)):
        tagged, rich = draw_tagged_stars(
            tracers, 20_000, rng, farthest=100.0, error_kms=1e-3, metallicity_error=1e-3
        )
        for number, rows in enumerate((rich, ~rich)):
            found = tagged.stars.velocities[rows].std()
            assert found == pytest.approx(virial_dispersion(tracers, number), rel=0.04)


def test_dispersions_tell_the_slope_of_a_power_law():
    halo = TwoTracers(1.0, (0.002, 0.004), 20.0)
    dispersions = np.array([virial_dispersion(halo, number) for number in range(2)])
    assert mass_slope(halo.radii, dispersions) == pytest.approx(2, abs=0.03)


def test_slopes_by_true_dispersions_are_below_that_of_the_mass():
    for tracers in (CORE, CUSP, replace(CORE, anisotropy_radius=1.5)):
        dispersions = np.array([virial_dispersion(tracers, number) for number in range(2)])
        told = mass_slope(tracers.radii, dispersions)
        assert tracers.mass_slope - 0.7 < told < tracers.mass_slope


def test_metals_are_those_of_the_populations():
    tagged, rich = draw_tagged_stars(CORE, 5000, np.random.default_rng(2))
    for rows, mean in ((rich, 0.55), (~rich, 0.25)):
        assert tagged.metallicities[rows].mean() == pytest.approx(mean, abs=0.01)
    assert np.median(tagged.stars.radii[rich]) < np.median(tagged.stars.radii[~rich])


@pytest.mark.parametrize("published", [False, True])
def test_populations_of_the_model_are_found_within_their_errors(published):
    rng = np.random.default_rng(1)
    found = fit_two_populations(gaussians(1500, rng), rng, published=published)
    pulls = [
        *deviations_off(found.radii, RADII_OF_BOTH),
        *deviations_off(found.dispersions_kms, DISPERSIONS),
        *deviations_off(found.metallicities, [0.4, 0.25]),
        *deviations_off(found.spreads, [0.07, 0.05]),
        deviations_off(found.share, 0.4),
    ]
    assert max(pulls) < 3.5
    assert 0.3 < np.sqrt(np.mean(np.square(pulls))) < 2
    assert found.effective > 100


def test_dispersions_may_rise_outwards():
    rng = np.random.default_rng(2)
    stars = gaussians(1500, rng, trend=0.9)
    rising = fit_two_populations(stars, rng)
    even = fit_two_populations(stars, rng, published=True)
    assert (deviations_off(rising.dispersions_kms, DISPERSIONS) < 3).all()
    assert deviations_off(even.dispersions_kms, DISPERSIONS).max() > 4


def test_where_stars_were_observed_makes_no_difference():
    rng = np.random.default_rng(4)
    stars = gaussians(3000, rng)
    chosen = rng.random(3000) < 1 / (1 + stars.stars.radii**2)
    inner = TaggedStars(stars.stars.take(chosen), stars.metallicities[chosen], stars.errors[chosen])
    assert np.median(inner.stars.radii) < 0.75 * np.median(stars.stars.radii)
    found = fit_two_populations(inner, rng, published=True)
    assert (deviations_off(found.radii, RADII_OF_BOTH) < 3).all()
    assert (deviations_off(found.dispersions_kms, DISPERSIONS) < 3).all()


def test_foreign_stars_make_no_difference_where_they_are_told():
    rng = np.random.default_rng(5)
    own, n = gaussians(1500, rng), 150
    foreign = TaggedStars(
        Stars(FARTHEST * np.sqrt(rng.random(n)), 30 + 60 * rng.standard_normal(n), np.full(n, 2.0)),
        0.5 + 0.2 * rng.standard_normal(n),
        np.full(n, 0.08),
    )
    stars = joined(own, foreign)
    moments = Moments.of(stars, np.repeat([0.0, 1.0], [1500, n]))
    assert moments.mean_kms == pytest.approx(30, abs=15)
    told = fit_two_populations(stars, rng, foreign=moments, published=True)
    untold = fit_two_populations(stars, rng, published=True)
    assert (deviations_off(told.dispersions_kms, DISPERSIONS) < 3).all()
    assert deviations_off(untold.dispersions_kms, DISPERSIONS).max() > 5


def test_cores_and_cusps_are_told_apart():
    told = []
    for number, tracers in enumerate((CORE, CUSP)):
        rng = np.random.default_rng(number)
        tagged, _ = draw_tagged_stars(tracers, 2000, rng)
        slope = fit_two_populations(tagged, rng).slope
        assert np.quantile(slope, 0.05) < tracers.mass_slope
        told.append(slope)
    assert np.mean(told[0] > 2) > 0.95
    assert np.mean(told[1] > 2) < 0.05


def test_few_stars_are_refused():
    rng = np.random.default_rng(6)
    with pytest.raises(UsageError, match="two populations need"):
        fit_two_populations(gaussians(60, rng), rng)
