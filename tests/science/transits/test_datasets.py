"""The real labelled sets: forms, labels, and what they don't have."""

import os
from pathlib import Path

import numpy as np
import pytest
from astropy.table import Table, join

from astro_dl.core.errors import UsageError
from astro_dl.science.transits.datasets import LABELS, read_tess_2min, read_tess_ffi
from astro_dl.science.transits.metrics import CLASSES
from astro_dl.science.transits.physics import TransitPhysics
from astro_dl.science.transits.task import input_spec

FOLDER = Path(os.environ.get("ASTRO_DL_TEST_DATA", ""))
TWO_MINUTES = TransitPhysics(views=("global", "local", "secondary", "half_phase", "scalars"))
needs_data = pytest.mark.skipif(
    "ASTRO_DL_TEST_DATA" not in os.environ, reason="needs ASTRO_DL_TEST_DATA"
)


def write_ffi(folder, labels=("PC", "EB", "J", "O")):
    """Write a set in the form of the real one."""
    n = len(labels)
    rng = np.random.default_rng(0)
    place = folder / "transits" / "tess_ffi_tces_yu2019"
    place.mkdir(parents=True)
    secondary = rng.normal(size=(n, 61)).astype(np.float16)
    secondary[0] = np.nan
    np.savez(
        place / "views.npz",
        global_view=rng.normal(size=(n, 201)).astype(np.float16),
        local_view=rng.normal(size=(n, 61)).astype(np.float16),
        secondary_view=secondary,
    )
    table = Table({"label": labels, "tic_id": np.arange(n), "sector": np.full(n, 2)})
    for name, value in {
        "Period": 3.0,
        "Duration": 0.1,
        "Epoc": 1355.0,
        "Transit_Depth": 2000.0,
        "SN": 20.0,
        "Tmag": -5.0,
    }.items():
        table[name] = np.full(n, value)
    table.write(place / "tces.csv", format="csv")
    return folder


def test_set_is_read_in_the_form_of_the_simulation(tmp_path):
    physics = TransitPhysics()
    examples = read_tess_ffi(physics, write_ffi(tmp_path))
    shapes = {name: array.shape[1:] for name, array in examples.x.items()}
    assert shapes == input_spec(physics).shape
    assert examples.y.tolist() == [0, 1, 2, 2]
    assert examples.y.dtype == np.int32
    assert all(array.dtype == np.float32 for array in examples.x.values())
    np.testing.assert_array_equal(examples.x["secondary"][0], 0)
    np.testing.assert_allclose(examples.x["local"].min(axis=1), -1)
    assert examples.info["depth"][0] == pytest.approx(0.002)
    assert examples.info["magnitude"][0] == pytest.approx(10.05, abs=0.01)


def test_what_the_set_lacks_is_refused(tmp_path):
    folder = write_ffi(tmp_path)
    with pytest.raises(UsageError, match="no view 'odd'"):
        read_tess_ffi(TransitPhysics(views=("local", "odd")), folder)
    with pytest.raises(UsageError, match="global_bins=201"):
        read_tess_ffi(TransitPhysics(global_bins=2001), folder)
    with pytest.raises(UsageError, match="no file"):
        read_tess_2min(TWO_MINUTES, folder)


def test_every_label_is_of_a_class():
    assert set(LABELS.values()) == set(CLASSES)


@pytest.fixture(scope="module")
def frames():
    return read_tess_ffi(TransitPhysics(), FOLDER)


@pytest.fixture(scope="module")
def targets():
    return read_tess_2min(TWO_MINUTES, FOLDER)


@needs_data
def test_full_frame_set_has_its_events(frames):
    examples = frames
    assert np.bincount(examples.y).tolist() == [402, 1753, 11115]
    assert len(np.unique(examples.info["tic_id"])) == 11965
    for array in examples.x.values():
        assert np.isfinite(array).all()
    for view in ("global", "local"):
        np.testing.assert_allclose(examples.x[view].min(axis=1), -1)
    magnitude = np.asarray(examples.info["magnitude"])
    assert np.nanpercentile(magnitude, [1, 99]) == pytest.approx([5.3, 13.4], abs=0.5)


@needs_data
def test_two_minute_set_has_its_events(targets):
    examples = targets
    assert np.bincount(examples.y).tolist() == [460, 658, 4175]
    for array in examples.x.values():
        assert np.isfinite(array).all()
    scalars = examples.x["scalars"]
    # Nothing but a few shallow or faint events may be at the limits.
    assert np.mean(np.abs(scalars) > 4.9) < 0.01
    clear = (examples.y == 0) & (np.asarray(examples.info["snr"]) > 50)
    assert np.median(examples.x["local"][clear, 30, 0]) < -0.8
    assert np.median(examples.x["half_phase"][clear].min(axis=(1, 2))) > -0.4


@needs_data
def test_both_sets_show_the_same_event_alike(frames, targets):
    infos = [examples.info.copy() for examples in (frames, targets)]
    for info in infos:
        info["row"] = np.arange(len(info))
    pairs = join(*infos, keys="tic_id")
    np.testing.assert_array_equal(pairs["set_1"], pairs["set_2"])
    period = pairs["period_1"].quantity
    turns = ((pairs["epoch_2"].quantity - pairs["epoch_1"].quantity) / period).to_value("")
    same = np.abs(turns - np.round(turns)) < 0.01
    same &= np.abs(pairs["period_2"].quantity / period - 1).to_value("") < 0.005
    rows = pairs[same & np.isin(pairs["label_1"], ["PC", "EB"])]
    assert len(rows) > 500
    ratio = (rows["duration_2"].quantity / rows["duration_1"].quantity).to_value("")
    assert np.percentile(ratio, [25, 50, 75]) == pytest.approx([0.96, 1.0, 1.07], abs=0.03)
    for view, least in (("global", 0.9), ("local", 0.97)):
        one, other = (
            examples.x[view][rows[f"row_{number}"], :, 0]
            for number, examples in ((1, frames), (2, targets))
        )
        norm = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
        assert np.median((one * other).sum(axis=1) / np.maximum(norm, 1e-9)) > least
