"""Every registered model keeps the promises of the zoo."""

from collections.abc import Iterator

import pytest

from astro_dl.core.registry import list_models, model_entry
from astro_dl.testing import check_model


def one_of_each_builder() -> Iterator[object]:
    """Yield all names; presets of a builder that another name has tried already are slow."""
    tried = set()
    for name in list_models():
        builder = model_entry(name).builder
        yield pytest.param(name, marks=[pytest.mark.slow] if builder in tried else [])
        tried.add(builder)


@pytest.mark.parametrize("name", one_of_each_builder())
def test_promises(name):
    check_model(name)
