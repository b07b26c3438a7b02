"""Settings read from source are those that the functions have."""

import inspect

import pytest

from astro_dl.core.registry import list_models, model_entry, resolve_builder
from astro_dl.core.source.signatures import builder_defaults, passes_on

SIZE = 4
HERE = "tests.core.source.test_signatures"


def by_name(first, second, size=SIZE):
    """Stand for a builder whose default is no plain value."""


def family(first, second, *, width: int = 1, depth: tuple = (2, 3), rate: float = -0.5):
    """Stand for a builder that others pass settings on to."""


@passes_on(f"{HERE}:family")
def beside(first, second, *, own: bool = False, **others):
    """Stand for a builder with one setting more than its family."""


@pytest.mark.parametrize("name", list_models())
def test_settings_in_the_source_are_those_of_the_signature(name):
    written = model_entry(name).builder
    assert builder_defaults(written) == builder_defaults(resolve_builder(name))


def test_settings_that_the_source_does_not_tell_are_imported():
    assert builder_defaults(f"{HERE}:by_name") == {"size": 4}
    assert builder_defaults(f"{HERE}:beside") == builder_defaults(beside)


def test_a_function_that_passes_on_has_the_settings_of_both():
    assert builder_defaults(f"{HERE}:family") == {"width": 1, "depth": (2, 3), "rate": -0.5}
    assert builder_defaults(beside) == {"own": False, **builder_defaults(family)}
    assert list(inspect.signature(beside).parameters)[:3] == ["first", "second", "own"]
    assert beside.__annotations__ == {**family.__annotations__, "own": bool}
