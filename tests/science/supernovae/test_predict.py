"""Files of supernovae to a table: the last night or every one, and what is flagged."""

from types import SimpleNamespace

import numpy as np
import pytest
from astropy.table import Table, vstack

from astro_dl.core.errors import UsageError
from astro_dl.inference.input_checks import input_statistics
from astro_dl.inference.predictions import Answers
from astro_dl.science.supernovae.figures import draw_supernovae
from astro_dl.science.supernovae.inputs import unpacked
from astro_dl.science.supernovae.physics import SupernovaPhysics
from astro_dl.science.supernovae.predict import predict_supernovae
from astro_dl.science.supernovae.simulate import simulate
from astro_dl.science.supernovae.task import head, input_spec

PHYSICS = SupernovaPhysics(host_redshift=True)


def predict(predictor, paths, **options):
    tables = list(predict_supernovae(predictor, paths, **options))
    return vstack(tables, metadata_conflicts="silent")


@pytest.fixture(scope="module")
def predictor():
    """A network that holds the more for Ia the more nights it has seen."""
    known = simulate(PHYSICS, 200, np.random.default_rng(0)).x

    def answers(x, batch_size=None, usable=None):
        assert np.isfinite(x).all()
        nights, _ = unpacked(x)
        p = np.clip(nights.known.sum(axis=1) / 20, 0, 1)
        values = np.stack([p, 1 - p, np.zeros(len(x))], axis=1)
        values[~(np.ones(len(x), bool) if usable is None else usable)] = np.nan
        return Answers(values, values)

    card = SimpleNamespace(input_statistics=input_statistics(known))
    return SimpleNamespace(
        physics=PHYSICS,
        head=head(PHYSICS),
        input_spec=input_spec(PHYSICS),
        bundle=SimpleNamespace(card=card),
        answers=answers,
    )


def light_curves(path, names=("a",), bands="griz", scale=1.0):
    rows = []
    for name in names:
        for day in np.arange(0, 60, 5):
            flux = scale * 60 * np.exp(-(((day - 20) / 15) ** 2))
            rows += [(name, 57_000.2 + day, band, flux, 3.0) for band in bands]
    columns = ("id", "mjd", "band", "flux", "error")
    Table(rows=rows, names=columns).write(path, overwrite=True)
    return path


def hosts(path, names=("a",), redshift=0.4):
    table = Table({"id": names, "redshift": [redshift] * len(names)})
    table["redshift_error"] = 0.02
    table.write(path)
    return path


def test_each_object_has_a_row_with_its_last_answer(predictor, tmp_path):
    path = light_curves(tmp_path / "sn.csv", ("a", "b"))
    known = hosts(tmp_path / "hosts.csv", ("b", "a"))
    table = predict(predictor, [path], zero_point=27.5, hosts=known)
    assert list(table["id"]) == ["a", "b"]
    assert list(table["label"]) == ["Ia", "Ia"]
    assert table["nights"][0] == 12
    assert table["first_detection"][0].value == pytest.approx(57_005.2)
    assert table["days"][0].value == pytest.approx(50, abs=0.1)
    assert table["p_Ia"][0] == pytest.approx(0.6)
    assert table["flags"][0] == ""


def test_every_night_since_the_first_detection_has_an_answer(predictor, tmp_path):
    path = light_curves(tmp_path / "sn.csv")
    table = predict(predictor, [path], zero_point=27.5, every_epoch=True)
    np.testing.assert_allclose(table["days"].value, np.arange(0, 51, 5), atol=0.1)
    np.testing.assert_allclose(table["p_Ia"], np.arange(2, 13) / 20, atol=1e-6)


def test_the_last_of_all_answers_is_the_answer(predictor, tmp_path):
    path = light_curves(tmp_path / "sn.csv")
    whole = predict(predictor, [path], zero_point=27.5)
    every = predict(predictor, [path], zero_point=27.5, every_epoch=True)
    assert every["p_Ia"][-1] == whole["p_Ia"][0]


@pytest.mark.parametrize("redshift", [-9.0, 0.0, 99.0, np.nan])
def test_what_is_missing_is_flagged(predictor, tmp_path, redshift):
    path = light_curves(tmp_path / "sn.csv", bands="gr")
    known = hosts(tmp_path / "hosts.csv", redshift=redshift)
    flags = predict(predictor, [path], zero_point=27.5, hosts=known)["flags"][0].split(",")
    assert flags == ["bands_missing", "host_redshift_unknown"]


def test_a_few_nights_are_flagged(predictor, tmp_path):
    table = Table.read(light_curves(tmp_path / "sn.csv"))
    table[table["mjd"] < 57_006].write(tmp_path / "few.csv")
    found = predict(predictor, [tmp_path / "few.csv"], zero_point=27.5)
    assert "few_nights" in found["flags"][0]
    assert found["label"][0] != ""


def test_without_a_detection_there_is_no_answer(predictor, tmp_path):
    paths = [light_curves(tmp_path / "a.csv"), light_curves(tmp_path / "b.csv", ("b",), scale=0.1)]
    table = predict(predictor, paths, zero_point=27.5)
    assert table["label"][1] == ""
    assert "no_detection" in table["flags"][1]
    assert np.isnan(table["p_Ia"][1])
    assert np.isnan(table["days"][1])


def test_a_host_named_twice_or_without_an_error_is_refused(predictor, tmp_path):
    path = light_curves(tmp_path / "sn.csv")
    with pytest.raises(UsageError, match="'a' has several rows"):
        predict(predictor, [path], zero_point=27.5, hosts=hosts(tmp_path / "h.csv", ("a", "a")))
    Table({"id": ["a"], "z": [0.3]}).write(tmp_path / "less.csv")
    with pytest.raises(UsageError, match="no column 'redshift_error'"):
        predict(predictor, [path], zero_point=27.5, hosts=tmp_path / "less.csv")


def test_each_supernova_is_drawn(predictor, tmp_path):
    path = light_curves(tmp_path / "sn.csv", ("a", "b/c", "b_c"))
    table = predict(predictor, [path], zero_point=27.5)
    drawn = draw_supernovae(predictor, [path], table, tmp_path)
    assert [one.name for one in drawn] == ["a.png", "b_c.png", "b_c_2.png"]
    assert all(one.stat().st_size > 5000 for one in drawn)
