"""Assembled light curves: layout, truth, seeds, independence, noise, and what each class shows."""

import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.observations.light_curves.tess_noise import noise_ppm
from astro_dl.science.transits.simulation.light_curves import (
    JUNK,
    KINDS,
    simulate_light_curves,
)

N = 90
KIND = np.repeat(["planet", "eclipsing_binary", "junk"], N // 3)


@pytest.fixture(scope="module")
def simulated():
    return simulate_light_curves(KIND, N, np.random.default_rng(0))


def test_layout(simulated):
    time, flux, usable, truth = simulated
    assert time.shape == (1315,)
    assert flux.shape == usable.shape == (N, 1315)
    assert flux.dtype == np.float32
    np.testing.assert_array_equal(np.isfinite(flux), usable)
    assert np.abs(np.nanmedian(flux, axis=1) - 1).max() < 0.6
    assert len(truth) == N
    assert truth["period_d"].unit == "d"
    assert truth["magnitude"].unit == "mag"


def test_classes_are_in_the_order_asked_for(simulated):
    truth = simulated[3]
    np.testing.assert_array_equal(truth["kind"][: 2 * N // 3], KIND[: 2 * N // 3])
    assert set(truth["kind"][2 * N // 3 :]) <= set(JUNK)
    assert (truth["subtype"] != "").all()
    orbital = np.isfinite(truth["orbital_period_d"])
    np.testing.assert_array_equal(orbital, np.arange(N) < 2 * N // 3)
    for column in ("period_d", "epoch_d", "duration_d", "depth", "snr", "magnitude"):
        assert np.isfinite(truth[column][truth["kind"] != "quiet"]).all()


def test_the_same_seed_gives_the_same_light_curves(simulated):
    _, flux, _, truth = simulate_light_curves(KIND, N, np.random.default_rng(0))
    np.testing.assert_array_equal(flux, simulated[1])
    np.testing.assert_array_equal(truth["period_d"], simulated[3]["period_d"])


def test_planets_are_found_where_they_are(simulated):
    planets = simulated[3][: N // 3]
    assert (planets["snr"] >= 7).all()
    np.testing.assert_allclose(planets["period_d"], planets["orbital_period_d"], rtol=0.02)
    turns = (planets["epoch_d"] - planets["conjunction_d"]) / planets["orbital_period_d"]
    days = (turns - np.round(turns)) * planets["orbital_period_d"]
    assert (np.abs(days) < planets["transit_duration_d"] / 2).all()


def test_binaries_are_folded_at_half_or_once_or_twice_their_period(simulated):
    binaries = simulated[3][N // 3 : 2 * N // 3]
    ratio = np.asarray(binaries["period_d"] / binaries["orbital_period_d"])
    assert np.isin(np.round(ratio, 6), [0.5, 1, 2]).all()
    assert len(np.unique(np.round(ratio, 6))) > 1


def test_scatter_of_quiet_stars_is_the_noise_of_their_magnitude():
    _, flux, _, truth = simulate_light_curves("quiet", 80, np.random.default_rng(1))
    steps = np.diff(flux, axis=1)
    scatter = 1.4826 * np.nanmedian(np.abs(steps), axis=1) / np.sqrt(2)
    expected = noise_ppm(truth["magnitude"], 30) * 1e-6
    assert np.median(scatter / expected) == pytest.approx(1, abs=0.1)
    assert np.percentile(scatter / expected, 5) > 0.7


def test_stars_are_independent_of_each_other():
    _, flux, _, _ = simulate_light_curves("quiet", 40, np.random.default_rng(2))
    steps = np.nan_to_num(np.diff(flux, axis=1))
    # Steps of granulation and dumps are small beside the noise of most stars, not of all.
    correlation = np.corrcoef(np.sign(steps))[~np.eye(40, dtype=bool)]
    assert np.abs(correlation).max() < 0.15


def test_short_cadence_and_other_magnitudes():
    time, flux, _, truth = simulate_light_curves(
        "planet", 4, np.random.default_rng(3), cadence_minutes=2, magnitude_range=(6, 8)
    )
    assert flux.shape == (4, 19728)
    assert time[1] - time[0] == pytest.approx(2 / 1440)
    assert truth["magnitude"].max() < 8


@pytest.mark.parametrize("kind", KINDS)
def test_every_class_can_be_asked_for_alone(kind):
    _, flux, usable, truth = simulate_light_curves(kind, 6, np.random.default_rng(4))
    assert usable.any(axis=1).all()
    assert np.nanstd(flux, axis=1).min() > 0
    assert kind == "junk" or (truth["kind"] == kind).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kind": "plannet"}, "unknown kind of light curve 'plannet'; did you mean 'planet'"),
        ({"kind": ["planet", "quiet"]}, "kind has shape"),
        ({"cadence_minutes": 0}, "cadence_minutes is 0"),
        ({"duration_days": 0.5}, "duration_days 0.5"),
    ],
)
def test_refuses_bad_requests(arguments, message):
    defaults = {"kind": "planet", "n": 3, "rng": np.random.default_rng(0)}
    with pytest.raises(UsageError, match=message):
        simulate_light_curves(**defaults | arguments)
