"""Checks for models and tasks, one's own and third parties', in the manner of a test suite."""

from astro_dl.testing.models import check_model, parametrize_with_models

__all__ = ["check_model", "parametrize_with_models"]
