"""What makers of light curves call times, fluxes and marks of quality."""

import re
from dataclasses import dataclass, field

BARYCENTRIC_TESS, BARYCENTRIC_KEPLER = 2457000.0, 2454833.0
TIME_OFFSETS = {BARYCENTRIC_TESS: "BTJD", BARYCENTRIC_KEPLER: "BKJD", 0.0: "BJD", 2400000.5: "MJD"}
"""What added to the times gives Julian dates [d], and the name of such times."""

ANY_BIT = -1
KEPLER_BAD, TESS_BAD = 1130799, 17087 | 4096
"""Quality bits that spoil a cadence: the default masks of lightkurve for Kepler and TESS, and the
bit by which QLP marks its own."""


@dataclass(frozen=True)
class Layout:
    """The columns of one maker's tables, in capitals.

    Parameters
    ----------
    time : str
        Column of times [d].
    fluxes : tuple of str
        Columns of flux, the best first.
    bad : dict of str to int
        Columns of quality and the bits that spoil a cadence; None for the mission's own.
    offset : float or None
        Julian date of time zero where the header does not tell it.
    """

    time: str
    fluxes: tuple[str, ...]
    bad: dict[str, int | None] = field(default_factory=dict)
    offset: float | None = None


MISSION = Layout(
    "TIME",
    ("PDCSAP_FLUX", "KSPSAP_FLUX", "DET_FLUX", "FLUX", "SAP_FLUX"),
    {"QUALITY": None, "SAP_QUALITY": None},
)
LAYOUTS = (
    MISSION,
    # eleanor, Feinstein et al. (2019), PASP 131, 094502
    Layout("TIME", ("CORR_FLUX", "PCA_FLUX", "RAW_FLUX"), {"QUALITY": ANY_BIT}, BARYCENTRIC_TESS),
    # TGLC, Han & Brandt (2023), AJ 165, 71
    Layout(
        "TIME",
        ("CAL_APER_FLUX", "CAL_PSF_FLUX", "APERTURE_FLUX", "PSF_FLUX"),
        {"TESS_FLAGS": ANY_BIT, "TGLC_FLAGS": ANY_BIT},
        BARYCENTRIC_TESS,
    ),
    # K2SFF, Vanderburg & Johnson (2014), PASP 126, 948
    Layout("T", ("FCOR", "FRAW"), {"MOVING": ANY_BIT}, BARYCENTRIC_KEPLER),
)

TIME_NAMES = (
    *("time", "t", "bjd", "btjd", "bkjd", "jd", "hjd", "mjd", "date", "time_bjd", "tbjd"),
    *("bjd_tdb", "times"),
)
FLUX_NAMES = (
    *("pdcsap_flux", "kspsap_flux", "det_flux", "flux", "fcor", "corrected_flux", "corr_flux"),
    *("pca_flux", "cal_aper_flux", "cal_psf_flux", "sap_flux", "f", "rel_flux", "relative_flux"),
    *("detrended_flux", "raw_flux", "fraw"),
)
MAGNITUDE_NAMES = ("mag", "magnitude", "mags", "magnitudes", "tmag", "kpmag")
QUALITY_NAMES = ("quality", "sap_quality", "flag", "flags", "tess_flags", "tglc_flags", "moving")
OFFSETS = {
    **dict.fromkeys(("bjd", "jd", "hjd", "bjd_tdb", "time_bjd"), 0.0),
    **dict.fromkeys(("btjd", "tbjd"), BARYCENTRIC_TESS),
    "bkjd": BARYCENTRIC_KEPLER,
    "mjd": 2400000.5,
}

_WITH_UNIT = re.compile(r"^(.*?)\s*[\[(]([^\])]*)[\])]$")
_LESS_A_NUMBER = re.compile(r"^b?jd\s*-\s*([\d.]+)")


@dataclass(frozen=True)
class Title:
    """The name of a column, what it says of the unit, and of the zero of its times.

    Parameters
    ----------
    name : str
        In lower case, blanks as underscores.
    unit : str
        Empty for none.
    offset : float or None
        Julian date of time zero [d].
    """

    name: str
    unit: str = ""
    offset: float | None = None


def read_title(text: str) -> Title:
    """Return what the title of a column says, such as ``flux [mag]`` or ``BJD - 2457000``."""
    plain = text.strip().strip("\"'").lower()
    named = _WITH_UNIT.match(plain)
    plain, unit = (named[1], named[2]) if named else (plain, "")
    less = _LESS_A_NUMBER.match(plain) or _LESS_A_NUMBER.match(unit)
    if less:
        return Title("time", "d", float(less[1]))
    name = "_".join(plain.split())
    return Title(name, unit, OFFSETS.get(name))
