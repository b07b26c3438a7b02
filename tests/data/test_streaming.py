import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.data.simulate import epoch_stream, iterate_blocks
from astro_dl.data.streaming import stream_blocks
from tests import toy

PHYSICS = toy.ToyPhysics()


@pytest.fixture(scope="module")
def streamed():
    """Two epochs, 3 and 4, of three blocks each."""
    return list(
        stream_blocks(toy.simulate_binary, PHYSICS, 250, 5, range(3, 5), block_size=100, workers=2)
    )


def test_every_epoch_is_fresh(streamed):
    assert [len(block) for block in streamed] == [100, 100, 50] * 2
    ids = np.concatenate([block.info["pair_id"] for block in streamed])
    assert len(np.unique(ids)) == 500


def test_an_epoch_depends_on_its_number_alone(streamed):
    alone = iterate_blocks(toy.simulate_binary, PHYSICS, 250, 5, epoch_stream(4), block_size=100)
    for here, there in zip(streamed[3:], alone, strict=True):
        assert (here.x == there.x).all()


def test_an_empty_epoch_is_refused():
    with pytest.raises(UsageError, match="n_train"):
        stream_blocks(toy.simulate_binary, PHYSICS, 0, 0, range(1))
