"""What each step of the folded light curves takes of the time, and how many a search refuses."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import numpy as np

from astro_dl.core.showing.text_table import text_table
from astro_dl.science.transits import inputs
from astro_dl.science.transits.physics import TransitPhysics
from astro_dl.science.transits.simulate import simulate
from astro_dl.science.transits.simulation import light_curves, signals

__all__ = ["measure"]

CURVES, ROUNDS = 1024, 8
FLUXES = "fluxes: models, variability, noise, artefacts"
REST = "classes, tables, joining"
STEPS = {
    "parameters of stars and orbits": (signals, ("draw_stars", "draw_planets", "draw_binaries")),
    FLUXES: (light_curves, ("_light_curves",)),
    "box search": (light_curves, ("best_box",)),
    "detrending": (inputs, ("flat_light_curves",)),
    "trapezoids": (inputs, ("fit_trapezoids",)),
    "folding": (inputs, ("fold_views",)),
}


@dataclass
class Watch:
    """Processor time [s] of each step, without that of steps within it, and curves made."""

    used: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    made: int = 0
    _last: float = field(default_factory=time.process_time)
    _now: list[str] = field(default_factory=lambda: [REST])

    def timed(self, step: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function whose time counts for a step."""

        def run(*given: Any, **named: Any) -> Any:
            if step == FLUXES:
                self.made += given[1]
            with self._inside(step):
                return function(*given, **named)

        return run

    def turn(self) -> None:
        """Book the time since the last turn."""
        now = time.process_time()
        self.used[self._now[-1]] += now - self._last
        self._last = now

    @contextmanager
    def _inside(self, step: str) -> Iterator[None]:
        self.turn()
        self._now.append(step)
        yield
        self.turn()
        self._now.pop()


def measure() -> None:
    """Print the shares of processor time by step: median and range of the rounds."""
    physics = TransitPhysics()
    simulate(physics, 64, np.random.default_rng(ROUNDS))
    rounds = [watched(physics, seed) for seed in range(ROUNDS)]
    totals = np.array([sum(one.used.values()) for one in rounds])
    rows = [["step", "share of processor time"]]
    for step in (*STEPS, REST):
        shares = np.array([one.used[step] for one in rounds]) / totals
        rows.append([step, f"{np.median(shares):.1%} ({shares.min():.1%} to {shares.max():.1%})"])
    made = np.array([one.made for one in rounds]) / CURVES
    print(f"{ROUNDS} rounds of {CURVES} folded light curves of the default physics")
    print(text_table(rows))
    each = np.median(totals) / CURVES * 1e3
    print(f"{each:.2f} ms a curve; {made.mean():.2f} made for each that is kept")


def watched(physics: TransitPhysics, seed: int) -> Watch:
    """Return what the steps of one simulation took."""
    watch = Watch()
    with ExitStack() as stack:
        for step, (module, names) in STEPS.items():
            for name in names:
                timed = watch.timed(step, getattr(module, name))
                stack.enter_context(patch.object(module, name, timed))
        simulate(physics, CURVES, np.random.default_rng(seed))
        watch.turn()
    return watch
