import keras
import numpy as np
import pytest
from astropy import units as u
from astropy.table import QTable, Table, vstack

from astro_dl.core.config import load_config
from astro_dl.inference.load import load_pretrained
from astro_dl.training.train import train


@pytest.fixture(scope="module")
def predictor(tmp_path_factory):
    """Return a network that has hardly learnt, on binaries and pulsators of ASAS."""
    config = {
        "task": "variable_star",
        "model": "variable_iresnet",
        "hyperparameters": {"filters": 4, "levels": 2, "blocks": 1, "units": 8},
        "physics": {
            "survey": "eros",
            "scheme": "eros",
            "colours": True,
            "bins": 32,
            "maximum_frequency": 4.0,
        },
        "data": {"n_train": 96, "n_validation": 48, "n_test": 48, "workers": 1},
        "training": {"epochs": 1, "batch_size": 32},
    }
    folder = tmp_path_factory.mktemp("run")
    keras.utils.set_random_seed(0)
    train(load_config(config), out=folder / "run", progress=False)
    return load_pretrained(folder / "run")


def star(id, n=100, period=0.63, seed=0):
    rng = np.random.default_rng(seed)
    time = np.sort(rng.uniform(58000, 58400, n))
    value = 15 + 0.3 * np.sin(2 * np.pi * time / period) + 0.03 * rng.standard_normal(n)
    return Table({"id": np.full(n, id), "mjd": time, "mag": value, "error": np.full(n, 0.03)})


def test_each_star_has_its_period_and_its_flags(predictor, tmp_path):
    unmeasured = star("unmeasured", 5)
    unmeasured["mag"] = 99.0
    tables = [star("good"), star("few", 20), star("one", 1), unmeasured, star("noise", period=1e9)]
    table = vstack(tables)
    table = table[np.random.default_rng(1).permutation(len(table))]
    table.write(tmp_path / "stars.csv")
    found = predictor.predict(tmp_path / "stars.csv")
    rows = {str(row["id"]): row for row in found}
    assert set(rows) == {"good", "few", "one", "unmeasured", "noise"}
    assert rows["good"]["period"].value == pytest.approx(0.63, rel=1e-3)
    assert rows["good"]["false_alarm_probability"] < 1e-9
    assert "few_points" in rows["few"]["flags"]
    assert "no_period" in rows["one"]["flags"]
    assert "no_points" in rows["unmeasured"]["flags"]
    assert "insignificant_period" in rows["noise"]["flags"]
    answered = {id for id, row in rows.items() if np.isfinite(row["p_cepheid"])}
    assert answered == {"good", "noise"}
    kept = predictor.predict(tmp_path / "stars.csv", keep_flagged=True)
    again = {str(row["id"]): row for row in kept}
    assert np.isfinite(again["few"]["p_cepheid"])
    assert np.isnan(again["one"]["p_cepheid"])


def in_two_bands(id, colour=0.7, **options):
    """Return a star measured in B and R in turn."""
    table = star(id, **options)
    table["band"] = np.where(np.arange(len(table)) % 2, "R", "B")
    table["mag"] += np.where(table["band"] == "B", colour, 0.0)
    return table


def told(found):
    return np.array([found[name][0] for name in found.colnames if name.startswith("p_")])


def test_the_colour_of_a_star_counts_where_it_is_known(predictor, tmp_path):
    flags, answers = {}, {}
    for name, colour in (("blue", -0.1), ("red", 2.0), ("impossible", 9.0)):
        path = tmp_path / f"{name}.csv"
        in_two_bands("a", colour).write(path)
        found = predictor.predict(path)
        flags[name], answers[name] = found["flags"][0], told(found)
        found = predictor.predict(path, uncalibrated=True)
        flags[f"{name}, uncalibrated"] = found["flags"][0]
        answers[f"{name}, uncalibrated"] = told(found)
    without = {name for name, words in flags.items() if "no_colour" in words}
    assert without == {name for name in flags if name not in ("blue", "red")}
    assert np.abs(answers["blue"] - answers["red"]).max() > 1e-4
    assert answers["red, uncalibrated"] == pytest.approx(answers["blue, uncalibrated"], abs=1e-6)


def test_bands_that_are_not_known_have_no_colour(predictor, tmp_path):
    table = in_two_bands("a")
    table["band"] = np.where(table["band"] == "B", "1", "2")
    table.write(tmp_path / "a.csv")
    assert "no_colour" in predictor.predict(tmp_path / "a.csv")["flags"][0]
    star("a").write(tmp_path / "one.csv")
    assert "no_colour" not in predictor.predict(tmp_path / "one.csv")["flags"][0]


def test_fluxes_in_units_and_magnitudes_of_ab_are_one_star(predictor, tmp_path):
    table = in_two_bands("a")
    table["magsys"] = "AB"
    table.write(tmp_path / "magnitudes.csv")
    flux = 10 ** (-0.4 * (table["mag"] - 31.4)) * u.nJy
    fluxes = QTable({"id": table["id"], "mjd": table["mjd"], "band": table["band"], "flux": flux})
    fluxes["error"] = 0.4 * np.log(10) * 0.03 * flux
    fluxes.write(tmp_path / "fluxes.ecsv")
    first, second = (
        told(predictor.predict(tmp_path / name)) for name in ("magnitudes.csv", "fluxes.ecsv")
    )
    assert second == pytest.approx(first, abs=1e-4)
    table["magsys"] = np.full(len(table), "Vega")
    table.write(tmp_path / "vega.csv")
    assert np.abs(told(predictor.predict(tmp_path / "vega.csv")) - first).max() > 1e-5


def test_probabilities_sum_to_one(predictor, tmp_path):
    star("a").write(tmp_path / "a.csv")
    found = predictor.predict(tmp_path / "a.csv")
    total = sum(found[name][0] for name in found.colnames if name.startswith("p_"))
    assert total == pytest.approx(1, abs=1e-5)


def test_a_million_points_of_one_star_are_thinned(predictor, tmp_path):
    star("a", n=1_000_000).write(tmp_path / "a.parquet")
    found = predictor.predict(tmp_path / "a.parquet")
    assert found["period"][0].value == pytest.approx(0.63, rel=1e-4)
    assert found["points"][0] == 20_000


def test_stars_are_drawn_folded_with_the_options_of_the_prediction(predictor, tmp_path):
    table = vstack([star("a"), star("b", seed=1)])
    table.rename_column("mag", "brightness")
    table.write(tmp_path / "stars.csv")
    found = predictor.predict(tmp_path / "stars.csv", columns="magnitude=brightness")
    (figure,) = predictor.draw([tmp_path / "stars.csv"], found, tmp_path)
    assert figure.stat().st_size > 5000
