"""A network on catalogues of known answers."""

from types import SimpleNamespace

import numpy as np

from astro_dl.inputs import input_statistics
from astro_dl.registry import get_task


def stand_in(name, **physics):
    """Return a predictor whose logit of each class is one input value: the class's number."""
    task = get_task(name)
    settings = task.physics(**physics)
    head = task.head(settings)
    examples = task.simulate(settings, 500, np.random.default_rng(0))

    def score(x, batch_size=None):
        assert np.isfinite(x).all()
        return x[:, 0].copy() if head.kind == "binary" else x[:, : head.outputs].copy()

    def probabilities(logits):
        if head.kind == "binary":
            return 1 / (1 + np.exp(-logits))
        return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)

    return SimpleNamespace(
        physics=settings,
        head=head,
        bundle=SimpleNamespace(card={"input_statistics": input_statistics(examples.x)}),
        score=score,
        probabilities=probabilities,
    )
