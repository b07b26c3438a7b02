"""What simulated supernovae are drawn from."""

from typing import Annotated, Literal

from astro_dl.core.errors import UsageError
from astro_dl.core.limits import Bounds, Choice, Count, Different, Positive, Range
from astro_dl.core.schema import checked

CLASSES = ("Ia", "Ibc", "II", "SLSN")
SURVEY_BANDS = {"des": tuple("griz"), "lsst": tuple("ugrizy")}


@checked
class SupernovaPhysics:
    """Everything that defines a set of light curves.

    Parameters
    ----------
    survey : {"des", "lsst"}
        Whose bands, nights and noise: griz of the supernova fields of DES, ugrizy of LSST's wide
        survey.
    classes : tuple of str, default ("Ia", "Ibc", "II")
        Among ``Ia``, ``Ibc`` (stripped of hydrogen; IIb and Ic-BL, too), ``II`` and ``SLSN``.
    class_shares : tuple of float, default ()
        How many of the detected are of each class, in proportion; empty for equally many.
    host_redshift : bool, default False
        Whether the photometric redshift of the host and its error are inputs.
    nights : int, default 50
        Steps of the inputs. Light curves of more nights have longer steps.
    window_days : tuple of float, default (-30, 150)
        First and last day that is looked at, since the first detection.
    detection_snr : float, default 5
        Signal-to-noise ratio of a detection.
    redshift_range : tuple of float, default (0.02, 1.1)
        Of the supernovae.
    signals : bool, default True
        Without, all are of the first class, whatever they are called.
    """

    survey: Literal["des", "lsst"] = "des"
    classes: Annotated[tuple[str, ...], Choice(CLASSES)] = ("Ia", "Ibc", "II")
    class_shares: Annotated[tuple[float, ...], Bounds(0)] = ()
    host_redshift: bool = False
    nights: Count = 50
    window_days: Annotated[Range, Different()] = (-30.0, 150.0)
    detection_snr: Positive = 5.0
    redshift_range: Annotated[Range, Bounds(0, 1.5), Different()] = (0.02, 1.1)
    signals: bool = True

    def __post_init__(self) -> None:
        if self.class_shares and len(self.class_shares) != len(self.classes):
            raise UsageError(
                f"class_shares are {self.class_shares} of classes {self.classes}; give one for each"
            )
        if self.class_shares and not sum(self.class_shares):
            raise UsageError("class_shares are all 0; one at least must be above")

    @property
    def bands(self) -> tuple[str, ...]:
        """The survey's bands, blue to red."""
        return SURVEY_BANDS[self.survey]

    @property
    def shares(self) -> tuple[float, ...]:
        """Share of each class."""
        shares = self.class_shares or (1.0,) * len(self.classes)
        return tuple(share / sum(shares) for share in shares)
