"""How long tables of stars are read: options as they are given, and as they are kept."""

from dataclasses import dataclass

from astro_dl.observations.irregular_series.columns import LongColumns, option_quantity
from astro_dl.observations.tables.columns import parse_column_names
from astro_dl.observations.tables.read import meant_table


@dataclass(frozen=True)
class ReadingOptions:
    """Options of `astro_dl.science.variable_stars.predict.predict_stars` that concern files."""

    columns: str = ""
    quantity: str | None = None
    zero_point: float | None = None
    time_unit: str = ""
    hdu: int | str | None = None
    path: str = ""

    def columns_of_table(self) -> LongColumns:
        """Return what is told of the columns.

        Raises
        ------
        UsageError
            If an option is not accepted.
        """
        names = parse_column_names(self.columns)
        return LongColumns(names, option_quantity(self.quantity), self.zero_point, self.time_unit)

    @property
    def which(self) -> int | str | None:
        """The table that is meant where files hold several."""
        return meant_table(self.hdu, self.path)
