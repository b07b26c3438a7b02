"""A network on catalogues of known answers."""

from types import SimpleNamespace

import numpy as np

from astro_dl.core.registry import get_task
from astro_dl.inference.input_checks import input_statistics


def stand_in(name, **physics):
    """Return a predictor whose logit of each class is one input value: the class's number."""
    task = get_task(name)
    settings = task.physics(**physics)
    head = task.head(settings)
    examples = task.simulate(settings, 500, np.random.default_rng(0))

    def answers(x, batch_size=None, usable=True):
        assert np.isfinite(x).all()
        logits = x[:, 0].copy() if head.kind == "binary" else x[:, : head.outputs].copy()
        logits[~np.broadcast_to(usable, len(x))] = np.nan
        return head.answers(logits)

    return SimpleNamespace(
        physics=settings,
        head=head,
        bundle=SimpleNamespace(card=SimpleNamespace(input_statistics=input_statistics(examples.x))),
        answers=answers,
    )
