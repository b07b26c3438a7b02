"""Fluxes are linear; magnitudes and other logarithms are refused, maggies are not."""

import pytest

from astro_dl.core.errors import UsageError
from astro_dl.observations.tables.flux_units import refuse_logarithms


@pytest.mark.parametrize("unit", ["nanomaggy", "nanomaggies", "nmgy", "Jy", "adu", "", None])
def test_fluxes_are_linear(unit):
    refuse_logarithms(unit, "a.fits")


@pytest.mark.parametrize("unit", ["mag", "ABmag", "mag/arcsec2", "dex", "dB", "log(Jy)"])
def test_logarithms_are_refused(unit):
    with pytest.raises(UsageError, match=r"a\.fits.*linear"):
        refuse_logarithms(unit, "a.fits")
