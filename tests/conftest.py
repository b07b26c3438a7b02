"""Fixtures for all tests: toy tasks, and caches that never touch the user's."""

import os
from dataclasses import replace

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from astro_dl.core.registry import register_task
from astro_dl.models.classical.methods import METHODS
from tests import toy


@pytest.fixture(autouse=True)
def _private_cache(tmp_path, monkeypatch):
    """Keep stored examples out of the user's cache."""
    monkeypatch.setenv("ASTRO_DL_CACHE", str(tmp_path / "cache"))


@pytest.fixture(scope="session")
def toy_task():
    """Return the binary toy task, registered as ``toy_binary``."""
    register_task(toy.BINARY.name, toy.BINARY)
    return toy.BINARY


@pytest.fixture(scope="session")
def toy_multiclass():
    """Return the multi-class toy task, registered as ``toy_multiclass``."""
    register_task(toy.MULTICLASS.name, toy.MULTICLASS)
    return toy.MULTICLASS


@pytest.fixture(scope="session")
def toy_regression():
    """Return the regression toy task, registered as ``toy_regression``."""
    register_task(toy.REGRESSION.name, toy.REGRESSION)
    return toy.REGRESSION


@pytest.fixture
def quick_peers(monkeypatch):
    """Make classical methods quick and leave them untuned."""
    few = {"n_estimators": 10, "max_iter": 10}
    for name, method in METHODS.items():
        settings = {key: few.get(key, value) for key, value in method.settings.items()}
        quick = replace(method, settings=settings, grid={})
        monkeypatch.setitem(METHODS, name, quick)
