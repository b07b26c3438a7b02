"""The commands of docs/own_data.md run, on small files of the names that it uses."""

import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table

from astro_dl.cli.main import main
from tests.own_files import blobs, class_folders, labelled_folder, rotating, stack, write_image

TEXT = (Path(__file__).parent.parent / "docs" / "own_data.md").read_text("utf-8")
COMMANDS = [
    shlex.split(line)[1:]
    for block in re.findall(r"^```sh\n(.*?)^```", TEXT, re.M | re.S)
    for line in block.splitlines()
]
QUICK = ("training.epochs=1", "evaluation.plots=false", "evaluation.bootstrap=5")
N = 48


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return a folder with all files that the page names."""
    monkeypatch.chdir(tmp_path)
    images, long, _ = blobs(N)
    class_folders(tmp_path / "radio")
    write_image(tmp_path / "new" / "one.png", images[1])
    labelled_folder(tmp_path)
    stack(tmp_path / "many.h5")
    kinds = np.where(long, "long", "round")
    Table({"shape": kinds}).write("rows.csv")
    cubes, moves = rotating(N)
    for k in range(N):
        path = tmp_path / "cubes" / ("moves" if moves[k] else "stays") / f"{k:02d}.fits"
        path.parent.mkdir(parents=True, exist_ok=True)
        fits.writeto(path, cubes[k])
    series(tmp_path, kinds)
    cutouts(tmp_path, long)
    catalogue(long)
    return tmp_path


def series(folder, kinds):
    """Write light curves and spectra of the same stars, and what is known of them."""
    for name in ("curves", "spectra"):
        (folder / name).mkdir()
    time, wave = np.arange(0, 4, 0.05), np.arange(4000.0, 4400.0, 2.0)
    depths = np.random.default_rng(1).uniform(0.1, 0.8, N)
    for k in range(N):
        flux = 1 + 0.1 * np.sin(2 * np.pi * time / (2.0 if kinds[k] == "long" else 0.5))
        Table({"time": time, "flux": flux}).write(folder / "curves" / f"{k:02d}.csv")
        line = depths[k] * np.exp(-(((wave - 4200) / 10) ** 2))
        Table({"wavelength": wave, "flux": 1 - line}).write(folder / "spectra" / f"{k:02d}.csv")
    names = [f"{k:02d}.csv" for k in range(N)]
    stars = {"file": names, "kind": kinds, "star": np.arange(N) // 2, "depth": depths}
    Table(stars).write(folder / "stars.csv")


def cutouts(folder, rings):
    """Write images of three bands with and without a ring about the galaxy."""
    (folder / "cutouts").mkdir()
    y, x = np.mgrid[:64, :64] - 31.5
    radius = np.hypot(y, x)
    header = fits.Header({"BANDS": "g r i"})
    rng = np.random.default_rng(2)
    for k in range(N):
        light = 80 * np.exp(-radius / 4) + 20 * rings[k] * np.exp(-((radius - 12) ** 2))
        image = light + rng.normal(0, 1, (3, 64, 64))
        fits.writeto(folder / "cutouts" / f"{k:02d}.fits", image.astype("f4"), header)
    names = [f"{k:02d}.fits" for k in range(N)]
    labels = {"file": names, "kind": np.where(rings, "lens", "none"), "galaxy": np.arange(N) // 2}
    Table(labels).write("cutouts.csv")


def catalogue(red):
    """Write magnitudes of red and blue stars."""
    rng = np.random.default_rng(3)
    r = rng.uniform(16, 19, N)
    steps = zip("ugriz", (2.0, 0.6, 0.0, -0.2, -0.3), strict=True)
    bands = {band: r + (1 + red) * step + rng.normal(0, 0.05, N) for band, step in steps}
    kinds = np.where(red, "red", "blue")
    Table({**bands, "kind": kinds, "field": np.arange(N) // 4}).write("catalogue.csv")


def run(words):
    """Run a command of the page with its patterns filled in, quickly where it trains."""
    filled = []
    for word in words:
        filled += sorted(map(str, Path().glob(word))) if "*" in word else [word]
    if words[0] in ("train", "finetune"):
        filled += ["--quiet", *(part for one in QUICK for part in ("--set", one))]
    return main(filled)


@pytest.mark.slow
@pytest.mark.usefixtures("folder", "quick_peers")
def test_the_commands_do_what_the_page_says(capsys):
    assert len(COMMANDS) == 11
    done = {" ".join(words): run(words) for words in COMMANDS}
    assert not any(done.values()), (done, capsys.readouterr().err)
    found = Table.read("classes.ecsv")
    assert set(found.colnames) >= {"id", "label", "p_long", "embedding", "flags"}
    text = capsys.readouterr().out
    for words in ("balanced accuracy", "fine-tuned     auc", "better than untouched by"):
        assert words in text
