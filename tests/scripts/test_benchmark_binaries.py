"""What is told of few simulated binaries."""

import numpy as np

from astro_dl.science.gravitational_waves.posteriors.comparison import Compared
from astro_dl.science.gravitational_waves.posteriors.physics import BinaryParametersPhysics
from astro_dl.science.gravitational_waves.posteriors.simulate import observe


def some_events(n):
    rng = np.random.default_rng(0)
    parameters = np.column_stack([rng.random((n, 4)), rng.uniform(8, 12, n)])
    shares = rng.random((n, 5))
    return Compared(parameters, np.full(n, 0.25), np.full(n, 0.5), shares, shares, 1 + shares, 0.1)


def test_strengths_of_which_there_is_no_event_are_told_so(load_script, monkeypatch):
    n, module = 30, load_script("benchmark_binaries")
    monkeypatch.setattr(module, "compare", lambda *about: some_events(n))
    lines = list(module.simulated(None, n, 100, 0))
    quiet, louder = (next(one for one in lines if f"SNR {low} to" in one) for low in (8, 12))
    assert "n 30: 25% 0.250 [0.250, 0.250]" in quiet
    assert louder == "efficiency, SNR 12 to 16, n 0: –"


def test_the_probabilities_of_events_are_drawn_in_the_folder_that_is_asked_for(
    load_script, monkeypatch, tmp_path
):
    module = load_script("benchmark_binaries")
    monkeypatch.setattr(module, "compare", lambda *about: some_events(30))
    *_, last = module.simulated(None, 30, 100, 0, tmp_path)
    assert last == f"P–P plot: {tmp_path / 'binaries_pp.png'}"
    assert (tmp_path / "binaries_pp.png").stat().st_size > 0


def test_what_nested_sampling_tells_is_kept_for_the_same_data_alone(
    load_script, monkeypatch, tmp_path
):
    module, physics = load_script("benchmark_binaries"), BinaryParametersPhysics()
    calls = []

    def sampled(physics, seen, row, live_points):
        calls.append((row, live_points))
        return module.Nested(np.full((3, 5), row), 1.0 + row, 0.5, 2.0)

    monkeypatch.setattr(module, "sampled", sampled)
    one, other = (observe(physics, 2, np.random.default_rng(seed)) for seed in (0, 1))
    first = module.nested_samples(physics, one, 1, 50, tmp_path)
    again = module.nested_samples(physics, one, 1, 50, tmp_path)
    assert calls == [(1, 50)]
    np.testing.assert_array_equal(again.samples, first.samples)
    assert (again.log_evidence, again.error, again.seconds) == (2.0, 0.5, 2.0)
    module.nested_samples(physics, one, 1, 60, tmp_path)
    module.nested_samples(physics, other, 1, 60, tmp_path)
    assert calls == [(1, 50), (1, 60), (1, 60)]
