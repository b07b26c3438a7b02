"""A small bundle for each test to tamper with."""

import shutil

import h5py
import pytest

from astro_dl.bundles.bundle import save_bundle
from astro_dl.core.config import Config
from astro_dl.models import build as build_module
from astro_dl.models.build import build_from
from astro_dl.models.defaults import default_hyperparameters
from tests.bundles.tampered_bundle import HEAD, SPEC


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
