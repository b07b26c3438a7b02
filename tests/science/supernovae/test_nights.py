"""Points to nights to inputs: nothing lost, nothing added by order or padding."""

from dataclasses import replace

import numpy as np
import pytest

from astro_dl.science.supernovae.augmentation import augment_light_curves
from astro_dl.science.supernovae.early import until
from astro_dl.science.supernovae.features import bazin, fitted_shapes, light_curve_features
from astro_dl.science.supernovae.inputs import light_curve_inputs, packed, unpacked
from astro_dl.science.supernovae.nights import Points, gathered_nights
from astro_dl.science.supernovae.physics import SupernovaPhysics
from astro_dl.science.supernovae.simulate import simulate

PHYSICS = SupernovaPhysics(host_redshift=True)


@pytest.fixture(scope="module")
def examples():
    return simulate(PHYSICS, 150, np.random.default_rng(2))


def points(days, flux=20.0, error=2.0, band=1):
    days = np.asarray(days, float)
    n = len(days)
    full = [np.broadcast_to(np.asarray(one, float), n).copy() for one in (flux, error)]
    return Points(np.zeros(n, int), 57_000.3 + days, np.full(n, band), *full)


def test_points_of_one_band_and_night_are_averaged_by_their_errors():
    x, start = light_curve_inputs(SupernovaPhysics(), points([0, 0.1], [20, 40], [1, 2]), 1)
    nights, _ = unpacked(x)
    assert start[0] == pytest.approx(57_000.3)
    assert nights.known.sum() == 1
    assert nights.flux[0, 0, 1] == pytest.approx((20 + 40 / 4) / (1 + 1 / 4), rel=1e-5)
    assert nights.error[0, 0, 1] == pytest.approx((1 + 1 / 4) ** -0.5, rel=1e-5)


def test_the_order_of_rows_says_nothing():
    rng = np.random.default_rng(0)
    own = points(rng.uniform(-20, 100, 60), rng.normal(20, 9, 60), 2.0)
    mixed = own[rng.permutation(60)]
    one, other = (light_curve_inputs(SupernovaPhysics(), some, 1)[0] for some in (own, mixed))
    np.testing.assert_allclose(one, other, atol=1e-6)


def test_time_zero_is_the_first_detection_and_the_rest_is_relative():
    flux = [1.0, 1.0, 30.0, 30.0]
    x, start = light_curve_inputs(SupernovaPhysics(), points([-40, -10, 0, 7], flux), 1)
    nights, _ = unpacked(x)
    assert start[0] == pytest.approx(57_000.3)
    # What is forty days before is not looked at.
    np.testing.assert_allclose(nights.time[0, :4], [-10, 0, 7, 0], atol=1e-3)
    again, _ = light_curve_inputs(
        SupernovaPhysics(),
        replace(points([-40, -10, 0, 7], flux), time=np.array([60.0, 90, 100, 107])),
        1,
    )
    np.testing.assert_allclose(again, x, atol=1e-5)


def test_without_a_detection_there_is_no_night():
    x, start = light_curve_inputs(SupernovaPhysics(), points([0, 5], 3.0), 1)
    assert np.isnan(start[0])
    assert not x.any()


def test_many_nights_get_longer_steps_and_all_points_count():
    days = np.arange(140.0)
    nights = gathered_nights(points(days), np.array([57_000.3]), 4, 50, (-30.0, 150.0))
    assert 35 <= nights.known.sum() <= 50
    weight = (nights.error[nights.observed] ** -2.0).sum()
    assert weight == pytest.approx(140 / 4, rel=1e-5)


def test_inputs_can_be_read_back(examples):
    nights, redshift = unpacked(examples.x)
    np.testing.assert_allclose(packed(nights, redshift), examples.x, atol=1e-4)


def test_light_curves_cut_off_are_what_they_were(examples):
    early = until(examples.x, 20.0)
    nights, _ = unpacked(early)
    assert nights.time.max() <= 20.5
    np.testing.assert_allclose(until(examples.x, 1000.0), examples.x, atol=1e-4)
    rows = unpacked(examples.x)[0].known & (unpacked(examples.x)[0].time <= 20.5)
    np.testing.assert_allclose(early[rows], examples.x[rows], atol=1e-4)


def test_on_the_day_of_its_detection_there_is_a_night_of_every_object(examples):
    nights, _ = unpacked(until(examples.x, 0.0))
    assert nights.known.any(axis=1).all()


def test_augmentation_leaves_a_detection_in_every_light_curve(examples):
    changed = augment_light_curves(examples.x, np.random.default_rng(0))
    nights, _ = unpacked(changed)
    assert (nights.signal_to_noise >= 4.999).any(axis=(1, 2)).all()
    shorter = nights.known.sum(axis=1) < unpacked(examples.x)[0].known.sum(axis=1)
    assert 0.25 < shorter.mean() < 0.6
    hidden = changed[:, 0, -1] == 0
    assert 0.15 < hidden.mean() < 0.45


def test_dimmed_light_curves_keep_their_errors(examples):
    changed = augment_light_curves(examples.x, np.random.default_rng(1))
    nights, _ = unpacked(changed)
    before, _ = unpacked(examples.x)
    both = nights.observed & before.observed
    np.testing.assert_allclose(nights.error[both], before.error[both], rtol=1e-3)
    peak = [one.flux.max(axis=(1, 2)) for one in (nights, before)]
    assert (peak[0] < 0.9 * peak[1]).mean() > 0.25


def test_bazins_functions_are_one_at_their_maximum():
    times = np.linspace(-60, 200, 4000)[None]
    curves = bazin(times, np.array([[0.0, 3.0, 20.0], [10.0, 7.0, 60.0]]))
    np.testing.assert_allclose(curves[0].max(axis=1), 1, atol=1e-3)


def test_a_fit_finds_the_function_that_it_is_given():
    time = np.sort(np.random.default_rng(0).uniform(-20, 90, 40)).astype(np.float32)
    shape = np.array([[5.0, 4.0, 30.0]], np.float32)
    course = bazin(time[None], shape)[0, 0]
    flux = np.stack([50 * course, 80 * course], axis=1)[None]
    amplitude, found, misfit = fitted_shapes(time[None], flux, np.ones_like(flux))
    np.testing.assert_allclose(found[0], shape[0])
    np.testing.assert_allclose(amplitude[0], [50, 80], rtol=1e-3)
    assert misfit[0] < 1e-3


def test_features_are_of_each_example_alone(examples):
    features = light_curve_features(PHYSICS, examples.x)
    assert not np.isinf(features).any()
    alone = light_curve_features(PHYSICS, examples.x[[7]])
    np.testing.assert_allclose(alone[0], features[7], rtol=1e-4, atol=1e-4)
