"""No file, however broken, gives anything but an answer or one line that says what is wrong."""

import pytest

from tests.fuzz.mutations import MUTATIONS
from tests.fuzz.run import failures, mutant
from tests.fuzz.task_readers import READERS


@pytest.mark.parametrize("name", READERS)
def test_good_files_are_read(name, tmp_path):
    reader = READERS[name]
    path = tmp_path / "good" / reader.name
    path.parent.mkdir()
    path.write_bytes(reader.make(tmp_path))
    reader.read(path)


@pytest.mark.parametrize("count", [40, pytest.param(320, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", READERS)
def test_mutants_are_refused_or_read(name, count):
    assert failures(name, count) == []


def test_mutants_are_reproducible_and_of_every_kind(tmp_path):
    assert {reader.kind for reader in READERS.values()} == set(MUTATIONS)
    good = READERS["table_fits"].make(tmp_path)
    assert mutant("table_fits", 3, good) == mutant("table_fits", 3, good)
    assert len({mutant("table_fits", number, good) for number in range(40)}) > 35
