"""Tampered weights are refused before any array is read or allocated."""

import pickle

import h5py
import numpy as np
import pytest

from astro_dl.models.build import build_from
from tests.bundles.tampered_bundle import HEAD, SPEC, change_card, refuse, resign

KERNEL, BIAS = "logits/kernel", "logits/bias"


def swap(store, make):
    del store[BIAS]
    make(store)


def virtual(store):
    layout = h5py.VirtualLayout((3,), "<f4")
    layout[:] = h5py.VirtualSource("/etc/other.h5", "x", (3,), "<f4")
    store.create_virtual_dataset(BIAS, layout)


def absurd(store):
    store.create_dataset(BIAS, (10**9, 10**6), "<f4", chunks=(1, 1024))


def bomb(store):
    store.create_dataset(BIAS, data=np.zeros(3 * 10**6, "<f4"), compression="gzip")


COMPOUND = np.dtype([("a", "<f4"), ("b", "<i4")])
ARRAYS = {
    "missing": (lambda s: None, "'logits/bias' is missing"),
    "extra": (lambda s: s.update(x=np.zeros(3, "f4")) or keep(s), "'x' is not one"),
    "renamed": (lambda s: s.create_dataset("logits/offset", data=np.zeros(3, "f4")), "'logits/off"),
    "external link": (lambda s: link(s, h5py.ExternalLink("/etc/x.h5", "/x")), "is a link"),
    "soft link": (lambda s: link(s, h5py.SoftLink("/dense_1/bias")), "is a link"),
    "dangling link": (lambda s: link(s, h5py.SoftLink("/nowhere")), "is a link"),
    "external storage": (
        lambda s: s.create_dataset(BIAS, (3,), "<f4", external=[("/etc/passwd", 0, 12)]),
        "another file",
    ),
    "virtual": (virtual, "chunked, compressed or virtual"),
    "string": (lambda s: s.create_dataset(BIAS, (3,), h5py.string_dtype()), "not of type float32"),
    "vlen": (lambda s: s.create_dataset(BIAS, (3,), h5py.vlen_dtype("f4")), "not of type"),
    "reference": (lambda s: s.create_dataset(BIAS, (3,), h5py.ref_dtype), "not of type"),
    "opaque": (lambda s: s.create_dataset(BIAS, (3,), "V4"), "not of type"),
    "compound": (lambda s: s.create_dataset(BIAS, (3,), COMPOUND), "not of type"),
    "float64": (lambda s: s.create_dataset(BIAS, (3,), "<f8"), "not of type"),
    "int32": (lambda s: s.create_dataset(BIAS, (3,), "<i4"), "not of type"),
    "big-endian": (lambda s: s.create_dataset(BIAS, (3,), ">f4"), "not of type"),
    "array type": (lambda s: s.create_dataset(BIAS, (), np.dtype(("<f4", (3,)))), "not of type"),
    "absurd shape": (absurd, r"shape \(1000000000, 1000000\)"),
    "absurd rank": (lambda s: s.create_dataset(BIAS, (1,) * 30, "<f4"), "has shape"),
    "no data": (lambda s: s.create_dataset(BIAS, (3,), "<f4"), "no data in the file"),
    "null": (lambda s: s.create_dataset(BIAS, data=h5py.Empty("<f4")), "has shape None"),
    "resizable": (lambda s: s.create_dataset(BIAS, (3,), "<f4", maxshape=(None,)), "chunked"),
    "bomb": (bomb, r"shape \(3000000,\)"),
    "compressed": (
        lambda s: s.create_dataset(BIAS, data=np.ones(3, "<f4"), compression="gzip"),
        "chunked, compressed",
    ),
    "checksum filter": (
        lambda s: s.create_dataset(BIAS, data=np.ones(3, "<f4"), fletcher32=True),
        "chunked, compressed",
    ),
    "group": (lambda s: s.create_group(BIAS), "is a Group"),
    "named type": (lambda s: s.update({BIAS: np.dtype("<f4")}), "is a TypeFloat"),
    "attribute": (lambda s: keep(s).attrs.update(code="import os"), "has attributes"),
    "file attribute": (lambda s: keep(s) and s.attrs.update(keras_version="3"), "'/' has attrib"),
}


def keep(store):
    return store.create_dataset(BIAS, data=np.zeros(3, "<f4"))


def link(store, target):
    store[BIAS] = target


@pytest.mark.parametrize("case", ARRAYS)
def test_weights_other_than_the_models_are_refused(folder, case, no_reading):
    change, match = ARRAYS[case]
    with h5py.File(folder / "weights.h5", "r+") as store:
        swap(store, change)
    resign(folder)
    refuse(folder, match)


def test_array_in_the_place_of_a_group_is_refused(folder, no_reading):
    with h5py.File(folder / "weights.h5", "r+") as store:
        del store["logits"]
        store["logits"] = np.zeros(3, "<f4")
    resign(folder)
    refuse(folder, "is a Dataset")


def test_group_that_contains_itself_is_refused(folder, no_reading):
    with h5py.File(folder / "weights.h5", "r+") as store:
        store["logits/logits"] = store["logits"]
    resign(folder)
    refuse(folder, "'logits/logits' is not one")


def test_arrays_that_share_their_bytes_cannot_multiply(folder, no_reading):
    """Two dozen layers of one stored array would make a small file a large model."""
    layers = 24
    with h5py.File(folder / "weights.h5", "w") as store:
        kernel = store.create_dataset("one", data=np.zeros((64, 64), "<f4"))
        bias = store.create_dataset("two", data=np.zeros(64, "<f4"))
        from_shapes(store, layers, kernel, bias)
        del store["one"], store["two"]
    text = (folder / "config.yaml").read_text()
    (folder / "config.yaml").write_text(text.replace("units: [4]", f"units: {[64] * layers}"))
    resign(folder)
    refuse(folder, "cannot hold")


def from_shapes(store, layers, kernel, bias):
    from astro_dl.bundles.weights import model_specs

    specs = model_specs(lambda: build_from("mlp", SPEC, HEAD, {"units": (64,) * layers}))
    for path, spec in specs.items():
        shared = {(64, 64): kernel, (64,): bias}.get(spec.shape)
        if shared is None:
            store.create_dataset(path, data=np.zeros(spec.shape, "<f4"))
        else:
            store[path] = shared


@pytest.mark.parametrize("left", [0, 7, 0.5, 0.95])
def test_truncated_weights_are_refused(folder, left, no_reading):
    data = (folder / "weights.h5").read_bytes()
    kept = int(left * len(data)) if isinstance(left, float) else left
    (folder / "weights.h5").write_bytes(data[:kept])
    resign(folder)
    refuse(folder, r"weights\.h5: ")


def test_pickle_in_the_place_of_weights_is_not_unpickled(folder, no_reading):
    class Evil:
        def __reduce__(self):
            return (pytest.fail, ("unpickled",))

    (folder / "weights.h5").write_bytes(pickle.dumps(Evil()))
    resign(folder)
    refuse(folder, "not HDF5")


@pytest.mark.parametrize(
    ("old", "new"), [("units: [4]", "units: [2000000000]"), ("units: [4]", "units: [65000, 65000]")]
)
def test_absurd_model_is_refused_without_building_it(folder, old, new, no_reading):
    text = (folder / "config.yaml").read_text()
    assert old in text
    (folder / "config.yaml").write_text(text.replace(old, new))
    resign(folder)
    refuse(folder, "has shape|is missing")


def test_absurd_input_is_refused_without_building_the_model(folder, no_reading):
    change_card(folder, lambda card: card["input"].update(shape=[2_000_000_000]))
    refuse(folder, "has shape")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", [KERNEL, BIAS])
def test_signed_weights_that_are_not_finite_are_refused(folder, name, value):
    with h5py.File(folder / "weights.h5", "r+") as store:
        store[name][(0,) * store[name].ndim] = value
    resign(folder)
    refuse(folder, rf"weights\.h5: array '{name}' has a number that is not finite")
