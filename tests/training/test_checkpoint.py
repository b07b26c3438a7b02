"""A checkpoint gives back a training exactly, or is refused before a number of it is used."""

import h5py
import keras
import numpy as np
import pytest

from astro_dl.core.config import load_config
from astro_dl.core.errors import UsageError
from astro_dl.core.reading.sealed import seal, unsealed
from astro_dl.training.checkpoint import State, load_checkpoint, save_checkpoint

ROW = {"epoch": 1, "loss": 0.5, "val_loss": 0.25, "val_auc": float("nan"), "seconds": 2.0}
CONFIG = load_config({"task": "star_galaxy_quasar", "model": "sgq_mlp"})


def network():
    inputs = keras.Input((3,))
    x = keras.layers.Dropout(0.5, seed=1)(keras.layers.Dense(4, name="dense")(inputs))
    model = keras.Model(inputs, keras.layers.Dense(2, name="logits")(x))
    model.compile("adam", "mse")
    model.optimizer.build(model.trainable_variables)
    return model


def values(model):
    variables = [*model.variables, *model.optimizer.variables]
    return [keras.ops.convert_to_numpy(one.value) for one in variables]


@pytest.fixture
def trained():
    model = network()
    model.fit(np.ones((8, 3)), np.zeros((8, 2)), verbose=0)
    return model


@pytest.fixture
def checkpoint(trained, tmp_path):
    path = tmp_path / "state.h5"
    best = {weight.path: weight.numpy() + 1 for weight in trained.weights}
    save_checkpoint(path, trained, State((ROW,), best), CONFIG)
    return path


def test_everything_comes_back_bit_for_bit(checkpoint, trained):
    model = network()
    state = load_checkpoint(checkpoint, model, CONFIG)
    for one, other in zip(values(model), values(trained), strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)
    (row,) = state.history
    assert np.isnan(row.pop("val_auc"))
    assert row == {key: one for key, one in ROW.items() if key != "val_auc"}
    for weight in trained.weights:
        np.testing.assert_array_equal(state.best[weight.path], weight.numpy() + 1)


def refused(checkpoint, reason):
    model = network()
    before = values(model)
    with pytest.raises(UsageError, match=reason):
        load_checkpoint(checkpoint, model, CONFIG)
    for one, other in zip(values(model), before, strict=True):
        np.testing.assert_array_equal(one, other)


def resealed(path, change, note=None):
    """Change a checkpoint and seal it anew, as whoever tampers with it would."""
    content, known = unsealed(path.read_bytes())
    path.write_bytes(content)
    with h5py.File(path, "r+") as file:
        change(file)
    seal(path, known if note is None else {**known, **note})


def replace(name, value):
    def change(file):
        del file[name]
        file[name] = value

    return change


def nothing(file):
    pass


ARRAYS = {
    "not finite": (replace("best/logits/bias", np.full(2, np.nan, "f4")), "not finite"),
    "infinite": (replace("model/0", np.full((3, 4), np.inf, "f4")), "not finite"),
    "of the optimiser": (replace("optimizer/2", np.full((3, 4), np.nan, "f4")), "not finite"),
    "shape": (replace("model/0", np.zeros((4, 3), "f4")), "has shape"),
    "type": (replace("model/0", np.zeros((3, 4), "f8")), "not of type"),
    "text": (replace("model/1", np.array([b"a"] * 4)), "not of type"),
    "elsewhere": (replace("model/0", h5py.ExternalLink("other.h5", "/a")), "link to elsewhere"),
    "to itself": (replace("model/0", h5py.SoftLink("/model/0")), "link to elsewhere"),
    "more": (lambda file: file.create_dataset("model/99", data=1.0), "not one of"),
    "missing": (lambda file: file.__delitem__("best"), "'best' is missing"),
    "vast": (
        lambda file: (
            file.__delitem__("model/0"),
            file.create_dataset("model/0", (2**40,), "f4", chunks=(64,)),
        ),
        "has shape",
    ),
}
NOTES = {
    "no epoch": ({"history": []}, "no list of epochs"),
    "text": ({"history": [{**ROW, "val_auc": "nan", "loss": "low"}]}, "without its numbers"),
    "no monitor": ({"history": [{"epoch": 1, "loss": 1.0, "seconds": 1.0}]}, "without its numbers"),
    "true": ({"history": [{**ROW, "val_auc": True}]}, "without its numbers"),
    "config": ({"config": 3}, "note is not that of a checkpoint"),
    "more": ({"code": "os"}, "note is not that of a checkpoint"),
}


@pytest.mark.parametrize("case", ARRAYS)
def test_arrays_other_than_the_models_are_refused_even_if_sealed(checkpoint, case):
    change, reason = ARRAYS[case]
    resealed(checkpoint, change)
    refused(checkpoint, f"damaged checkpoint .*{reason}")


@pytest.mark.parametrize("case", NOTES)
def test_a_history_without_its_numbers_is_refused_even_if_sealed(checkpoint, case):
    note, reason = NOTES[case]
    resealed(checkpoint, nothing, note)
    refused(checkpoint, reason)


def test_a_changed_number_is_noticed(checkpoint):
    content = bytearray(checkpoint.read_bytes())
    content[len(content) // 2] ^= 1
    checkpoint.write_bytes(content)
    refused(checkpoint, "damaged checkpoint .*sha256")


def test_a_checkpoint_of_another_file_is_not_followed(checkpoint, tmp_path):
    checkpoint.rename(tmp_path / "other.h5")
    checkpoint.symlink_to(tmp_path / "other.h5")
    refused(checkpoint, "symbolic link")
