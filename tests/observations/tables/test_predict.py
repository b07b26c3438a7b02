"""Catalogues to predictions: names, formats, missing values, wrong numbers."""

import numpy as np
import pytest
from astropy.table import Table, vstack

from astro_dl.core.errors import UsageError
from astro_dl.observations.tables.predict import predict_rows
from astro_dl.science.star_galaxy_quasar.task import ColorPhysics
from tests.observations.tables.stand_in import stand_in

MAGNITUDES = (19.0, 17.6, 17.0, 16.7, 16.5)


def predict(predictor, paths, **options):
    return vstack(list(predict_rows(predictor, paths, **options)), join_type="exact")


def write(folder, name="sky.fits", n=6, **changes):
    rng = np.random.default_rng(0)
    columns = {
        band: magnitude + 0.1 * rng.normal(size=n)
        for band, magnitude in zip("ugriz", MAGNITUDES, strict=True)
    }
    table = Table({**columns, "name": [f"star {k}" for k in range(n)], **changes})
    path = folder / name
    table.write(path, format={"vot": "votable", "csv": "ascii.csv"}.get(path.suffix[1:]))
    return path


def test_rows_come_in_order_with_answers_of_their_own(tmp_path):
    predictor = stand_in("star_galaxy_quasar")
    path = write(tmp_path)
    table = predict(predictor, [path], id_column="name")
    assert table["id"].tolist() == [f"star {k}" for k in range(6)]
    read = Table.read(path)
    x = ColorPhysics().inputs({band: np.asarray(read[band]) for band in "ugriz"})
    expected = predictor.answers(x).values
    np.testing.assert_allclose(table["p_quasar"], expected[:, 2], rtol=1e-5)
    assert set(table["flags"]) == {""}


def test_formats_and_names_make_no_difference(tmp_path):
    predictor = stand_in("star_galaxy_quasar")
    fits = predict(predictor, [write(tmp_path)])
    table = Table.read(tmp_path / "sky.fits")
    table.rename_column("u", "psfMag_u")
    table.write(tmp_path / "other.vot", format="votable")
    other = predict(predictor, [tmp_path / "other.vot"], columns="u=psfMag_u")
    np.testing.assert_allclose(fits["p_star"], other["p_star"], rtol=1e-5)
    with pytest.raises(UsageError, match=r"no column 'u'.*--columns u=COLUMN"):
        predict(predictor, [tmp_path / "other.vot"])
    with pytest.raises(UsageError, match="no column 'nam'; did you mean 'name'"):
        predict(predictor, [write(tmp_path, "again.fits")], id_column="nam")


def test_missing_values_are_flagged_and_nothing_gives_no_answer(tmp_path):
    u = np.array([19.0, 99.0, np.nan, np.inf, -99.0, 18.9])
    others = {band: [17.0] * 5 + [np.nan] for band in "griz"}
    path = write(tmp_path, u=u, **others)
    table = predict(stand_in("star_galaxy_quasar"), [path])
    assert table["flags"].tolist() == ["", *["missing_values"] * 4, "missing_values,nothing_known"]
    assert np.isfinite(table["p_star"][:5]).all()
    assert np.isnan(table["p_star"][5])
    assert table["label"][5] == ""


def test_a_band_that_is_missing_throughout_is_no_error(tmp_path):
    path = write(tmp_path, "large.csv", n=1500, u=np.full(1500, 99.0))
    table = predict(stand_in("star_galaxy_quasar"), [path])
    assert set(table["flags"]) <= {"missing_values", "missing_values,outside_training_range"}


@pytest.mark.parametrize("name", ["none.csv", "none.fits", "none.vot"])
def test_a_selection_without_rows_is_refused(tmp_path, name):
    with pytest.raises(UsageError, match="no rows"):
        predict(stand_in("star_galaxy_quasar"), [write(tmp_path, name, n=0)])


def test_fluxes_for_magnitudes_are_refused(tmp_path):
    keywords = stand_in("solar_flare")
    rows = {name: np.full(4, 1.0) for name in keywords.physics.columns.names}
    table = Table({**rows, "MEANSHR": np.full(4, 1e6)})
    table.write(tmp_path / "wrong.csv", format="ascii.csv")
    with pytest.raises(UsageError, match="units"):
        predict(keywords, [tmp_path / "wrong.csv"])


def test_several_files_are_told_apart(tmp_path):
    paths = [write(tmp_path, name, n=2) for name in ("a.fits", "b.csv")]
    table = predict(stand_in("star_galaxy_quasar"), paths)
    assert table["id"].tolist() == ["a.fits:0", "a.fits:1", "b.csv:0", "b.csv:1"]


@pytest.mark.parametrize("name", ["sky.fits", "sky.csv"])
def test_parts_are_the_whole(tmp_path, name):
    predictor = stand_in("star_galaxy_quasar")
    path = write(tmp_path, name, n=25)
    parts = list(predict_rows(predictor, [path], rows=10))
    assert [len(part) for part in parts] == [10, 10, 5]
    whole = predict(predictor, [path])
    assert whole["id"].tolist() == list(range(25))
    np.testing.assert_array_equal(np.concatenate([p["p_star"] for p in parts]), whole["p_star"])


def test_a_column_in_another_unit_is_converted_or_refused(tmp_path):
    predictor = stand_in("solar_flare")
    values = {name: np.full(3, 1.0) for name in predictor.physics.columns.names} | {
        "USFLUX": np.full(3, 1e22),
        "MEANSHR": np.full(3, 0.5),
    }
    table = Table(values)
    table["MEANSHR"].unit = "rad"
    table.write(tmp_path / "keywords.ecsv", format="ascii.ecsv")
    x = predictor.physics.inputs({**values, "MEANSHR": np.degrees(values["MEANSHR"])})
    found = predict(predictor, [tmp_path / "keywords.ecsv"])
    np.testing.assert_allclose(found["logit"], x[:, 0], rtol=1e-5)
    table["MEANSHR"].unit = "m"
    table.write(tmp_path / "wrong.ecsv", format="ascii.ecsv")
    with pytest.raises(UsageError, match="'MEANSHR' is in m, which is no deg"):
        predict(predictor, [tmp_path / "wrong.ecsv"])
