"""What writes: how it begins, what it does, and what must be true whenever it ends."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import h5py
import numpy as np
from astropy.table import Table
from matplotlib.figure import Figure
from PIL import Image

import astro_dl
from astro_dl.bundles.bundle import (
    halve_weights,
    load_bundle,
    load_weights,
    save_bundle,
    update_bundle,
)
from astro_dl.core.config import Config
from astro_dl.core.reading.sealed import unsealed
from astro_dl.data.cache import cached_store
from astro_dl.data.store import open_store
from astro_dl.evaluation.figures.style import save_figure
from astro_dl.models.build import build_from
from astro_dl.models.defaults import default_hyperparameters
from astro_dl.observations.labelled.examples import kept_inputs
from astro_dl.observations.tables.read import read_table
from astro_dl.observations.tables.write import write_table
from astro_dl.observations.tables.write_parts import write_parts
from astro_dl.science.photo_z.density_files import density_file
from tests import toy
from tests.bundles.tampered_bundle import HEAD, SPEC
from tests.toy_training import SMALL, config

ROWS = 50
MINE = "of the user"


@dataclass(frozen=True)
class Writer:
    """One way to write into a folder.

    Parameters
    ----------
    prepare : callable
        ``(folder)``: what is there before.
    write : callable
        ``(folder)``: what is interrupted.
    check : callable
        ``(folder)``: raises unless everything under a final name is whole, and nothing is missing
        that was there before.
    done : callable
        ``(folder) -> bool``: whether the result is there.
    """

    prepare: Callable[[Path], object]
    write: Callable[[Path], object]
    check: Callable[[Path], object]
    done: Callable[[Path], bool]


def table(rows: int = ROWS) -> Table:
    return Table({"id": np.arange(rows), "z": np.linspace(0, 1, rows)})


def of_table(ending: str) -> Writer:
    """Return what writes a table over an older one."""

    def check(folder: Path) -> None:
        assert len(read_table(folder / f"t{ending}")) in (3, ROWS)

    return Writer(
        lambda folder: write_table(table(3), folder / f"t{ending}"),
        lambda folder: write_table(table(), folder / f"t{ending}"),
        check,
        lambda folder: len(read_table(folder / f"t{ending}")) == ROWS,
    )


def of_parts(ending: str) -> Writer:
    """Return what writes a table part by part over an older one."""
    return replace(
        of_table(ending),
        write=lambda folder: write_parts([table(20), table(30)], folder / f"t{ending}"),
    )


def nothing(folder: Path) -> None:
    pass


def keep_mine(folder: Path) -> None:
    (folder / "run" / "notes.txt").write_text(MINE)
    (folder / "run" / "old").mkdir()
    (folder / "run" / "old" / "more.txt").write_text(MINE)


def check_run(folder: Path) -> None:
    """Check that what is called a bundle is one, and that the user's files are there."""
    # Of its weights it compares the sha256.
    load_bundle(folder / "run")
    assert (folder / "run" / "notes.txt").read_text() == MINE
    assert (folder / "run" / "old" / "more.txt").read_text() == MINE


def small_bundle(folder: Path) -> None:
    values = {**default_hyperparameters("mlp"), "units": (4,)}
    model = build_from("mlp", SPEC, HEAD, values)
    parts = {"input": {"shape": SPEC.shape, "contract": SPEC.contract}, "head": HEAD}
    save_bundle(folder / "run", model, Config(task="", model="mlp", hyperparameters=values), parts)


def with_mine(folder: Path) -> None:
    small_bundle(folder)
    (folder / "roc.png").write_bytes(b"\x89PNG")
    keep_mine(folder)


def score(folder: Path) -> None:
    figure = folder / "roc.png"
    update_bundle(folder / "run", metrics={"simulated": {"auc": 0.5}}, figures=[figure])


def is_scored(folder: Path) -> bool:
    return "simulated" in load_bundle(folder / "run").card.metrics


def is_halved(folder: Path) -> bool:
    kinds = set()
    with h5py.File(folder / "run" / "weights.h5") as file:
        file.visititems(lambda name, node: kinds.add(getattr(node, "dtype", None)))
    return np.dtype(np.float16) in kinds


def simulate(folder: Path) -> None:
    cached_store(toy.BINARY, toy.ToyPhysics(), 60, 5, "train", block_size=20, progress=False)


def check_sets(folder: Path) -> None:
    for path in folder.rglob("[!.]*.h5"):
        if path.parent.name == "stores":
            assert len(open_store(path).read()) > 0


def has_sets(folder: Path) -> bool:
    return any(folder.rglob("[!.]*.h5"))


def settings() -> dict:
    plain = {**SMALL, "units": [], "dropout": 0.0, "normalization": "none"}
    return config(hyperparameters=plain) | {
        "data": {"n_train": 100, "n_validation": 60, "n_test": 60, "workers": 1},
        "training": {"epochs": 2, "batch_size": 50},
        "evaluation": {"bootstrap": 3, "false_alarm_probabilities": [0.1], "plots": False},
    }


def train(folder: Path) -> None:
    astro_dl.train(settings(), out=folder / "run", resume=True, progress=False)


def check_training(folder: Path) -> None:
    check_sets(folder)
    if (folder / "run" / "card.json").exists():
        load_weights(load_bundle(folder / "run"))
    state = folder / "run" / ".checkpoint" / "state.h5"
    if state.exists():
        unsealed(state.read_bytes())


def is_trained(folder: Path) -> bool:
    return load_bundle(folder / "run").card.data.epochs == 2


def trained(folder: Path) -> None:
    train(folder)
    keep_mine(folder)


def evaluate(folder: Path) -> None:
    astro_dl.evaluate(folder / "run", progress=False, save=True)


def check_evaluated(folder: Path) -> None:
    check_run(folder)
    check_sets(folder)
    metrics = folder / "run" / "metrics.json"
    if metrics.exists():
        json.loads(metrics.read_text())


def catalogue(folder: Path, rows: int = 60) -> None:
    magnitudes = np.random.default_rng(1).uniform(17, 20, (rows, 5))
    names = ("u", "g", "r", "i", "z")
    table = Table({name: magnitudes[:, k] for k, name in enumerate(names)})
    table["object"] = [f"object {row}" for row in range(rows)]
    write_table(table, folder / "in.csv")


def stars_before(ending: str) -> Callable[[Path], None]:
    def prepare(folder: Path) -> None:
        catalogue(folder)
        write_table(table(3), folder / f"t{ending}")

    return prepare


def predict(folder: Path, ending: str) -> None:
    predictor = astro_dl.load_pretrained("sgq_mlp")
    parts = predictor.predict_blocks(folder / "in.csv", id_column="object")
    write_parts(parts, folder / f"t{ending}")


def of_prediction(ending: str) -> Writer:
    """Return what writes a network's answers over an older table."""

    def check(folder: Path) -> None:
        assert len(read_table(folder / f"t{ending}")) in (3, 60)

    return Writer(
        stars_before(ending),
        lambda folder: predict(folder, ending),
        check,
        lambda folder: len(read_table(folder / f"t{ending}")) == 60,
    )


def draw(folder: Path) -> None:
    figure = Figure(figsize=(2, 2))
    figure.subplots().plot([1, 3, 2])
    save_figure(figure, folder / "a.png")


def check_figure(folder: Path) -> None:
    with Image.open(folder / "a.png") as picture:
        picture.load()


def has_drawn(folder: Path) -> bool:
    with Image.open(folder / "a.png") as picture:
        return picture.size == (200, 200)


def densities(folder: Path) -> None:
    with density_file(folder / "d.hdf5", np.linspace(0, 2, 30)) as append:
        append(np.ones((ROWS, 30)))


def few_densities(folder: Path) -> None:
    with density_file(folder / "d.hdf5", np.linspace(0, 2, 30)) as append:
        append(np.ones((3, 30)))


def density_rows(folder: Path) -> int:
    with h5py.File(folder / "d.hdf5") as file:
        return len(file["data/yvals"])


def check_densities(folder: Path) -> None:
    assert density_rows(folder) in (3, ROWS)


def keep_inputs(folder: Path) -> None:
    rows = iter(np.ones((ROWS, 500), np.float32))
    kept_inputs("mine", rows, (ROWS, 500))


def check_inputs(folder: Path) -> None:
    if has_inputs(folder):
        assert np.load(folder / "cache/own/mine.npy").sum() == ROWS * 500


def has_inputs(folder: Path) -> bool:
    return (folder / "cache/own/mine.npy").is_file()


WRITERS = {
    "table.csv": of_table(".csv"),
    "table.ecsv": of_table(".ecsv"),
    "table.fits": of_table(".fits"),
    "table.hdf5": of_table(".hdf5"),
    "table.parquet": of_table(".parquet"),
    "parts.csv": of_parts(".csv"),
    "parts.fits": of_parts(".fits"),
    "parts.hdf5": of_parts(".hdf5"),
    "prediction.csv": of_prediction(".csv"),
    "prediction.fits": of_prediction(".fits"),
    "densities": Writer(
        few_densities, densities, check_densities, lambda folder: density_rows(folder) == ROWS
    ),
    "figure": Writer(
        lambda folder: Image.new("L", (9, 9)).save(folder / "a.png"), draw, check_figure, has_drawn
    ),
    "kept inputs": Writer(nothing, keep_inputs, check_inputs, has_inputs),
    "stored set": Writer(nothing, simulate, check_sets, has_sets),
    "update_bundle": Writer(with_mine, score, check_run, is_scored),
    "halve_weights": Writer(
        with_mine, lambda folder: halve_weights(folder / "run"), check_run, is_halved
    ),
    "train": Writer(nothing, train, check_training, is_trained),
    "evaluate": Writer(trained, evaluate, check_evaluated, is_scored),
}
QUICK = ("table.csv", "table.hdf5", "parts.fits", "stored set", "update_bundle")
