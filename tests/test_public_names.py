"""The public names of the package, and what `model_info` and `task_info` tell."""

import importlib
import json
import sys

import pytest

import astro_dl
from astro_dl.core.errors import UsageError
from astro_dl.core.registry import get_task
from astro_dl.core.shipped import ShippedBundle, list_bundles, shipped_bundles
from astro_dl.core.task import unsimulated
from astro_dl.info import bundle_info, info


def test_every_public_name_is_there_and_documented():
    for name in set(astro_dl.__all__) - {"__version__"}:
        assert getattr(astro_dl, name).__doc__, name
    assert set(astro_dl.__all__) <= set(dir(astro_dl))


def test_unknown_names_are_attribute_errors():
    with pytest.raises(AttributeError, match="has no attribute 'tran'"):
        _ = astro_dl.tran


@pytest.mark.parametrize("name", astro_dl.list_models())
def test_every_model_tells_what_it_is(name):
    found = astro_dl.model_info(name)
    facts = found.to_dict()
    assert json.loads(json.dumps(facts)) == facts
    assert facts["summary"]
    assert "hyperparameters" in facts
    assert str(found).startswith(f"{name}\n")


@pytest.mark.parametrize("name", sorted(shipped_bundles()))
def test_every_shipped_bundle_is_found_by_its_own_name_and_by_its_model(name):
    facts = info(name).to_dict() if name in astro_dl.list_models() else bundle_info(name).to_dict()
    model = facts.get("model", name)
    assert name in astro_dl.model_info(model).facts["pretrained"]
    assert list_bundles(name)[name] == ShippedBundle(model, facts["task"])
    assert name in list_bundles(model)


def test_a_bundle_tells_its_own_input_and_not_its_tasks():
    facts = info("lens_resnet_vis").facts
    assert facts["model"] == "lens_resnet"
    assert facts["input"]["bands"] == ["VIS"]
    assert facts["input"]["shape"] == [64, 64, 1]


def test_a_model_tells_its_own_input_and_output_and_not_its_tasks():
    assert astro_dl.model_info("ar_cnn").facts["input"]["shape"] == [64, 64, 1]
    assert astro_dl.model_info("tess_cnn").facts["input"]["shape"] == [201, 1]
    assert astro_dl.model_info("photoz_mdn").facts["output"]["distribution"] == "mixture"
    assert astro_dl.model_info("gaia_vae").facts["output"]["kind"] == "reconstruction"
    assert astro_dl.model_info("mlp").facts["output"]["kind"] == "multiclass"


@pytest.mark.parametrize("name", astro_dl.list_tasks())
def test_every_task_tells_what_it_is(name):
    found = astro_dl.task_info(name)
    facts = found.to_dict()
    assert json.loads(json.dumps(facts)) == facts
    assert facts["summary"]
    assert facts["physics"] or get_task(name).simulate is unsimulated
    assert set(facts["models"]) <= set(astro_dl.list_models())


def test_unknown_models_and_tasks_get_the_nearest_name():
    with pytest.raises(UsageError, match="did you mean 'gw_cnn'"):
        astro_dl.model_info("gw_cn")
    with pytest.raises(UsageError, match="did you mean 'gw_bbh'"):
        astro_dl.task_info("gw_bb")


@pytest.mark.parametrize(
    ("module", "names"),
    [
        ("astro_dl.tasks.base", ["Task", "Head", "InputSpec", "Dataset", "Difficulty"]),
        ("astro_dl.data.examples", ["Examples"]),
    ],
)
def test_old_names_lead_to_the_public_ones(module, names):
    sys.modules.pop(module, None)
    with pytest.warns(DeprecationWarning, match="has moved"):
        old = importlib.import_module(module)
    assert all(getattr(old, name) is getattr(astro_dl, name) for name in names)


def test_a_head_is_made_by_the_name_of_its_kind():
    assert astro_dl.Head("binary", ["no", "yes"]) == astro_dl.Binary(("no", "yes"))
    told = astro_dl.Head("regression", ("z",), distribution="gaussian")
    assert told == astro_dl.Regression(("z",), (), "gaussian")
    with pytest.raises(UsageError, match="did you mean 'binary'"):
        astro_dl.Head("binry", ("no", "yes"))
