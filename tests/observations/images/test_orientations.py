import pickle

import numpy as np

from astro_dl.observations.images.orientations import ORIENTATIONS, random_orientation

IMAGES = np.random.default_rng(0).normal(size=(400, 4, 4, 2)).astype(np.float32)


def test_there_are_seven_other_orientations_all_different():
    one = IMAGES[:1]
    made = [change(one).tobytes() for change in ORIENTATIONS] + [one.tobytes()]
    assert len(made) == len(set(made)) == 8


def test_they_form_a_group():
    one = IMAGES[:1]
    known = {change(one).tobytes() for change in ORIENTATIONS} | {one.tobytes()}
    for first in ORIENTATIONS:
        for second in ORIENTATIONS:
            assert second(first(one)).tobytes() in known


def test_random_orientations_are_all_eight_equally_often():
    turned = random_orientation(IMAGES, np.random.default_rng(3))
    found = [
        next(
            k
            for k, same in enumerate([one, *(c(one[None])[0] for c in ORIENTATIONS)])
            if np.array_equal(same, other)
        )
        for one, other in zip(IMAGES, turned, strict=True)
    ]
    assert np.bincount(found, minlength=8).min() > 25


def test_inputs_by_name_are_turned_together():
    turned = random_orientation({"a": IMAGES, "b": 2 * IMAGES}, np.random.default_rng(3))
    np.testing.assert_array_equal(turned["b"], 2 * turned["a"])


def test_orientations_travel_to_other_processes():
    assert np.array_equal(
        pickle.loads(pickle.dumps(ORIENTATIONS[3]))(IMAGES), ORIENTATIONS[3](IMAGES)
    )
