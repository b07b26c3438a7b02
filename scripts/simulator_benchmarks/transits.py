"""Transit light curves beside batman, and whole simulated light curves of every class."""

from collections.abc import Callable
from importlib.util import find_spec

import numpy as np
from benchmarking import Function, compare, comparison_text

from astro_dl.observations.light_curves.eclipses import transit_light_curves
from astro_dl.observations.light_curves.orbit import Orbit
from astro_dl.observations.light_curves.tess_noise import sector_times
from astro_dl.science.transits.simulation.light_curves import simulate_light_curves
from astro_dl.science.transits.simulation.priors import Detectability, draw_planets

__all__ = ["measure"]

BATCH = 64
ROUNDS = 8


def random_planets(n: int, eccentricity: float) -> tuple[Orbit, np.ndarray, np.ndarray]:
    """Return orbits of one eccentricity, radius ratios, and limb darkening (2, n)."""
    survey = Detectability(1325.3, 27.4, (8.0, 1e5))
    stars, planet = draw_planets(n, survey, np.random.default_rng(0))
    orbit = planet.orbit
    orbit = Orbit.of(
        orbit.period_d,
        orbit.epoch_d,
        orbit.semi_major_axis_ratio,
        orbit.impact_parameter,
        np.minimum(eccentricity, 1 - 1.5 / orbit.semi_major_axis_ratio),
        orbit.argument_of_periastron,
    )
    darkening = np.stack([stars.limb_darkening_1, stars.limb_darkening_2])
    return orbit, planet.radius_ratio, darkening


def transit_batch(n: int, cadence: str, eccentricity: str) -> Callable[[], object]:
    time = sector_times(float(cadence), 27.4)
    orbit, ratio, darkening = random_planets(n, float(eccentricity))
    exposure = float(cadence) / 1440 if float(cadence) > 5 else 0.0
    return lambda: transit_light_curves(time, orbit, ratio, *darkening, exposure_d=exposure)


def batman_loop(n: int, cadence: str, eccentricity: str) -> Callable[[], object]:
    import batman

    time = sector_times(float(cadence), 27.4)
    orbit, ratio, darkening = random_planets(n, float(eccentricity))
    exposure = float(cadence) / 1440 if float(cadence) > 5 else 0.0
    factor = 7 if exposure else 1

    def light_curves() -> list[np.ndarray]:
        curves = []
        for row in range(n):
            params = batman.TransitParams()
            params.t0, params.per = orbit.epoch_d[row], orbit.period_d[row]
            params.rp, params.a = ratio[row], orbit.semi_major_axis_ratio[row]
            params.inc = np.degrees(np.arccos(orbit.cos_inclination[row]))
            params.ecc = orbit.eccentricity[row]
            params.w = np.degrees(orbit.argument_of_periastron[row])
            params.u, params.limb_dark = list(darkening[:, row]), "quadratic"
            model = batman.TransitModel(
                params, time, exp_time=exposure, supersample_factor=factor, nthreads=1
            )
            curves.append(model.light_curve(params))
        return curves

    return light_curves


def simulated_batch(n: int, kind: str) -> Callable[[], object]:
    kinds = np.array(["planet", "eclipsing_binary", "junk", "junk"])
    chosen = np.resize(kinds, n) if kind == "mixed" else kind
    return lambda: simulate_light_curves(chosen, n, np.random.default_rng(0))


def measure(batch: int = BATCH, rounds: int = ROUNDS) -> None:
    """Print light curves per second of a sector, ours and batman's, then of whole simulations.

    Both make float64; batman computes one light curve at a time, as it always does.
    """
    for cadence, what in (
        ("2", "19728 cadences of 2 min"),
        ("30", "1315 cadences of 30 min, 7 instants in each exposure"),
    ):
        for eccentricity in ("0", "0.3"):
            print(f"Transits in a sector, {what}, eccentricity {eccentricity}, batches of {batch}")
            options = (cadence, eccentricity)
            sides = [Function("transit_light_curves", batch, transit_batch, options)]
            if find_spec("batman"):
                sides.append(Function("batman", batch // 2, batman_loop, options))
            print(comparison_text(compare(sides, rounds), "curve"))
    if not find_spec("batman"):
        print("  batman is not installed (pip install batman-package), so nothing to compare with")
    print("Whole light curves of 30-minute sectors: signal, variability, noise, artefacts, search")
    kinds = ("mixed", "planet", "eclipsing_binary", "junk")
    sides = [Function(kind, 256, simulated_batch, (kind,)) for kind in kinds]
    print(comparison_text(compare(sides, 3), "curve"))
