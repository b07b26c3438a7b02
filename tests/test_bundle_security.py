"""Tampered bundles are refused before any array is read or allocated, and nothing in them runs."""

import hashlib
import json
import os
import pickle
import shutil
import tracemalloc

import h5py
import numpy as np
import pytest

from astro_dl.bundle import load_bundle, load_weights, save_bundle
from astro_dl.config import Config
from astro_dl.errors import UsageError
from astro_dl.models import build as build_module
from astro_dl.models.build import build_from, default_hyperparameters
from astro_dl.tasks.base import Head, InputSpec

SPEC, HEAD = InputSpec((5,), {}), Head("multiclass", ("x", "y", "z"))
NAMES = ["card.json", "config.yaml", "weights.h5", "history.csv", "metrics.json", "README.md"]
KERNEL, BIAS = "logits/kernel", "logits/bias"


@pytest.fixture(scope="module")
def pristine(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundles") / "pristine"
    values = {**default_hyperparameters("mlp"), "units": (4,)}
    model = build_from("mlp", SPEC, HEAD, values)
    parts = {"input": {"shape": SPEC.shape, "contract": SPEC.contract}, "head": HEAD}
    config = Config(task="", model="mlp", hyperparameters=values)
    figure = folder.parent / "roc.png"
    figure.write_bytes(b"\x89PNG")
    save_bundle(folder, model, config, parts, [{"epoch": 0}], {"simulated": {}}, [figure])
    return folder


@pytest.fixture
def folder(pristine, tmp_path):
    return shutil.copytree(pristine, tmp_path / "b")


@pytest.fixture
def no_reading(monkeypatch):
    """Fail on any reading of an array, and on building a model's variables."""

    def fail(*_, **__):
        pytest.fail("an array was read")

    builds = []
    build = build_module.build_from
    monkeypatch.setattr(h5py.Dataset, "__getitem__", fail)
    monkeypatch.setattr(h5py.Dataset, "read_direct", fail)
    monkeypatch.setattr(h5py.Dataset, "__array__", fail)
    monkeypatch.setattr(build_module, "build_from", lambda *a: (builds.append(1), build(*a))[1])
    yield
    assert len(builds) <= 1, "the model was built, not only declared"


def resign(folder):
    """Make the card agree with the files, as whoever tampers with them would."""
    change_card(
        folder,
        lambda card: card["files"].update(
            {
                name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
                for name in card["files"]
                if (folder / name).is_file()
            }
        ),
    )


def change_card(folder, change):
    card = json.loads((folder / "card.json").read_text())
    change(card)
    (folder / "card.json").write_text(json.dumps(card))


def refuse(folder, match):
    """Check that loading fails in one line, allocating next to nothing."""
    load_pristine_once()
    tracemalloc.start()
    try:
        with pytest.raises(UsageError, match=match) as caught:
            load_weights(load_bundle(folder))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "\n" not in str(caught.value)
    assert peak < 8e6


def load_pristine_once(done=[]):  # noqa: B006
    """Import what loading imports, so that it isn't counted."""
    if not done:
        from astro_dl.weights import model_specs

        model_specs(lambda: build_from("mlp", SPEC, HEAD, {}))
        done.append(True)


def test_pristine_bundle_loads(folder):
    assert load_weights(load_bundle(folder)).count_params() == 39


@pytest.mark.parametrize("name", [*NAMES[1:], "plots/roc.png"])
def test_changed_byte_is_noticed(folder, name, no_reading):
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / name).write_bytes(data)
    refuse(folder, "sha256 differs")


@pytest.mark.parametrize("name", [*NAMES, "plots/roc.png"])
def test_missing_file_is_noticed(folder, name, no_reading):
    (folder / name).unlink()
    refuse(folder, "No such file|no card.json")


def test_unlisted_files_are_never_opened(folder):
    (folder / "evil.pkl").write_bytes(pickle.dumps(os.getcwd))
    (folder / "plots" / "x.py").write_text("raise SystemExit")
    load_weights(load_bundle(folder))


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
    from astro_dl.weights import model_specs

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


CONFIGS = {
    "python tag": ("seed: 0", "seed: !!python/object/apply:os.system ['touch pwned']", "tag"),
    "python name": ("seed: 0", "seed: !!python/name:os.system", "tag"),
    "alias": ("seed: 0", "seed: &a 0\ninitial_weights: *a", "alias"),
    "not a mapping": (None, "- a\n- b\n", "no mapping"),
    "binary": (None, b"\xff\xfe\x00", "config.yaml"),
    "deep": (None, "[" * 5000, "nested deeper"),
    "deep in blocks": (None, "- " * 5000, "config.yaml"),
    "huge": (None, "# " * 10**6, "not a regular file of at most"),
    "unknown key": ("\nseed: 0", "\nseed: 0\npost_load: os.system", "post_load"),
    "other seed": ("seed: 0", "seed: 1", "different seeds"),
    "other model": ("model: mlp", "model: cnn1d", "different models"),
    "hyperparameter": ("l1: 0.0", "run: os.system", "unknown hyper-parameter of mlp 'run'"),
    "activation": ("activation: relu", "activation: os.system", "activation 'os.system'"),
    "negative": ("units: [4]", "units: [-4]", "config|units|mlp"),
}


@pytest.mark.parametrize("case", CONFIGS)
def test_config_of_another_kind_is_refused(folder, case, no_reading, monkeypatch):
    monkeypatch.chdir(folder)
    old, new, match = CONFIGS[case]
    file = folder / "config.yaml"
    if old is None:
        file.write_bytes(new if isinstance(new, bytes) else new.encode())
    else:
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new))
    resign(folder)
    refuse(folder, match)
    assert not (folder / "pwned").exists()


def without(key):
    return lambda card: card.pop(key)


def with_(**values):
    return lambda card: card.update(values)


def with_head(**values):
    return lambda card: card["head"].update(values)


def listing(name, digest="0" * 64):
    return lambda card: card["files"].update({name: digest})


CARDS = {
    "traversal": (listing("../../etc/passwd"), "not the name of a file"),
    "inner traversal": (listing("plots/../../x.png"), "not the name of a file"),
    "absolute": (listing("/etc/passwd"), "not the name of a file"),
    "hidden": (listing("plots/.png"), "not the name of a file"),
    "newline": (listing("README.md\n"), "not the name of a file"),
    "code": (listing("plots/x.py"), "not the name of a file"),
    "digest": (listing("README.md", "x"), "no valid sha256"),
    "number for digest": (listing("README.md", 1), "no valid sha256"),
    "weights not listed": (lambda card: card["files"].pop("weights.h5"), "'weights.h5' is not"),
    "config not listed": (lambda card: card["files"].pop("config.yaml"), "'config.yaml' is not"),
    "unknown key": (with_(loader="os:system"), "unknown card key 'loader'"),
    "format": (with_(format=99), "format 99"),
    "type": (with_(model=["mlp"]), "'model' is list"),
    "true for a number": (with_(seed=True), "'seed' is bool"),
    "model": (with_(model="os:system"), "different models"),
    "head kind": (with_(head={"kind": "code", "names": ["a"], "units": []}), r"head\.kind"),
    "head names": (with_(head={"kind": "binary", "names": ["a"], "units": []}), "two"),
    "shape": (with_(input={"shape": [-1], "contract": {}}), r"input\.shape"),
    "huge shape": (with_(input={"shape": [2**40], "contract": {}}), r"input\.shape"),
    "rank": (with_(input={"shape": [5, 5, 5], "contract": {}}), "axes"),
    "contract": (with_(input={"shape": [5]}), r"input\.contract"),
    "calibration": (with_(calibration={"kind": "eval"}), "unknown calibration 'eval'"),
    "scale": (with_(calibration={"kind": "platt"}), r"calibration\.scale"),
    "factors": (with_(calibration={"kind": "spread", "factors": [1]}), "for each target"),
    "no factor": (with_(calibration={"kind": "spread", "factors": [None]}), "list of numbers"),
    "distribution": (with_head(distribution="grid"), "not for multiclass heads"),
    "support": (with_head(support=["0", None]), r"head\.support"),
    "grid": (with_head(grid=[0, "1"]), r"head\.grid"),
    "components": (with_head(components=10**9), r"head\.components"),
}


@pytest.mark.parametrize("case", CARDS)
def test_card_of_another_kind_is_refused(folder, case, no_reading):
    change, match = CARDS[case]
    change_card(folder, change)
    refuse(folder, match)


def test_every_missing_card_key_is_named(folder, no_reading):
    card = json.loads((folder / "card.json").read_text())
    for key in card:
        less = {name: value for name, value in card.items() if name != key}
        (folder / "card.json").write_text(json.dumps(less))
        with pytest.raises(UsageError, match=key):
            load_bundle(folder)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"format": NaN}', '{"format": 1, "format": 1}', "[" * 100_000, "\ud800"],
)
def test_card_that_is_no_strict_json_is_refused(folder, text, no_reading):
    (folder / "card.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    refuse(folder, r"card\.json: ")


def test_huge_card_is_refused(folder, no_reading):
    with (folder / "card.json").open("r+b") as file:
        file.truncate(2**33)
    refuse(folder, "not a regular file of at most")


@pytest.mark.parametrize("name", ["weights.h5", "config.yaml", "card.json", "plots"])
def test_symbolic_links_are_refused(folder, name, no_reading):
    moved = folder.parent / "elsewhere"
    (folder / name).rename(moved)
    (folder / name).symlink_to(moved)
    refuse(folder, "symbolic link")


def test_named_pipe_is_refused(folder, no_reading):
    (folder / "weights.h5").unlink()
    os.mkfifo(folder / "weights.h5")
    refuse(folder, "not a regular file")
