"""Tables of one's own: columns and scales, targets, and every kind of bad table."""

import re

import numpy as np
import pytest
from astropy.table import Table

from astro_dl.cli import main
from astro_dl.core.config import load_config
from astro_dl.core.errors import UsageError
from astro_dl.core.registry import build_physics, get_task
from astro_dl.data.real import real_split
from astro_dl.data.splits import assert_disjoint
from astro_dl.inference.load import load_pretrained
from astro_dl.observations.tables.inputs import Column
from astro_dl.observations.tables.read import read_table
from astro_dl.science.own_table.setup import batch_size, own_table_config, scaled_column
from astro_dl.science.own_table.task import OwnTable, is_sentinel
from astro_dl.training.train import train


def write(folder, name="mine.csv", n=240, **changes):
    rng = np.random.default_rng(0)
    z = rng.gamma(3, 0.15, n)
    columns = {"mag_g": 20 + 3 * z, "mag_r": 19 + 2 * z, "flux": 10 ** rng.normal(3, 1, n)}
    for values in columns.values():
        values += 0.05 * rng.normal(size=n)
    columns |= {"field": np.arange(n) // 6, "z": z, "kind": np.where(z > 0.4, "far", "near")}
    table = Table({**columns, **changes})
    formats = {"csv": "ascii.csv", "ecsv": "ascii.ecsv", "vot": "votable"}
    ending = name.rpartition(".")[2]
    table.write(folder / name, format=formats.get(ending, ending), overwrite=True)
    return folder / name


def setup(path, target="z", features="mag_*,flux", **options):
    return own_table_config("mlp", path, target, features, **options)


@pytest.mark.usefixtures("quick_peers")
def test_three_commands_lead_from_a_table_to_predictions(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path)
    write(tmp_path, "new.fits", mag_g=np.full(240, 99.0))
    words = ["--target", "z", "--features", "mag_*,flux", "--group", "field", "--out", "run"]
    settings = ["--set", "training.epochs=30", "--set", "evaluation.plots=false", "--quiet"]
    assert main(["train", "mlp", "--table", "mine.csv", *words, *settings]) == 0
    assert main(["evaluate", "run", "--quiet"]) == 0
    text = capsys.readouterr().out
    assert "random forest" in text
    assert re.search(r"importance of columns.*\n(flux|mag_[gr]) ", text)
    assert main(["predict", "run", "new.fits", "--out", "z.csv"]) == 0
    assert "240 rows in z.csv" in capsys.readouterr().out
    found = Table.read("z.csv", format="ascii.csv")
    assert found.colnames == ["id", "z", "z_std", "flags"]
    assert all(str(flags).startswith("missing_values") for flags in found["flags"])
    known = found["flags"] == "missing_values"
    assert known.sum() > 200
    assert np.isnan(found["z"][~known]).all()
    assert np.corrcoef(found["z"][known], Table.read("new.fits")["z"][known])[0, 1] > 0.7


def test_an_absurd_number_makes_no_absurd_answer(tmp_path):
    config = setup(write(tmp_path), **{"training.epochs": 2, "evaluation.plots": False})
    train(config, tmp_path / "run", progress=False)
    mag_g = np.full(240, 21.5)
    mag_g[:2] = 1e6, 1e15
    new = write(tmp_path, "new.csv", mag_g=mag_g)
    predictor = load_pretrained(tmp_path / "run")
    found = predictor.predict([new])
    assert [str(flags) for flags in found["flags"][:2]] == ["outside_training_range"] * 2
    assert np.isnan(found["z_std"][:2]).all()
    kept = predictor.predict([new], keep_flagged=True)
    assert kept["z_std"][:2].max() < 100 * kept["z_std"][2:].max()


def test_bundles_are_scored_together(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path)
    for seed, out in enumerate("ab"):
        settings = {"training.epochs": 2, "seed": seed}
        train(setup("mine.csv", **settings), out, progress=False)
    quick = ["--set", "evaluation.baselines=false", "--set", "evaluation.bootstrap=10"]
    assert main(["evaluate", "a", "--member", "b", *quick, "--quiet"]) == 0
    text = capsys.readouterr().out
    assert re.search(r"by way of telling the uncertainty +ensemble\n", text)
    assert "z coverage 0.9 " in text
    assert not list((tmp_path / "a").glob("metrics.json"))


def test_table_batches_grow_with_the_table():
    assert [batch_size(rows) for rows in (100, 3000, 10_000, 10**6)] == [32, 64, 128, 256]


def test_a_table_needs_features(tmp_path, capsys):
    assert main(["train", "mlp", "--table", str(write(tmp_path)), "--target", "z"]) == 2
    assert "--table needs --features" in capsys.readouterr().err


def test_a_table_has_one_target(tmp_path, capsys):
    words = ["train", "mlp", "--table", str(tmp_path / "none.csv"), "--features", "a"]
    assert main([*words, "--target", "b,c", "--kind", "multilabel"]) == 2
    assert "--kind multilabel is not for --table" in capsys.readouterr().err


@pytest.mark.parametrize("ending", ["ecsv", "fits", "vot"])
def test_formats_make_no_difference(tmp_path, ending):
    table = Table.read(write(tmp_path), format="ascii.csv")
    table.write(
        tmp_path / f"mine.{ending}", format={"ecsv": "ascii.ecsv", "vot": "votable"}.get(ending)
    )
    one, other = (setup(tmp_path / f"mine.{name}").physics for name in ("csv", ending))
    own = {"file": "", "sha256": ""}
    assert {**one, **own} == {**other, **own}


def test_groups_stay_whole_and_scales_are_those_of_the_training_rows(tmp_path):
    path = write(tmp_path)
    config = setup(path, group="field")
    splits = {name: real_split(config, name) for name in ("train", "validation", "test")}
    assert_disjoint({name: one.info["group"] for name, one in splits.items()})
    assert sum(map(len, splits.values())) == 240
    scaled = splits["train"].x[:, :3]
    np.testing.assert_allclose(np.median(scaled, axis=0), 0, atol=0.01)
    low, high = np.quantile(scaled, [0.16, 0.84], axis=0)
    np.testing.assert_allclose(high - low, 2, atol=0.01)


@pytest.mark.parametrize(
    ("target", "kind", "classes"),
    [
        ("z", "auto", ()),
        ("kind", "auto", ("far", "near")),
        ("count", "auto", ("0", "2", "10")),
        ("count", "regression", ()),
        ("flag", "auto", ("False", "True")),
        ("grade", "classification", ("1", "2")),
    ],
)
def test_targets_are_values_or_classes(tmp_path, target, kind, classes):
    n = np.arange(240)
    extra = {"count": np.array([0, 2, 10])[n % 3], "flag": n % 2 == 0, "grade": 1.0 + n % 2}
    path = write(tmp_path, "mine.fits", **extra)
    config = setup(path, target, kind=kind)
    assert tuple(config.physics["classes"]) == classes
    y = real_split(config, "train").y
    assert set(np.unique(y)) == set(range(len(classes))) if classes else y.dtype == np.float32


def test_features_are_chosen_by_patterns(tmp_path):
    path = write(tmp_path)

    def names(features):
        return [one["name"] for one in setup(path, features=features).physics["features"]]

    assert names("mag_*") == ["mag_g", "mag_r"]
    assert names("*,!mag_g,!field,!kind") == ["mag_r", "flux"]


def test_scales_follow_the_numbers():
    rng = np.random.default_rng(0)
    normal = rng.normal(20, 2, 999)
    assert scaled_column("m", "mag", normal).scale == "linear"
    assert scaled_column("f", "", 10 ** rng.normal(3, 1, 999)).scale == "log10"
    tails = rng.standard_cauchy(999)
    column = scaled_column("t", "", tails)
    assert column.scale == "arcsinh"
    assert np.abs(column.scaled(tails)).max() < 12
    with_sentinels = np.where(rng.random(999) < 0.4, 99.0, normal)
    assert scaled_column("m", "mag", with_sentinels).centre == pytest.approx(20, abs=0.2)


def test_sentinels_are_believed_only_far_from_the_rest():
    values = np.array([99.0, -99.0, 20.0])
    magnitude, temperature = Column("m", "mag", 20.0, 2.0), Column("t", "K", 90.0, 15.0)
    flux = Column("f", "", 1.0, 0.5, "log10", 0.1)
    assert is_sentinel(magnitude, values, values).tolist() == [True, True, False]
    assert is_sentinel(temperature, values, values).tolist() == [False, True, False]
    assert is_sentinel(flux, values, values).tolist() == [False, True, False]


def test_sentinels_are_looked_for_as_they_are_stored():
    parallax = OwnTable(features=(Column("p", "mas", 5.0, 2.0),))
    table = Table({"p": [0.004, -999.0, -9999.0, 99.0]})
    table["p"].unit = "arcsec"
    found = parallax.columns.read(table, "a.fits")["p"]
    np.testing.assert_array_equal(np.isnan(found), [False, True, True, True])
    assert found[0] == pytest.approx(4.0)
    declination = OwnTable(features=(Column("d", "deg", 0.0, 30.0),))
    table = Table({"d": [99.0, -9999.0]})
    table["d"].unit = "arcsec"
    found = declination.columns.read(table, "a.fits")["d"]
    assert found[0] == pytest.approx(99 / 3600)
    assert np.isnan(found[1])


@pytest.mark.parametrize(
    ("changes", "options", "message"),
    [
        ({}, {"features": "nag_*"}, "features: .*no column 'nag_.*did you mean 'mag_.*It has"),
        ({}, {"features": "mag_*,!mag_*"}, "leaves no column"),
        ({}, {"features": " , "}, "leaves no column"),
        ({}, {"features": "z,mag_*"}, "'z' is the target or the group"),
        ({}, {"target": "Z"}, "no column 'Z'; it has .* z, kind$"),
        ({}, {"group": "fields"}, "no column 'fields'; did you mean 'field'"),
        ({}, {"features": "mag_*,kind"}, "'kind' does not hold numbers"),
        ({"kind": np.full(240, "star")}, {"target": "kind"}, "has one class, 'star'"),
        ({"z": np.full(240, 0.5)}, {}, "target 'z' is always 0.5"),
        ({"z": np.r_[np.nan, np.ones(239)]}, {}, "not a finite number in 1 of 240 rows, .* row 0"),
        ({"z": np.r_[np.ones(239), np.inf]}, {}, "not a finite number in 1 .* row 239"),
        ({"kind": ["", *["a", "b"] * 119, "a"]}, {"target": "kind"}, "missing in 1 of 240"),
        ({"kind": np.r_[np.nan, np.arange(239) % 2]}, {"target": "kind", "kind": "classification"},
         "missing in 1 of 240 rows, .* row 0"),
        ({"kind": np.arange(240).astype(str)}, {"target": "kind", "kind": "classification"},
         "240 classes in 240 rows; is it a number"),
        ({"z": np.full(240, "x")}, {"kind": "regression"}, "'z' does not hold numbers"),
        ({"mag_g": np.full(240, 7.0)}, {"features": "mag_g"}, "no feature is left"),
        ({"field": np.arange(240) // 120}, {"group": "field"}, "2 groups cannot make 3"),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore:feature")
def test_tables_that_cannot_be_used_are_refused(tmp_path, changes, options, message):
    with pytest.raises(UsageError, match=message):
        setup(write(tmp_path, **changes), **options)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.full(240, 3.0), "always 3: left out"),
        (np.full(240, np.nan), "no value in the training rows: left out"),
        (np.full(240, -99.0), "no value in the training rows: left out"),
    ],
)
def test_features_that_tell_nothing_are_left_out_with_a_warning(tmp_path, values, message):
    path = write(tmp_path, "mine.fits", mag_g=values)
    with pytest.warns(UserWarning, match=message):
        config = setup(path)
    assert [one["name"] for one in config.physics["features"]] == ["mag_r", "flux"]


def test_a_feature_that_is_the_target_is_warned_of(tmp_path):
    path = write(tmp_path)
    table = read_table(path)
    table["mag_z"] = table["z"]
    table.write(path, format="ascii.csv", overwrite=True)
    with pytest.warns(UserWarning, match="'mag_z' equals the target 'z'"):
        setup(path)


def test_columns_of_one_name_are_refused(tmp_path):
    path = tmp_path / "twice.csv"
    path.write_text("mag_g,mag_g,z\n1,2,3\n4,5,6\n")
    with pytest.raises(UsageError, match=r"twice\.csv: 2 columns are called 'mag_g'"):
        setup(path)
    table = write(tmp_path, "twice.fits", n=12)
    table.write_bytes(table.read_bytes().replace(b"'mag_r   '", b"'mag_g   '"))
    with pytest.raises(UsageError, match=r"twice\.fits: cannot be read"):
        setup(table)


@pytest.mark.parametrize("ending", ["csv", "ecsv", "fits", "vot"])
def test_a_selection_without_rows_is_refused(tmp_path, ending):
    path = write(tmp_path, f"none.{ending}", n=0)
    with pytest.raises(UsageError, match="no rows"):
        setup(path)


def test_a_class_that_only_the_training_rows_have_is_named_before_the_training(tmp_path):
    kinds = np.where(np.arange(240) < 239, "star", "quasar")
    config = setup(write(tmp_path, kind=kinds), target="kind")
    with pytest.raises(UsageError, match="validation set are of the class 'star'"):
        train(config, tmp_path / "run", progress=False)


def test_units_of_new_tables_are_converted_or_refused(tmp_path):
    path = write(tmp_path, "mine.ecsv")
    table = read_table(path)
    table["flux"].unit = "Jy"
    table.write(path, format="ascii.ecsv", overwrite=True)
    physics = build_physics("own_table", {**setup(path).physics, "sha256": ""})
    read = get_task("own_table").datasets["file"].read
    before = read(physics, tmp_path).x
    table["flux"] *= 1e3
    table["flux"].unit = "mJy"
    table.write(path, format="ascii.ecsv", overwrite=True)
    np.testing.assert_allclose(read(physics, tmp_path).x, before, atol=1e-5)
    table["flux"].unit = "deg"
    table.write(path, format="ascii.ecsv", overwrite=True)
    with pytest.raises(UsageError, match="'flux' is in deg, which is no Jy"):
        read(physics, tmp_path)


def test_a_config_says_everything(tmp_path):
    config = setup(write(tmp_path), group="field", **{"seed": 4, "training.epochs": 2})
    again = load_config(config)
    assert (again.seed, again.training.epochs, again.data.source) == (4, 2, "file")
    assert again.physics["file"] == "mine.csv"
