"""A network on spectra of known answers."""

from types import SimpleNamespace

import numpy as np

from astro_dl.core.registry import get_task


def stand_in(name, **physics):
    """Return a predictor whose logits are the first values of a spectrum."""
    task = get_task(name)
    settings = task.physics(**physics)
    head = task.head(settings)
    given = []

    def answers(x, batch_size, usable):
        assert x.dtype == np.float32
        assert x.shape[1:] == task.input_spec(settings).shape
        given.append(x)
        logits = x[:, : head.outputs, 0].astype(float)
        return head.answers(np.where(usable[:, None], logits, np.nan))

    bundle = SimpleNamespace(card=SimpleNamespace(input_statistics=None))
    return SimpleNamespace(physics=settings, head=head, answers=answers, bundle=bundle, given=given)
