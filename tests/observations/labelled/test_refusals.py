"""What is refused of files and labels, alike for every kind of data and every verb."""

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table
from PIL import Image

from astro_dl.cli import main

N = 24


def images(folder):
    for k in range(N):
        Image.fromarray(np.random.default_rng(k).integers(0, 255, (8, 8), np.uint8)).save(
            folder / f"{k:02d}.png"
        )


def cubes(folder):
    for k in range(N):
        fits.writeto(folder / f"{k:02d}.fits", np.random.default_rng(k).normal(size=(4, 6, 6)))


def light_curves(folder):
    time = np.arange(0, 4, 0.05)
    for k in range(N):
        flux = 1 + 0.1 * np.sin(2 * np.pi * time / (0.5 + 0.1 * k))
        Table({"time": time, "flux": flux}).write(folder / f"{k:02d}.csv")


def spectra(folder):
    wave = np.arange(4000.0, 4400.0, 2.0)
    for k in range(N):
        flux = 1 + 0.1 * np.random.default_rng(k).normal(size=len(wave))
        Table({"wavelength": wave, "flux": flux}).write(folder / f"{k:02d}.csv")


KINDS = {
    "images": (images, ["train", "cnn2d", "--images"]),
    "cubes": (cubes, ["train", "cnn3d", "--cubes"]),
    "light curves": (light_curves, ["train", "cnn1d", "--light-curves"]),
    "spectra": (spectra, ["train", "cnn1d", "--spectra"]),
    "finetune": (images, ["finetune", "lens_resnet", "--images"]),
}


def wrong_column(table):
    table.rename_column("kind", "type")


def one_class(table):
    table["kind"] = "a"


def constant(table):
    table["kind"] = np.full(len(table), 2.5)


def without_label(table):
    table.remove_row(3)


def without_file(table):
    table["file"][3] = "lost"


def label_twice(table):
    table["file"][3] = table["file"][4]


def missing_label(table):
    table["kind"] = np.where(np.arange(len(table)) == 3, "", table["kind"])


def group_across_sets(table):
    table["star"][0] = table["star"][-1]


def unknown_set(table):
    table["set"] = np.where(np.arange(len(table)) == 3, "exam", table["set"])


REFUSED = {
    wrong_column: "no column 'kind'",
    one_class: "target 'kind' has one class, 'a'; two are needed",
    constant: "target 'kind' is always 2.5",
    without_label: "1 of 24 files have no label",
    without_file: "1 of 24 labels have no file",
    label_twice: "has several labels",
    missing_label: "missing",
    group_across_sets: "1 values of 'star' are in both the",
    unknown_set: "exam",
}


@pytest.fixture(scope="module", params=KINDS)
def data(request, tmp_path_factory):
    write, words = KINDS[request.param]
    folder = tmp_path_factory.mktemp("data") / "files"
    folder.mkdir()
    write(folder)
    return folder, words


def labelled(files):
    names = sorted(path.name for path in files.iterdir())
    sets = ["train"] * 12 + ["validation"] * 6 + ["test"] * 6
    kinds = ["a" if k % 2 else "b" for k in range(N)]
    stars = [f"s{k // 2}" for k in range(N)]
    return Table({"file": names, "kind": kinds, "star": stars, "set": sets})


@pytest.mark.parametrize("spoil", REFUSED, ids=lambda one: one.__name__)
def test_labels_that_cannot_be_used_are_refused_in_one_line(data, spoil, tmp_path, capsys):
    files, words = data
    table = labelled(files)
    spoil(table)
    table.write(tmp_path / "labels.csv")
    more = ["--labels", str(tmp_path / "labels.csv"), "--target", "kind", "--group", "star"]
    out = ["--set-column", "set", "--out", str(tmp_path / "run"), "--quiet"]
    assert main([*words, str(files), *more, *out]) == 2
    error = capsys.readouterr().err
    assert REFUSED[spoil] in error
    assert error.count("\n") == 1
    assert not (tmp_path / "run").exists() or not any((tmp_path / "run").glob("*.json"))


def test_unlabelled_files_are_left_out_where_that_is_said(data, tmp_path):
    from astro_dl.observations.images.image_files import SINGLE
    from astro_dl.observations.labelled.labels import LabelledFiles
    from astro_dl.observations.labelled.sources import Kind

    files, _ = data
    table = labelled(files)[5:15]
    table["file"] = [f"elsewhere/{name}" for name in table["file"]]
    table.write(files.parent / "some.csv", overwrite=True)
    kind = Kind("files", (*SINGLE, ".csv"), lambda sources, member: iter(()))
    about = LabelledFiles("files", labels="some.csv", unlabelled="ignore")
    with pytest.warns(UserWarning, match="14 of 24 files have no label and are left out"):
        sources, rows = about.find(kind, files.parent)
    assert len(sources) == len(rows) == 10
    assert [one.name for one in sources] == [name.split("/")[1] for name in rows["file"]]
