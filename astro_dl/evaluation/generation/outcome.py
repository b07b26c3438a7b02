"""From a network that draws images and a test set to images that it and its peers draw."""

from typing import Any

import numpy as np

from astro_dl.core.examples import Examples, take_inputs
from astro_dl.core.registry import method_title
from astro_dl.data.store import Store
from astro_dl.evaluation.classical import known_examples
from astro_dl.evaluation.generation.peers import PrincipalMixture, copies
from astro_dl.evaluation.predictions import Outcome
from astro_dl.inference.protocol import Predictor
from astro_dl.models.generators.inputs import CONDITIONS
from astro_dl.models.point_spread.inputs import IMAGE, POINT_SPREAD

STREAM = 201
"""Random stream of what is drawn, beside the config's seed."""


def generated_outcome(
    predictor: Predictor[Any], data: Store | Examples, n: int, source: str, progress: bool
) -> Outcome:
    """Return images that are drawn where the same is known as of the first n examples.

    Parameters
    ----------
    predictor : Predictor
        Of kind ``"generation"``.
    data : Store or Examples
        The test set.
    n : int
        How many.
    source : str
        What to call the data.
    progress : bool
        Whether simulations show a progress bar.

    Returns
    -------
    Outcome
        ``y`` are the images of the test set (n, H, W), ``scores`` those that methods draw, with
        noise as all have it. Beside the network are those of the task, a mixture of Gaussians on
        principal components, and copies of training images.
    """
    from astro_dl.models.generators.drawing import draw_images

    task, config, card = predictor.task, predictor.bundle.config, predictor.bundle.card
    first = slice(0, n)
    x = data.inputs(first) if isinstance(data, Store) else take_inputs(data.x, first)
    assert isinstance(x, dict)
    assert task is not None
    rng = np.random.default_rng([config.seed, STREAM])
    own = method_title(card.model)
    drawn = draw_images(predictor.model, x[CONDITIONS], x[POINT_SPREAD], rng).images
    scores = {own: _noisy(drawn, rng)}
    neighbours = None
    if config.evaluation.baselines and task.generation is not None:
        for name, peer in task.generation.peers.items():
            scores[name] = peer(predictor.physics, x, rng)
        training, held_out = (
            known_examples(config, split, progress).x for split in ("train", "validation")
        )
        assert isinstance(training, dict)
        assert isinstance(held_out, dict)
        known, images = training[CONDITIONS], training[IMAGE][..., 0]
        mixture = PrincipalMixture.fitted(images, known, config.seed)
        scores["PCA + mixture"] = _noisy(mixture.draw(x[CONDITIONS], rng), rng)
        some = slice(0, min(len(known), len(held_out[CONDITIONS])))
        scores["copies of training images"] = copies(images[some], known[some], x[CONDITIONS])
        neighbours = images[some], held_out[IMAGE][some, ..., 0]
    return Outcome(
        head=predictor.head,
        y=np.asarray(x[IMAGE][..., 0]),
        scores=scores,
        info=data.info[first],
        neighbours=neighbours,
        bound=task.classical.bound,
        about={"model": card.name, "task": card.task or "", "data": source},
        own=own,
    )


def _noisy(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return images + rng.standard_normal(images.shape, dtype=np.float32)
