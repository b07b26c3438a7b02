"""Above what a network is taken to say yes: a threshold by name."""

from typing import Annotated, Literal

from astro_dl.core.limits import Bounds
from astro_dl.core.schema import checked


@checked
class Threshold:
    """What divides two classes.

    Parameters
    ----------
    by : {"probability", "false_alarm_probability"}
        Whether ``at`` is a calibrated probability of the positive class, or the share of the scored
        negatives that lie above the threshold.
    at : float
        Within (0, 1).
    """

    by: Literal["probability", "false_alarm_probability"] = "probability"
    at: Annotated[float, Bounds(0, 1, open_low=True, open_high=True)] = 0.5

    def __str__(self) -> str:
        return f"{self.by.replace('false_alarm', 'false-alarm').replace('_', ' ')} {self.at:g}"
