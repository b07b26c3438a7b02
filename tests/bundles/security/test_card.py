"""Tampered configs and cards are refused, and nothing in them runs."""

import json

import pytest

from astro_dl.bundles.bundle import load_bundle
from astro_dl.core.errors import UsageError
from tests.bundles.tampered_bundle import change_card, refuse, resign

CONFIGS = {
    "python tag": ("seed: 0", "seed: !!python/object/apply:os.system ['touch pwned']", "tag"),
    "python name": ("seed: 0", "seed: !!python/name:os.system", "tag"),
    "alias": ("seed: 0", "seed: &a 0\ninitial_weights: *a", "alias"),
    "not a mapping": (None, "- a\n- b\n", "no mapping"),
    "binary": (None, b"\xff\xfe\x00", "config.yaml"),
    "deep": (None, "[" * 5000, "nested deeper"),
    "deep in blocks": (None, "- " * 5000, "config.yaml"),
    "huge": (None, "# " * 10**6, "not a regular file of at most"),
    "unknown key": ("\nseed: 0", "\nseed: 0\npost_load: os.system", "post_load"),
    "other seed": ("seed: 0", "seed: 1", "different seeds"),
    "other model": ("model: mlp", "model: cnn1d", "different models"),
    "hyperparameter": ("l1: 0.0", "run: os.system", "unknown hyper-parameter of mlp 'run'"),
    "activation": ("activation: relu", "activation: os.system", "activation 'os.system'"),
    "negative": ("units: [4]", "units: [-4]", "config|units|mlp"),
}


@pytest.mark.parametrize("case", CONFIGS)
def test_config_of_another_kind_is_refused(folder, case, no_reading, monkeypatch):
    monkeypatch.chdir(folder)
    old, new, match = CONFIGS[case]
    file = folder / "config.yaml"
    if old is None:
        file.write_bytes(new if isinstance(new, bytes) else new.encode())
    else:
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new))
    resign(folder)
    refuse(folder, match)
    assert not (folder / "pwned").exists()


def without(key):
    return lambda card: card.pop(key)


def with_(**values):
    return lambda card: card.update(values)


def with_head(**values):
    return lambda card: card["head"].update(values)


def listing(name, digest="0" * 64):
    return lambda card: card["files"].update({name: digest})


BINARY = {"kind": "binary", "names": ["a", "b"], "units": []}
GAUSSIANS = {
    "kind": "regression",
    "names": ["a", "b"],
    "units": ["", ""],
    "distribution": "gaussian",
    "components": 5,
    "grid": [],
    "support": [None, None],
}
CARDS = {
    "traversal": (listing("../../etc/passwd"), "not the name of a file"),
    "inner traversal": (listing("plots/../../x.png"), "not the name of a file"),
    "absolute": (listing("/etc/passwd"), "not the name of a file"),
    "hidden": (listing("plots/.png"), "not the name of a file"),
    "newline": (listing("README.md\n"), "not the name of a file"),
    "code": (listing("plots/x.py"), "not the name of a file"),
    "digest": (listing("README.md", "x"), "no valid sha256"),
    "number for digest": (listing("README.md", 1), r"files\.README\.md: 1 is not accepted"),
    "weights not listed": (lambda card: card["files"].pop("weights.h5"), "'weights.h5' is not"),
    "config not listed": (lambda card: card["files"].pop("config.yaml"), "'config.yaml' is not"),
    "unknown key": (with_(loader="os:system"), "unknown card key 'loader'"),
    "format": (with_(format=99), "format 99"),
    "type": (with_(model=["mlp"]), "model: .* is not accepted"),
    "true for a number": (with_(seed=True), "seed: True is not accepted"),
    "model": (with_(model="os:system"), "different models"),
    "head kind": (
        with_(head={"kind": "code", "names": ["a"], "units": []}),
        "kind of answer 'code'",
    ),
    "head names": (with_(head={"kind": "binary", "names": ["a"], "units": []}), "two"),
    "shape": (with_(input={"shape": [-1], "contract": {}}), r"input\.shape"),
    "huge shape": (with_(input={"shape": [2**40], "contract": {}}), r"input\.shape"),
    "rank": (with_(input={"shape": [5, 5, 5], "contract": {}}), "axes"),
    "contract": (with_(input={"shape": [5]}), r"input\.contract"),
    "calibration": (with_(calibration={"kind": "eval"}), "unknown calibration 'eval'"),
    "scale": (with_(head=BINARY, calibration={"kind": "platt"}), r"calibration\.scale"),
    "temperature": (with_(calibration={"kind": "temperature"}), r"calibration\.temperature"),
    "factors": (
        with_(head=GAUSSIANS, calibration={"kind": "spread", "factors": [1]}),
        "one for each of 2 targets",
    ),
    "no factor": (
        with_(head=GAUSSIANS, calibration={"kind": "spread", "factors": [None]}),
        r"calibration\.factors",
    ),
    "distribution": (with_head(distribution="grid"), "not for multiclass heads"),
    "support": (with_(head={**GAUSSIANS, "support": ["0", None]}), r"head\.support"),
    "grid": (with_(head={**GAUSSIANS, "grid": [0, "1"]}), r"head\.grid"),
    "components": (with_(head={**GAUSSIANS, "components": 10**9}), r"head\.components"),
}


@pytest.mark.parametrize("case", CARDS)
def test_card_of_another_kind_is_refused(folder, case, no_reading):
    change, match = CARDS[case]
    change_card(folder, change)
    refuse(folder, match)


def test_every_missing_card_key_is_named(folder, no_reading):
    card = json.loads((folder / "card.json").read_text())
    for key in card:
        less = {name: value for name, value in card.items() if name != key}
        (folder / "card.json").write_text(json.dumps(less))
        with pytest.raises(UsageError, match=key):
            load_bundle(folder)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"format": NaN}', '{"format": 1, "format": 1}', "[" * 100_000, "\ud800"],
)
def test_card_that_is_no_strict_json_is_refused(folder, text, no_reading):
    (folder / "card.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    refuse(folder, r"card\.json: ")


def test_huge_card_is_refused(folder, no_reading):
    with (folder / "card.json").open("r+b") as file:
        file.truncate(2**33)
    refuse(folder, "not a regular file of at most")
