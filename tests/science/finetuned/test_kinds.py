"""Fine-tuning of networks of every kind of file: tables, spectra of stars, light curves of TESS."""

import numpy as np
import pytest
from astropy.table import Table

from astro_dl.bundles.bundle import load_bundle, load_weights
from astro_dl.cli import main
from astro_dl.core.errors import UsageError
from astro_dl.core.registry import get_task
from astro_dl.data.real import real_split
from astro_dl.inference.load import load_pretrained
from astro_dl.observations.labelled.setup import Given
from astro_dl.science.finetuned.finetune import finetune_config
from astro_dl.training.train import train

QUICK = {"training.epochs": 1, "evaluation.plots": False, "evaluation.bootstrap": 5}


def colours(path, n=120):
    """Write a catalogue of red and blue stars."""
    rng = np.random.default_rng(0)
    red = np.arange(n) % 2
    r = rng.uniform(16, 19, n)
    steps = zip("ugriz", (2.0, 0.6, 0.0, -0.2, -0.3), strict=True)
    table = Table({band: r + (1 + red) * step + rng.normal(0, 0.05, n) for band, step in steps})
    table["kind"] = np.where(red, "red", "blue")
    table["field"] = np.arange(n) // 4
    table.write(path)
    return path


def spectra(folder, n=24):
    """Write spectra of stars with and without a band of absorption, in vacuum."""
    folder.mkdir()
    rng = np.random.default_rng(0)
    wave = np.arange(3600.0, 7000.0, 2.0)
    for k in range(n):
        dip = 0.5 * (k % 2) * np.exp(-0.5 * ((wave - 5170) / 60) ** 2)
        flux = (wave / 5000) ** 0.3 * (1 - dip) + rng.normal(0, 0.01, len(wave))
        Table({"wavelength": wave, "flux": flux}).write(folder / f"{k:02d}.csv")
    kinds = ["banded" if k % 2 else "plain" for k in range(n)]
    labels = folder.parent / "labels.csv"
    Table({"file": [f"{k:02d}.csv" for k in range(n)], "kind": kinds}).write(labels)
    return folder, labels


def dips(folder, n=12):
    """Write light curves with narrow or wide dips every 3.1 d."""
    folder.mkdir()
    rng = np.random.default_rng(0)
    time = np.arange(0, 27, 1 / 48)
    for k in range(n):
        phase = (time - 1.0) % 3.1
        flux = 1 - 0.02 * (phase < (0.35 if k % 2 else 0.1)) + rng.normal(0, 0.001, len(time))
        Table({"time": time, "flux": flux}).write(folder / f"TIC_{100 + k}.csv")
    kinds = ["wide" if k % 2 else "narrow" for k in range(n)]
    labels = folder.parent / "labels.csv"
    names = [f"TIC_{100 + k}.csv" for k in range(n)]
    sets = [("train", "train", "validation", "test")[k // 2 % 4] for k in range(n)]
    Table({"file": names, "kind": kinds, "set": sets}).write(labels)
    return folder, labels


def test_rows_of_a_table_are_inputs_as_the_base_predicts_on_them(tmp_path):
    path = colours(tmp_path / "mine.csv")
    bundle = load_bundle("sgq_mlp")
    config = finetune_config(bundle, Given(path, target="kind", group="field"), **QUICK)
    assert config.physics["examples"]["classes"] == ["blue", "red"]
    examples = real_split(config, "train")
    predictor = load_pretrained("sgq_mlp")
    table = predictor.predict(str(path), keep_flagged=True)
    rows = [int(one) for one in examples.info["id"]]
    expected = predictor.probabilities(predictor.score(examples.x))
    told = np.stack([table[f"p_{name}"] for name in predictor.head.names], axis=1)[rows]
    assert np.allclose(told, expected, atol=1e-5)


def test_catalogues_of_magnitudes_are_inputs_of_photometric_redshifts(tmp_path):
    table = Table.read(colours(tmp_path / "stars.csv"))
    table["y"] = table["z"] - 0.1
    table["g"][3] = 99
    table.write(tmp_path / "mine.csv")
    given = Given(tmp_path / "mine.csv", target="kind", group="field")
    config = finetune_config(load_bundle("photoz_mdn"), given, **QUICK)
    examples = real_split(config, "train")
    files = get_task("photo_z").files
    x = files.rows(get_task("photo_z").physics(), table, "mine.csv")
    assert x.shape[1:] == get_task("finetuned").input_spec(physics_of(config)).shape
    np.testing.assert_array_equal(examples.x, x[[int(one) for one in examples.info["id"]]])


@pytest.mark.slow
def test_a_network_of_tables_is_fine_tuned_by_the_command(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    colours(tmp_path / "mine.csv")
    words = ["finetune", "sgq_mlp", "--table", "mine.csv", "--target", "kind", "--group", "field"]
    quick = ["--set", "training.epochs=3", "--set", "evaluation.plots=false"]
    assert main([*words, *quick, "--out", "run", "--quiet"]) == 0
    text = capsys.readouterr().out
    assert "fine-tuned     auc" in text
    assert "better than from scratch" in text
    found = load_pretrained("run").predict("mine.csv", keep_flagged=True)
    assert len(found) == 120
    truth = np.array(Table.read("mine.csv")["kind"])
    assert np.mean(np.asarray(found["label"]) == truth) > 0.8


def test_spectra_of_stars_are_read_as_the_base_reads_them(tmp_path):
    files, labels = spectra(tmp_path / "spectra")
    bundle = load_bundle("spectra_cnn1d")
    config = finetune_config(bundle, Given(files, labels, "kind"), **QUICK)
    x = real_split(config, "train").x
    assert x.shape[1:] == get_task("finetuned").input_spec(physics_of(config)).shape
    assert np.isfinite(np.asarray(x)).all()


@pytest.mark.slow
@pytest.mark.parametrize("base", ["tess_resnet", "tess_cnn"])
def test_light_curves_of_tess_are_searched_and_folded(tmp_path, base):
    files, labels = dips(tmp_path / "curves")
    bundle = load_bundle(base)
    given = Given(files, labels, "kind", set_column="set")
    config = finetune_config(bundle, given, **QUICK)
    stage = {**config.stages[0]}
    tuned = train(config, tmp_path / "run", progress=False, stages=(stage,))
    one, other = (
        {w.path: w.numpy() for w in load_weights(each).weights} for each in (bundle, tuned)
    )
    same = [path for path in one if not path.startswith("logits")]
    assert all(np.array_equal(one[path], other[path]) for path in same if "moving" not in path)
    found = load_pretrained(tuned.folder).predict(sorted(files.iterdir())[:2], keep_flagged=True)
    assert found["id"].tolist() == ["TIC_100.csv", "TIC_101.csv"]
    assert set(found["label"]) <= {"narrow", "wide"}


def test_files_of_several_spectra_are_refused(tmp_path):
    files, labels = spectra(tmp_path / "spectra")
    wave = np.arange(3600.0, 7000.0, 2.0)
    bundle = load_bundle("spectra_cnn1d")
    (files / "00.csv").write_text("wavelength,flux\n" + "\n".join(f"{w},nan" for w in wave[:30]))
    config = finetune_config(bundle, Given(files, labels, "kind"), **QUICK)
    with pytest.raises(UsageError, match=r"00\.csv"):
        real_split(config, "train")


def physics_of(config):
    from astro_dl.core.registry import build_physics

    return build_physics("finetuned", config.physics)
