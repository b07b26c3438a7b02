"""Tasks on catalogues: their real sets, and that simulated ones are like them."""

import os
from pathlib import Path

import numpy as np
import pytest
from astropy.table import Table

from astro_dl.core.config import load_config
from astro_dl.core.errors import UsageError
from astro_dl.core.registry import get_task, list_models, list_tasks
from astro_dl.core.shipped import shipped_configs
from astro_dl.data.real import real_split
from astro_dl.data.splits import assert_disjoint
from astro_dl.models.build import resolve
from astro_dl.observations.tables.inputs import FileColumns
from astro_dl.science.pulsars.task import PUBLISHED_NAMES, PulsarPhysics


def is_catalogue(task):
    """Whether real sets of a task are tables with gaps, which its simulation may leave out."""
    return bool(task.datasets) and "missing_values" in task.physics.__dataclass_fields__


NAMES = [name for name in list_tasks() if is_catalogue(get_task(name))]
FOLDER = Path(os.environ.get("ASTRO_DL_TEST_DATA", ""))
needs_data = pytest.mark.skipif(
    "ASTRO_DL_TEST_DATA" not in os.environ, reason="needs ASTRO_DL_TEST_DATA"
)


def first_set(task):
    """Return the set that the task is mostly trained on."""
    return next(iter(task.datasets.values()))


def read(name):
    task = get_task(name)
    return first_set(task).read(task.physics(), FOLDER)


@needs_data
@pytest.mark.parametrize("name", NAMES)
def test_real_sets_have_the_form_of_the_simulation(name):
    task = get_task(name)
    real = read(name)
    simulated = task.simulate(task.physics(), 20, np.random.default_rng(0))
    assert len(real) == first_set(task).n
    assert real.x.shape[1:] == simulated.x.shape[1:] == task.input_spec(task.physics()).shape
    assert (real.x.dtype, real.y.dtype) == (simulated.x.dtype, simulated.y.dtype)
    assert np.isfinite(real.x).all()
    assert task.group in real.info.colnames
    assert set(np.unique(real.y)) == set(range(len(task.head(task.physics()).names)))


@needs_data
@pytest.mark.parametrize("name", NAMES)
def test_simulated_columns_lie_where_real_ones_do(name):
    task = get_task(name)
    real = read(name)
    physics = task.physics(missing_values=False)
    made = task.simulate(physics, 6000, np.random.default_rng(0))
    for number in np.unique(real.y):
        if (real.y == number).sum() < 30:
            continue
        ours, theirs = (e.x[e.y == number][:, : e.x.shape[1] // 2] for e in (made, real))
        spread = np.maximum(np.std(theirs, axis=0), 0.2)
        distance = np.abs(np.median(ours, axis=0) - np.median(theirs, axis=0)) / spread
        assert distance.max() < 0.5, (number, distance)


@needs_data
def test_flares_are_forecast_from_the_past():
    config = resolve(load_config("flare_mlp"))
    splits = {name: real_split(config, name) for name in ("train", "validation", "test")}
    assert_disjoint({name: one.info["noaa_ar"] for name, one in splits.items()})
    first = [min(one.info["T_REC"]) for one in splits.values()]
    assert first == sorted(first)
    assert len(splits["test"]) == pytest.approx(0.25 * 4594, abs=20)
    # No region of the test set was seen before the last region of the training set appeared.
    assert max(splits["train"].info["T_REC"]) < "2013-04"
    assert min(splits["test"].info["T_REC"]) > "2013-03"


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_file_is_named(name, tmp_path):
    task = get_task(name)
    with pytest.raises(UsageError, match=r"no file .*give the folder that holds"):
        first_set(task).read(task.physics(), tmp_path)


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("solar_flare", {"flare_fraction": 2.0}, "flare_fraction: 2.0"),
        ("pulsar_candidate", {"pulsar_fraction": -1.0}, "pulsar_fraction: -1.0"),
        ("mount_wilson", {"class_fractions": (1.0, 1.0, 0.0, 0.0)}, "4 of them"),
        (
            "star_galaxy_quasar",
            {"class_fractions": (0.5, 0.1, 0.1)},
            "3 of them",
        ),
        ("asteroid_taxonomy", {"noise": 2.0}, "noise: 2.0"),
    ],
)
def test_impossible_physics_is_refused(name, values, message):
    with pytest.raises(UsageError, match=message):
        get_task(name).physics(**values)


def test_unknown_classes_of_a_file_are_named(tmp_path):
    task = get_task("mount_wilson")
    physics = task.physics()
    (tmp_path / "solar").mkdir()
    names = ",".join(["NOAA_AR", "T_REC", "mw", *physics.columns.names])
    row = ",".join(["11158", "2011-02-15", "Omega", *["1.5"] * len(physics.columns.names)])
    (tmp_path / "solar" / "sharp_mount_wilson.csv").write_text(f"{names}\n{row}\n")
    with pytest.raises(UsageError, match="class 'Omega'; known: Alpha"):
        task.datasets["sharp_mount_wilson"].read(physics, tmp_path)


def test_no_input_tells_when_or_where_a_record_was_made():
    forbidden = {"T_REC", "NOAA_AR", "QUALITY", "Longitude", "Latitude", "redshift", "plate", "mjd"}
    found = [getattr(get_task(name).physics(), "columns", None) for name in NAMES]
    seen = [set(one.names) for one in found if isinstance(one, FileColumns)]
    assert len(seen) >= 3
    assert not forbidden & set().union(*seen)


@pytest.mark.parametrize("name", NAMES)
def test_every_task_has_a_model_of_its_own_with_a_config(name):
    model, *_ = sorted(set(list_models(task=name)) & set(shipped_configs()))
    assert resolve(load_config(model)).task == name


@needs_data
def test_parts_of_spectra_are_the_same_every_time_and_of_the_same_asteroids():
    task = get_task("asteroid_taxonomy")
    whole, parts, again = (
        task.datasets[name].read(task.physics(), FOLDER)
        for name in ("busdemeo", "busdemeo_parts", "busdemeo_parts")
    )
    np.testing.assert_array_equal(parts.x, again.x)
    np.testing.assert_array_equal(parts.y, whole.y)
    np.testing.assert_array_equal(parts.info["asteroid"], whole.info["asteroid"])
    missing = parts.x[:, parts.x.shape[1] // 2 :].mean(axis=1)
    assert 0.25 < missing.mean() < 0.6
    assert (missing > 0).mean() > 0.9


def test_candidates_are_read_by_the_names_of_the_published_table():
    columns = PulsarPhysics.columns
    rows = np.random.default_rng(0).normal(size=(8, 5))
    plain = Table(dict(zip(columns.names, rows, strict=True)))
    published = Table({f" {PUBLISHED_NAMES[name]}": plain[name] for name in columns.names})
    for table in (plain, published):
        read = columns.read(table, "candidates.csv")
        np.testing.assert_allclose([read[name] for name in columns.names], rows)
    with pytest.raises(UsageError, match="profile_mean"):
        columns.read(published[published.colnames[1:]], "candidates.csv")
