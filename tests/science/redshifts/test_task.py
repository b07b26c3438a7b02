from dataclasses import replace

import numpy as np
import pytest
from astropy.table import Table

from astro_dl.answers.regression import Regression
from astro_dl.core.config import EvaluationConfig
from astro_dl.core.errors import UsageError
from astro_dl.evaluation.predictions import Outcome
from astro_dl.science.redshifts.inputs import (
    correlate_templates,
    redshift_spectrum_inputs,
    spectrum_edges,
)
from astro_dl.science.redshifts.metrics import redshift_metrics
from astro_dl.science.redshifts.physics import GalaxyRedshiftPhysics
from astro_dl.science.redshifts.task import head, noise_shape, simulate

SMALL = GalaxyRedshiftPhysics(bins=80, pixels=450, snr_range=(20.0, 100.0))


def draw(physics=SMALL, n=64, seed=0):
    return simulate(physics, n, np.random.default_rng(seed))


def test_the_default_is_eight_hundred_classes():
    answer = head(GalaxyRedshiftPhysics())
    assert answer.outputs == 800
    assert answer.grid[0] == 1.0
    assert answer.grid[-1] == 1.8
    np.testing.assert_allclose(np.diff(answer.grid), 0.001, rtol=1e-5)


def test_halpha_is_where_the_redshift_puts_it():
    x, y, info = draw(replace(SMALL, kind_fractions=(1.0, 0.0, 0.0)))
    edges = spectrum_edges(SMALL)
    centres = np.sqrt(edges[1:] * edges[:-1])
    at = 6564.6 * (1 + y[:, 0])
    row = np.flatnonzero((np.asarray(info["halpha_width"]) > 40) & (at < 19_800))
    near = np.abs(centres / at[row, None] - 1) < 0.006
    brightest = np.where(near, x[row, :, 0], -np.inf).max(axis=1)
    assert (brightest > np.quantile(x[row, :, 0], 0.97, axis=1)).mean() > 0.9


def test_noise_is_one_where_there_are_no_lines():
    x = draw(replace(SMALL, lines=False, known_noise=0.0)).x[..., 0]
    assert np.std(3 * np.sinh(x)) == pytest.approx(1, abs=0.05)


OPTICAL = GalaxyRedshiftPhysics(
    redshift_range=(0.0, 1.0),
    wavelength_range_angstrom=(3600.0, 9800.0),
    pixels=2000,
    resolving_power=1500.0,
    sky_residual=10.0,
    blue_noise=4.5,
)


def test_optical_noise_is_that_of_sdss():
    """Ranges hold 13 spectra of BOSS and eBOSS: noise / noise at 6000 to 6500 Å, and its spread."""
    edges = spectrum_edges(OPTICAL)
    centre = np.sqrt(edges[1:] * edges[:-1])

    def level(low, high, quantile):
        return np.quantile(noise_shape(OPTICAL)[(centre > low) & (centre < high)], quantile)

    usual = level(6000, 6500, 0.25)
    assert 1.8 < level(3600, 3800, 0.25) / usual < 5.1
    assert 1.0 < level(3800, 4000, 0.25) / usual < 2.6
    assert 1.0 < level(4250, 4500, 0.25) / usual < 1.6
    for low, high, least, most in ((7500, 8000, 1.6, 2.8), (9400, 9800, 2.0, 4.8)):
        assert least < level(low, high, 0.9) / level(low, high, 0.25) < most


def test_noise_of_the_blue_is_none_unless_asked_for():
    red = replace(OPTICAL, blue_noise=0.0, sky_residual=0.0)
    np.testing.assert_array_equal(noise_shape(red), 1.0)


def test_unknown_noise_is_measured_and_unknown_pixels_are_zero():
    flux = 1 + 0.1 * np.random.default_rng(0).standard_normal((2, 450))
    flux[0, :50] = np.nan
    flux[1, :300] = np.nan
    unknown = redshift_spectrum_inputs(SMALL, flux, np.full(flux.shape, np.nan))
    known = redshift_spectrum_inputs(SMALL, flux, np.full(flux.shape, 0.1))
    np.testing.assert_allclose(unknown[0], known[0], atol=0.15)
    assert (unknown[0, :50] == 0).all()
    assert np.isnan(unknown[1]).all()


def test_templates_find_redshifts_of_bright_lines_and_none_without_lines():
    found = correlate_templates(SMALL, draw().x)["template correlation"]
    assert np.median(np.abs(found - draw().y[:, 0])) < 0.01
    blind = draw(replace(SMALL, lines=False))
    wrong = correlate_templates(SMALL, blind.x)["template correlation"]
    assert np.median(np.abs(wrong - blind.y[:, 0])) > 0.1


def test_metrics_count_classes_and_catastrophes():
    truth = np.full((4, 1), 1.5)
    found = np.array([1.5, 1.5009, 1.505, 1.2])
    info = Table({"snr": [4.0, 4.0, 50.0, 100.0]})
    outcome = Outcome(Regression(("z",)), truth, {"network": found}, info=info)
    metrics = redshift_metrics(outcome, EvaluationConfig())["network"]
    assert metrics["within a class"]["value"] == 0.5
    assert metrics["catastrophic"]["value"] == 0.25
    assert metrics["median |dz|/(1+z)"]["value"] == pytest.approx((0.0009 + 0.005) / 2 / 2.5)
    assert metrics["median |dz|/(1+z)"]["low"] is not None
    by_snr = metrics["within a class, by S/N"]
    assert [one["value"] for one in by_snr if one["value"] is not None] == [1.0, 0.0]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("redshift_range", (1.0, 1.0), "different"),
        ("redshift_range", (1.8, 1.0), "lower one first"),
        ("wavelength_range_angstrom", (1.1, 2.0), "≥ 900 and ≤ 60000"),
        ("bins", 1, "≥ 2 and ≤ 10000"),
        ("kind_fractions", (0.5, 0.5), "sum to 1"),
        ("snr_range", (0.0, 3.0), "> 0"),
        ("resolving_power", 1.0, "≥ 10 and ≤ 100000"),
        ("known_noise", 2.0, "≥ 0 and ≤ 1"),
    ],
)
def test_impossible_physics_is_refused(field, value, words):
    with pytest.raises(UsageError, match=words):
        replace(SMALL, **{field: value})
