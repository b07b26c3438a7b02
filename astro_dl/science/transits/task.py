"""Periodic dips in light curves: planet candidate, eclipsing binary, or something else?

The question of Yu et al. (2019), AJ 158, 25, put to full-frame images of TESS: triage keeps planets
and binaries, vetting keeps planets alone. Light curves are simulated whole, with all that the star
and the spacecraft do, searched by boxes, and then go the way of real ones.
"""

from dataclasses import dataclass

import numpy as np
from astropy.table import Table

from astro_dl.core.errors import UsageError, unknown_name
from astro_dl.core.examples import Examples, concatenate
from astro_dl.core.task import Difficulty, Head, InputSpec, Task
from astro_dl.science.transits.augmentation import augment_views
from astro_dl.science.transits.datasets import TESS_2MIN, TESS_FFI
from astro_dl.science.transits.figures import draw_signals
from astro_dl.science.transits.inputs import SCALARS, light_curve_inputs, view_features, view_shape
from astro_dl.science.transits.metrics import CLASSES, triage_and_vetting
from astro_dl.science.transits.predict import find_signals
from astro_dl.science.transits.simulation.light_curves import simulate_light_curves
from astro_dl.science.transits.views import VIEWS, Ephemeris

__all__ = ["TransitPhysics", "task"]

Range = tuple[float, float]
KINDS = {"planet_candidate": "planet", "eclipsing_binary": "eclipsing_binary", "other": "junk"}
BLOCK_SAMPLES = 2**18
TRUE_COLUMNS = (
    "magnitude",
    "orbital_period_d",
    "radius_ratio",
    "impact_parameter",
    "variability_period_d",
)


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


def input_spec(physics: TransitPhysics) -> InputSpec:
    """Return the shapes of the views, and what their numbers mean."""
    bins = view_shape(physics)
    shapes: dict[str, tuple[int, ...]] = {
        view: (len(SCALARS),) if view == "scalars" else (bins.bins(view), 1)
        for view in physics.views
    }
    contract = {
        "quantity": "medians of the detrended, folded flux in bins; median 0, minimum -1",
        "views": list(physics.views),
        "local_reach_durations": physics.local_reach_durations,
        "secondary_reach_durations": physics.secondary_reach_durations,
        "detrending_window_days": physics.detrending_window_days,
    }
    if "scalars" in shapes:
        contract["scalars"] = [
            f"({name} - {mean}) / {deviation}" for name, (mean, deviation) in SCALARS.items()
        ]
    return InputSpec(shapes if len(shapes) > 1 else shapes[physics.views[0]], contract)


def head(physics: TransitPhysics) -> Head:
    """Return the three classes."""
    return Head("multiclass", CLASSES)


def simulate(physics: TransitPhysics, n: int, rng: np.random.Generator) -> Examples:
    """Return n folded light curves with their classes and the truth behind them.

    Parameters
    ----------
    physics : TransitPhysics
        Priors and preprocessing.
    n : int
        Number of examples, each of another star.
    rng : numpy.random.Generator
        Determines everything.

    Returns
    -------
    Examples
        Views; y 0, 1, 2 for planet candidate, eclipsing binary, other; ``info`` with ``tic_id`` (a
        random number for each star), ``period``, ``epoch``, ``duration`` [d], ``depth`` and ``snr``
        as measured, ``kind``, and the truth of the light curve.
    """
    y = rng.choice(len(CLASSES), n, p=physics.class_fractions).astype(np.int32)
    kind = np.array(list(KINDS.values()))[y] if physics.signals else np.full(n, "quiet")
    rows = max(1, BLOCK_SAMPLES * physics.cadence_minutes // (physics.duration_days * 1440))
    blocks = np.array_split(np.arange(n), -(-n // int(rows)))
    return concatenate([_simulate_block(physics, y[block], kind[block], rng) for block in blocks])


def _simulate_block(
    physics: TransitPhysics, y: np.ndarray, kind: np.ndarray, rng: np.random.Generator
) -> Examples:
    time, flux, _, truth = simulate_light_curves(
        kind,
        len(y),
        rng,
        cadence_minutes=physics.cadence_minutes,
        duration_days=physics.duration_days,
        magnitude_range=physics.magnitude_range,
        snr_range=physics.snr_range,
        minimum_snr=physics.minimum_snr,
    )
    folded = light_curve_inputs(physics, time, flux, _found_ephemeris(time, truth))
    info = Table({"tic_id": rng.integers(0, 2**62, len(y)), "kind": truth["kind"]})
    info["subtype"] = truth["subtype"]
    for name in ("period", "epoch", "duration"):
        info[name] = getattr(folded.fit.ephemeris, name)
        info[name].unit = "d"
    info["depth"], info["snr"] = folded.fit.depth, folded.fit.snr
    for name in TRUE_COLUMNS:
        info[name] = truth[name]
    return Examples(folded.x, y, info)


def _found_ephemeris(time: np.ndarray, truth: Table) -> Ephemeris:
    """Return what the box search found; where it found nothing, any period serves."""
    found = [np.asarray(truth[name], float) for name in ("period_d", "epoch_d", "duration_d")]
    known = np.isfinite(found).all(axis=0)
    return Ephemeris(
        *(
            np.where(known, value, other)
            for value, other in zip(found, (1.0, time[0], 0.1), strict=True)
        )
    )


task = Task(
    name="tess_transit",
    summary="Is a periodic dip of a TESS light curve a planet, an eclipsing binary, or else?",
    physics=TransitPhysics,
    head=head,
    input_spec=input_spec,
    simulate=simulate,
    group="tic_id",
    difficulty=Difficulty(
        column="snr",
        edges=(7.0, 9.0, 12.0, 16.0, 22.0, 30.0, 50.0, 100.0, 300.0),
        label="signal-to-noise ratio of the dip",
    ),
    features=view_features,
    peers=("gradient_boosting",),
    datasets={"tess_ffi": TESS_FFI, "tess_2min": TESS_2MIN},
    augment=augment_views,
    predict_files=find_signals,
    draw_prediction=draw_signals,
    zero_signal={"signals": False, "minimum_snr": 0.0},
    extra_metrics=triage_and_vetting,
    caution="The simulator's priors and the views' geometry were set against the distributions of "
    "the whole set tess_ffi, test stars included: scores of simulated networks on it are not "
    "blind. No setting was chosen by those scores.",
)
