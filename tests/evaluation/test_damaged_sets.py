"""Evaluating on a set whose numbers make no sense says so, whatever its seal says."""

import numpy as np
import pytest

import astro_dl
from astro_dl.core.errors import UsageError
from astro_dl.data.store import store_examples
from tests.data.test_store import sealed_anew
from tests.toy_training import config


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASTRO_DL_CACHE", str(folder / "cache"))
        settings = config(
            data={"n_train": 60, "n_validation": 60, "n_test": 60, "workers": 1},
            training={"epochs": 1, "batch_size": 30},
        )
        yield astro_dl.train(settings, out=folder / "run", progress=False)


@pytest.mark.parametrize(
    ("member", "value", "reason"),
    [("x", np.nan, "x is not finite"), ("y", np.nan, "finite"), ("y", 7.0, "0 and 1|0 or 1")],
)
def test_damaged_values_are_refused(bundle, toy_task, tmp_path, member, value, reason):
    path = tmp_path / "set.h5"
    examples = astro_dl.simulate("toy_binary", n=40, seed=3)
    store_examples(path, [examples], 40, {"task": "toy_binary"}, progress=False)

    def change(file):
        file[member][3] = value

    sealed_anew(path, change)
    with pytest.raises(UsageError, match=reason):
        astro_dl.evaluate(bundle, path, progress=False)
