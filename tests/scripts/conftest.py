"""Scripts as modules."""

import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"


@pytest.fixture
def load_script(monkeypatch):
    """Return what reads a script by its name, without what it sets for its own process."""
    monkeypatch.syspath_prepend(SCRIPTS)

    def load(name):
        spec = spec_from_loader(name, SourceFileLoader(name, str(SCRIPTS / name)))
        module = module_from_spec(spec)
        # Where data classes look for the names in their annotations.
        monkeypatch.setitem(sys.modules, name, module)
        with monkeypatch.context() as context:
            context.setattr("os.environ", {})
            spec.loader.exec_module(module)
        return module

    return load
