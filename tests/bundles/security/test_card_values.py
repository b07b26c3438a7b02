"""Numbers of a card are checked by value before anything computes with them."""

import json

import pytest

from astro_dl.bundles.bundle import load_bundle
from astro_dl.bundles.statistics import check_statistics
from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from tests.bundles.tampered_bundle import change_card, refuse

CHANNELS = {"mean": [0.5], "std": [1.0], "minimum": [-2.0], "maximum": [3.0]}
SPREAD = {"spread": [1.0, 0.0, 2.0], "limit": 4.0}
JOINT = {**SPREAD, "means": ["0 1", "2 3"], "factors": ["1 0 1", "2 -1 3"]}


def without(key, values=CHANNELS):
    return {name: one for name, one in values.items() if name != key}


SOUND = {
    "channels": {"x": CHANNELS},
    "no finite value": {"x": {**CHANNELS, "minimum": [None], "maximum": [None]}},
    "how features go together": {"x": CHANNELS, "features": JOINT},
    "an older card": {"x": CHANNELS, "features": {**SPREAD, "reference": ["0 1", "2 3"]}},
}
STATISTICS = {
    "nothing": ({}, r"input_statistics\.x: missing"),
    "a list": ([], "input_statistics: .* is not accepted"),
    "of another input": ({"x": CHANNELS, "y": CHANNELS}, r"input_statistics\.y: the model has no"),
    "empty": ({"x": {}}, r"input_statistics\.x\.mean: missing"),
    "empty lists": ({"x": {key: [] for key in CHANNELS}}, "0 numbers for 1 channels"),
    "short": ({"x": {**CHANNELS, "mean": []}}, r"x\.mean: 0 numbers for 1 channels"),
    "long": ({"x": {**CHANNELS, "std": [1, 1]}}, r"x\.std: 2 numbers for 1 channels"),
    "ragged": ({"x": {**CHANNELS, "maximum": [[1, 2]]}}, r"x\.maximum"),
    "missing": ({"x": without("std")}, r"x\.std: missing"),
    "unknown": ({"x": {**CHANNELS, "median": [0]}}, r"x\.median: unknown"),
    "negative": ({"x": {**CHANNELS, "std": [-1]}}, r"x\.std"),
    "no number": ({"x": {**CHANNELS, "mean": [None]}}, r"x\.mean"),
    "true": ({"x": {**CHANNELS, "mean": [True]}}, r"x\.mean"),
    "upside down": ({"x": {**CHANNELS, "minimum": [9]}}, "minimum 9.0 is above maximum 3.0"),
    "no feature": ({"x": CHANNELS, "features": {**JOINT, "spread": [0, 0]}}, "no feature"),
    "no Gaussian": ({"x": CHANNELS, "features": {**JOINT, "means": []}}, "no Gaussian"),
    "ragged means": ({"x": CHANNELS, "features": {**JOINT, "means": ["0 1", "2"]}}, "means"),
    "NaN in a text": ({"x": CHANNELS, "features": {**JOINT, "means": ["0 nan", "2 3"]}}, "means"),
    "few factors": ({"x": CHANNELS, "features": {**JOINT, "factors": ["1 0 1"]}}, "1 factors for"),
    "no variance": (
        {"x": CHANNELS, "features": {**JOINT, "factors": ["1 0 1", "0 1 1"]}},
        "variance",
    ),
    "limit": ({"x": CHANNELS, "features": {**JOINT, "limit": -1}}, r"features\.limit"),
}


@pytest.mark.parametrize("case", SOUND)
def test_sound_statistics_are_accepted(case):
    check_statistics(SOUND[case], InputSpec((30, 1), {}))


@pytest.mark.parametrize("case", STATISTICS)
def test_statistics_that_are_not_of_the_input_are_refused(folder, case, no_reading):
    values, reason = STATISTICS[case]

    def change(card):
        card["input"]["shape"] = [30, 1]
        card["input_statistics"] = values

    change_card(folder, change)
    with pytest.raises(UsageError, match=reason):
        load_bundle(folder)


BINARY = {"kind": "binary", "names": ["noise", "signal"], "units": []}
REGRESSION = {"kind": "regression", "names": ["a", "b"], "units": ["", ""]}
REGRESSION |= {"distribution": "gaussian", "components": 5, "grid": [], "support": [None, None]}
PLATT = {"kind": "platt", "scale": 1.0, "offset": 0.0, "prior_log_odds": 0.0}
TEMPERATURES = (0, -1, True, False, None, "1", [1.0], 1e-300, 1e300)
CALIBRATIONS = {
    **{f"temperature {one!r}": (None, "temperature", "temperature", one) for one in TEMPERATURES},
    "scale below 0": (BINARY, "platt", "scale", -1.0),
    "scale true": (BINARY, "platt", "scale", True),
    "offset beyond all": (BINARY, "platt", "offset", 1e300),
    "offset as a list": (BINARY, "platt", "offset", [0.0]),
    "no factor": (REGRESSION, "spread", "factors", []),
    "too few factors": (REGRESSION, "spread", "factors", [1.0]),
    "factor 0": (REGRESSION, "spread", "factors", [1.0, 0.0]),
    "factor true": (REGRESSION, "spread", "factors", [1.0, True]),
}


@pytest.mark.parametrize("case", CALIBRATIONS)
def test_a_calibration_that_gives_no_probability_is_refused(folder, case, no_reading):
    head, kind, key, value = CALIBRATIONS[case]
    known = {"platt": PLATT}.get(kind, {"kind": kind})

    def change(card):
        card["head"] = card["head"] if head is None else head
        card["calibration"] = {**known, key: value}

    change_card(folder, change)
    refuse(folder, rf"calibration\.{key}")


def test_a_calibration_without_a_kind_or_with_more_than_its_numbers_is_refused(folder):
    change_card(folder, lambda card: card.update(calibration={}))
    refuse(folder, r"calibration\.kind: missing")
    more = {"kind": "temperature", "temperature": 1.0, "loader": "os"}
    change_card(folder, lambda card: card.update(calibration=more))
    refuse(folder, r"calibration\.loader")


@pytest.mark.parametrize("digits", [f"{10**400}", "1e999", "-Infinity", "NaN"])
@pytest.mark.parametrize("key", ["parameters", "seed", "training_time_s", "task_version"])
def test_numbers_out_of_range_are_refused(folder, key, digits, no_reading):
    file = folder / "card.json"
    card = json.loads(file.read_text())
    card[key] = "HERE"
    file.write_text(json.dumps(card).replace('"HERE"', digits))
    refuse(folder, r"card\.json: not readable as JSON")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"metrics": {"real": {"set": {}}}}, "no scores of a method"),
        ({"metrics": {"simulated": 3}}, "not mappings"),
        ({"baselines": {"forest": 3}}, r"baselines\.forest"),
        ({"data": {"n_train": -5}}, r"data\.n_train"),
        ({"data": {"validation": {"val_loss": "low"}}}, r"data\.validation\.val_loss"),
        ({"data": {"trained_on": "x"}}, r"data\.trained_on: unknown"),
        ({"training_time_s": -1.0}, "training_time_s"),
        ({"packages": {"keras": 3}}, r"packages\.keras"),
    ],
)
def test_what_the_card_tells_is_checked(folder, change, reason, no_reading):
    change_card(folder, lambda card: card.update(change))
    refuse(folder, reason)
