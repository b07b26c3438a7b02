"""Light curves of one's own: dense and sparse, in flux and magnitudes, and what is refused."""

import numpy as np
import pytest
from astropy.table import Table

from astro_dl.cli import main
from astro_dl.core.errors import UsageError
from astro_dl.data.real import real_split
from astro_dl.inference.load import load_pretrained
from astro_dl.observations.labelled.setup import Given
from astro_dl.observations.light_curves.recipe import SeriesRecipe, best_period
from astro_dl.observations.light_curves.series import Series, make_series, read_series
from astro_dl.science.own_light_curves.setup import own_light_curves_config

SMALL = {
    "training.epochs": 2,
    "hyperparameters.filters": [4],
    "hyperparameters.kernel_sizes": 3,
    "evaluation.plots": False,
}


def times(rng, n=150, days=120.0):
    return np.sort(rng.uniform(0, days, n))


def write(folder, sparse=True, magnitudes=True, n=24):
    """Write curves with a long or a short period, and labels beside them."""
    rng = np.random.default_rng(0)
    names, kinds = [], []
    for k in range(n):
        time = times(rng) if sparse else np.arange(0, 5, 0.02)
        period = (0.6 if k % 2 else 3.7) * rng.uniform(0.9, 1.1)
        flux = 1 + 0.2 * np.sin(2 * np.pi * time / period) + rng.normal(0, 0.01, len(time))
        columns = {"hjd": 2450000 + time}
        columns |= {"mag": 12 - 2.5 * np.log10(flux)} if magnitudes else {"flux": 100 * flux}
        (folder / "curves").mkdir(parents=True, exist_ok=True)
        names.append(f"{k:02d}.csv")
        kinds.append("short" if k % 2 else "long")
        Table(columns).write(folder / "curves" / names[-1], overwrite=True)
    Table({"file": names, "kind": kinds}).write(folder / "labels.csv", overwrite=True)
    return folder / "curves", folder / "labels.csv"


def setup(files, labels, settings=SMALL):
    return own_light_curves_config("cnn1d", Given(files, labels, "kind"), **settings)


@pytest.mark.slow
def test_three_commands_lead_from_light_curves_to_predictions(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path)
    settings = [word for key in SMALL for word in ("--set", f"{key}={SMALL[key]}".lower())]
    words = ["--light-curves", "curves", "--labels", "labels.csv", "--target", "kind"]
    assert main(["train", "cnn1d", *words, "--out", "run", *settings, "--quiet"]) == 0
    quick = ["--set", "evaluation.baselines=false", "--set", "evaluation.bootstrap=10"]
    assert main(["evaluate", "run", "--quiet", *quick]) == 0
    assert main(["predict", "run", "curves/00.csv", "curves/01.csv", "--out", "out.csv"]) == 0
    assert list(Table.read("out.csv", format="ascii.csv")["id"]) == ["00.csv", "01.csv"]
    contract = load_pretrained("run").input_spec.contract
    assert "twice the best Lomb-Scargle period" in contract["grid"]


def test_sparse_curves_are_folded_at_their_period_and_dense_ones_binned_in_time(tmp_path):
    sparse, dense = (setup(*write(tmp_path / str(one), one)) for one in (True, False))
    assert sparse.physics["recipe"]["layout"] == "phase"
    assert dense.physics["recipe"]["layout"] == "time"
    x, y = (getattr(real_split(sparse, "train"), name) for name in "xy")
    period = 10 ** np.asarray(x)[:, 0, 3]
    np.testing.assert_allclose(period[y == 1], 0.6, rtol=0.11)
    np.testing.assert_allclose(period[y == 0], 3.7, rtol=0.11)
    assert real_split(dense, "train").x.shape[2] == 3


def test_settings_take_the_place_of_what_was_measured(tmp_path):
    paths = write(tmp_path)
    config = setup(*paths, {**SMALL, "physics.recipe.steps": 32})
    assert (config.physics["recipe"]["steps"], config.physics["recipe"]["layout"]) == (32, "phase")


def test_magnitudes_and_fluxes_give_the_same_input(tmp_path):
    one, other = (
        read_series(write(tmp_path / str(magnitudes), magnitudes=magnitudes)[0] / "00.csv")
        for magnitudes in (True, False)
    )
    np.testing.assert_allclose(one.flux, other.flux, rtol=1e-6)


def test_the_period_and_the_faintest_phase_are_found():
    rng = np.random.default_rng(1)
    time = times(rng, 400)
    phase = time / 2.5 % 1
    flux = 1 - 0.4 * (np.abs(phase - 0.3) < 0.05) - 0.2 * (np.abs(phase - 0.8) < 0.05)
    series = make_series("star", time, flux + rng.normal(0, 0.01, 400))
    assert best_period(series, (0.1, 100.0)) * 2 == pytest.approx(2.5, rel=0.01)
    folded = SeriesRecipe("phase").inputs(series, "star")
    assert folded[:, 0].argmin() == 0
    assert folded[28:37, 0].min() < -1.8


def test_a_shifted_clock_changes_no_folded_curve():
    rng = np.random.default_rng(1)
    time = times(rng, 400)
    series = make_series("star", time, 1 + 0.2 * np.sin(time * 4) ** 3)
    later = Series(time + 1234.5, series.flux)
    one, other = (SeriesRecipe("phase").inputs(each, "star") for each in (series, later))
    assert np.corrcoef(one[:, 0], other[:, 0])[0, 1] > 0.9


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("t,flux\n" + "1,2\n" * 5, "5 finite points; 20 are needed"),
        ("day,flux\n1,2\n", "no column of times among day, flux; accepted: time"),
        ("time,brightness\n1,2\n", "no column of fluxes among time, brightness"),
        ("time,flux\n" + "".join(f"{k},-1\n" for k in range(30)), "median flux is -1; above 0"),
        ("time,flux\n" + "".join(f"{k},3\n" for k in range(30)), "the flux is constant"),
        ("time,flux\n" + "1,2\n1,3\n" * 30, "fewer than 20 times"),
    ],
)
def test_files_that_are_no_light_curves_are_refused(tmp_path, text, message):
    path = tmp_path / "bad.csv"
    path.write_text(text)
    with pytest.raises(UsageError, match=rf"bad\.csv: .*{message}"):
        read_series(path)
    folder, labels = write(tmp_path)
    path.rename(folder / "00.csv")
    with pytest.raises(UsageError, match=message):
        setup(folder, labels)
