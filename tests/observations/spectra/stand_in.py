"""A network on spectra of known answers."""

from types import SimpleNamespace

import numpy as np

from astro_dl.core.registry import get_task
from astro_dl.inference.table import prediction_table


def stand_in(name, **physics):
    """Return a predictor whose logits are the first values of a spectrum."""
    task = get_task(name)
    settings = task.physics(**physics)
    head = task.head(settings)
    given = []

    def predict(x, ids, batch_size=None):
        assert x.dtype == np.float32
        assert x.shape[1:] == task.input_spec(settings).shape
        given.append(x)
        answers = head.answers(x[:, : head.outputs, 0].astype(float))
        flags = {"non_finite_input": ~np.isfinite(x).all(axis=(1, 2))}
        return prediction_table(head, ids, answers, flags)

    return SimpleNamespace(physics=settings, head=head, predict=predict, given=given)
