import os
from pathlib import Path

import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.science.variable_stars import prepared_cache
from astro_dl.science.variable_stars.classes import SCHEMES
from astro_dl.science.variable_stars.datasets import COMMON, read_asas, read_crts, read_eros
from astro_dl.science.variable_stars.inputs import prepare
from astro_dl.science.variable_stars.physics import VariablePhysics
from astro_dl.science.variable_stars.prepared_cache import prepared
from tests.science.variable_stars.stand_in import star

SETS = {"asas": (read_asas, 3196), "crts": (read_crts, 9192), "eros": (read_eros, 2935)}


@pytest.fixture
def folder():
    found = os.environ.get("ASTRO_DL_TEST_DATA")
    if not found or not (Path(found) / "variables").is_dir():
        pytest.skip("real data are named by ASTRO_DL_TEST_DATA")
    return Path(found)


@pytest.fixture
def unprepared(monkeypatch):
    """Read series one by one, but find no periods in them."""

    def first_of(physics, path, stars, rows):
        one = prepare(physics, [next(iter(stars))])
        repeated = {name: np.repeat(array, len(rows), axis=0) for name, array in one.x.items()}
        return type(one)(repeated, one.found[np.zeros(len(rows), int)])

    monkeypatch.setattr("astro_dl.science.variable_stars.datasets.prepared", first_of)


@pytest.mark.parametrize("name", SETS)
def test_real_sets_have_their_stars_and_classes(folder, unprepared, name):
    read, n = SETS[name]
    own = read(VariablePhysics(scheme=name), folder)
    assert len(own) == n
    assert set(own.y.tolist()) == set(range(len(SCHEMES[name].names)))
    ours = read(VariablePhysics(scheme="common"), folder)
    assert set(COMMON[name].values()) == {SCHEMES["common"].names[number] for number in set(ours.y)}


def test_periods_of_eclipsers_alone_are_never_told(folder, unprepared):
    assert "period" not in read_asas(VariablePhysics(scheme="asas"), folder).info.colnames


def test_classes_of_another_set_are_refused(folder):
    with pytest.raises(UsageError, match="has the classes of schemes 'eros' and 'common'"):
        read_eros(VariablePhysics(scheme="asas"), folder)


def test_inputs_are_made_once_and_kept_for_every_choice_of_them(tmp_path, monkeypatch):
    path = tmp_path / "set.npz"
    path.write_bytes(b"one")
    physics = VariablePhysics(maximum_frequency=3.0)
    rows = np.arange(2)
    first = prepared(physics, path, [star(seed) for seed in range(2)], rows)
    monkeypatch.setattr(prepared_cache, "prepare", lambda *told: pytest.fail("made again"))
    again = prepared(physics, path, [], rows)
    assert all(np.array_equal(again.x[name], first.x[name]) for name in physics.inputs)
    assert again.found.colnames == first.found.colnames
    alone = prepared(VariablePhysics(inputs=("sequence",), maximum_frequency=3.0), path, [], rows)
    assert alone.x.shape == (2, 200, 5)
