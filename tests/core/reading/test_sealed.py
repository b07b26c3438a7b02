"""A sealed file tells when any byte of it was changed."""

import h5py
import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.core.reading.sealed import TAIL_BYTES, check_seal, seal, unsealed

NOTE = {"epochs": 3, "names": ["é", "b"]}


@pytest.fixture
def sealed(tmp_path):
    path = tmp_path / "numbers.h5"
    with h5py.File(path, "w") as file:
        file["x"] = np.arange(1000)
    content = path.read_bytes()
    seal(path, NOTE)
    return path, content


def test_content_and_note_come_back(sealed):
    path, content = sealed
    check_seal(path)
    assert unsealed(path.read_bytes()) == (content, NOTE)


def test_other_programs_read_a_sealed_file(sealed):
    with h5py.File(sealed[0]) as file:
        assert (file["x"][:] == np.arange(1000)).all()


def test_any_changed_byte_is_noticed(sealed):
    path, _ = sealed
    whole = path.read_bytes()
    places = [*range(0, len(whole), 997), *range(len(whole) - TAIL_BYTES - 40, len(whole))]
    for place in places:
        changed = bytearray(whole)
        changed[place] ^= 1
        path.write_bytes(changed)
        with pytest.raises(UsageError, match=r"sealed|seal"):
            check_seal(path)
        with pytest.raises(UsageError, match=r"sealed|seal"):
            unsealed(bytes(changed))


@pytest.mark.parametrize("left", [0, 10, 60, -1, -60])
def test_a_file_that_is_cut_off_is_noticed(sealed, left):
    path, _ = sealed
    content = path.read_bytes()[:left]
    path.write_bytes(content)
    with pytest.raises(UsageError, match="not sealed"):
        check_seal(path)
    with pytest.raises(UsageError, match="not sealed"):
        unsealed(content)


def test_bytes_behind_the_seal_are_noticed(sealed):
    path, _ = sealed
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(UsageError, match="not sealed"):
        check_seal(path)
