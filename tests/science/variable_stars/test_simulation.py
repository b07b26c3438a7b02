import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.observations.irregular_series.surveys import SURVEYS
from astro_dl.science.variable_stars.classes import SCHEMES
from astro_dl.science.variable_stars.physics import VariablePhysics
from astro_dl.science.variable_stars.simulate import simulate
from astro_dl.science.variable_stars.simulation import binaries, fourier
from astro_dl.science.variable_stars.simulation.kinds import KINDS
from astro_dl.science.variable_stars.simulation.light_curves import simulate_light_curves
from astro_dl.science.variable_stars.simulation.walks import damped_walks

SHAPES = {
    "rr_ab": fourier.rr_ab,
    "rr_c": fourier.rr_c,
    "cepheid": fourier.cepheid,
    "cepheid_overtone": fourier.overtone_cepheid,
    "cepheid_2": fourier.type_2_cepheid,
    "cepheid_anomalous": fourier.anomalous_cepheid,
    "delta_scuti_high": fourier.high_amplitude_delta_scuti,
    "mira": fourier.mira,
}


@pytest.mark.parametrize("name", SHAPES)
def test_noiseless_folds_return_their_coefficients(name):
    rng = np.random.default_rng(0)
    period = KINDS[name].period(20, rng)
    shape = SHAPES[name](period, rng)
    turns = np.broadcast_to(np.arange(64) / 64, (20, 64))
    transform = np.fft.rfft(shape.at(turns), axis=1)[:, 1 : shape.amplitude.shape[1] + 1] / 32
    assert np.abs(transform) == pytest.approx(shape.amplitude, abs=1e-9)
    strong = shape.amplitude > 1e-3
    turned = np.angle(transform * np.exp(-1j * shape.phase))
    assert turned[strong] == pytest.approx(0, abs=1e-6)


def test_rr_lyrae_amplitudes_fall_along_the_oosterhoff_sequence():
    rng = np.random.default_rng(1)
    period = rng.uniform(0.45, 0.7, 4000)
    amplitude = fourier.rr_ab(period, rng).peak_to_peak
    log_period = np.log10(period)
    first_type = (-3.123 - 26.331 * log_period - 35.853 * log_period**2) / 1.3
    inside = (first_type > 0.3) & (first_type < 1.4)
    on_it = np.abs(amplitude - first_type)[inside] < 0.16
    assert 0.6 < on_it.mean() < 0.85
    assert np.corrcoef(period, amplitude)[0, 1] < -0.8


def test_the_bump_of_cepheids_is_on_the_maximum_at_ten_days():
    rng = np.random.default_rng(2)
    period = np.geomspace(2, 50, 3000)
    shape = fourier.cepheid(period, rng)
    ratio = shape.amplitude[:, 1] / shape.amplitude[:, 0]
    middle = (period > 9) & (period < 11)
    assert np.median(ratio[middle]) < 0.6 * np.median(ratio[period < 5])
    assert np.median(ratio[middle]) < 0.6 * np.median(ratio[period > 20])
    phase = shape.phase[:, 1] - 2 * shape.phase[:, 0]
    before, after = phase[(period > 7) & (period < 9)], phase[(period > 11.5) & (period < 14)]
    assert np.median(after) - np.median(before) > 3


def test_contact_binaries_have_minima_of_nearly_one_depth_and_algols_have_not():
    rng = np.random.default_rng(3)
    period = np.ones(200)
    contact = binaries.contact(period, rng)[:, 0]
    algol = binaries.detached(period, np.full(200, 8000.0), np.array([0.55]), rng)[:, 0]
    first = slice(0, 8)
    second = slice(252, 260)
    difference = {
        name: np.median(np.abs(shape[:, first].mean(1) - shape[:, second].mean(1)))
        for name, shape in (("contact", contact), ("algol", algol))
    }
    assert difference["contact"] < 0.06 < difference["algol"]
    flat = np.median(np.ptp(algol[:, 90:166], axis=1))
    assert flat < 0.06


def test_kinds_keep_to_their_periods():
    rng = np.random.default_rng(4)
    limits = {
        "rr_ab": (0.42, 0.9), "rr_c": (0.2, 0.45), "contact": (0.22, 1.2), "mira": (100, 650),
        "cepheid": (1, 100), "delta_scuti": (0.04, 0.3),
    }  # fmt: skip
    for name, (low, high) in limits.items():
        period = KINDS[name].period(2000, rng)
        assert low <= period.min()
        assert period.max() <= high


def test_damped_walks_have_their_spread_and_memory():
    rng = np.random.default_rng(5)
    time = np.broadcast_to(np.arange(0, 400, 4.0), (3000, 100))
    walk = damped_walks(time, np.full(3000, 0.3), np.full(3000, 40.0), rng)
    assert walk.std() == pytest.approx(0.3, rel=0.03)
    lagged = np.mean(walk[:, 10:] * walk[:, :-10]) / 0.09
    assert lagged == pytest.approx(np.exp(-1), abs=0.03)


def test_measurements_scatter_by_their_errors():
    rng = np.random.default_rng(6)
    survey = SURVEYS["ogle"]
    made = simulate_light_curves(np.full(60, "constant"), survey, rng, signals=False)
    pulls = np.concatenate([(one.value - np.median(one.value)) / one.error for one in made.series])
    assert 1.4826 * np.median(np.abs(pulls)) == pytest.approx(1, abs=0.05)


def test_the_strength_is_that_of_the_truth():
    kind = np.repeat(["rr_ab", "constant", "mira"], 20)
    truth = simulate_light_curves(kind, SURVEYS["crts"], np.random.default_rng(7)).truth
    assert np.isfinite(truth["period"][kind != "constant"]).all()
    assert np.isnan(truth["period"][kind == "constant"]).all()
    assert truth["amplitude"][kind == "mira"].min() > 1.5
    assert np.median(truth["snr"][kind == "rr_ab"]) > 20


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_class_of_every_scheme_is_simulated(scheme):
    physics = VariablePhysics(inputs=("sequence",), scheme=scheme, survey="eros")
    examples = simulate(physics, 300, np.random.default_rng(0))
    assert set(examples.y.tolist()) == set(range(len(SCHEMES[scheme].names)))


def test_shares_of_unknown_classes_are_refused():
    physics = VariablePhysics(inputs=("sequence",), class_fractions={"mirra": 1.0})
    with pytest.raises(UsageError, match="did you mean 'mira'"):
        simulate(physics, 10, np.random.default_rng(0))
