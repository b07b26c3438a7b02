"""What a task is made of, by its old name: these are public names of `astro_dl` now."""

import warnings

from astro_dl.answers.head import Head
from astro_dl.core.task import Dataset, Difficulty, InputSpec, Task, unsimulated

__all__ = ["Dataset", "Difficulty", "Head", "InputSpec", "Task", "unsimulated"]

warnings.warn(
    "astro_dl.tasks.base has moved: from astro_dl import Task, Head, InputSpec, …",
    DeprecationWarning,
    stacklevel=2,
)
