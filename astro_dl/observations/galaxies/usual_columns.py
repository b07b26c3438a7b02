"""What the columns of tables of objects are usually called, in small letters."""

from collections.abc import Iterable

RIGHT_ASCENSIONS = ("ra", "raj2000", "ra_j2000", "alpha_j2000", "ra_deg", "radeg", "ra_icrs")
DECLINATIONS = (
    "dec",
    "dej2000",
    "decj2000",
    "dec_j2000",
    "delta_j2000",
    "dec_deg",
    "dedeg",
    "de_icrs",
)
IDENTIFIERS = ("id", "name", "object_id", "objid", "objectid", "coadd_object_id", "source_id")


def usual_column(names: Iterable[str], usual: tuple[str, ...]) -> str | None:
    """Return the first of the usual names, in any case, that a table has; None if it has none."""
    by_name = {name.lower(): name for name in names}
    return next((by_name[name] for name in usual if name in by_name), None)
