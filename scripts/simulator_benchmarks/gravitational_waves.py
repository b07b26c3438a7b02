"""IMRPhenomD beside lalsimulation."""

from collections.abc import Callable
from importlib.util import find_spec

import numpy as np
from simulator_benchmarks.timing import isolated_rate, print_rates

from astro_dl.science.gravitational_waves.waveforms.phenom_d import imrphenomd, polarizations

__all__ = ["measure"]

FREQUENCIES = np.arange(4097) * 0.25


def random_binaries(n: int) -> np.ndarray:
    """Return two masses of 10 to 50 solar masses and two spins within 0.9, shape (4, n)."""
    rng = np.random.default_rng(0)
    return np.concatenate([rng.uniform(10, 50, (2, n)), rng.uniform(-0.9, 0.9, (2, n))])


def imrphenomd_batch(n: int) -> Callable[[], object]:
    binaries = random_binaries(n)
    out = np.empty((n, len(FREQUENCIES)), np.complex64)
    return lambda: imrphenomd(FREQUENCIES, *binaries, out=out)


def polarizations_batch(n: int) -> Callable[[], object]:
    binaries = random_binaries(n)
    return lambda: polarizations(imrphenomd(FREQUENCIES, *binaries), 0.5)


def lalsimulation_loop(n: int, function: str) -> Callable[[], object]:
    import lal
    import lalsimulation

    generate = getattr(lalsimulation, function)
    # Step and frequencies: low, high (frequency domain only), reference.
    sampling = (
        (1 / 2048, 20, 20) if function.endswith(("TDWaveform", "TD")) else (0.25, 20, 1024, 20)
    )
    calls = [
        (
            *(m1 * lal.MSUN_SI, m2 * lal.MSUN_SI, 0, 0, s1, 0, 0, s2),
            *(1e8 * lal.PC_SI, 0.5, 0, 0, 0, 0),
            *sampling,
            *(None, lalsimulation.IMRPhenomD),
        )
        for m1, m2, s1, s2 in random_binaries(n).T
    ]
    return lambda: [generate(*call) for call in calls]


def measure(batch: int = 512, rounds: int = 20) -> None:
    """Print the rates of IMRPhenomD on 4097 bins (0 to 1024 Hz), ours and lalsimulation's."""
    print(f"IMRPhenomD, 10-50 solar masses, from 20 Hz, 4097 bins of 0.25 Hz, batches of {batch}")
    ours = isolated_rate(imrphenomd_batch, batch, rounds)
    rates = {
        "imrphenomd": ours,
        "imrphenomd and both polarizations": isolated_rate(polarizations_batch, batch, rounds),
    }
    if find_spec("lalsimulation"):
        for function in (
            "SimInspiralTD",
            "SimInspiralChooseTDWaveform",
            "SimInspiralChooseFDWaveform",
        ):
            rates[f"lalsimulation.{function}"] = isolated_rate(
                lalsimulation_loop, min(batch, 64), rounds, function
            )
    print_rates(rates)
    if not find_spec("lalsimulation"):
        print("  lalsuite is not installed (pip install lalsuite), so nothing to compare with")
