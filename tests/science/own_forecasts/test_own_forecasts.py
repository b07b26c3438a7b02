"""Series of one's own: windows, what they are compared with, and three commands to a forecast."""

import numpy as np
import pytest
from astropy.table import Table

from astro_dl.cli import main
from astro_dl.core.errors import UsageError
from astro_dl.core.registry import build_physics, get_task
from astro_dl.data.real import split_indices
from astro_dl.observations.light_curves.series import make_series
from astro_dl.science.own_forecasts.baselines import forecast_baselines
from astro_dl.science.own_forecasts.physics import OwnForecasts
from astro_dl.science.own_forecasts.setup import own_forecasts_config
from astro_dl.science.own_forecasts.windows import (
    Windows,
    cut,
    cuts_with_truth,
    last_cut,
    on_grid,
)

WINDOWS = Windows(32, 4, 0.5)


def wave(steps=200, gap=slice(0, 0), seed=0):
    """Return times [d] and fluxes of a noisy sine, without some steps."""
    rng = np.random.default_rng(seed)
    time = 0.5 * np.arange(steps)
    flux = 100 * (1 + 0.1 * np.sin(time) + rng.normal(0, 0.005, steps))
    kept = np.ones(steps, bool)
    kept[gap] = False
    return time[kept], flux[kept]


def write(folder, count, steps=200):
    folder.mkdir(exist_ok=True)
    for number in range(count):
        time, flux = wave(steps, slice(50, 53), number)
        Table({"time": time, "flux": flux}).write(folder / f"{number:02d}.csv", overwrite=True)
    return folder


def grid(**options):
    return on_grid(make_series("wave", *wave(**options)), 0.5)


def test_truths_follow_their_windows_on_the_same_scale():
    series = grid()
    found = cuts_with_truth(WINDOWS, series)
    assert len(found) == len(range(0, 200 - 36 + 1, 4))
    one, truth = found[3]
    seen = one.mean + one.deviation * one.x[:, 0]
    np.testing.assert_allclose(seen, series.flux[12:44], rtol=1e-6)
    np.testing.assert_allclose(one.mean + one.deviation * truth, series.flux[44:48])


def test_gaps_are_marked_and_never_a_truth():
    series = grid(gap=slice(60, 66))
    assert np.isnan(series.flux[60:66]).all()
    one = cut(WINDOWS, series, 40)
    np.testing.assert_array_equal(one.x[20:26], 0)
    assert one.x[:, 1].sum() == 26
    ends = [one.first + 32 for one, _ in cuts_with_truth(WINDOWS, series)]
    assert not any(end in (57, 58, 59, 60, 61, 62, 63, 64, 65) for end in ends)
    assert cut(WINDOWS, grid(gap=slice(40, 60)), 32) is None


def test_series_that_are_too_short_or_empty_at_their_end_are_refused():
    with pytest.raises(UsageError, match=r"mine: 30 steps of 0\.5 d; the network sees 32"):
        last_cut(WINDOWS, grid(steps=30), "mine")
    with pytest.raises(UsageError, match="mostly gaps"):
        last_cut(WINDOWS, grid(gap=slice(170, 195)), "mine")


def test_an_autoregressive_model_goes_on_with_a_sine_and_persistence_does_not():
    values = np.sin(0.3 * np.arange(36))
    x = np.stack([values[:32], np.ones(32)], axis=1)[None]
    found = forecast_baselines(OwnForecasts(windows=WINDOWS), x)
    np.testing.assert_allclose(found["persistence"], values[31], rtol=1e-6)
    np.testing.assert_allclose(found["autoregressive"][0], values[32:], atol=0.01)
    x[0, 28:32] = 0
    found = forecast_baselines(OwnForecasts(windows=WINDOWS), x)
    np.testing.assert_allclose(found["persistence"], values[27], rtol=1e-6)
    assert np.isfinite(found["autoregressive"]).all()


def test_many_series_are_split_whole_and_few_in_time(tmp_path):
    many = own_forecasts_config("forecaster", write(tmp_path / "many", 10), 32, 4)
    assert (many.data.source, many.hyperparameters) == ("series", {"mask_channel": 1})
    few = own_forecasts_config("lstm", write(tmp_path / "few", 2, 500), 32, 4)
    assert (few.data.source, few.hyperparameters) == ("future", {})
    physics = build_physics("own_forecasts", few.physics)
    examples = get_task("own_forecasts").datasets["future"].read(physics, tmp_path)
    place, group = (np.asarray(examples.info[name]) for name in ("place", "group"))
    sets = split_indices(few.data, group, place)
    assert place[sets["train"]].max() <= place[sets["validation"]].min()
    assert place[sets["validation"]].max() <= place[sets["test"]].min()
    assert not set(group[sets["train"]]) & set(group[sets["test"]])


def test_what_cannot_be_forecast_is_refused(tmp_path, capsys):
    folder = write(tmp_path / "curves", 3, 60)
    words = ["train", "forecaster", "--light-curves", str(folder), "--out", str(tmp_path / "run")]
    assert main([*words, "--window", "16"]) == 2
    assert "--window needs --horizon" in capsys.readouterr().err
    assert main([*words, "--horizon", "4", "--target", "kind"]) == 2
    assert "are not for it" in capsys.readouterr().err
    assert main([*words, "--horizon", "4", "--window", "128", "--quiet"]) == 2
    assert "no window of 128 steps" in capsys.readouterr().err
    assert not (tmp_path / "run" / "card.json").exists()
    config = own_forecasts_config("forecaster", folder, 16, 4)
    write(folder, 4, 60)
    with pytest.raises(UsageError, match="the files have changed"):
        get_task("own_forecasts").datasets["future"].read(
            build_physics("own_forecasts", config.physics), tmp_path
        )


@pytest.mark.slow
def test_three_commands_lead_from_series_to_forecasts(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "curves", 12)
    words = ["--light-curves", "curves", "--window", "32", "--horizon", "4", "--out", "run"]
    assert main(["train", "forecaster", *words, "--quiet", "-s", "training.epochs=8"]) == 0
    capsys.readouterr()
    assert main(["evaluate", "run", "--quiet", "-s", "evaluation.bootstrap=20"]) == 0
    said = capsys.readouterr().out
    for name in ("network", "persistence", "autoregressive", "linear regression", "skill"):
        assert name in said
    assert main(["predict", "run", "curves/00.csv", "--out", "f.ecsv", "--figures", "figures"]) == 0
    told = Table.read("f.ecsv")
    assert list(told["step"]) == [1, 2, 3, 4]
    np.testing.assert_allclose(told["time"], 0.5 * np.arange(200, 204))
    assert (np.asarray(told["flux_std"]) > 0).all()
    assert np.abs(np.asarray(told["flux"]) - 1).max() < 0.3
    assert (tmp_path / "figures" / "00_forecast.png").is_file()
