"""Galaxy spectra and their magnitudes: against speclite, and against what the laws say."""

from pathlib import Path

import numpy as np
import pytest
from speclite.filters import load_filters

from astro_dl.core.errors import UsageError
from astro_dl.observations.photometry.galaxy_templates import (
    LOG_WAVELENGTH,
    REDDEST_TO_BLUEST,
    attenuation,
    intergalactic_transmission,
    observed_spectra,
    template_spectra,
)
from astro_dl.observations.photometry.synthetic_magnitudes import (
    PHOTOMETRIC_SURVEYS,
    band_magnitudes,
    band_weights,
    galaxy_magnitudes,
)

REFERENCE = Path(__file__).parent / "data" / "photometry_reference.npz"


@pytest.fixture(scope="module")
def reference():
    with np.load(REFERENCE) as file:
        return dict(file)


def colors(magnitudes):
    return magnitudes[..., :-1] - magnitudes[..., 1:]


@pytest.mark.parametrize("survey", PHOTOMETRIC_SURVEYS)
def test_colors_of_templates_agree_with_speclite(survey, reference):
    expected = reference[f"{survey}_magnitudes"]
    types, redshifts, _ = expected.shape
    kind = np.repeat(np.arange(types), redshifts).astype(float)
    redshift = np.tile(reference["redshifts"], types)
    bands = tuple(PHOTOMETRIC_SURVEYS[survey].depths)
    found = galaxy_magnitudes(survey, bands, kind, redshift, np.zeros_like(kind))
    difference = colors(found.reshape(expected.shape)) - colors(expected)
    assert np.abs(difference).max() < 1e-3


@pytest.mark.parametrize("survey", PHOTOMETRIC_SURVEYS)
def test_colors_of_a_power_law_agree_with_speclite(survey):
    wavelength = np.arange(2500.0, 12000.0, 0.5)
    flux = (wavelength / 5500) ** 1.3 * 1e-17
    about = PHOTOMETRIC_SURVEYS[survey]
    bands = tuple(about.depths)
    loaded = load_filters(*(f"{about.filters}-{band}" for band in bands))
    row = loaded.get_ab_magnitudes(flux, wavelength)
    expected = np.array([float(row[name][0]) for name in loaded.names])
    found = band_magnitudes(survey, bands, wavelength, flux)[0]
    np.testing.assert_allclose(colors(found), colors(expected), atol=1e-3)


@pytest.mark.parametrize("survey", PHOTOMETRIC_SURVEYS)
def test_constant_flux_per_frequency_is_of_one_magnitude_in_all_bands(survey):
    wavelength = np.linspace(2000, 12000, 20001)
    bands = tuple(PHOTOMETRIC_SURVEYS[survey].depths)
    found = band_magnitudes(survey, bands, wavelength, wavelength**-2.0)
    assert np.ptp(found) < 1e-4


def test_at_redshift_zero_wavelengths_are_those_at_rest():
    templates = template_spectra()
    seen = slice(1000, 1400)
    kind = np.arange(len(REDDEST_TO_BLUEST), dtype=float)
    found = observed_spectra(kind, np.zeros(len(kind)), np.zeros(len(kind)), seen)
    np.testing.assert_allclose(found, templates[:, seen], rtol=1e-5)


def test_a_line_is_seen_where_its_redshift_says():
    window = slice(1000, len(LOG_WAVELENGTH))
    wavelength = np.exp(LOG_WAVELENGTH[window])
    oxygen = 5006.8 * 1.2
    flux = observed_spectra(np.array([5.0]), np.array([0.2]), np.zeros(1), window)[0]
    near = np.abs(wavelength - oxygen) < 60
    assert wavelength[near][np.argmax(flux[near])] == pytest.approx(oxygen, rel=0.003)


def test_types_between_templates_are_mixtures_of_their_neighbours():
    seen = slice(1000, 1400)
    parts = observed_spectra(np.array([1.0, 2.0, 1.25]), np.full(3, 0.1), np.zeros(3), seen)
    np.testing.assert_allclose(parts[2], 0.75 * parts[0] + 0.25 * parts[1], rtol=1e-4)


def test_redshifts_beyond_the_templates_are_refused():
    with pytest.raises(UsageError, match="outside 0 to"):
        galaxy_magnitudes("lsst", ("g", "r"), np.zeros(1), np.array([5.0]), np.zeros(1))
    with pytest.raises(UsageError, match="outside 0 to"):
        galaxy_magnitudes("lsst", ("g", "r"), np.zeros(1), np.array([-0.1]), np.zeros(1))


def test_dust_takes_what_calzetti_says():
    wavelength = np.array([1500.0, 4400.0, 5500.0, 8000.0])
    extinction = -2.5 * np.log10(attenuation(wavelength, np.full(4, 0.3))) / 0.3
    # R_V = 4.05; A(1500 Å) / E(B - V) = 10.33 and A(8000 Å) / E(B - V) = 2.58 by eqs. 3 and 4
    assert extinction[2] == pytest.approx(4.05, abs=0.02)
    assert extinction[1] - extinction[2] == pytest.approx(1.0, abs=0.05)
    assert extinction[0] == pytest.approx(10.33, abs=0.02)
    assert extinction[3] == pytest.approx(2.58, abs=0.02)


def test_dust_reddens_galaxies():
    still, dusty = galaxy_magnitudes(
        "lsst", tuple("ugrizy"), np.full(2, 2.0), np.full(2, 0.3), np.array([0.0, 0.3])
    )
    assert (np.diff(dusty - still) < 0).all()


def test_hydrogen_takes_what_madau_says():
    redshift = np.array([3.0])
    lyman_alpha = 1215.67 * 4
    seen = intergalactic_transmission(
        np.array([lyman_alpha + 1, lyman_alpha - 1, 1000 * 4, 800 * 4, 700 * 4]), redshift
    )
    assert seen[0] == 1
    assert seen[1] == pytest.approx(np.exp(-0.0036 * 4**3.46), rel=2e-3)
    # beyond the limit light at 800 Å has crossed less ionising gas than light at 700 Å has
    assert 0 < seen[4] < seen[3] < seen[2] < 1


def test_distant_galaxies_drop_out_of_the_blue_band():
    redshift = np.array([1.0, 2.5, 3.2])
    magnitudes = galaxy_magnitudes("lsst", tuple("ugr"), np.full(3, 3.0), redshift, np.zeros(3))
    assert (np.diff(magnitudes[:, 0] - magnitudes[:, 1]) > 0.2).all()


def test_surveys_and_bands_are_checked():
    with pytest.raises(UsageError, match="survey"):
        band_weights("panstars", ("g", "r"))
    survey = PHOTOMETRIC_SURVEYS["sdss"]
    assert survey.choose(()) == tuple("ugriz")
    with pytest.raises(UsageError, match="band of SDSS"):
        survey.choose(("g", "y"))
    with pytest.raises(UsageError, match="two or more different"):
        survey.choose(("g", "g"))
