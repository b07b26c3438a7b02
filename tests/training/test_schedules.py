"""The learning rate at every step."""

import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.core.sections.training import TrainingConfig
from astro_dl.training.schedules import LearningRate, make_schedule, plateau_rate

STEPS = 4
"""Batches per epoch."""


def rates(**training):
    """Return the rates of six epochs and two steps more."""
    values = {"learning_rate": 1.0, "minimum_learning_rate": 0.1, "epochs": 6, **training}
    schedule = make_schedule(TrainingConfig(**values), STEPS)
    again = LearningRate.from_config(schedule.get_config())
    course = np.array([float(schedule(step)) for step in range(6 * STEPS + 2)])
    np.testing.assert_array_equal(course, [float(again(step)) for step in range(len(course))])
    return course


def test_the_cosine_rises_falls_and_stays():
    course = rates(schedule="cosine", warmup_epochs=1)
    np.testing.assert_allclose(course[:4], [0.25, 0.5, 0.75, 1.0], rtol=1e-6)
    assert course[14] == pytest.approx(0.55, rel=1e-5)
    np.testing.assert_allclose(course[24:], 0.1, rtol=1e-5)
    assert (np.diff(course[4:]) <= 1e-7).all()


def test_the_constant_schedule_is_constant_after_the_warmup():
    np.testing.assert_allclose(rates(warmup_epochs=1)[3:], 1.0)
    np.testing.assert_allclose(rates(), 1.0)


def test_the_line_falls_evenly_to_its_least():
    course = rates(schedule="linear", warmup_epochs=1)
    np.testing.assert_allclose(course[4:25], np.linspace(1.0, 0.1, 21), rtol=1e-5)
    np.testing.assert_allclose(course[24:], 0.1, rtol=1e-5)


def test_steps_fall_at_once_after_so_many_epochs_and_not_below_the_least():
    # three tenfold falls would end at 0.001
    np.testing.assert_allclose(rates(schedule="step"), [1.0] * 8 + [0.1] * 18, rtol=1e-5)
    course = rates(schedule="step", decay_factor=0.5, decay_epochs=1)
    np.testing.assert_allclose(course[::STEPS], [1, 0.5, 0.25, 0.125, 0.1, 0.1, 0.1], rtol=1e-5)
    assert course[STEPS - 1] == 1.0


def test_the_exponential_falls_by_a_factor_each_period_or_to_its_least_at_the_end():
    course = rates(schedule="exponential", decay_factor=0.81, decay_epochs=2)
    np.testing.assert_allclose(course[::STEPS], 0.9 ** np.arange(7), rtol=1e-5)
    course = rates(schedule="exponential")
    np.testing.assert_allclose(course[:25], 0.1 ** (np.arange(25) / 24), rtol=1e-5)
    with pytest.raises(UsageError, match="minimum_learning_rate above 0"):
        rates(schedule="exponential", minimum_learning_rate=0.0)


def test_one_cycle_rises_by_half_a_cosine_and_falls_by_another():
    course = rates(schedule="one_cycle", warmup_epochs=2)
    rising = 0.04 + 0.96 * 0.5 * (1 - np.cos(np.pi * np.arange(1, 9) / 8))
    np.testing.assert_allclose(course[:8], rising, rtol=1e-5)
    falling = 0.1 + 0.9 * 0.5 * (1 + np.cos(np.pi * np.arange(17) / 16))
    np.testing.assert_allclose(course[8:25], falling, rtol=1e-5)
    # by default the rise takes three tenths: 7 of 24 steps
    assert rates(schedule="one_cycle").argmax() == 6


def test_the_plateau_falls_every_three_epochs_without_improvement_to_its_least():
    training = TrainingConfig(learning_rate=1.0, minimum_learning_rate=0.05, schedule="plateau")
    course = [
        plateau_rate(training, len(waits), waits)
        for waits in ([], [0, 1, 2], [0, 1, 2, 3], [0, 1, 2, 3, 0], list(range(12)))
    ]
    np.testing.assert_allclose(course, [1, 1, 0.3, 0.3, 0.05])
    warm = TrainingConfig(learning_rate=1.0, warmup_epochs=2, schedule="plateau")
    assert plateau_rate(warm, 0, []) == 0.5
    own = TrainingConfig(learning_rate=1.0, schedule="plateau", decay_factor=0.5, decay_epochs=1)
    assert plateau_rate(own, 3, [0, 1, 2]) == 0.25
    assert make_schedule(own, STEPS) == 1.0
