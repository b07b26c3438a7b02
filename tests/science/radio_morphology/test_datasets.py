"""Real sets of radio maps, in small files of their form."""

import h5py
import numpy as np
import pytest
from astropy.table import Table

from astro_dl.answers.multiclass import Multiclass
from astro_dl.core.config import EvaluationConfig
from astro_dl.core.errors import UsageError
from astro_dl.evaluation.predictions import Outcome
from astro_dl.science.radio_morphology.datasets import (
    FIRST,
    FIRST_ROTATED,
    MIRABEST,
    MIRABEST_UNSEEN,
)
from astro_dl.science.radio_morphology.metrics import radio_metrics, rotation_spread
from astro_dl.science.radio_morphology.physics import RadioPhysics
from tests.science.radio_morphology.stand_in import PHYSICS, radio_map


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("real")
    (folder / "radio").mkdir()
    image = np.stack([np.where(one > 0.5, one, 0) for one in map(radio_map, range(0, 24, 3))])
    with h5py.File(folder / "radio" / "first_fr_classes.h5", "w") as file:
        file["image"] = np.uint8(6 * image)
        file["label"] = np.arange(8) % 4
        file["split"] = np.array([b"train"] * 6 + [b"valid"] * 2)
    with h5py.File(folder / "radio" / "mirabest_first_fits.h5", "w") as file:
        file["image"] = np.int16(20 * np.stack([radio_map(k) for k in range(0, 18, 3)]))
    table = Table(
        {
            "file": [f"s{k}" for k in range(6)],
            "fr": ["FRI", "FRII", "FRI", "hybrid", "FRII", "FRI"],
            "confident": [1, 1, 1, 1, 1, 0],
            "morph": [
                "standard",
                "standard",
                "wide-angle tail",
                "standard",
                "standard",
                "standard",
            ],
            "z": np.full(6, 0.1),
            "las_arcsec": np.full(6, 30.0),
            "match_in": ["shared", "0", "0", "shared", "shared", "0"],
        }
    )
    table.write(folder / "radio" / "mirabest_objects.csv")
    return folder


def physics(classes):
    return RadioPhysics(classes=classes, size_pixels=64, size_range_arcsec=(18.0, 90.0))


def test_the_first_set_keeps_its_published_split(folder):
    examples = FIRST.read(physics("first"), folder)
    kinds = ["FRI", "FRII", "compact", "bent"] * 2
    assert list(examples.info["kind"]) == kinds
    assert list(examples.y) == [0, 1, 2, 3] * 2
    assert list(examples.info["set"]) == ["train"] * 6 + ["test"] * 2
    assert np.isfinite(examples.x).all()
    five = FIRST.read(physics("all"), folder)
    assert list(five.y) == [0, 1, 3, 2] * 2


def test_the_test_part_is_turned_once_around(folder):
    examples = FIRST_ROTATED.read(physics("first"), folder)
    assert len(examples) == 2 * 36
    assert len(set(examples.info["source"])) == 2
    np.testing.assert_allclose(np.unique(np.asarray(examples.info["angle"])), np.arange(0, 360, 10))
    x = examples.x[:36, ..., 0]
    np.testing.assert_allclose(x[9], np.rot90(x[0]), atol=0.02)


def test_mirabest_has_tails_as_a_class_only_where_there_is_one(folder):
    two = MIRABEST.read(physics("fr"), folder)
    assert list(two.info["kind"]) == ["FRI", "FRII", "FRI", "FRII"]
    five = MIRABEST.read(physics("all"), folder)
    assert list(five.info["kind"]) == ["FRI", "FRII", "bent", "hybrid", "FRII"]
    unseen = MIRABEST_UNSEEN.read(physics("fr"), folder)
    assert list(unseen.info["source"]) == ["s1", "s2"]
    assert not unseen.info["in_first"].any()


def test_a_missing_or_mixed_set_is_refused(folder, tmp_path):
    with pytest.raises(UsageError, match="first_fr_classes"):
        FIRST.read(PHYSICS, tmp_path)
    (tmp_path / "radio").mkdir()
    for name in ("mirabest_first_fits.h5", "mirabest_objects.csv"):
        (tmp_path / "radio" / name).write_bytes((folder / "radio" / name).read_bytes())
    with h5py.File(tmp_path / "radio" / "mirabest_first_fits.h5", "w") as file:
        file["image"] = np.zeros((2, 64, 64), np.int16)
    with pytest.raises(UsageError, match="2 maps, but 6 rows"):
        MIRABEST.read(PHYSICS, tmp_path)


def test_the_spread_over_rotations_is_that_of_the_likeliest_class():
    p = np.array([[0.9, 0.1], [0.7, 0.3], [0.6, 0.4], [0.4, 0.6]])
    spread, flips = rotation_spread(p, np.array(["a", "a", "b", "b"]))
    np.testing.assert_allclose(spread, [0.1, 0.1])
    assert list(flips) == [False, True]


def test_metrics_of_doubtful_sources_and_of_rotations_have_intervals():
    p = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.4, 0.6]])
    info = Table({"uncertain": [False, False, True, True], "source": list("aabb"),
                  "angle": [0.0, 10.0, 0.0, 10.0]})  # fmt: skip
    outcome = Outcome(Multiclass(("FRI", "FRII")), np.array([0, 1, 1, 1]), {"network": p},
                      info=info)  # fmt: skip
    found = radio_metrics(outcome, EvaluationConfig())["network"]
    assert found["accuracy_certain"]["value"] == 1
    assert found["accuracy_uncertain"]["value"] == 0.5
    assert found["rotation_flips"] | {"low": 0} == {"value": 1.0, "low": 0, "high": 1.0, "n": 2}
    assert found["rotation_spread"]["low"] <= found["rotation_spread"]["value"]
