"""Both sides of the comparison of posteriors are asked the same, and told as they are."""

import bz2
import re
from types import SimpleNamespace

import numpy as np
import pytest
from astropy.table import Table

from astro_dl.core.config import load_config
from astro_dl.core.examples import Examples
from astro_dl.distributions.priors import Normal, Uniform
from astro_dl.models.build import resolve
from astro_dl.science.sbi_benchmark.datasets import SAMPLES
from astro_dl.science.sbi_benchmark.physics import PROBLEMS

BOX = [Uniform(-1, 1), Uniform(0, 2)]
FEW = {"data.n_train": 180, "data.n_validation": 20, "data.n_test": 50, "data.n_guarantee": 0}


@pytest.fixture
def script(load_script):
    return load_script("benchmark_posteriors")


def test_draws_outside_the_prior_are_drawn_again(script):
    rng, asked = np.random.default_rng(0), []

    def more():
        asked.append(1)
        return rng.uniform(-2, 2, (100, 2))

    draws = script.drawn_within(BOX, more, 100)
    assert draws.shape == (100, 2)
    assert (np.abs(draws - [0, 1]) <= 1 + 1e-6).all()
    # A quarter of the square lies within.
    assert 3 <= len(asked) <= 6


def test_the_share_within_the_prior_is_counted_for_each_posterior(script):
    inside, outside = [0.0, 1.0], [0.0, 3.0]
    draws = np.array([[inside] * 4, [inside, outside, outside, inside], [outside] * 4])
    np.testing.assert_array_equal(script.share_within(BOX, draws), [1, 0.5, 0.25])
    assert script.is_within([Normal(0, 1)], np.array([[50.0]])).all()


@pytest.mark.parametrize("problem", PROBLEMS)
def test_every_problem_has_settings_for_many_simulations(script, problem):
    assert script.settings_of(problem, 10_000) == {}
    few = load_config(f"sbi_{problem}")
    many = load_config(few, **script.settings_of(problem, 100_000))
    assert many.training.batch_size == 500
    assert many.training.jit_compile == "on"
    # ten times the examples, and batches of two and a half times as many
    assert many.training.epochs <= few.training.epochs
    assert many.physics == few.physics


def test_all_samples_of_the_benchmark_are_read_in_its_order(script, tmp_path):
    rng = np.random.default_rng(0)
    samples = rng.standard_normal((3, 5, 2))
    for number, rows in zip((1, 2, 10), samples, strict=True):
        folder = tmp_path / "files" / f"num_observation_{number}"
        folder.mkdir(parents=True)
        lines = ["parameter_1,parameter_2", *(f"{a!r},{b!r}" for a, b in rows.tolist())]
        name = folder / "reference_posterior_samples.csv.bz2"
        name.write_bytes(bz2.compress("\n".join(lines).encode()))
    np.testing.assert_array_equal(script.its_references(tmp_path, (10, 1)), samples[[2, 0]])


def test_a_side_is_told_by_its_draws_its_density_and_its_time(script, monkeypatch):
    config = load_config("sbi_two_moons", **FEW)
    rng = np.random.default_rng(0)
    exact, drawn = rng.standard_normal((2, 2, 300, 2))
    drawn[1] += [5, 0]
    info = Table({"simulation": [1, 2], SAMPLES: exact})
    observed = Examples(np.zeros((2, 2), np.float32), np.zeros((2, 2), np.float32), info)
    monkeypatch.setattr(script, "real_split", lambda *about: observed)
    monkeypatch.setattr(script, "COMPARED", 300)
    side = script.Trained(
        12.4, lambda x, count: drawn[: len(x), :count], lambda x, y: np.full(len(x), 2.5), "early"
    )
    c2st, by_all, information, training = script.measured(side, config, None, 6)
    mean, first, second = (float(re.findall(r"\d\.\d+", c2st)[k]) for k in (0, 3, 4))
    assert first == pytest.approx(0.5, abs=0.07)
    assert second > 0.97
    assert mean == pytest.approx((first + second) / 2, abs=1e-3)
    assert by_all == ""
    assert information == "2.500 [2.500, 2.500] (n = 50)"
    assert training == "12, early"


def test_trainings_that_earlier_runs_began_have_no_time(script, monkeypatch, tmp_path):
    clock = iter([10.0, 13.0, 17.0] * 2)
    monkeypatch.setattr(script.time, "process_time", lambda: next(clock))
    monkeypatch.setattr(script, "load_pretrained", lambda folder: None)

    def made_from(first):
        def train(config, out, watch, **options):
            for epochs in range(first, first + 3):
                watch([{}] * epochs)
            return SimpleNamespace(folder=out)

        monkeypatch.setattr(script, "train", train)
        return script.our_network(load_config("sbi_two_moons"), tmp_path).seconds

    assert made_from(0) == 7
    assert np.isnan(made_from(4))


@pytest.mark.slow
def test_our_network_is_asked_for_draws_and_densities_of_all_observations(script, tmp_path):
    config = load_config("sbi_two_moons", **FEW | {"training.epochs": 1})
    side = script.our_network(resolve(config), tmp_path / "network")
    again = script.our_network(resolve(config), tmp_path / "network")
    x, y = np.zeros((3, 2), np.float32), np.full((3, 2), 0.5, np.float32)
    assert side.draw(x, 7).shape == (3, 7, 2)
    assert side.seconds > 0
    assert np.isnan(again.seconds)
    np.testing.assert_allclose(side.information(x, y), again.information(x, y))


@pytest.mark.slow
def test_a_flow_of_sbi_is_cut_off_by_time_and_stays_within_the_prior(script):
    pytest.importorskip("sbi")
    config = resolve(load_config("sbi_two_moons", **FEW))
    flow = script.their_flow(config, None, seconds=0)
    assert flow.ended == "cut off after 0 epochs"
    x, y = np.zeros((3, 2), np.float32), np.full((3, 2), 0.5, np.float32)
    draws = flow.draw(x, 50)
    assert draws.shape == (3, 50, 2)
    assert script.is_within(script.posed(config).prior, draws).all()
    assert np.isfinite(flow.information(x, y)).all()
