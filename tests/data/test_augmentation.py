import numpy as np

from astro_dl.data.augmentation import random_sign


def test_signs_are_reversed_by_example_and_together():
    x = {"a": np.ones((400, 3, 2), np.float32), "b": np.full((400, 5), 2, np.float32)}
    changed = random_sign(x, np.random.default_rng(0))
    assert (np.abs(changed["a"]) == 1).all()
    assert (changed["a"][:, 0, 0] * 2 == changed["b"][:, 0]).all()
    assert (changed["a"] == changed["a"][:, :1, :1]).all()
    assert abs(changed["a"].mean()) < 0.15


def test_a_single_array_stays_one_and_keeps_its_type():
    x = np.arange(12, dtype=np.float32).reshape(4, 3)
    changed = random_sign(x, np.random.default_rng(1))
    assert changed.dtype == np.float32
    assert (np.abs(changed) == x).all()
