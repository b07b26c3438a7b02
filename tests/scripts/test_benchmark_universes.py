"""Networks of maps are told maps as they know them."""

import sys
from types import SimpleNamespace

import pytest

from astro_dl.science.cosmology_fields.physics import CosmologyFieldsPhysics

PHYSICS = {
    "first": CosmologyFieldsPhysics(),
    "powers": CosmologyFieldsPhysics(field="gaussian", given="spectrum", bands=24),
    "noisy": CosmologyFieldsPhysics(shape_noise=0.5),
}


@pytest.fixture
def script(load_script, monkeypatch):
    module = load_script("benchmark_universes")
    monkeypatch.setattr(
        module, "load_pretrained", lambda name: SimpleNamespace(physics=PHYSICS[name])
    )
    monkeypatch.setattr(module, "simulate", lambda *about, **physics: pytest.fail("simulated"))
    return module


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["first", "powers", "noisy"], "noisy was trained on maps of other shape_noise"),
        (["first", "--maps", "10"], "--classified: no more than --maps"),
    ],
)
def test_what_cannot_be_compared_is_refused(script, monkeypatch, capsys, given, message):
    monkeypatch.setattr(sys, "argv", ["benchmark_universes", *given])
    with pytest.raises(SystemExit):
        script.main()
    assert message in capsys.readouterr().err


def test_networks_of_other_fields_or_inputs_may_be_told_the_same_maps(script):
    assert script.unlike(PHYSICS["first"], PHYSICS["powers"]) == []
