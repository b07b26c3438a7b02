"""The task tess_transit: inputs, classes, features and metrics."""

from dataclasses import replace

import numpy as np
import pytest
from astropy.table import Table

from astro_dl.answers.multiclass import Multiclass
from astro_dl.core.config import EvaluationConfig
from astro_dl.core.errors import UsageError
from astro_dl.evaluation.predictions import Outcome
from astro_dl.science.transits.bound import PHOTON_BOUND
from astro_dl.science.transits.inputs import (
    SCALARS,
    ephemeris_features,
    light_curve_inputs,
    scalar_inputs,
    view_features,
)
from astro_dl.science.transits.metrics import CLASSES, triage_and_vetting
from astro_dl.science.transits.physics import TransitPhysics
from astro_dl.science.transits.simulate import simulate
from astro_dl.science.transits.task import head, input_spec, task
from astro_dl.science.transits.views import VIEWS, Ephemeris

DEFAULT = TransitPhysics()


@pytest.fixture(scope="module")
def examples():
    return simulate(DEFAULT, 150, np.random.default_rng(3))


def test_inputs_have_the_announced_form_for_any_choice_of_views():
    for views in [("global",), ("scalars",), ("local", "odd", "even"), (*VIEWS, "scalars")]:
        physics = replace(DEFAULT, views=views, global_bins=51, local_bins=21)
        x = simulate(physics, 4, np.random.default_rng(0)).x
        shape = input_spec(physics).shape
        if len(views) == 1:
            assert x.shape[1:] == shape
        else:
            assert {name: array.shape[1:] for name, array in x.items()} == shape
    alone, together = (
        simulate(replace(DEFAULT, views=views), 4, np.random.default_rng(0)).x
        for views in [("local",), ("local", "odd")]
    )
    assert alone.shape == (4, 61, 1)
    np.testing.assert_array_equal(alone, together["local"])


def test_classes_differ_as_they_should(examples):
    y, x = examples.y, examples.x
    assert head(DEFAULT).names == ("planet_candidate", "eclipsing_binary", "other")
    assert set(np.unique(y)) == {0, 1, 2}
    depth = np.asarray(examples.info["depth"])
    assert np.median(depth[y == 1]) > np.median(depth[y == 0])
    # Between transits planets are flat, and what is neither planet nor binary is not.
    rest = np.median(np.abs(x["global"][..., 0]), axis=1)
    assert np.median(rest[y == 0]) < 0.6 * np.median(rest[y == 2])
    assert np.median(x["local"][y < 2, 30, 0]) < -0.9


def test_the_noisier_the_view_the_lower_the_snr(examples):
    planets = examples.y == 0
    noise = np.median(np.abs(np.diff(examples.x["global"][planets, :, 0], axis=1)), axis=1)
    rank = np.argsort(np.argsort(examples.info["snr"][planets]))
    assert np.corrcoef(rank, np.argsort(np.argsort(-noise)))[0, 1] > 0.7


def test_without_signals_all_classes_are_of_quiet_stars():
    quiet = simulate(replace(DEFAULT, signals=False, minimum_snr=0.0), 60, np.random.default_rng(1))
    assert set(quiet.info["kind"]) == {"quiet"}
    assert len(np.unique(quiet.y)) == 3


def test_known_transit_goes_into_the_middle_of_its_views():
    time = np.arange(0, 27, 30 / 1440)
    when = Ephemeris(np.array([4.1]), np.array([1.7]), np.array([0.2]))
    phase = np.abs(np.mod(time - 1.7 + 2.05, 4.1) - 2.05)
    flux = 3e4 * (1 + 1e-3 * np.sin(time / 3) - 0.01 * (phase < 0.1))
    folded = light_curve_inputs(DEFAULT, time, flux[None], when)
    assert folded.fit.depth[0] == pytest.approx(0.01, rel=0.05)
    assert folded.x["local"][0, 25:36, 0].max() < -0.9
    assert np.abs(folded.x["local"][0, :15, 0]).max() < 0.05


def test_scalars_are_standardised_by_fixed_numbers_and_never_missing():
    one = scalar_inputs(*(np.array([v]) for v in (10**0.1, 10**-0.85, 10**-2.5, 10**1.35)))
    np.testing.assert_allclose(one[0, [0, 1, 2, 4]], 0, atol=1e-6)
    assert one.shape == (1, len(SCALARS))
    odd = scalar_inputs(*(np.array([v]) for v in (np.nan, 0.1, -1.0, np.inf)))
    assert np.isfinite(odd).all()
    assert np.abs(odd).max() <= 5


def test_features_are_views_and_scalars_side_by_side(examples):
    features = task.classical.features(DEFAULT, examples.x)
    assert features.shape == (150, 201 + 61 + 61 + 5)
    np.testing.assert_array_equal(features[:, :201], examples.x["global"][..., 0])
    assert ephemeris_features(DEFAULT, examples.x).shape == (150, 2)
    assert view_features(DEFAULT, examples.x["local"]).shape == (150, 61)


def test_average_precisions_of_one_class_are_not_measurable():
    outcome = Outcome(Multiclass(CLASSES), np.full(20, 2), {"network": np.eye(3)[[2] * 20]})
    found = triage_and_vetting(outcome, EvaluationConfig())["network"]
    assert {one["value"] for one in found.values()} == {None}
    assert found["vetting_ap"]["prevalence"] == 0


def test_triage_joins_planets_and_binaries_and_vetting_does_not():
    y = np.repeat([0, 1, 2], 50)
    # Knows the others, but takes planets for binaries.
    confused = np.where(y[:, None] == 2, [0.1, 0.1, 0.8], [0.4, 0.5, 0.1])
    perfect = np.eye(3)[y]
    found = triage_and_vetting(
        Outcome(Multiclass(CLASSES), y, {"network": perfect, "trees": confused}),
        EvaluationConfig(),
    )
    assert found["network"]["vetting_ap"]["value"] == 1
    assert found["trees"]["triage_ap"]["value"] == 1
    assert found["trees"]["vetting_ap"]["value"] == pytest.approx(0.5)
    vetting = found["trees"]["vetting_ap"]
    assert vetting["low"] < 0.5 < vetting["high"]
    assert (vetting["positives"], vetting["n"]) == (50, 150)
    without = triage_and_vetting(
        Outcome(Multiclass(CLASSES), y, {"network": perfect}), EvaluationConfig(bootstrap=0)
    )
    assert without["network"]["triage_ap"]["low"] is None


def test_planets_found_are_told_by_their_ratio_beside_the_bound():
    rng = np.random.default_rng(0)
    y = np.repeat([0, 2], [600, 40_000])
    snr = np.where(y == 0, np.repeat([3.0, 12.0], [300, 40_300]), 0.0)
    # As good as the matched filter itself, in noise alone.
    statistic = rng.standard_normal(len(y)) + snr
    p = 1 / (1 + np.exp(-statistic))
    scores = {"network": np.stack([p, 0 * p, 1 - p], axis=1)}
    outcome = Outcome(Multiclass(CLASSES), y, scores, info=Table({"photon_snr": snr}))
    found = triage_and_vetting(outcome, EvaluationConfig())
    own, limit = (found[name]["planets_found"] for name in ("network", PHOTON_BOUND))
    faint, bright = (next(k for k, one in enumerate(own) if one["from"] == e) for e in (0, 10))
    assert limit[faint]["value"] == pytest.approx(0.75, abs=0.01)
    assert own[faint]["low"] < limit[faint]["value"] < own[faint]["high"]
    assert own[bright]["value"] == limit[bright]["value"] == pytest.approx(1)
    assert own[-1]["value"] is None
    without = replace(outcome, info=Table())
    assert set(triage_and_vetting(without, EvaluationConfig())) == {"network"}


def test_planets_are_told_with_their_ratio_in_photon_noise(examples):
    planets = examples.y == 0
    photon, measured = (np.asarray(examples.info[name])[planets] for name in ("photon_snr", "snr"))
    # Red noise and the share of the light that a trend takes make the measured ratio lower.
    assert np.median(photon / measured) == pytest.approx(1.15, abs=0.2)
    assert np.all(np.asarray(examples.info["photon_snr"])[examples.info["kind"] == "quiet"] == 0)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"views": ("globl",)}, "global"),
        ({"views": ()}, "one or more"),
        ({"views": ("local", "local")}, "different"),
        ({"class_fractions": (0.5, 0.5)}, r"3 of them, .* that sum to 1"),
        ({"class_fractions": (0.5, 0.6, -0.1)}, "sum to 1"),
        ({"local_bins": 1}, "≥ 3"),
        ({"cadence_minutes": 0.0}, "≥ 0.3"),
    ],
)
def test_impossible_physics_is_refused(values, words):
    with pytest.raises(UsageError, match=words):
        TransitPhysics(**values)
