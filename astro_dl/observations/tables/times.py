"""Units of times: converted to days, or refused."""

from typing import Any

import numpy as np

from astro_dl.core.errors import UsageError

DAYS = {"d", "day", "days", "bjd", "jd", "hjd", "mjd", "btjd", "bkjd", "tbjd", "tjd"}
PART_OF_DAY = {
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 24.0),
    **dict.fromkeys(("min", "minute", "minutes"), 1440.0),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 86400.0),
}


def in_days(values: np.ndarray, unit: Any, where: str) -> np.ndarray:
    """Return times in days; without a unit they are days.

    Raises
    ------
    UsageError
        If the unit is none of time.
    """
    text = "" if unit is None else str(unit).strip().lower()
    word = text.replace(",", " ").split()[0] if text else "d"
    if word in DAYS:
        return values
    if word in PART_OF_DAY:
        return values / PART_OF_DAY[word]
    raise UsageError(f"{where}: times in {unit!r}; accepted: days, hours, minutes, seconds")
