"""Photometric errors against photerr, and against counting what is detected."""

from pathlib import Path

import numpy as np
import pytest

from astro_dl.observations.photometry.magnitude_errors import (
    magnitude_errors,
    measured_magnitudes,
    noise_to_signal,
)
from astro_dl.observations.photometry.synthetic_magnitudes import PHOTOMETRIC_SURVEYS

REFERENCE = Path(__file__).parent / "data" / "photometry_reference.npz"


@pytest.mark.parametrize("survey", PHOTOMETRIC_SURVEYS)
def test_errors_agree_with_photerr(survey):
    about = PHOTOMETRIC_SURVEYS[survey]
    depths, gammas = (np.array(list(one.values())) for one in (about.depths, about.gammas))
    with np.load(REFERENCE) as file:
        magnitudes, expected = file["magnitudes"][:, None], file[f"{survey}_errors"]
    found = magnitude_errors(noise_to_signal(magnitudes, depths, gammas, about.floor))
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_five_deviations_at_the_depth():
    assert noise_to_signal(24.0, 24.0, 0.039, 0.0) == pytest.approx(0.2)


def test_fluxes_scatter_by_their_errors():
    rng = np.random.default_rng(0)
    true = np.full((20_000, 1), 23.0)
    seen, errors = measured_magnitudes(true, 24.5, 0.039, 0.01, 0.0, rng)
    assert np.isfinite(seen).all()
    flux = 10 ** (-0.4 * (seen - true))
    expected = noise_to_signal(23.0, 24.5, 0.039, 0.01)
    assert flux.mean() == pytest.approx(1, abs=6 * expected / np.sqrt(20_000))
    assert flux.std() == pytest.approx(expected, rel=0.03)
    assert np.median(errors) == pytest.approx(magnitude_errors(expected), rel=0.01)


def test_half_of_the_sources_at_the_limit_are_detected():
    rng = np.random.default_rng(0)
    # of two standard deviations of the sky, where the source's own noise counts for nothing
    true = np.full((20_000, 1), 24.0 + 2.5 * np.log10(5 / 2))
    seen, errors = measured_magnitudes(true, 24.0, 0.04, 0.0, 2.0, rng)
    assert np.isfinite(seen).mean() == pytest.approx(0.5, abs=6 * 0.5 / np.sqrt(20_000))
    assert np.array_equal(np.isposinf(seen), np.isposinf(errors))


def test_no_light_is_no_detection():
    rng = np.random.default_rng(0)
    seen, _ = measured_magnitudes(np.full((100, 2), np.inf), 24.0, 0.039, 0.01, 5.0, rng)
    assert np.isposinf(seen).all()
