"""Checks for models and tasks, one's own and third parties', in the manner of a test suite."""

from astro_dl.testing.models import check_model, parametrize_with_models
from astro_dl.testing.tasks import check_task, parametrize_with_tasks

__all__ = ["check_model", "check_task", "parametrize_with_models", "parametrize_with_tasks"]
