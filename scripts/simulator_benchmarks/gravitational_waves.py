"""IMRPhenomD beside lalsimulation."""

from collections.abc import Callable
from importlib.util import find_spec

import numpy as np
from benchmarking import Function, compare, comparison_text
from scipy.fft import irfft

from astro_dl.science.gravitational_waves.waveforms.phenom_d import imrphenomd, polarizations

__all__ = ["measure"]

FREQUENCIES = np.arange(4097) * 0.25


def random_binaries(n: int) -> np.ndarray:
    """Return two masses of 10 to 50 solar masses and two spins within 0.9, shape (4, n)."""
    rng = np.random.default_rng(0)
    return np.concatenate([rng.uniform(10, 50, (2, n)), rng.uniform(-0.9, 0.9, (2, n))])


def frequency_domain(n: int, dtype: str) -> Callable[[], object]:
    """Return what makes both polarizations, as lalsimulation gives them."""
    binaries = random_binaries(n)
    return lambda: polarizations(imrphenomd(FREQUENCIES, *binaries, dtype=dtype), 0.5)


def time_domain(n: int) -> Callable[[], object]:
    """Return what makes both polarizations as series of float64."""
    make = frequency_domain(n, "complex128")
    return lambda: [irfft(one) for one in make()]


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


def measure(batch: int = 128, rounds: int = 15) -> None:
    """Print the rates of IMRPhenomD on 4097 bins (0 to 1024 Hz), ours and lalsimulation's.

    Both make both polarizations in double precision; what trainings use, in single precision, is
    compared with our own.
    """
    print("IMRPhenomD, 10-50 solar masses, from 20 Hz, 4097 bins of 0.25 Hz, both polarizations")
    double = Function("complex128", batch, frequency_domain, ("complex128",))
    single = Function("complex64", batch, frequency_domain, ("complex64",))
    print(comparison_text(compare([double, single], rounds), "waveform"))
    if not find_spec("lalsimulation"):
        print("lalsuite is not installed (pip install lalsuite), so nothing to compare with")
        return
    domains = {
        "SimInspiralChooseFDWaveform": double,
        "SimInspiralChooseTDWaveform": Function("irfft of complex128", batch, time_domain),
        "SimInspiralTD": Function("irfft of complex128", batch, time_domain),
    }
    for function, ours in domains.items():
        peer = Function(f"lalsimulation.{function}", 16, lalsimulation_loop, (function,))
        print(comparison_text(compare([ours, peer], rounds), "waveform"))
