"""What is told of few simulated binaries."""

import numpy as np

from astro_dl.science.gravitational_waves.posteriors.comparison import Compared


def test_strengths_of_which_there_is_no_event_are_told_so(load_script, monkeypatch):
    rng, n = np.random.default_rng(0), 30
    parameters = np.column_stack([rng.random((n, 4)), rng.uniform(8, 12, n)])
    shares = rng.random((n, 5))
    found = Compared(parameters, np.full(n, 0.25), np.full(n, 0.5), shares, shares, 1 + shares, 0.1)
    module = load_script("benchmark_binaries")
    monkeypatch.setattr(module, "compare", lambda *about: found)
    lines = list(module.simulated(None, n, 100, 0))
    quiet, louder = (next(one for one in lines if f"SNR {low} to" in one) for low in (8, 12))
    assert "n 30: 25% 0.250 [0.250, 0.250]" in quiet
    assert louder == "efficiency, SNR 12 to 16, n 0: –"
