"""Bundles are made of trainings by the config as it stands."""

from importlib import import_module
from types import SimpleNamespace

import pytest

from astro_dl.core.config import load_config

NAME = "bailer_jones"


class TrainedAnew(Exception):
    """Raised in place of a training."""


class TakenAsItIs(Exception):
    """Raised where a run is evaluated without a training."""


@pytest.fixture
def make(load_script, monkeypatch, tmp_path):
    module = load_script("make_zoo")
    config = load_config(NAME)
    monkeypatch.setattr(module, "read", lambda name: config)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    run = tmp_path / "run"

    def of_run(changes, finished=True, force=False):
        made = load_config(config, **changes)
        run.mkdir()
        (run / "checkpoint").touch()
        if finished:
            (run / "card.json").touch()
        loaded = SimpleNamespace(config=made)
        monkeypatch.setattr("astro_dl.bundles.bundle.load_bundle", lambda folder: loaded)

        def train(config, out, resume):
            assert resume
            raise TrainedAnew(out.is_dir())

        def licence(*about):
            raise TakenAsItIs

        # The package has a function of that name, too.
        monkeypatch.setattr(import_module("astro_dl.training.train"), "train", train)
        monkeypatch.setattr(module, "licence", licence)
        (run / "weights.h5").touch()
        module.make(NAME, run, force)

    return of_run


def test_a_finished_run_of_the_config_is_taken(make):
    with pytest.raises(TakenAsItIs):
        make({})


def test_a_finished_run_of_other_settings_is_removed_and_trained_anew(make):
    with pytest.raises(TrainedAnew, match="False"):
        make({"training.epochs": 77})


def test_an_unfinished_run_goes_on_unless_it_is_forced(make):
    with pytest.raises(TrainedAnew, match="True"):
        make({}, finished=False)


def test_a_forced_run_starts_anew(make):
    with pytest.raises(TrainedAnew, match="False"):
        make({}, force=True)
