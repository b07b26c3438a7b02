"""Training of models that are fitted at once, such as forests."""

import time
from pathlib import Path

import numpy as np

from astro_dl.bundles.bundle import Bundle
from astro_dl.core import backend
from astro_dl.core.config import Config
from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Inputs, input_length
from astro_dl.core.registry import get_task, resolve_fit
from astro_dl.core.schema import plain
from astro_dl.data.cache import split_physics
from astro_dl.data.real import is_real
from astro_dl.models.build import logits_model, model_head
from astro_dl.training.checkpoint import State
from astro_dl.training.data import TrainingData, open_training_data
from astro_dl.training.epochs import predict_logits
from astro_dl.training.objective import make_objective
from astro_dl.training.save import save_result


def fit_at_once(folder: Path, config: Config, progress: bool = True) -> Bundle:
    """Fit the model of a config and save it as a bundle.

    Parameters
    ----------
    folder : Path
        Where the bundle goes; its config has the hyper-parameters that the fit found.
    config : Config
        The resolved config. Of its section ``training`` nothing applies.
    progress : bool, default True
        Whether simulations show progress bars.

    Raises
    ------
    UsageError
        If the data are streamed, or unfit, or initial weights are asked for.
    """
    if config.initial_weights is not None:
        raise UsageError(f"initial_weights: {config.model} is fitted at once, from nothing")
    if config.data.mode == "stream" and not is_real(config):
        raise UsageError(f"data.mode: {config.model} is fitted at once; accepted: 'store'")
    fit = resolve_fit(config.model)
    assert fit is not None
    backend.prepare(config.seed)
    task, physics = get_task(config.task), split_physics(config, "train")
    head = model_head(config.model, task, physics, config.hyperparameters)
    with open_training_data(config, progress) as data:
        start = time.perf_counter()
        x, held_out = _whole(data, config.seed), data.validation
        model, hyperparameters = fit(
            config.model,
            task.input_spec(physics),
            head,
            x,
            (held_out.x, held_out.y),
            config.seed,
            config.hyperparameters,
        )
        head = model_head(config.model, task, physics, hyperparameters)
        objective = make_objective(head, data.y, config.training)
        logits = predict_logits(logits_model(model), held_out.x, config.training.batch_size)
        scores = objective.validation_scores(objective.standardised(logits), held_out.y)
        row = {"epoch": 1, **scores, "seconds": time.perf_counter() - start}
        found = Config(**{**vars(config), "hyperparameters": plain(hyperparameters)})
        return save_result(folder, model, objective, data, found, State((row,)), False)


def _whole(data: TrainingData, seed: int) -> tuple[Inputs, np.ndarray]:
    """Return the whole training set; its parts come in an order that depends on the seed."""
    parts = list(data.pieces(0, np.random.default_rng(seed)))
    if any(len(part) > 2 for part in parts):
        raise UsageError("weights of examples are for networks; train without them")
    if len(parts) == 1:
        return parts[0][:2]
    assert all(isinstance(x, np.ndarray) and input_length(x) for x, *_ in parts)
    return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])
