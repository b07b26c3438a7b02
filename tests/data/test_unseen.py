"""No real set is scored that holds what a model learnt from under another name."""

import pytest

from astro_dl.core.config import load_config
from astro_dl.core.errors import UsageError
from astro_dl.core.registry import get_task, list_tasks
from astro_dl.data.real import check_unseen

COLLECTIONS = [
    (task, taught, asked)
    for task in list_tasks()
    for taught, one in get_task(task).datasets.items()
    for asked, other in get_task(task).datasets.items()
    if one.collection and one.collection == other.collection
]


def trained_on(dataset):
    return load_config("supernova_trees", **{"data.source": dataset})


def test_some_sets_are_divisions_of_the_same_objects():
    assert ("supernova", "spcc_farther", "spcc") in COLLECTIONS


@pytest.mark.parametrize(("task", "taught", "asked"), COLLECTIONS)
def test_another_division_of_the_same_objects_is_refused(task, taught, asked):
    config = trained_on(taught)
    assert config.task == task
    if taught == asked:
        check_unseen(config, asked)
    else:
        with pytest.raises(UsageError, match=f"'{asked}' has objects .* '{taught}'"):
            check_unseen(config, asked)


@pytest.mark.parametrize("asked", ["pan_starrs", "plasticc"])
def test_sets_of_other_objects_are_scored(asked):
    check_unseen(trained_on("spcc"), asked)


def test_models_of_simulations_are_scored_on_all_sets():
    for asked in get_task("supernova").datasets:
        check_unseen(trained_on("simulation"), asked)
