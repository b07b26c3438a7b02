"""Cubes of one's own: files of one and of many, and every kind of bad folder."""

import json

import h5py
import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table
from scipy.stats import spearmanr

from astro_dl.cli import main
from astro_dl.core.errors import UsageError
from astro_dl.core.registry import get_task
from astro_dl.data.real import real_split
from astro_dl.inference.load import load_pretrained
from astro_dl.observations.labelled.setup import Given
from astro_dl.science.own_cubes.setup import own_cubes_config
from astro_dl.science.own_cubes.task import cube_features
from astro_dl.training.train import train
from tests.own_files import rotating

SMALL = {
    "training.epochs": 6,
    "training.learning_rate": 0.01,
    "hyperparameters.filters": [4],
    "hyperparameters.units": [8],
    "evaluation.plots": False,
    "evaluation.bootstrap": 5,
}


def folders(folder, ending=".fits", **options):
    cubes, moves = rotating(**options)
    for k, (cube, one) in enumerate(zip(cubes, moves, strict=True)):
        path = folder / ("moves" if one else "stays") / f"{k:02d}{ending}"
        path.parent.mkdir(parents=True, exist_ok=True)
        if ending == ".npy":
            np.save(path, cube)
        else:
            fits.writeto(path, cube)
    return folder


@pytest.mark.slow
def test_a_folder_per_class_is_trained_on_scored_and_predicted(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folders(tmp_path / "cubes")
    settings = [
        word for key, one in SMALL.items() for word in ("--set", f"{key}={json.dumps(one)}")
    ]
    words = ["cnn3d", "--cubes", "cubes", "--out", "run", "--quiet"]
    assert main(["train", *words, *settings]) == 0
    assert main(["evaluate", "run", "--quiet"]) == 0
    assert "random forest" in capsys.readouterr().out
    files = [str(one) for one in sorted((tmp_path / "cubes").rglob("*.fits"))[:3]]
    assert main(["predict", "run", *files, "--embedding", "--out", "found.ecsv"]) == 0
    found = Table.read("found.ecsv")
    assert found["id"].tolist() == [f"{k:02d}.fits" for k in (1, 3, 5)]
    assert found["embedding"].shape == (3, 8)


@pytest.mark.parametrize("ending", [".h5", ".npz", ".zarr"])
def test_a_file_of_many_cubes_says_the_labels_itself(tmp_path, ending):
    cubes, moves = rotating()
    path = tmp_path / f"cubes{ending}"
    if ending == ".npz":
        np.savez(path, cube=cubes, moves=moves)
    elif ending == ".h5":
        with h5py.File(path, "w") as file:
            file["cube"], file["moves"] = cubes, moves
    else:
        import zarr

        group = zarr.open_group(str(path), mode="w")
        group.create_array("cube", data=cubes)
        group.create_array("moves", data=moves)
    config = own_cubes_config("cnn3d", Given(path, target="moves"), **SMALL)
    examples = real_split(config, "train")
    assert examples.x.shape[1:] == (6, 8, 8, 1)
    assert abs(float(examples.x.mean())) < 0.1


def test_npy_and_fits_give_the_same_inputs(tmp_path):
    one, other = (
        real_split(own_cubes_config("cnn3d", Given(folders(tmp_path / end, end))), "train").x
        for end in (".npy", ".fits")
    )
    assert np.array_equal(one, other)


def test_planes_are_cut_about_their_middle(tmp_path):
    given = Given(folders(tmp_path / "cubes"))
    whole = real_split(own_cubes_config("cnn3d", given), "test").x
    cut = real_split(own_cubes_config("cnn3d", given, crop=4), "test").x
    assert cut.shape[1:] == (6, 4, 4, 1)
    assert spearmanr(cut.ravel(), whole[:, :, 2:6, 2:6].ravel())[0] == pytest.approx(1)


def test_features_tell_what_moves():
    cubes, moves = rotating(200)
    features = cube_features(None, cubes[..., None].astype(np.float32))
    from sklearn.ensemble import RandomForestClassifier

    forest = RandomForestClassifier(50, random_state=0).fit(features[:100], moves[:100])
    assert forest.score(features[100:], moves[100:]) > 0.95


def training_set(folder):
    return real_split(own_cubes_config("cnn3d", Given(folder), **SMALL), "train")


def other_depth(folder):
    fits.writeto(folder / "stays" / "99.fits", np.random.default_rng(0).normal(size=(5, 8, 8)))


def image(folder):
    fits.writeto(folder / "stays" / "99.fits", np.ones((8, 8)))


def mostly_unknown(folder):
    fits.writeto(folder / "stays" / "99.fits", np.full((6, 8, 8), np.nan))


def loose(folder):
    fits.writeto(folder / "99.fits", np.ones((6, 8, 8)))


def one_class(folder):
    for path in (folder / "moves").iterdir():
        path.rename(folder / "stays" / path.name)


BAD = {
    other_depth: "5 × 8 × 8 values, but the other cubes have 6 × 8 × 8",
    image: r"of shape \(8, 8\) is no cube",
    mostly_unknown: "100% of the values are not finite",
    loose: "1 of 41 files have no label",
    one_class: "has one class, 'stays'",
}


@pytest.mark.parametrize("spoil", BAD, ids=lambda one: one.__name__)
def test_bad_folders_are_refused(tmp_path, spoil):
    spoil(folders(tmp_path / "cubes"))
    with pytest.raises(UsageError, match=BAD[spoil]):
        training_set(tmp_path / "cubes")


def test_models_of_another_rank_are_refused(tmp_path):
    with pytest.raises(UsageError, match="cnn2d"):
        train(own_cubes_config("cnn2d", Given(folders(tmp_path / "c"))), tmp_path / "run")


def test_inputs_of_single_files_are_those_of_the_training(tmp_path):
    config = own_cubes_config("cnn3d", Given(folders(tmp_path / "cubes")), **SMALL)
    bundle = train(config, tmp_path / "run", progress=False)
    predictor = load_pretrained(bundle.folder)
    test = real_split(config, "test")
    path = tmp_path / "cubes" / str(test.info["id"][0])
    read = get_task("own_cubes").files.inputs
    assert np.array_equal(read(predictor.physics, path), test.x[0])
