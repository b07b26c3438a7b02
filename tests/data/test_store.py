import pickle

import h5py
import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Examples
from astro_dl.core.reading.sealed import seal, unsealed
from astro_dl.data.simulate import iterate_blocks
from astro_dl.data.store import open_store, store_examples
from tests import toy

PHYSICS = toy.ToyPhysics()


def blocks(n=250):
    return list(iterate_blocks(toy.simulate_binary, PHYSICS, n, 0, 0, block_size=100))


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "sub" / "examples.h5"
    store_examples(file, blocks(), 250, {"task": "toy"}, progress=False)
    return file


def test_what_is_written_is_read(path):
    store = open_store(path)
    made = blocks()
    assert len(store) == 250
    assert store.meta["task"] == "toy"
    whole = store.read()
    assert (whole.x == np.concatenate([block.x for block in made])).all()
    assert whole.x.dtype == np.float32
    assert (store.y == np.concatenate([block.y for block in made])).all()
    assert whole.info.colnames == made[0].info.colnames
    assert whole.info["phase"].unit == "rad"
    assert whole.info["snr"].unit is None
    assert list(whole.info["origin"][:100]) == list(made[0].info["origin"])
    assert whole.info["pair_id"].dtype == np.int64


def test_slices_and_blocks_are_read_lazily(path):
    store = open_store(path)
    assert (store.read(slice(90, 130)).x == store.read().x[90:130]).all()
    assert [len(block) for block in store.blocks(120)] == [120, 120, 10]
    assert store.nbytes == 250 * 64 * 4
    assert len(pickle.loads(pickle.dumps(store))) == 250


def test_several_inputs_and_label_arrays(tmp_path):
    x = {"a": np.ones((5, 3), np.float32), "b": np.zeros((5, 2, 2), np.float32)}
    first = blocks(5)[0]
    examples = Examples(x, np.arange(10, dtype=np.float32).reshape(5, 2), first.info)
    store_examples(tmp_path / "s.h5", [examples], 5, progress=False)
    read = open_store(tmp_path / "s.h5").read(slice(1, 4))
    assert {name: array.shape for name, array in read.x.items()} == {"a": (3, 3), "b": (3, 2, 2)}
    assert read.y.tolist() == [[2, 3], [4, 5], [6, 7]]


@pytest.mark.parametrize("n", [200, 300])
def test_a_wrong_number_leaves_nothing(tmp_path, n):
    with pytest.raises(UsageError, match=str(n)):
        store_examples(tmp_path / "s.h5", blocks(), n, progress=False)
    assert list(tmp_path.iterdir()) == []


def test_an_error_while_simulating_leaves_nothing(tmp_path):
    def failing():
        yield blocks()[0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store_examples(tmp_path / "s.h5", failing(), 250, progress=False)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_reported_before_writing(tmp_path):
    with pytest.raises(UsageError, match="MB are free"):
        store_examples(tmp_path / "s.h5", blocks(), 10**15, progress=False)


def test_a_missing_truncated_or_foreign_file_is_named(path):
    with pytest.raises(UsageError, match="no such file"):
        open_store(path.with_name("other.h5"))
    whole = path.read_bytes()
    for damaged in (whole[: len(whole) // 2], b"", b"not HDF5" * 100):
        path.write_bytes(damaged)
        with pytest.raises(UsageError, match=r"examples\.h5: not a complete store"):
            open_store(path)
    with h5py.File(path, "w") as file:
        file["x"] = np.zeros(3)
    with pytest.raises(UsageError, match="not a complete store"):
        open_store(path)


def test_flipped_bits_are_noticed_when_read(path):
    store = open_store(path)
    with h5py.File(path) as file:
        offset = file["x"].id.get_chunk_info(0).byte_offset
    content = bytearray(path.read_bytes())
    content[offset + 100] ^= 1
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"examples\.h5: damaged"):
        store.read()


def sealed_anew(path, change):
    """Change a store, and give it the seal of what it is then."""
    content, note = unsealed(path.read_bytes())
    path.write_bytes(content)
    with h5py.File(path, "r+") as file:
        change(file)
    seal(path, note)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_numbers_that_are_not_finite_are_noticed_under_any_seal(path, value):
    def change(file):
        file["x"][-1] = value

    sealed_anew(path, change)
    store = open_store(path)
    for read in (store.read, store.inputs, lambda: list(store.blocks(3))):
        with pytest.raises(UsageError, match=r"examples\.h5: damaged .*x is not finite"):
            read()


def test_a_sealed_set_with_a_link_or_a_lost_column_is_none(path):
    def change(file):
        del file["y"]
        file["y"] = h5py.ExternalLink("/etc/other.h5", "/y")

    sealed_anew(path, change)
    with pytest.raises(UsageError, match="link to elsewhere"):
        open_store(path)
