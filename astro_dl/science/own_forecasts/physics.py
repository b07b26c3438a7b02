"""What is known of series that are to be forecast."""

from dataclasses import dataclass, field
from typing import Literal

from astro_dl.science.own_forecasts.windows import Windows


@dataclass(frozen=True)
class OwnForecasts:
    """Where series are, and how they are cut.

    Parameters
    ----------
    files : str
        Folder of light curves in ``data.folder``.
    sha256 : str
        Of names and sizes when the training was set up; empty for any.
    windows : Windows
        How they are cut.
    answer : {"point", "gaussian"}
        What is told of each step to come.
    """

    files: str = ""
    sha256: str = ""
    windows: Windows = field(default_factory=Windows)
    answer: Literal["point", "gaussian"] = "point"
