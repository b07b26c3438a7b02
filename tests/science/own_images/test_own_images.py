"""Images of one's own: every format, target and split, and every kind of bad folder."""

import re

import numpy as np
import pytest
from astropy.table import Table

from astro_dl.cli import main
from astro_dl.core.errors import UsageError
from astro_dl.core.examples import MappedRows
from astro_dl.data import memory
from astro_dl.data.real import real_split
from astro_dl.data.splits import assert_disjoint
from astro_dl.inference.load import load_pretrained
from astro_dl.observations.labelled.setup import Given
from astro_dl.science.own_images.setup import own_images_config
from astro_dl.training.train import train
from tests.own_files import blobs, class_folders, labelled_folder, stack, write_image

SMALL = {
    "training.epochs": 6,
    "training.learning_rate": 0.01,
    "hyperparameters.filters": [4],
    "hyperparameters.units": [8],
    "evaluation.plots": False,
    "evaluation.bootstrap": 20,
}
SETS = ("train", "validation", "test")


def setup(files, labels=None, target="", crop=0, model="cnn2d", settings=SMALL, **given):
    return own_images_config(model, Given(files, labels, target, **given), crop, **settings)


def labelled(folder, target="shape", **changes):
    files, labels = labelled_folder(folder, **changes)
    return Given(files, labels, target)


@pytest.mark.usefixtures("quick_peers")
def test_a_folder_per_class_is_trained_on_scored_and_predicted(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    class_folders(tmp_path / "mine")
    new = write_image(tmp_path / "new.png", blobs(2, seed=9)[0][1])
    settings = [word for key in SMALL for word in ("--set", f"{key}={SMALL[key]}".lower())]
    assert main(["train", "cnn2d", "--images", "mine", "--out", "run", *settings, "--quiet"]) == 0
    assert main(["evaluate", "run", "--quiet"]) == 0
    text = capsys.readouterr().out
    assert "random forest" in text
    assert re.search(r"ROC AUC", text)
    assert main(["predict", "run", str(new), "--out", "found.csv"]) == 0
    found = Table.read("found.csv", format="ascii.csv")
    assert found.colnames[:4] == ["id", "label", "p_long", "p_round"]
    assert found["id"][0] == "new.png"
    config = load_pretrained("run").bundle.config
    assert config.physics["examples"]["classes"] == ["long", "round"]
    assert np.shape(load_pretrained("run").embed(real_split(config, "test").x))[1] == 8


@pytest.mark.parametrize("ending", [".png", ".fits", ".npy"])
def test_formats_of_single_images_give_the_same_inputs(tmp_path, ending):
    config = setup(class_folders(tmp_path / "a", ".png"))
    other = setup(class_folders(tmp_path / "b", ending))
    assert config.physics["recipe"] == other.physics["recipe"]
    for name in SETS:
        one, same = real_split(config, name), real_split(other, name)
        np.testing.assert_array_equal(one.x, same.x)
        np.testing.assert_array_equal(one.y, same.y)


def test_jpeg_images_are_read(tmp_path):
    assert real_split(setup(class_folders(tmp_path / "a", ".jpg")), "train").x.shape[1:] == (
        12,
        12,
        1,
    )


@pytest.mark.parametrize("ending", [".h5", ".npz", ".zarr", ".fits"])
def test_a_file_of_many_images_says_the_labels_itself(tmp_path, ending):
    if ending == ".zarr":
        pytest.importorskip("zarr")
    config = setup(stack(tmp_path / f"mine{ending}"), target="shape")
    examples = [real_split(config, name) for name in SETS]
    assert sum(map(len, examples)) == 48
    both = np.concatenate([one.y for one in examples])
    rows = np.concatenate([np.asarray(one.info["id"], int) for one in examples])
    np.testing.assert_array_equal(both, 1 - rows % 2)


def test_a_file_of_many_images_takes_a_table_row_by_row(tmp_path):
    _, labels = labelled_folder(tmp_path)
    path = stack(tmp_path / "mine.h5")
    assert setup(path, labels, "width").physics["examples"]["targets"] == ["width"]
    Table.read(labels)[:40].write(labels, overwrite=True)
    with pytest.raises(UsageError, match="example without label in row 40"):
        setup(path, labels, "width")


def test_training_pixels_have_mean_zero_and_deviation_one(tmp_path):
    x = real_split(setup(class_folders(tmp_path / "a")), "train").x
    assert abs(x.mean()) < 0.02
    assert x.std() == pytest.approx(1, abs=0.02)


def test_bright_sources_in_noise_are_compressed(tmp_path):
    rng = np.random.default_rng(0)
    for k in range(40):
        image = rng.normal(0, 1e-3, (12, 12))
        image[6, 6] = 5.0
        write_image(tmp_path / "mine" / "ab"[k % 2] / f"{k}.fits", image)
    config = setup(tmp_path / "mine")
    assert config.physics["recipe"]["bands"][0]["stretch"] == "arcsinh"
    assert np.abs(real_split(config, "train").x).max() < 20


def test_colours_are_bands(tmp_path):
    images = blobs(24)[0]
    for k, image in enumerate(images):
        write_image(tmp_path / "mine" / "ab"[k % 2] / f"{k}.png", np.stack([image] * 3, axis=-1))
    assert len(setup(tmp_path / "mine").physics["recipe"]["bands"]) == 3


def test_groups_stay_whole(tmp_path):
    given = labelled(tmp_path)
    config = setup(given.files, given.labels, "shape", group="field")
    splits = {name: real_split(config, name) for name in SETS}
    assert_disjoint({name: one.info["group"] for name, one in splits.items()})
    assert all(len(one) % 3 == 0 for one in splits.values())


def test_neighbours_on_the_sky_are_one_group(tmp_path):
    pair = np.arange(48) // 2
    given = labelled(tmp_path, ra=10.0 + pair + 0.001 * (np.arange(48) % 2), dec=np.zeros(48))
    config = setup(given.files, given.labels, "shape", group="ra, dec", group_radius_arcsec=10.0)
    groups = np.concatenate([real_split(config, name).info["group"] for name in SETS])
    assert np.unique(np.unique(groups, return_counts=True)[1]).tolist() == [2]


def test_a_column_gives_the_sets(tmp_path):
    sets = np.array(["train", "valid", "test", "train"])[np.arange(48) // 12]
    given = labelled(tmp_path, part=sets)
    config = setup(given.files, given.labels, "shape", set_column="part")
    assert real_split(config, "test").info["id"].tolist() == [f"{k:03d}.png" for k in range(24, 36)]
    given = labelled(tmp_path, part=np.where(sets == "test", "train", sets))
    config = setup(given.files, given.labels, "shape", set_column="part")
    assert len(real_split(config, "validation")) == 12
    assert 0 < len(real_split(config, "test")) < 12


def test_values_are_learnt_too(tmp_path):
    given = labelled(tmp_path)
    config = setup(given.files, given.labels, "width,w", kind="regression")
    bundle = train(config, tmp_path / "run", progress=False)
    found = load_pretrained(bundle.folder).predict(
        sorted(given.files.iterdir())[:3], keep_flagged=True
    )
    assert found.colnames == ["id", "width", "width_std", "w", "w_std", "flags"]
    assert np.isfinite(found["width"]).all()


def test_weights_change_the_training_and_equal_ones_do_not(tmp_path):
    given = labelled(tmp_path, one=np.full(48, 2.0))

    def loss(name, **options):
        config = setup(given.files, given.labels, "shape", **options)
        return train(config, tmp_path / name, progress=False).card.data.validation["val_loss"]

    plain = loss("plain")
    assert loss("equal", weight="one") == pytest.approx(plain, rel=1e-5)
    assert loss("weighted", weight="w") != pytest.approx(plain, rel=1e-4)


def test_images_beyond_memory_are_streamed_and_give_the_same_training(tmp_path, monkeypatch):
    class_folders(tmp_path / "a")
    config = setup(tmp_path / "a")
    held = train(config, tmp_path / "held", progress=False)
    monkeypatch.setattr(memory, "available_memory", lambda: 1000.0)
    # Another folder of the same files: what was read is remembered.
    class_folders(tmp_path / "b")
    config = setup(tmp_path / "b")
    assert isinstance(real_split(config, "train").x, MappedRows)
    streamed = train(config, tmp_path / "streamed", progress=False)
    one, other = (bundle.card.data.validation for bundle in (held, streamed))
    assert one == other
    assert list((tmp_path / "cache" / "own").glob("*.npy"))


def test_classical_methods_take_images_too(tmp_path):
    settings = {"hyperparameters.n_estimators": 5, "evaluation.plots": False}
    config = setup(class_folders(tmp_path / "a"), model="random_forest", settings=settings)
    assert train(config, tmp_path / "run", progress=False).card.model == "random_forest"


def test_larger_images_are_cut_where_that_is_asked_for(tmp_path):
    folder = class_folders(tmp_path / "a")
    write_image(folder / "long" / "big.png", blobs(1, size=15)[0][0])
    config = setup(folder, crop=10)
    assert real_split(config, "train").x.shape[1:] == (10, 10, 1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: write_image(d / "long/x.png", blobs(1, size=14)[0][0]),
         "x.png: 14 × 14 pixels, but the other images have 12 × 12"),
        (lambda d: write_image(d / "long/x.png", np.zeros((12, 12, 3), np.uint8)),
         "x.png: 3 bands, but the other images have 1"),
        (lambda d: write_image(d / "loose.png", blobs(1)[0][0]),
         "1 of 49 files have no label, the first is loose.png; put each into the folder"),
        (lambda d: (d / "long/x.png").write_bytes(b"no image"), "x.png: cannot be read as PNG"),
        (lambda d: write_image(d / "long/x.fits", np.full((12, 12), np.nan)),
         "x.fits: 100% of the pixels are not finite"),
        (lambda d: [one.unlink() for one in (d / "long").iterdir()], "has one class, 'round'"),
        (lambda d: [one.unlink() for one in d.rglob("*.png")], "no images; accepted: .fits"),
    ],
)  # fmt: skip
def test_folders_that_cannot_be_used_are_refused_in_one_line(tmp_path, change, message, capsys):
    change(class_folders(tmp_path / "mine"))
    settings = [word for key in SMALL for word in ("--set", f"{key}={SMALL[key]}".lower())]
    words = ["train", "cnn2d", "--images", str(tmp_path / "mine"), "--out", str(tmp_path / "run")]
    assert main([*words, *settings, "--quiet"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert message in error
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("changes", "options", "message"),
    [
        ({}, {"target": "shapes"}, "no column 'shapes'; did you mean 'shape'"),
        ({}, {"target": ""}, "--labels needs --target"),
        ({}, {"group": "fields"}, "no column 'fields'"),
        ({}, {"file_column": "files"}, "no column 'files'"),
        ({}, {"group": "width,w"}, "two of right ascension and declination .* radius above 0"),
        ({}, {"kind": "regression"}, "'shape' does not hold numbers"),
        ({}, {"target": "shape,field", "kind": "classification"}, "several targets are no classes"),
        ({"shape": ["a"] * 48}, {}, "has one class, 'a'"),
        ({"width": np.ones(48)}, {"target": "width"}, "target 'width' is always 1"),
        ({"shape": ["", *["a", "b"] * 23, "a"]}, {}, "missing in 1 of 48 rows"),
        ({"w": np.full(48, -1.0)}, {"weight": "w"}, "weights 'w' are negative, or all 0"),
        ({"file": ["x.png", *[f"{k:03d}.png" for k in range(1, 48)]]}, {},
         "1 of 48 labels have no file in .*, the first is of 'x.png'"),
        ({"file": ["001.png", *[f"{k:03d}.png" for k in range(1, 48)]]}, {},
         "'001.png' has several labels"),
        ({"part": ["train", "test"] * 24}, {"set_column": "part", "group": "field"},
         "values of 'field' are in both the train and the test set"),
        ({"part": ["train", "rest"] * 24}, {"set_column": "part"}, "unknown set in .*'rest'"),
    ],
)  # fmt: skip
def test_labels_that_cannot_be_used_are_refused(tmp_path, changes, options, message):
    given = labelled(tmp_path, **changes)
    words = {"target": "shape", **options}
    with pytest.raises(UsageError, match=message):
        setup(given.files, given.labels, **words)


def test_a_file_without_a_label_is_named(tmp_path):
    given = labelled(tmp_path)
    write_image(given.files / "more.png", blobs(1)[0][0])
    with pytest.raises(UsageError, match=r"1 of 49 files have no label in .*first is more\.png"):
        setup(given.files, given.labels, "shape")


def test_two_kinds_of_data_at_once_are_refused(tmp_path, capsys):
    words = ["--images", str(tmp_path), "--table", "x.csv"]
    assert main(["train", "cnn2d", *words]) == 2
    assert "--table and --images are data of several kinds" in capsys.readouterr().err


def test_files_that_changed_since_the_setup_are_refused(tmp_path):
    folder = class_folders(tmp_path / "mine")
    config = setup(folder)
    write_image(folder / "long" / "more.png", blobs(1)[0][0])
    with pytest.raises(UsageError, match="files or labels have changed"):
        train(config, tmp_path / "run", progress=False)


def test_an_image_of_another_size_is_a_row_of_its_own_among_many(tmp_path):
    bundle = train(setup(class_folders(tmp_path / "mine")), tmp_path / "run", progress=False)
    files = [write_image(tmp_path / f"{n}.png", blobs(1, size=n)[0][0]) for n in (12, 14)]
    found = load_pretrained(bundle.folder).predict(files)
    assert str(found["flags"][1]).startswith("unreadable")
    with pytest.raises(UsageError, match="14 × 14 pixels"):
        load_pretrained(bundle.folder).predict(files[1:])
