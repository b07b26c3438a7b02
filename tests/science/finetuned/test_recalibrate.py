"""The verb recalibrate: a catalogue with redshifts to a bundle whose answers hold."""

import json
import warnings

import numpy as np
import pytest
from astropy.table import Table, vstack

import astro_dl
from astro_dl.bundles.bundle import load_bundle
from astro_dl.cli import main
from astro_dl.core.errors import UsageError
from astro_dl.inference.load import load_pretrained
from astro_dl.observations.labelled.setup import Given
from astro_dl.science.finetuned.recalibrate import read_truths, recalibrate
from astro_dl.science.photo_z.inputs import input_magnitudes
from astro_dl.science.photo_z.physics import PhotoZPhysics
from tests.untrained import untrained_bundle

N = 400


def catalogue(path, seed=1):
    """Write magnitudes and redshifts of simulated galaxies, with a field of 20 each."""
    physics = PhotoZPhysics()
    examples = astro_dl.simulate("photo_z", N, seed=seed)
    bands = physics.used_bands
    magnitudes, _ = input_magnitudes(physics.about, bands, physics.middle, examples.x)
    table = Table(dict(zip(bands, magnitudes.T, strict=True)))
    table["spec_z"], table["field"] = examples.y[:, 0], np.arange(N) % 20
    table.write(path)
    return path


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """Return the folder of an untrained network, which knows nothing of redshifts."""
    values = {"task": "photo_z", "model": "photoz_mdn", "hyperparameters": {"units": [8]}}
    return untrained_bundle(tmp_path_factory.mktemp("bundles") / "base", values).folder


def test_the_verb_writes_a_bundle_whose_intervals_hold(base, tmp_path, capsys):
    known = catalogue(tmp_path / "known.fits")
    words = ["recalibrate", str(base), "--data", str(known), "--truth", "spec_z"]
    out = tmp_path / "new"
    assert main([*words, "--group", "field", "--out", str(out), "--bootstrap", "20"]) == 0
    assert f"{N} examples of 20 groups; 0 left out" in capsys.readouterr().out
    bundle = load_bundle(out)
    assert bundle.card.name == "new"
    assert bundle.card.calibration["kind"] == "recalibrated"
    assert "Recalibrated on" in bundle.card.data.caution
    assert (out / "plots" / "recalibration.png").is_file()
    metrics = json.loads((out / "metrics.json").read_text())["recalibration"]
    assert set(metrics) == {"as it was", "recalibrated"}
    other = catalogue(tmp_path / "other.fits", seed=2)
    truth = np.array(Table.read(other)["spec_z"])
    found = load_pretrained(out).predict([other])
    inside = (truth > found["redshift_q16"]) & (truth < found["redshift_q84"])
    assert inside.mean() == pytest.approx(0.68, abs=0.08)
    assert (found["redshift_q05"] >= 0).all()
    assert np.mean(found["redshift"] > truth) == pytest.approx(0.5, abs=0.08)


@pytest.mark.slow
def test_onnx_runtime_carries_the_recalibration(base, tmp_path):
    pytest.importorskip("onnxruntime")
    known = catalogue(tmp_path / "known.fits")
    recalibrate(base, Given(known, target="spec_z"), tmp_path / "new", bootstrap=5)
    tables = [
        load_pretrained(tmp_path / "new", runtime).predict([known]) for runtime in ("keras", "onnx")
    ]
    for name in ("redshift", "redshift_q05", "redshift_std"):
        np.testing.assert_allclose(*(one[name] for one in tables), atol=1e-4)


def test_a_missing_column_and_a_wrong_number_of_truths_are_told(base, tmp_path):
    known = catalogue(tmp_path / "known.fits")
    with pytest.raises(UsageError, match="speck_z"):
        recalibrate(base, Given(known, target="speck_z"), tmp_path / "new")
    with pytest.raises(UsageError, match="needed, in this order: redshift"):
        recalibrate(base, Given(known, target="spec_z,field"), tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("mark", [-9.0, -99.0])
def test_a_truth_that_stands_for_none_is_refused(base, tmp_path, mark):
    table = Table.read(catalogue(tmp_path / "all.fits"))
    table["spec_z"][7] = mark
    table.write(tmp_path / "known.fits")
    message = f"'spec_z' is {mark:g}, which stands for no value, in 1 of 400 rows, .* row 7"
    with pytest.raises(UsageError, match=message):
        recalibrate(base, Given(tmp_path / "known.fits", target="spec_z"), tmp_path / "new")


def test_a_missing_band_is_told_with_what_this_command_allows(base, tmp_path):
    table = Table.read(catalogue(tmp_path / "all.fits"))
    table.rename_column("g", "mag_g")
    table.write(tmp_path / "known.fits")
    with pytest.raises(UsageError, match=r"no column 'g'.*\(rename it; predict takes --columns"):
        recalibrate(base, Given(tmp_path / "known.fits", target="spec_z"), tmp_path / "new")


def test_examples_that_are_listed_twice_are_told_unless_a_group_keeps_them(base, tmp_path):
    table = Table.read(catalogue(tmp_path / "all.fits"))
    table["object"] = np.arange(N)
    twice = vstack([table, table[:25]])
    twice.write(tmp_path / "known.fits")
    bundle = load_bundle(base)
    with pytest.warns(UserWarning, match=rf"known\.fits: 25 of {N + 25} examples are the same"):
        read_truths(bundle, Given(tmp_path / "known.fits", target="spec_z"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read_truths(bundle, Given(tmp_path / "known.fits", target="spec_z", group="object"))
        read_truths(bundle, Given(tmp_path / "all.fits", target="spec_z"))
