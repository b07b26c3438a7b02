"""A set that was stored by an earlier version of its task is made anew when its examples differ."""

import json
from pathlib import Path

from astro_dl.core.registry import get_task, task_entry
from astro_dl.core.task import unsimulated
from astro_dl.data.simulate import simulate
from astro_dl.testing import parametrize_with_tasks

RECORDED = Path(__file__).parents[1] / "data" / "columns_of_tasks.json"


def told(name):
    """Return what is recorded of a task: its version, and what is told of its examples."""
    task = get_task(name)
    columns = simulate(task, 4, 0, **task_entry(name).small).info.colnames
    return {"version": task.version, "columns": sorted(columns)}


@parametrize_with_tasks()
def test_what_is_told_of_examples_is_what_this_version_of_the_task_tells(name):
    if get_task(name).simulate is unsimulated:
        return
    recorded = json.loads(RECORDED.read_text())[name]
    # Where columns differ, so must versions; then both are recorded anew.
    assert told(name) == recorded
