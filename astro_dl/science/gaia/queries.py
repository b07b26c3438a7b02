"""Queries of the Gaia archive: arguments in, ADQL out."""

from typing import Annotated

from astro_dl.core.limits import Bounds, NonNegative, Positive

GAIA_COLUMNS = (
    "phot_g_mean_mag",
    "bp_rp",
    "parallax",
    "parallax_error",
    "pmra",
    "pmdec",
    "ruwe",
    "phot_bp_rp_excess_factor",
)
"""What task ``gaia_photometry`` reads, of the archive's table; magnitudes, mas and mas/yr."""

TABLE = "gaiadr3.gaia_source"
SOURCES = 1_811_709_771
"""Rows of that table, over which ``random_index`` runs from zero."""

Longitude = Annotated[float, Bounds(0, 360)]
Latitude = Annotated[float, Bounds(-90, 90)]
Radius = Annotated[float, Bounds(0, 90, open_low=True)]
Share = Annotated[float, Bounds(0, 1, open_low=True)]


def cone_search(
    *, ra: Longitude, dec: Latitude, radius_deg: Radius = 0.5, magnitude_limit: float = 21.0
) -> str:
    """Return the ADQL for all sources about a direction.

    Parameters
    ----------
    ra, dec : float
        ICRS, epoch 2016.0 [deg].
    radius_deg : float, default 0.5
        Of the cone.
    magnitude_limit : float, default 21
        Faintest G [mag].
    """
    return _select(
        f"1 = CONTAINS(POINT('ICRS', ra, dec), CIRCLE('ICRS', {ra!r}, {dec!r}, {radius_deg!r}))",
        f"phot_g_mean_mag <= {magnitude_limit!r}",
    )


def red_giants(
    *,
    distance_pc: Positive = 2000.0,
    parallax_significance: NonNegative = 10.0,
    largest_ruwe: Positive = 1.4,
    sample_fraction: Share = 0.01,
) -> str:
    """Return the ADQL for a random sample of red giants: BP - RP above 1, M_G below 3.5.

    Parameters
    ----------
    distance_pc : float, default 2000
        Largest inverse parallax [pc].
    parallax_significance : float, default 10
        Least parallax over its error.
    largest_ruwe : float, default 1.4
        Beyond it astrometric solutions are not trusted (Lindegren 2018).
    sample_fraction : float, default 0.01
        Share of the catalogue that is searched, at random.
    """
    return _select(
        f"parallax >= {1000 / distance_pc!r}",
        f"parallax_over_error >= {parallax_significance!r}",
        f"ruwe < {largest_ruwe!r}",
        "bp_rp > 1.0",
        "phot_g_mean_mag + 5 * LOG10(parallax) - 10 < 3.5",
        f"random_index < {round(sample_fraction * SOURCES)}",
    )


def _select(*conditions: str) -> str:
    columns = ", ".join(("source_id", "ra", "dec", *GAIA_COLUMNS))
    where = "\n  AND ".join(conditions)
    return f"SELECT {columns}\nFROM {TABLE}\nWHERE {where}"
