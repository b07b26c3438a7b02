"""Simulated supernovae: detected ones, of the classes asked for, near those of the challenge."""

import os
from pathlib import Path

import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.core.registry import get_task
from astro_dl.science.supernovae.comparison import distance, observed_quantities
from astro_dl.science.supernovae.inputs import unpacked
from astro_dl.science.supernovae.physics import SupernovaPhysics
from astro_dl.science.supernovae.simulate import simulate

needs_data = pytest.mark.skipif(
    "ASTRO_DL_TEST_DATA" not in os.environ, reason="needs ASTRO_DL_TEST_DATA"
)
FOLDER = Path(os.environ.get("ASTRO_DL_TEST_DATA", ""))
TASK = get_task("supernova")


@pytest.fixture(scope="module")
def examples():
    physics = SupernovaPhysics(class_shares=(0.25, 0.25, 0.5), host_redshift=True)
    return simulate(physics, 600, np.random.default_rng(1))


def test_all_are_detected_in_two_bands(examples):
    nights, _ = unpacked(examples.x)
    # A night's mean is at least as well measured as its best point.
    found = (nights.signal_to_noise >= 4.5).any(axis=1).sum(axis=1)
    assert (found >= 2).all()
    assert (examples.info["snr"] >= 5).all()


def test_classes_come_as_often_as_asked(examples):
    share = np.bincount(examples.y) / len(examples)
    np.testing.assert_allclose(share, [0.25, 0.25, 0.5], atol=0.06)


def test_truth_belongs_to_its_class(examples):
    kind = np.asarray(examples.info["subtype"])
    assert set(kind[examples.y == 0]) == {"Ia"}
    assert set(kind[examples.y == 2]) <= {"IIP", "IIL", "IIn"}
    assert np.isfinite(examples.info["x1"][examples.y == 0]).all()
    assert np.isnan(examples.info["x1"][examples.y != 0]).all()


def test_ia_are_seen_farther_than_others(examples):
    z = np.asarray(examples.info["redshift"])
    assert np.median(z[examples.y == 0]) > np.median(z[examples.y == 1]) + 0.1


def test_hosts_tell_the_redshift_roughly(examples):
    z, told = (np.asarray(examples.info[name]) for name in ("redshift", "host_redshift"))
    assert np.median(abs(told - z) / (1 + z)) < 0.03


def test_lsst_has_six_bands_and_superluminous_ones():
    physics = SupernovaPhysics(survey="lsst", classes=("Ia", "SLSN"))
    examples = simulate(physics, 40, np.random.default_rng(0))
    assert examples.x.shape[1:] == (50, 21)
    assert set(examples.y) == {0, 1}


def test_shares_that_don_t_fit_are_refused():
    with pytest.raises(UsageError, match="give one for each"):
        SupernovaPhysics(class_shares=(0.5, 0.5))
    with pytest.raises(UsageError, match="all 0"):
        SupernovaPhysics(class_shares=(0, 0, 0))


@pytest.mark.slow
@needs_data
def test_simulated_light_curves_look_like_those_of_the_challenge(examples):
    physics = SupernovaPhysics(host_redshift=True)
    known = TASK.datasets["spcc"].read(physics, FOLDER)
    for number, kind in enumerate(physics.classes):
        one, other = (
            observed_quantities(some.x[some.y == number], physics.bands, 5.0)
            for some in (examples, known)
        )
        for name in one:
            # 0.15 is what is wanted; the rest is the noise of some hundred examples.
            assert distance(one[name], other[name]) < 0.22, (kind, name)
