"""What simulated light curves are drawn from."""

from dataclasses import dataclass

from astro_dl.core.errors import UsageError, unknown_name
from astro_dl.science.transits.metrics import CLASSES
from astro_dl.science.transits.views import VIEWS

Range = tuple[float, float]


@dataclass(frozen=True)
class TransitPhysics:
    """Everything that defines a set of folded light curves.

    Parameters
    ----------
    views : tuple of str
        What a network is given, among ``global``, ``local``, ``secondary``, ``half_phase``,
        ``odd``, ``even`` (see `astro_dl.science.transits.views.fold_views`) and ``scalars`` (see
        `astro_dl.science.transits.inputs.SCALARS`). One alone is a plain array.
    global_bins, local_bins : int, defaults 201 and 61
        Bins of the global view, and of every other view.
    local_reach_durations, secondary_reach_durations : float, defaults 2 and 4
        How far the local views and the secondary view reach to either side [durations].
    detrending_window_days : float, default 1
        Window of the running trend [d].
    class_fractions : tuple of float, default (0.3, 0.3, 0.4)
        Fractions of planets, eclipsing binaries and others.
    cadence_minutes : float, default 30
        Cadence and exposure [min].
    duration_days : float, default 27.4
        Length of the light curves [d].
    magnitude_range : tuple of float, default (6, 13)
        TESS magnitudes.
    snr_range : tuple of float, default (8, 1e5)
        Expected signal-to-noise ratios of planets and binaries.
    minimum_snr : float, default 7
        Ratio that the box search must measure.
    signals : bool, default True
        Without, all light curves are of quiet stars, whatever their class.
    """

    views: tuple[str, ...] = ("global", "local", "secondary", "scalars")
    global_bins: int = 201
    local_bins: int = 61
    local_reach_durations: float = 2.0
    secondary_reach_durations: float = 4.0
    detrending_window_days: float = 1.0
    class_fractions: tuple[float, ...] = (0.3, 0.3, 0.4)
    cadence_minutes: float = 30.0
    duration_days: float = 27.4
    magnitude_range: Range = (6.0, 13.0)
    snr_range: Range = (8.0, 1e5)
    minimum_snr: float = 7.0
    signals: bool = True

    def __post_init__(self) -> None:
        for view in self.views:
            if view not in (*VIEWS, "scalars"):
                raise unknown_name("view", view, (*VIEWS, "scalars"))
        if not 1 <= len(set(self.views)) == len(self.views):
            raise UsageError(f"views are {self.views}; give one or more different ones")
        fractions = self.class_fractions
        if len(fractions) != len(CLASSES) or min(fractions) < 0 or abs(sum(fractions) - 1) > 1e-6:
            raise UsageError(
                f"class_fractions are {fractions}; accepted: {len(CLASSES)} that sum to 1"
            )
        if min(self.global_bins, self.local_bins) < 3:
            raise UsageError(
                f"global_bins and local_bins are {self.global_bins} and {self.local_bins}; "
                "accepted: 3 and above"
            )
        for name in (
            "local_reach_durations",
            "secondary_reach_durations",
            "detrending_window_days",
            "cadence_minutes",
            "duration_days",
        ):
            if not getattr(self, name) > 0:
                raise UsageError(f"{name} is {getattr(self, name)}; accepted: above 0")
