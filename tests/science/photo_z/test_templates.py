"""The template fit: exact where templates are, and honest where bands are missing."""

import numpy as np
import pytest

from astro_dl.observations.photometry.synthetic_magnitudes import galaxy_magnitudes
from astro_dl.science.photo_z.physics import PhotoZPhysics
from astro_dl.science.photo_z.templates import template_fit

SDSS = PhotoZPhysics(survey="sdss", redshift_range=(0.0, 0.8), magnitude_range=(15.0, 19.0))
TRUTH = np.array([0.25, 0.35, 0.45, 0.6])
"""At lower redshifts, ellipticals and later types somewhat farther away have the same colours."""


def fitted(physics, kind, redshift, missing=(), brightness=18.0):
    bands = physics.used_bands
    kinds = np.full(len(redshift), kind)
    magnitudes = galaxy_magnitudes(physics.survey, bands, kinds, redshift, np.zeros_like(kinds))
    magnitudes += (brightness - magnitudes[:, bands.index("i")])[:, None]
    values = dict(zip(bands, magnitudes.T, strict=True))
    values |= {band: np.full(len(redshift), np.nan) for band in missing}
    return template_fit(physics, physics.inputs(values))["template fit"]


@pytest.mark.parametrize("kind", [0.0, 1.5])
def test_templates_are_found_at_their_redshift(kind):
    np.testing.assert_allclose(fitted(SDSS, kind, TRUTH), TRUTH, atol=0.03)


def test_a_missing_band_is_not_taken_for_a_faint_one():
    np.testing.assert_allclose(fitted(SDSS, 0.0, TRUTH, missing="z"), TRUTH, atol=0.05)


def test_nothing_known_gives_the_prior():
    found = fitted(SDSS, 0.0, TRUTH, missing="ugriz")
    assert np.isfinite(found).all()
    assert np.ptp(found) == 0


def test_lyman_breaks_are_found():
    lsst = PhotoZPhysics(survey="lsst", redshift_range=(0.0, 3.5))
    truth = np.array([3.1, 3.3])
    np.testing.assert_allclose(fitted(lsst, 3.0, truth, brightness=24.5), truth, atol=0.05)
