"""Spectra of the convergence: by another code, by astropy, and in their limits."""

import numpy as np
import pytest
from astropy.cosmology import FlatwCDM

from astro_dl.science.cosmology_fields.parameters import PRIOR, cosmology_of
from astro_dl.science.cosmology_fields.simulation.background import Cosmology
from astro_dl.science.cosmology_fields.simulation.convergence import (
    PAIRS,
    REDSHIFTS,
    convergence_spectra,
    mean_redshifts,
    sources,
)
from astro_dl.science.cosmology_fields.simulation.matter import LN_K, MatterSpectrum, transfer

FIDUCIAL = {"omega_c": 0.2664, "sigma_8": 0.831, "w_0": -1.0, "n_s": 0.9645, "h": 0.6727,
            "omega_b": 0.0492}  # fmt: skip
ELL = np.geomspace(60, 1600, 9)


def universes(*changes):
    """Return the fiducial universe with changes, one row each."""
    rows = [[{**FIDUCIAL, **change}[name] for name in PRIOR] for change in changes]
    return cosmology_of(np.array(rows))


@pytest.mark.oracle
@pytest.mark.parametrize(
    "change",
    [
        {},
        {"omega_c": 0.15, "sigma_8": 0.6, "w_0": -0.6, "n_s": 1.05, "h": 0.75},
        {"omega_c": 0.6, "sigma_8": 0.7, "w_0": -0.5, "n_s": 0.9},
        {"omega_c": 0.08, "sigma_8": 0.9, "w_0": -1.6},
    ],
)
def test_spectra_are_those_of_the_core_cosmology_library(change):
    ccl = pytest.importorskip("pyccl", reason="pyccl is not installed")
    cosmology, values = universes(change), {**FIDUCIAL, **change}
    theirs = ccl.Cosmology(
        Omega_c=values["omega_c"], Omega_b=values["omega_b"], h=values["h"],
        sigma8=values["sigma_8"], n_s=values["n_s"], w0=values["w_0"], Neff=0, T_CMB=2.7255,
        transfer_function="eisenstein_hu", matter_power_spectrum="halofit",
    )  # fmt: skip
    k = np.geomspace(1e-3, 10, 40)
    for z in (0.0, 1.0):
        scale = k**3 / (2 * np.pi**2)
        expected = scale * ccl.nonlin_matter_power(theirs, k * values["h"], 1 / (1 + z))
        found = MatterSpectrum.of(cosmology).dimensionless(k[None, :, None], np.array([z]))
        np.testing.assert_allclose(found[0, :, 0], expected * values["h"] ** 3, rtol=0.02)
    tracers = [ccl.WeakLensingTracer(theirs, dndz=(REDSHIFTS, one)) for one in sources()]
    found = convergence_spectra(cosmology, ELL)[0]
    for column, (i, j) in enumerate(PAIRS):
        expected = ccl.angular_cl(theirs, tracers[i], tracers[j], ELL)
        np.testing.assert_allclose(found[:, column], expected, rtol=0.006)


def test_distances_and_densities_are_those_of_astropy():
    cosmology = universes({}, {"omega_c": 0.5, "w_0": -0.5})
    for row, (matter, w_0) in enumerate([(0.3156, -1.0), (0.5492, -0.5)]):
        theirs = FlatwCDM(H0=100, Om0=matter, w0=w_0, Tcmb0=0)
        found = cosmology.distance(REDSHIFTS)[row]
        np.testing.assert_allclose(found, theirs.comoving_distance(REDSHIFTS).value, rtol=3e-4)
        share = cosmology.matter_share(REDSHIFTS)[row]
        np.testing.assert_allclose(share, theirs.Om(REDSHIFTS), rtol=1e-9)


def test_structure_grows_as_the_scale_factor_where_all_is_matter():
    one = np.ones(1)
    cosmology = Cosmology(0.95 * one, 0.05 * one, 0.8 * one, 0.7 * one, one, -one)
    z = np.array([0.0, 0.5, 2.0, 3.5])
    np.testing.assert_allclose(cosmology.growth(z)[0], 1 / (1 + z), rtol=1e-5)


def test_matter_fluctuates_as_sigma_8_says():
    found = np.exp(MatterSpectrum.of(universes({}, {"sigma_8": 0.5})).ln_linear)
    x = 8 * np.exp(LN_K)
    sphere = 3 * (np.sin(x) - x * np.cos(x)) / x**3
    np.testing.assert_allclose(np.trapezoid(found * sphere**2, LN_K), [0.831**2, 0.25], rtol=1e-3)


def test_the_largest_scales_keep_the_primordial_spectrum_and_stay_linear():
    cosmology = universes({}, {"n_s": 1.1})
    np.testing.assert_allclose(transfer(np.array([1e-5]), cosmology), 1, atol=2e-3)
    k = np.array([1e-3, 5e-3])
    matter = MatterSpectrum.of(cosmology)
    found = matter.dimensionless(np.broadcast_to(k[:, None], (2, 2, 1)), np.zeros(1))[..., 0]
    expected = [np.exp(np.interp(np.log(k), LN_K, row)) for row in matter.ln_linear]
    np.testing.assert_allclose(found, expected, rtol=0.01)


def test_small_scales_gain_power_the_more_the_later():
    matter, z = MatterSpectrum.of(universes({})), np.array([0.0, 3.0])
    found = matter.dimensionless(np.full((1, 1, 2), 2.0), z)[0, 0]
    linear = np.exp(np.interp(np.log(2), LN_K, matter.ln_linear[0]))
    late, early = found / linear / matter.cosmology.growth(z)[0] ** 2
    assert late > 8
    assert 1 < early < late / 3


def test_halves_of_the_sources_lie_one_behind_the_other():
    np.testing.assert_allclose(np.trapezoid(sources(), REDSHIFTS, axis=1), 1, rtol=1e-9)
    near, far = mean_redshifts()
    assert 0.4 < near < 0.6 < 1.2 < far < 1.7


def test_more_and_farther_matter_bends_more_light():
    spectra = convergence_spectra(universes({}, {"sigma_8": 1.0}, {"omega_c": 0.4}), ELL)
    assert (spectra[1:] > spectra[0]).all()
    assert (spectra[..., 0] < spectra[..., 1]).all()
    assert (spectra[..., 1] ** 2 < spectra[..., 0] * spectra[..., 2]).all()
    # On large scales in proportion to the linear power.
    np.testing.assert_allclose(spectra[1, 0] / spectra[0, 0], (1 / 0.831) ** 2, rtol=0.06)
