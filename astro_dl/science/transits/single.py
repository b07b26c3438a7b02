"""The strongest signal in a light curve as an input, for networks that learn from single files."""

from pathlib import Path

from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Inputs, take_inputs
from astro_dl.science.transits.asked import period_range
from astro_dl.science.transits.physics import TransitPhysics
from astro_dl.science.transits.predict import (
    SHORTEST_PERIOD_DAYS,
    at_cadence,
    fold_signal,
    read_stars,
    without_lone_dips,
)
from astro_dl.science.transits.search.periodic import search_transits


def input_of_file(physics: TransitPhysics, path: Path) -> Inputs:
    """Return the views of the strongest signal in the light curve of a file.

    Raises
    ------
    UsageError
        If it cannot be read or searched.
    """
    star, *others = read_stars([path])
    if others:
        raise UsageError(f"{path}: {len(others) + 1} stars; give files of one each")
    curve = without_lone_dips(at_cadence(star, physics.cadence_minutes)[0])
    periods = period_range(curve, SHORTEST_PERIOD_DAYS, None)
    signals = search_transits(
        curve.time, curve.flux, period_range=periods, fewest_snr=0.0, most_signals=1
    )
    if not signals:
        raise UsageError(f"{path}: no dip is found in the light curve")
    x = fold_signal(physics, curve, signals, 0).x
    return take_inputs(x, 0)
