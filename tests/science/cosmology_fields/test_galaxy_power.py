"""Spectra of galaxies: shells of a box, what is measured in one, and universes kept apart."""

import os
from pathlib import Path

import numpy as np
import pytest

from astro_dl.core.config import load_config
from astro_dl.core.errors import UsageError
from astro_dl.data.real import real_split
from astro_dl.data.simulate import simulate
from astro_dl.science.cosmology_fields.galaxy_power.datasets import CODES, FILE, read_camels
from astro_dl.science.cosmology_fields.galaxy_power.inputs import network_input
from astro_dl.science.cosmology_fields.galaxy_power.parameters import PRIOR, cosmology_of
from astro_dl.science.cosmology_fields.galaxy_power.physics import REDSHIFTS, GalaxyPowerPhysics
from astro_dl.science.cosmology_fields.galaxy_power.shells import (
    BOX,
    membership,
    wave_counts,
    wave_numbers,
)
from astro_dl.science.cosmology_fields.galaxy_power.simulate import (
    matter_power,
    observed_power,
    scale_dependence,
)

DATA = os.environ.get("ASTRO_DL_TEST_DATA")
needs_data = pytest.mark.skipif(
    not DATA or not Path(DATA, FILE).is_file(), reason="ASTRO_DL_TEST_DATA has no spectra"
)
PLAIN = {
    "bias_range": (1.0, 1.0),
    "bias_growth_range": (0.5, 0.5),
    "small_scale_range": (0.0, 0.0),
    "galaxies_range": (1000.0, 1000.0),
    "galaxy_growth_range": (0.5, 0.5),
}
"""Galaxies of which all is known."""


@pytest.fixture
def camels(tmp_path):
    """Return a folder with spectra of nine universes of each code, power laws of known slope."""
    rng = np.random.default_rng(0)
    stored = {"k": wave_numbers(), "param_names": np.array(["Omega_m", "sigma_8", "A_SN1"])}
    for code in CODES.values():
        values = np.column_stack([rng.uniform(0.1, 0.5, 9), rng.uniform(0.6, 1, 9), np.ones(9)])
        stored[f"{code}_params"] = values
        scale = 1000 * np.arange(1, 6)[:, None] * wave_numbers() ** -1.5
        stored[f"{code}_pk"] = values[:, 0, None, None] * scale
    (tmp_path / "cosmology").mkdir()
    np.savez(tmp_path / FILE, **stored)
    return tmp_path, stored


def test_shells_are_those_of_waves_in_a_box():
    side = range(-4, 5)
    lengths = np.array([(i * i + j * j + k * k) ** 0.5 for i in side for j in side for k in side])
    for number in (1, 2, 3):
        within = lengths[(lengths >= number) & (lengths < number + 1)]
        assert wave_counts()[number - 1] == len(within)
        assert wave_numbers()[number - 1] == pytest.approx(2 * np.pi / BOX * within.mean())
    volume = 4 / 3 * np.pi * (80**3 - 1)
    assert wave_counts().sum() == pytest.approx(volume, rel=1e-3)
    np.testing.assert_array_equal(membership().sum(axis=1), 1)
    assert membership().any(axis=0).all()


def test_power_laws_become_straight_lines():
    x = network_input(7 * wave_numbers()[None, None] ** -1.5)[0]
    middles = (membership() * wave_counts()[:, None] / (wave_counts() @ membership())).T
    expected = np.log(7) - 1.5 * np.log(middles @ wave_numbers())
    np.testing.assert_allclose(x, expected, atol=0.02)
    narrow = membership().sum(axis=0) == 1
    np.testing.assert_allclose(x[narrow], expected[narrow], atol=1e-5)


def test_what_is_measured_scatters_as_waves_of_a_box_do():
    """The moments are compared with waves that are drawn one by one."""
    rng = np.random.default_rng(1)
    n, clustering, shot = 20_000, 300.0, 100.0
    shape = (n, 2, len(wave_counts()))
    found = observed_power(np.full(shape, clustering), np.full((n, 2, 1), shot), rng)[..., 0]
    waves = wave_counts()[0] // 2

    def drawn(power, *shape):
        return rng.normal(0, np.sqrt(power / 2), (2, n, *shape))

    density, noise = drawn(clustering, 1, waves), drawn(shot, 2, waves)
    expected = np.sum((density + noise) ** 2, axis=0).mean(axis=-1)
    assert found.min() > 0
    assert found.mean() == pytest.approx(clustering + shot, rel=0.01)
    for power in (found, expected):
        assert power[:, 0].std() == pytest.approx((clustering + shot) / np.sqrt(waves), rel=0.03)
    # Redshifts of one universe share its waves.
    correlations = [np.corrcoef(power.T)[0, 1] for power in (found, expected)]
    assert correlations[0] == pytest.approx(correlations[1], abs=0.03)
    assert correlations[0] == pytest.approx((clustering / (clustering + shot)) ** 2, abs=0.03)


def test_power_grows_as_linear_theory_says_and_ends_in_shot_noise():
    parameters = np.array([[0.3, 0.8], [0.3, 0.9]])
    power = matter_power(parameters, np.array(REDSHIFTS))
    growth = cosmology_of(parameters).growth(np.array(REDSHIFTS))[0]
    # At z = 2 the longest waves of the box have hardly left linear theory.
    assert power[1, 0, 0] / power[0, 0, 0] == pytest.approx((0.9 / 0.8) ** 2, rel=0.05)
    assert power[0, 0, 0] / power[0, 4, 0] == pytest.approx(growth[0] ** 2, rel=0.35)
    np.testing.assert_allclose(scale_dependence(np.zeros((1, 1))), 1)
    few = simulate("cosmology_spectra", 300, 3, **PLAIN | {"bias_range": (1e-4, 1e-4)})
    expected = np.log(BOX**3 / (1000 * (1 + np.array(REDSHIFTS)) ** -0.5))
    np.testing.assert_allclose(few.x.mean(axis=0).reshape(5, -1)[:, -1], expected, atol=0.01)


@pytest.mark.oracle
def test_power_of_matter_is_that_of_the_core_cosmology_library():
    ccl = pytest.importorskip("pyccl", reason="pyccl is not installed")
    for omega_m, sigma_8 in ((0.3, 0.8), (0.12, 0.95), (0.48, 0.62)):
        theirs = ccl.Cosmology(
            Omega_c=omega_m - 0.049, Omega_b=0.049, h=0.6711, sigma8=sigma_8, n_s=0.9624, Neff=0,
            T_CMB=2.7255, transfer_function="eisenstein_hu", matter_power_spectrum="halofit",
        )  # fmt: skip
        found = matter_power(np.array([[omega_m, sigma_8]]), np.array([2.0, 0.0]))[0]
        for one, z in zip(found, (2.0, 0.0), strict=True):
            k = wave_numbers()
            expected = ccl.nonlin_matter_power(theirs, k * 0.6711, 1 / (1 + z)) * 0.6711**3
            np.testing.assert_allclose(one, expected, rtol=0.03)


def test_a_linear_fit_finds_the_universes_of_known_galaxies():
    """What the inputs tell is enough: no network is needed where galaxies are all alike."""
    examples = simulate("cosmology_spectra", 1500, 2, **PLAIN)
    x = np.column_stack([examples.x, examples.x**2, np.ones(len(examples))])
    weights = np.linalg.lstsq(x[:1000], examples.y[:1000], rcond=1e-6)[0]
    error = np.sqrt(np.mean((x[1000:] @ weights - examples.y[1000:]) ** 2, axis=0))
    spread = examples.y.std(axis=0)
    assert (error < 0.3 * spread).all()


def test_today_is_the_last_of_the_redshifts(camels):
    folder, stored = camels
    everything, today = (
        read_camels(GalaxyPowerPhysics(given=given), folder, code="SIMBA")
        for given in ("all", "today")
    )
    bands = membership().shape[1]
    assert everything.x.shape == (9, 5 * bands)
    np.testing.assert_array_equal(today.x, everything.x[:, -bands:])
    expected = network_input(stored["SIMBA_pk"][:, -1:])
    np.testing.assert_array_equal(today.x, expected)


def test_a_universe_is_on_one_side_with_all_its_redshifts(camels):
    folder, stored = camels
    config = load_config(
        {
            "task": "cosmology_spectra",
            "model": "cosmology_spectra_npe",
            "data": {"source": "camels_tng", "folder": str(folder), "validation_fraction": 0.3,
                     "test_fraction": 0.3},
        }
    )  # fmt: skip
    parts = {name: real_split(config, name) for name in ("train", "validation", "test")}
    universes = [set(part.info["universe"]) for part in parts.values()]
    assert sum(map(len, universes)) == len(set().union(*universes)) == 9
    inputs = network_input(stored["IllustrisTNG_pk"])
    for part in parts.values():
        rows = [int(name.rpartition("_")[2]) for name in part.info["universe"]]
        np.testing.assert_array_equal(part.x, inputs[rows])
        truth = stored["IllustrisTNG_params"][rows][:, :2]
        np.testing.assert_allclose(part.y, truth, rtol=1e-6)
    codes = {name.rpartition("_")[0] for name in universes[0]}
    assert codes == {"IllustrisTNG"}


def test_sets_that_hold_something_else_are_refused(camels):
    folder, stored = camels
    for change, said in (
        ({"k": 1.05 * stored["k"]}, "accepted: the means of the 79 shells"),
        ({"SIMBA_pk": stored["SIMBA_pk"][:, :4]}, "spectra of shape"),
        ({"SIMBA_pk": -stored["SIMBA_pk"]}, "not above zero"),
    ):
        np.savez(folder / FILE, **stored | change)
        with pytest.raises(UsageError, match=said):
            read_camels(GalaxyPowerPhysics(), folder, code="SIMBA")


@needs_data
@pytest.mark.parametrize("code", CODES.values())
def test_simulations_reach_as_far_as_camels(code):
    """The ranges of galaxies are wide enough for all but the oddest spectra of either code."""
    real = read_camels(GalaxyPowerPhysics(), Path(DATA), code=code)
    with np.load(Path(DATA, FILE)) as stored:
        np.testing.assert_allclose(stored["k"], wave_numbers(), rtol=1e-9)
    assert len(real) > 700
    assert len(set(real.info["universe"])) == len(real)
    for values, prior in zip(real.y.T, PRIOR.values(), strict=True):
        assert np.isfinite(prior.to_unit(values)).all()
    simulated = simulate("cosmology_spectra", 2000, 0).x
    outside = (real.x < simulated.min(axis=0)) | (real.x > simulated.max(axis=0))
    assert outside.mean() < 0.005
