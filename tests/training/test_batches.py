import numpy as np
import pytest

from astro_dl.core.task import Augmentation
from astro_dl.data.simulate import iterate_blocks
from astro_dl.data.store import open_store, store_examples
from astro_dl.training import batches as module
from astro_dl.training.batches import (
    augmentation,
    batches,
    equally_often,
    grouped,
    steps_per_epoch,
    stored_pieces,
)
from tests import toy


def rng(seed=0):
    return np.random.default_rng(seed)


def pieces(*lengths):
    start = 0
    for length in lengths:
        y = np.arange(start, start + length)
        yield {"a": y[:, None] * 1.0, "b": -y[:, None] * 1.0}, y
        start += length


@pytest.mark.parametrize("lengths", [(100,), (37, 1, 0, 62), (10,) * 10])
def test_batches_have_one_size_and_no_example_comes_twice(lengths):
    made = list(batches(pieces(*lengths), 30, rng(), encode=np.asarray))
    assert [len(y) for _, y in made] == [30, 30, 30]
    assert len(made) == steps_per_epoch(100, 30)
    seen = np.concatenate([y for _, y in made])
    assert len(np.unique(seen)) == 90
    for x, y in made:
        assert (x["a"][:, 0] == y).all()
        assert (x["b"][:, 0] == -y).all()


def test_fewer_examples_than_a_batch_make_one():
    ((_, y),) = batches(pieces(3, 4), 30, rng(), encode=np.asarray)
    assert sorted(y) == list(range(7))
    assert steps_per_epoch(7, 30) == 1


def test_the_order_depends_on_the_generator_alone():
    def order(seed):
        return np.concatenate([y for _, y in batches(pieces(100), 10, rng(seed), np.asarray)])

    assert (order(1) == order(1)).all()
    assert not (order(1) == order(2)).all()
    assert not (order(1) == np.arange(100)).all()


def test_targets_are_encoded_weighed_and_both_augmented():
    def augment(x, y, rng):
        return {name: array + 1000 for name, array in x.items()}, y + 3

    ((x, encoded, weight),) = batches(
        pieces(5), 5, rng(), encode=lambda y: 2 * y, weigh=lambda y: y + 0.5, augment=augment
    )
    assert (x["a"][:, 0] - 1000 == encoded / 2 - 3).all()
    assert (weight == encoded / 2 - 3 + 0.5).all()


@pytest.mark.parametrize("fraction", [0, 0.25, 1])
def test_a_share_of_each_batch_is_augmented(fraction):
    def change(x, rng):
        return {name: array + 1000 for name, array in x.items()}

    augment = augmentation(Augmentation(inputs=change), fraction)
    for x, y in batches(pieces(40), 20, rng(), np.asarray, augment=augment):
        changed = x["a"][:, 0] > 500
        assert changed.sum() == 20 * fraction
        assert (x["a"][:, 0] - 1000 * changed == y).all()


def test_a_store_is_read_once_in_parts_and_mixed(tmp_path, monkeypatch):
    blocks = iterate_blocks(toy.simulate_binary, toy.ToyPhysics(), 2000, 0, 0)
    store_examples(tmp_path / "s.h5", blocks, 2000, progress=False)
    store = open_store(tmp_path / "s.h5")
    monkeypatch.setattr(module, "BUFFER_BYTES", store.nbytes // 3)
    parts = list(stored_pieces(store, rng()))
    assert len(parts) > 2
    assert max(len(y) for _, y in parts) <= 800
    read = np.concatenate([x for x, _ in parts])
    whole = store.read().x
    assert not (read == whole).all()
    assert (np.sort(read[:, 0, 0]) == np.sort(whole[:, 0, 0])).all()


def test_classes_can_come_equally_often_however_rare():
    y = np.repeat([0, 1, 2], [90, 7, 3])
    chosen = equally_often(y, rng())
    counts = np.bincount(y[chosen])
    assert counts.sum() == 100
    assert counts.max() - counts.min() <= 2
    # none of a class comes again before all of it came
    for one in (1, 2):
        times = np.bincount(chosen[y[chosen] == one], minlength=100)[y == one]
        assert times.max() - times.min() <= 2
    assert len(np.unique(chosen[y[chosen] == 0])) == counts[0]
    assert not np.array_equal(np.sort(chosen), np.sort(equally_often(y, rng(1))))
    assert len(equally_often(np.zeros(0), rng())) == 0


def test_batches_are_drawn_in_the_order_that_is_asked_for():
    y = np.repeat([0.0, 1.0], [95, 5])
    made = batches([(y[:, None], y)], 50, rng(), encode=np.asarray, order=equally_often)
    shares = [targets.mean() for _, targets in made]
    assert np.mean(shares) == pytest.approx(0.5, abs=0.02)


def test_batches_are_grouped_by_number_and_by_bytes():
    source = [(np.zeros((2, 4)), np.full(2, k)) for k in range(7)]
    sizes = [len(one) for one in grouped(source, 3, 2**20)]
    assert sizes == [3, 3, 1]
    group = list(grouped(source, 10, 2 * 32))
    assert [len(one) for one in group] == [2, 2, 2, 1]
    assert [int(batch[1][0]) for one in group for batch in one] == list(range(7))
    named = [({"a": np.zeros(8), "b": np.zeros(8)}, np.zeros(1))] * 3
    assert [len(one) for one in grouped(named, 10, 100)] == [1, 1, 1]
