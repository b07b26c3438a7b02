"""The registry: names, wildcards, duplicates, lazy builders."""

import pytest

from astro_dl.core import registry
from astro_dl.core.errors import UsageError
from astro_dl.core.registry import (
    get_task,
    list_models,
    list_tasks,
    model_entry,
    register_model,
    register_task,
    resolve_builder,
    task_entry,
)


@pytest.fixture
def scratch(monkeypatch):
    """Registrations of this test are forgotten after it."""
    registry.all_models()
    monkeypatch.setattr(registry, "_models", dict(registry._models))
    monkeypatch.setattr(registry, "_tasks", dict(registry._tasks))


def builder(input_spec, head):
    """Build nothing.

    Only the first line is the summary.
    """


def test_wildcards_and_filters():
    everything = list_models()
    assert everything == sorted(everything)
    assert list_models("gw_*") == [name for name in everything if name.startswith("gw_")]
    assert set(list_models(task="gw_bbh")) >= {"gabbard", "gw_cnn", "gw_resnet"}
    assert "mlp" not in list_models(task="gw_bbh")
    assert list_models("no_such_*") == []
    assert "gw_bbh" in list_tasks("gw*")


def test_models_with_and_without_weights_are_all_models():
    with_weights, without = list_models(pretrained=True), list_models(pretrained=False)
    assert sorted([*with_weights, *without]) == list_models()


def test_filtering_by_an_unknown_task_is_refused():
    with pytest.raises(UsageError, match="unknown task 'gw_bh'; did you mean 'gw_bbh'"):
        list_models(task="gw_bh")


@pytest.mark.parametrize("look_up", [model_entry, resolve_builder, task_entry, get_task])
def test_unknown_names_are_refused(look_up):
    with pytest.raises(UsageError, match=r"unknown (model|task) 'zzzz'; accepted: "):
        look_up("zzzz")


def test_a_model_is_registered_by_call_and_by_decorator(scratch):
    register_model("by_call", builder, summary="given")
    register_model("by_decorator")(builder)
    assert model_entry("by_call").summary == "given"
    assert model_entry("by_decorator").summary == "Build nothing."
    assert resolve_builder("by_call") is resolve_builder("by_decorator") is builder


def test_a_task_is_registered_by_decorator(scratch):
    @register_task("by_decorator", summary="given")
    def make():
        return "the task"

    assert task_entry("by_decorator").summary == "given"
    assert make() == "the task"


def test_a_name_is_registered_once(scratch):
    register_model("mine", builder)
    register_model("mine", builder)
    with pytest.raises(UsageError, match="model 'mine' is registered already"):
        register_model("mine", builder, summary="another")


def test_builders_are_imported_when_first_used(scratch):
    register_model("lazy", "fractions:Fraction", summary="lazy")
    assert model_entry("lazy").builder == "fractions:Fraction"
    from fractions import Fraction

    assert resolve_builder("lazy") is Fraction
    assert model_entry("lazy").builder is Fraction


@pytest.mark.parametrize("name", list_models())
def test_every_model_has_a_summary_and_what_it_needs(name):
    entry = model_entry(name)
    assert entry.summary
    assert "\n" not in entry.summary
    assert entry.task is not None or entry.input_shape is not None
    assert bool(entry.reference) >= bool(entry.bibtex)


@pytest.mark.parametrize("name", list_tasks())
def test_every_task_is_found_under_its_own_name(name):
    assert get_task(name).name == name


@pytest.mark.parametrize("name", list_tasks())
def test_headline_metrics_are_of_tasks_that_have_metrics_of_their_own(name):
    assert bool(task_entry(name).headline) <= (get_task(name).extra_metrics is not None)


@pytest.mark.parametrize("name", list_tasks())
def test_only_networks_that_learnt_from_simulations_are_cautioned_against_them(name):
    of_all = get_task(name).cautions(simulated=False).lower()
    assert "simulat" not in of_all
    assert "trained on" not in of_all
    assert get_task(name).cautions(simulated=True).lower().startswith(of_all)
