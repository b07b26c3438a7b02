import keras
import numpy as np
import pytest

from astro_dl.core.config import TrainingConfig
from astro_dl.training.optimizer import LearningRate, make_optimizer, plateau_rate


def rates(**options):
    schedule = LearningRate(
        **{"peak": 1.0, "final": 0.1, "warmup_steps": 4, "total_steps": 24, "cosine": True}
        | options
    )
    return np.array([float(schedule(step)) for step in range(26)])


def test_the_cosine_rises_falls_and_stays():
    course = rates()
    np.testing.assert_allclose(course[:4], [0.25, 0.5, 0.75, 1.0], rtol=1e-6)
    assert course[14] == pytest.approx(0.55, rel=1e-5)
    np.testing.assert_allclose(course[24:], 0.1, rtol=1e-5)
    assert (np.diff(course[4:]) <= 1e-7).all()


def test_the_constant_schedule_is_constant_after_the_warmup():
    course = rates(cosine=False)
    np.testing.assert_allclose(course[3:], 1.0)
    np.testing.assert_allclose(rates(cosine=False, warmup_steps=0), 1.0)


def test_the_plateau_falls_every_three_epochs_without_improvement_to_its_least():
    training = TrainingConfig(learning_rate=1.0, minimum_learning_rate=0.05, schedule="plateau")
    course = [
        plateau_rate(training, len(waits), waits)
        for waits in ([], [0, 1, 2], [0, 1, 2, 3], [0, 1, 2, 3, 0], list(range(12)))
    ]
    np.testing.assert_allclose(course, [1, 1, 0.3, 0.3, 0.05])
    warm = TrainingConfig(learning_rate=1.0, warmup_epochs=2, schedule="plateau")
    assert plateau_rate(warm, 0, []) == 0.5


@pytest.mark.parametrize("name", ["adam", "adamw", "sgd"])
def test_every_optimizer_lowers_a_loss(name):
    training = TrainingConfig(
        optimizer=name, learning_rate=0.05, clip_norm=5.0, weight_decay=1e-3, epochs=8
    )
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    optimizer = make_optimizer(training, steps=4)
    model.compile(optimizer, "mse", run_eagerly=True)
    x = np.random.default_rng(0).normal(size=(64, 3)).astype(np.float32)
    losses = model.fit(x, x.sum(1, keepdims=True), batch_size=16, epochs=8, verbose=0).history
    assert losses["loss"][-1] < 0.5 * losses["loss"][0]
    assert optimizer.global_clipnorm == 5.0
    assert optimizer.weight_decay == 1e-3
