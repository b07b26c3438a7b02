"""Bundles of networks that have learnt nothing: for what is promised of any."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras

from astro_dl.bundles.bundle import Bundle, save_bundle
from astro_dl.core.config import load_config
from astro_dl.models.build import build_model, resolve


def untrained_bundle(
    folder: Path, values: Mapping[str, Any], parts: Mapping[str, Any] | None = None
) -> Bundle:
    """Return the bundle of a config, with the same weights each time, and parts of its card."""
    config = resolve(load_config(values))
    keras.utils.set_random_seed(config.seed)
    about = {"task": config.task, "physics": config.physics, **config.hyperparameters}
    model = build_model(config.model, **about)
    return save_bundle(folder, model, config, dict(parts or {}), [{"epoch": 1, "loss": 1.0}])
