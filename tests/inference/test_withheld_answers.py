"""Every reader withholds what its flags call unsupported, and gives it with ``keep_flagged``."""

from inspect import signature
from types import SimpleNamespace

import numpy as np
import pytest

from astro_dl.core.registry import get_task, list_tasks
from astro_dl.inference.arrays import predict_arrays
from astro_dl.inference.input_checks import input_statistics
from astro_dl.inference.table import Effect, Flag, answered_rows

TASKS = ["strong_lens", "lens_parameters", "ar_morphology", "galaxy_redshift", "photo_z"]


def network(name):
    """Return a predictor of a task that answers anything, and examples, the last one far off."""
    task = get_task(name)
    physics = task.physics()
    head = task.head(physics)
    x = np.asarray(task.simulate(physics, 12, np.random.default_rng(0)).x)
    predictor = SimpleNamespace(
        input_spec=task.input_spec(physics),
        head=head,
        bundle=SimpleNamespace(card=SimpleNamespace(input_statistics=input_statistics(x))),
    )

    def answers(x, batch_size=None, usable=True):
        shape = (len(x),) if head.outputs == 1 else (len(x), head.outputs)
        logits = np.zeros(shape)
        logits[~np.broadcast_to(usable, len(x))] = np.nan
        return head.answers(logits)

    predictor.answers = answers
    far = x.copy()
    far[-1].flat[0] = 1.01 * np.abs(x).max() + 1
    return predictor, far


@pytest.mark.parametrize("name", TASKS)
def test_answers_outside_the_training_range_are_withheld(name):
    predictor, x = network(name)
    column = next(iter(predictor.head.columns(predictor.answers(x[:1]))))
    column = f"p_{predictor.head.names[0]}" if column == "label" else column
    withheld = predict_arrays(predictor, x.astype(np.float32))
    kept = predict_arrays(predictor, x.astype(np.float32), keep_flagged=True)
    assert withheld["flags"][-1] == kept["flags"][-1] == "outside_training_range"
    values = np.asarray(withheld[column], float)
    assert np.isnan(values).tolist() == [False] * 11 + [True]
    assert np.isfinite(np.asarray(kept[column], float)).all()


def test_what_nothing_answers_is_never_kept():
    flags = {
        "far": Flag(np.array([True, False, False]), Effect.WITHHELD),
        "empty": Flag(np.array([False, True, False]), Effect.NO_ANSWER),
        "odd": Flag(np.array([True, True, True])),
    }
    assert answered_rows(flags, keep_flagged=False).tolist() == [False, False, True]
    assert answered_rows(flags, keep_flagged=True).tolist() == [True, False, True]


ANSWERS_OF_ALL = {
    "cosmic_ray": "each pixel is judged by its neighbours",
    "gw_bbh": "each window of strain is ranked among all",
    "source_segmentation": "each pixel is judged by its neighbours",
}
"""Tasks whose readers leave no answer out, and why."""


@pytest.mark.parametrize("name", [one for one in list_tasks() if get_task(one).files.reader])
def test_readers_give_flagged_answers_to_whoever_asks_for_them(name):
    options = signature(get_task(name).files.reader).parameters
    assert ("keep_flagged" in options) == (name not in ANSWERS_OF_ALL)
