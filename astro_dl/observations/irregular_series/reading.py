"""How long tables are read: options as they are given, and as they are kept."""

from dataclasses import dataclass

from astro_dl.observations.irregular_series.columns import LongColumns, option_quantity
from astro_dl.observations.irregular_series.magnitudes import Quantity
from astro_dl.observations.tables.columns import parse_column_names
from astro_dl.observations.tables.read import meant_table


@dataclass(frozen=True)
class ReadingOptions:
    """Options that concern files, as functions that predict on long tables take them.

    Parameters
    ----------
    columns : str
        Names of columns where they differ, as ``id=star,magnitude=Vmag``.
    quantity : {"magnitude", "flux"} or None
        What values are, where neither name nor unit tells.
    zero_point : float or None
        Magnitude of a flux of one.
    time_unit : str
        Of times without one.
    hdu, path : int or str or None, and str
        Which table is meant, in files of FITS or HDF5.
    """

    columns: str = ""
    quantity: str | None = None
    zero_point: float | None = None
    time_unit: str = ""
    hdu: int | str | None = None
    path: str = ""

    def columns_of_table(self, wanted: Quantity = Quantity.MAGNITUDE) -> LongColumns:
        """Return what is told of the columns, of which magnitudes or fluxes are wanted.

        Raises
        ------
        UsageError
            If an option is not accepted.
        """
        names = parse_column_names(self.columns)
        quantity = option_quantity(self.quantity)
        return LongColumns(names, quantity, self.zero_point, self.time_unit, wanted)

    @property
    def which(self) -> int | str | None:
        """The table that is meant where files hold several."""
        return meant_table(self.hdu, self.path)
