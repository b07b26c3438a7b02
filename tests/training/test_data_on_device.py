"""A training set that lies on the device is trained on as one in memory."""

import keras
import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.observations.images.orientations import orientations_of, oriented
from astro_dl.training.batches import augmentation, batches
from astro_dl.training.data import DeviceRows
from tests.toy_training import assert_equal_weights, run


@pytest.fixture
def images():
    """Return images of which no two pixels are alike."""
    return np.arange(16 * 6 * 6 * 3, dtype=np.float32).reshape(16, 6, 6, 3)


def test_images_are_turned_on_the_device_as_in_memory(images):
    numbers = np.arange(16) % 8
    expected = oriented(images, numbers)
    on_device = oriented(keras.ops.convert_to_tensor(images), numbers)
    assert keras.ops.is_tensor(on_device)
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(on_device), expected)
    both = {"image": keras.ops.convert_to_tensor(images), "other": images}
    for one in oriented(both, numbers).values():
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(one), expected)


def test_oblong_images_are_turned_too(images):
    oblong = images[:, :4]
    numbers = 2 * (np.arange(16) % 4)
    on_device = oriented(keras.ops.convert_to_tensor(oblong), numbers)
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(on_device), oriented(oblong, numbers))


@pytest.mark.parametrize("fraction", [1.0, 0.5])
def test_batches_are_gathered_on_the_device_in_the_same_order(images, fraction):
    y = np.arange(16.0)
    change = augmentation(orientations_of(6, 6), fraction)

    def drawn(x):
        rng = np.random.default_rng(3)
        return list(batches([(x, y)], 5, rng, lambda targets: targets, augment=change))

    expected, found = drawn(images), drawn(DeviceRows(images))
    assert len(found) == len(expected) == 3
    for (x, targets), (tensor, same) in zip(expected, found, strict=True):
        assert keras.ops.is_tensor(tensor)
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(tensor), x)
        np.testing.assert_array_equal(same, targets)


def test_where_the_data_lie_changes_no_weight(tmp_path, toy_task):
    settings = {"training.epochs": 1}
    one = run(tmp_path / "host", **settings)
    other = run(tmp_path / "device", **settings, **{"training.data_on": "device"})
    assert_equal_weights(one, other)


def test_a_task_without_a_simulator_on_the_device_is_refused(tmp_path, toy_task):
    with pytest.raises(UsageError, match="toy_binary are simulated on processors alone"):
        run(tmp_path / "run", **{"training.data_on": "device", "data.mode": "stream"})
