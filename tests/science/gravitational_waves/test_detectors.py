import warnings

import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.science.gravitational_waves.detectors import (
    DETECTORS,
    antenna_patterns,
    arrival_time_difference,
    get_detector,
    light_travel_time,
    sidereal_time,
)

# Values of lal 7.26. Right ascension, declination, polarisation [rad], GPS [s], GMST [rad].
SOURCES = np.array(
    [
        (0.5381, -0.5543, 2.5173, 1387794536.59, 4.42966526),
        (0.5914, -0.1341, 1.505, 1193479900.73, 3.36416205),
        (4.6155, -0.883, 1.2291, 1357700484.01, 2.76815775),
        (2.7057, 0.1745, 2.318, 1559882937.22, 5.7941545),
    ]
)
# F+, Fx and the delay from the geocentre [s] of each source.
RESPONSES = {
    "H1": [
        (-0.4988072, -0.304794, 0.01100461),
        (-0.1006848, -0.5677323, -0.009182987),
        (0.6553663, 0.5802572, 0.01841844),
        (-0.4857889, 0.3110537, -0.010423407),
    ],
    "L1": [
        (0.4507676, 0.6461614, 0.01613214),
        (-0.2601785, 0.463301, -0.005341488),
        (-0.5572602, -0.7275234, 0.019463467),
        (0.3373862, 0.1028528, -0.003069851),
    ],
    "V1": [
        (0.1670556, -0.7363707, 0.01549276),
        (0.606189, -0.5202127, 0.016975596),
        (-0.416401, 0.473374, 0.012196104),
        (-0.3027566, -0.5889584, 0.012525047),
    ],
}


def angle_between(a, b):
    return np.abs((a - b + np.pi) % (2 * np.pi) - np.pi)


def test_sidereal_time_agrees_with_lal():
    assert angle_between(sidereal_time(SOURCES[:, 3]), SOURCES[:, 4]).max() < 1e-6


@pytest.mark.parametrize("detector", RESPONSES)
def test_response_and_delay_agree_with_lal(detector):
    right_ascension, declination, polarization, gps = SOURCES[:, :4].T
    f_plus, f_cross, delay = np.transpose(RESPONSES[detector])
    found = antenna_patterns(detector, right_ascension, declination, polarization, gps)
    np.testing.assert_allclose(found[0], f_plus, atol=2e-6)
    np.testing.assert_allclose(found[1], f_cross, atol=2e-6)
    found_delay = arrival_time_difference(detector, right_ascension, declination, gps)
    np.testing.assert_allclose(found_delay, delay, atol=1e-8)


@pytest.mark.oracle
def test_thousand_random_directions_agree_with_live_lal():
    lal = pytest.importorskip("lal")
    rng = np.random.default_rng(11)
    right_ascension = rng.uniform(0, 2 * np.pi, 1000)
    declination = np.arcsin(rng.uniform(-1, 1, 1000))
    polarization = rng.uniform(0, np.pi, 1000)
    gps = rng.uniform(1.11e9, 1.58e9, 1000)
    gmst = [lal.GreenwichMeanSiderealTime(lal.LIGOTimeGPS(time)) for time in gps]
    assert angle_between(sidereal_time(gps), np.array(gmst)).max() < 1e-6
    for name, detector in DETECTORS.items():
        of_lal = lal.cached_detector_by_prefix[name]
        np.testing.assert_allclose(detector.response, of_lal.response, atol=1e-7)
        np.testing.assert_allclose(detector.location, of_lal.location, atol=1e-6)
        rows = zip(right_ascension, declination, polarization, gmst, strict=True)
        expected = [lal.ComputeDetAMResponse(of_lal.response, *row) for row in rows]
        found = antenna_patterns(name, right_ascension, declination, polarization, gps)
        np.testing.assert_allclose(np.stack(found, axis=1), expected, atol=2e-6)
        rows = zip(right_ascension, declination, gps, strict=True)
        delays = [lal.TimeDelayFromEarthCenter(of_lal.location, *row) for row in rows]
        found_delay = arrival_time_difference(name, right_ascension, declination, gps)
        np.testing.assert_allclose(found_delay, delays, atol=1e-8)


@pytest.mark.parametrize(
    ("pair", "milliseconds"), [("H1 L1", 10.012846), ("H1 V1", 27.287979), ("L1 V1", 26.448341)]
)
def test_light_travel_time_bounds_the_arrival_times(pair, milliseconds):
    a, b = pair.split()
    limit = light_travel_time(a, b)
    assert limit == pytest.approx(milliseconds * 1e-3, abs=1e-9)
    rng = np.random.default_rng(1)
    right_ascension, declination = (
        rng.uniform(0, 2 * np.pi, 4000),
        np.arcsin(rng.uniform(-1, 1, 4000)),
    )
    delay = arrival_time_difference(a, right_ascension, declination, 1.2e9, reference=b)
    assert 0.98 * limit < np.abs(delay).max() <= limit
    from_center = [
        arrival_time_difference(name, right_ascension, declination, 1.2e9) for name in (a, b)
    ]
    np.testing.assert_allclose(delay, from_center[0] - from_center[1], atol=1e-12)


def test_power_of_the_pattern_does_not_depend_on_the_polarization_angle():
    psi = np.linspace(0, np.pi, 9)
    f_plus, f_cross = antenna_patterns("L1", 1.0, 0.4, psi, 1.2e9)
    power = f_plus**2 + f_cross**2
    np.testing.assert_allclose(power, power[0], rtol=1e-12)
    np.testing.assert_allclose(f_plus[4], -f_plus[0], atol=1e-12)


def test_sidereal_time_is_silent_from_2015_to_2030():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        gmst = sidereal_time(np.linspace(1.1e9, 1.6e9, 5000))
    assert gmst.shape == (5000,)
    assert np.all((gmst >= 0) & (gmst < 2 * np.pi))


def test_unknown_detector_is_refused_with_the_known_ones():
    with pytest.raises(UsageError, match="H1"):
        get_detector("H3")
