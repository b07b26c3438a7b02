import numpy as np
import pytest

from astro_dl.observations.photometry.extinction import optical_extinction
from astro_dl.observations.spectra.wavelengths import SPEED_OF_LIGHT, log_edges
from astro_dl.science.stars.simulation.grid import (
    GRAVITIES,
    METALLICITIES,
    STEP,
    TEMPERATURES,
    WAVELENGTHS,
)
from astro_dl.science.stars.simulation.population import (
    CLASSES,
    Stars,
    draw_stars,
    solar_number,
    spectral_number,
    typical_parameters,
)
from astro_dl.science.stars.simulation.spectra import (
    Observation,
    broadening,
    exact_lines,
    interpolated_lines,
    observe_stars,
    observed_lines,
)

EDGES = log_edges((3800.0, 7400.0), 2048)
CENTRES = np.sqrt(EDGES[1:] * EDGES[:-1])
QUIET = ("velocity", "rotation", "calibration_error", "line_error")


def narrow_line(at=5000.0, n=1):
    """Return spectra of one line that is a pixel of the grid."""
    lines = np.ones((n, len(WAVELENGTHS)), np.float32)
    lines[:, np.argmin(abs(WAVELENGTHS - at))] = 0
    return lines


def observed(velocity=0.0, rotation=0.0, resolving_power=6000.0, n=1):
    each = [np.full(n, value) for value in (velocity, rotation, resolving_power)]
    return 1 - observed_lines(narrow_line(n=n), *each, EDGES)


def moments(depth):
    velocity = 299_792.458 * np.log(CENTRES / 5000.0)
    near = np.abs(velocity) < 3000
    weight, v = depth[near], velocity[near]
    mean = (weight * v).sum() / weight.sum()
    return mean, np.sqrt((weight * (v - mean) ** 2).sum() / weight.sum())


def test_stars_at_rest_have_lines_at_rest_and_others_are_shifted():
    at_rest = moments(observed(resolving_power=2000.0)[0])[0]
    # the line is the pixel of the grid that is nearest
    assert at_rest == pytest.approx(0, abs=SPEED_OF_LIGHT * STEP / 2)
    for velocity in (-250.0, 100.0):
        shifted = moments(observed(velocity, resolving_power=2000.0)[0])[0]
        assert shifted - at_rest == pytest.approx(velocity, abs=1)


def test_widths_are_those_of_spectrograph_and_rotation():
    sharp = moments(observed()[0])[1]
    blurred = moments(observed(resolving_power=1500.0)[0])[1]
    added = 299_792 / 2.3548 * np.sqrt(1500.0**-2 - 6000.0**-2)
    assert np.hypot(added, sharp) == pytest.approx(blurred, rel=0.05)
    # of a disc that is darkened to its limb: v² ((1 − ε) / 4 + 2 ε / 15) / (1 − ε / 3), ε = 0.6
    rotating = moments(observed(rotation=300.0)[0])[1]
    expected = 300 * np.sqrt((0.1 + 0.08) / 0.8)
    assert rotating == pytest.approx(np.hypot(expected, sharp), rel=0.03)


def test_broadening_and_shift_keep_the_equivalent_width():
    widths = (observed(150.0, 200.0, 1000.0)[0] * np.diff(EDGES)).sum()
    assert widths == pytest.approx((observed()[0] * np.diff(EDGES)).sum(), rel=0.01)


def test_rotation_is_the_transform_of_a_darkened_disc():
    frequency, rotation = np.linspace(0, 0.5, 501), np.array([0.0, 1.0, 20.0])
    found = broadening(frequency, np.zeros(3), rotation)
    place = np.linspace(-1, 1, 20_001)
    profile = 2 / np.pi * 0.4 * np.sqrt(1 - place**2) + 0.5 * 0.6 * (1 - place**2)  # Gray, 18.14
    profile /= profile.sum()
    waves = np.cos(2 * np.pi * frequency[:, None] * 20.0 * place)
    np.testing.assert_allclose(found[2], waves @ profile, atol=2e-5)
    np.testing.assert_allclose(found[0], 1, atol=1e-6)
    assert found.dtype == np.float32


def test_reddening_follows_the_law_and_its_zero_points():
    law = optical_extinction(np.array([4400.0, 5495.0, 7000.0]))
    np.testing.assert_allclose(law, [1.32, 1.0, 0.76], atol=0.02)  # Cardelli et al., table 3
    stars = draw_stars(np.full(2, 3), np.random.default_rng(0))
    same = Stars(*(np.repeat(one[:1], 2) for one in vars(stars).values()))
    quiet = {name: np.zeros(2) for name in QUIET}
    observation = Observation(
        **quiet, resolving_power=np.full(2, 2e3), reddening=np.array([0, 1.0]), snr=np.full(2, 1e9)
    )
    flux = observe_stars(same, observation, EDGES, np.random.default_rng(0))
    magnitude = -2.5 * np.log10(flux[1] / flux[0])
    expected = 3.1 * optical_extinction(CENTRES)
    np.testing.assert_allclose(magnitude - magnitude[0], expected - expected[0], atol=1e-4)


def test_noise_is_as_stated():
    stars = draw_stars(np.full(40, 4), np.random.default_rng(0))
    quiet = {name: np.zeros(40) for name in QUIET}
    common = {**quiet, "resolving_power": np.full(40, 2e3), "reddening": np.zeros(40)}
    with_noise, without = (
        observe_stars(stars, Observation(**common, snr=np.full(40, snr)), EDGES, rng)
        for snr, rng in ((20.0, np.random.default_rng(1)), (1e9, np.random.default_rng(1)))
    )
    ratio = np.median(without, axis=1) / (with_noise - without).std(axis=1)
    assert np.median(ratio) == pytest.approx(20, rel=0.1)


def test_depths_of_lines_are_off_by_about_as_much_as_stated():
    stars = draw_stars(np.full(300, 4), np.random.default_rng(0))
    same = Stars(*(np.repeat(one[:1], 300) for one in vars(stars).values()))
    common = {name: np.zeros(300) for name in QUIET} | {"reddening": np.zeros(300)}
    common |= {"resolving_power": np.full(300, 2e3), "snr": np.full(300, 1e9)}
    near = np.abs(CENTRES - 5893) < 20
    depths = []
    for error in (0.0, 0.1):
        observation = Observation(**common | {"line_error": np.full(300, error)})
        flux = observe_stars(same, observation, EDGES, np.random.default_rng(1))[:, near]
        depths.append(1 - flux.min(axis=1) / flux.max(axis=1))
    assert 0.1 < np.std(depths[1] / depths[0]) < 0.2


def test_no_star_is_black_however_wrong_its_bands_are():
    coolest = Stars(*(np.full(300, value) for value in (68.0, 2700.0, 0.0, 0.5)))
    observation = {name: np.zeros(300) for name in QUIET} | {"line_error": np.full(300, 0.2)}
    observation |= {"reddening": np.zeros(300), "snr": np.full(300, 1e9)}
    observation |= {"resolving_power": np.full(300, 2e3)}
    flux = observe_stars(coolest, Observation(**observation), EDGES, np.random.default_rng(0))
    assert (flux > 0).all()
    assert np.median(flux, axis=1).min() > 0.02


def test_types_and_parameters_agree():
    number = np.array([12.0, 22.0, 42.0, 55.0, 63.0])
    for luminosity in (0, 1, 2):
        temperature, log_g = typical_parameters(number, np.full(5, luminosity))
        np.testing.assert_allclose(spectral_number(temperature, log_g), number, atol=0.3)
    assert spectral_number(np.array([5772.0]), np.array([4.44]))[0] == pytest.approx(42, abs=2)


def test_stars_are_of_the_classes_that_are_asked_for():
    classes = np.repeat(np.arange(7), 200)
    stars = draw_stars(classes, np.random.default_rng(0))
    np.testing.assert_array_equal(stars.number // 10, classes)
    medians = [np.median(stars.temperature[classes == one]) for one in range(len(CLASSES))]
    assert (np.diff(medians) < 0).all()
    assert ((stars.log_g >= 0) & (stars.log_g <= 5.4)).all()
    assert (stars.metallicity < -1).mean() > 0.02


def test_exact_lines_are_those_between_which_the_grid_is_interpolated():
    some = draw_stars(np.repeat(np.arange(len(CLASSES)), 4), np.random.default_rng(3))
    assert np.abs(exact_lines(some) - interpolated_lines(some)).mean() < 0.02
    nodes = TEMPERATURES[[3, 9, 20]], GRAVITIES[[1, 2, 3]], METALLICITIES[[0, 2, 3]]
    on_nodes = Stars(np.zeros(3), *nodes)
    np.testing.assert_allclose(exact_lines(on_nodes), interpolated_lines(on_nodes), atol=1e-5)


def test_stars_without_metals_are_cooler_than_others_of_their_type():
    rng = np.random.default_rng(4)
    # of type G5 at [Fe/H] of −2: Fe lines of a star some five subtypes earlier, as in MILES
    assert solar_number(np.array([45.0]), np.array([-2.0]))[0] == pytest.approx(51, abs=2)
    np.testing.assert_allclose(solar_number(np.array([5.0, 65.0]), np.full(2, -2.0)), [5, 65])
    stars = draw_stars(np.full(4000, CLASSES.index("G")), rng)
    dwarfs = (stars.log_g > 3.8) & (np.abs(stars.number - 45) < 3)
    poor, rich = (
        dwarfs & chosen for chosen in (stars.metallicity < -1.2, stars.metallicity > -0.3)
    )
    assert np.median(stars.temperature[poor]) < np.median(stars.temperature[rich]) - 250
