"""A deep-learning model zoo for astronomy: Keras models on physically faithful simulators.

Every public name is imported when first used, so that ``import astro_dl`` costs nothing.
"""

from importlib import import_module
from typing import Any

__version__ = "0.2.0"

_HOME = {
    "AnswerKind": "astro_dl.core.answer",
    "Augmentation": "astro_dl.core.task",
    "Binary": "astro_dl.answers.binary",
    "Bundle": "astro_dl.bundles.bundle",
    "Classical": "astro_dl.core.task",
    "Config": "astro_dl.core.config",
    "Dataset": "astro_dl.core.task",
    "Difficulty": "astro_dl.core.task",
    "Examples": "astro_dl.core.examples",
    "Files": "astro_dl.core.task",
    "Head": "astro_dl.answers.head",
    "InputSpec": "astro_dl.core.task",
    "Multiclass": "astro_dl.answers.multiclass",
    "Predictor": "astro_dl.inference.predictor",
    "Reconstruction": "astro_dl.answers.reconstruction",
    "Regression": "astro_dl.answers.regression",
    "Task": "astro_dl.core.task",
    "UsageError": "astro_dl.core.errors",
    "build_model": "astro_dl.models.build",
    "compare": "astro_dl.evaluation.compare",
    "evaluate": "astro_dl.evaluation.evaluate",
    "export": "astro_dl.exporting",
    "generate": "astro_dl.generation",
    "inspect": "astro_dl.inspection",
    "list_models": "astro_dl.core.registry",
    "list_tasks": "astro_dl.core.registry",
    "load_config": "astro_dl.core.config",
    "load_pretrained": "astro_dl.inference.load",
    "map_partitions": "astro_dl.cluster.dataframes",
    "model_info": "astro_dl.info",
    "pull": "astro_dl.bundles.hub",
    "push": "astro_dl.bundles.hub",
    "register_archive": "astro_dl.core.archives",
    "register_bundles": "astro_dl.core.shipped",
    "register_configs": "astro_dl.core.shipped",
    "register_answer_kind": "astro_dl.core.registry",
    "register_model": "astro_dl.core.registry",
    "register_task": "astro_dl.core.registry",
    "simulate": "astro_dl.data.simulate",
    "task_info": "astro_dl.info",
    "train": "astro_dl.training",
    "tune": "astro_dl.tuning",
}

__all__ = [*_HOME, "__version__"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(_HOME[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
