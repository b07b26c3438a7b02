"""New galaxies from a bundle: by the verb, from Python, and what is refused."""

import json

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table

import astro_dl
from astro_dl.cli import main
from astro_dl.core.errors import UsageError
from astro_dl.evaluation.evaluate import evaluate
from astro_dl.science.galaxy_generation.statistics import STATISTICS, structure_statistics
from tests.untrained import untrained_bundle

SETTINGS = {
    "task": "galaxy_generation",
    "model": "galaxy_vae",
    "hyperparameters": {
        "filters": [4, 4, 8], "last_filters": 4, "couplings": 2, "flow_units": 8, "latent_size": 4
    },
    "physics": {"size_pixels": 16, "point_spread_pixels": 7, "re_arcsec_range": [0.2, 0.4]},
    "data": {"n_train": 64, "n_validation": 48, "n_test": 48, "workers": 1},
    "evaluation": {"bootstrap": 5},
}  # fmt: skip


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    """A network that has learnt nothing yet."""
    return untrained_bundle(tmp_path_factory.mktemp("generation") / "bare", SETTINGS).folder


@pytest.fixture(scope="module")
def predictor(bundle):
    return astro_dl.load_pretrained(bundle)


def refused(capsys, words, *told):
    assert main(["generate", *map(str, words)]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert all(word in error for word in told), error


def test_a_file_has_images_what_they_are_seen_through_and_what_was_asked(bundle, tmp_path, capsys):
    out = tmp_path / "cube.fits"
    words = ["--n", "5", "--mag", "22", "--re", "0.3", "--kind", "spiral", "--seed", "7"]
    assert main(["generate", str(bundle), *words, "--out", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["asked"] == {"magnitude": 22, "re_arcsec": 0.3, "kind": "spiral"}
    with fits.open(out) as hdus:
        assert hdus[0].data.shape == (5, 16, 16)
        assert hdus[0].header["SEED"] == 7
        assert hdus[0].header["MAGZERO"] == 29.0
        assert hdus["PSF"].data.sum(axis=(1, 2)) == pytest.approx(np.ones(5), abs=1e-5)
    table = Table.read(out, "GALAXIES")
    assert set(table["kind"]) == {"spiral"}
    assert np.ptp(table["magnitude"]) == 0
    assert table["code"].shape == (5, 4)


def test_the_same_seed_writes_the_same_cube_and_another_another(predictor, tmp_path):
    paths = [tmp_path / f"{number}.fits" for number in range(3)]
    for path, seed in zip(paths, (3, 3, 4), strict=True):
        astro_dl.generate(predictor, 4, seed=seed, out=path)
    one, same, other = (path.read_bytes() for path in paths)
    assert one == same
    assert one != other


def test_noise_is_added_as_much_as_is_asked_for(predictor):
    clean, usual, double = (
        astro_dl.generate(predictor, 40, seed=1, noise=noise).x["image"] for noise in (0, 1, 2)
    )
    assert clean.min() > -1e-3
    assert (usual - clean).std() == pytest.approx(1, abs=0.03)
    assert (double - clean).std() == pytest.approx(2, abs=0.06)


def test_ranges_are_drawn_from(predictor):
    info = astro_dl.generate(predictor, 60, magnitude=(21, 22), re_arcsec=0.3).info
    assert 21 <= info["magnitude"].value.min() < 21.2
    assert 21.8 < info["magnitude"].value.max() <= 22
    assert np.ptp(info["re_arcsec"].value) == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--mag", "30"], ("magnitude is 30", "20.5 to 23")),
        (["--mag", "[22,21]"], ("magnitude",)),
        (["--re", "[0.2,0.9]"], ("re_arcsec is 0.2 to 0.9", "0.2 to 0.4")),
        (["--kind", "ring"], ("ring", "spiral")),
        (["--noise", "-1"], ("noise is -1",)),
        (["--seeing-fwhm-pixels", "9"], ("9", "1.8 to 3")),
        (["--mag", "bright"], ("magnitude", "bright")),
        (["--mag", ".nan"], ("magnitude",)),
        (["--n", "0"], ("0",)),
        (["--n", "1000000"], ("100,000",)),
        (["--colour", "red"], ("--colour",)),
    ],
)
def test_what_was_not_learnt_is_refused_and_nothing_written(bundle, tmp_path, capsys, words, told):
    out = tmp_path / "cube.fits"
    refused(capsys, [bundle, "--out", out, *words], *told)
    assert list(tmp_path.iterdir()) == []


def test_other_endings_and_bundles_are_refused(bundle, tmp_path, capsys):
    refused(capsys, [bundle, "--n", 1, "--out", tmp_path / "cube.png"], "cube.png", ".fits")
    refused(capsys, ["sgq_mlp", "--out", tmp_path / "cube.fits"], "sgq_mlp", "galaxy_generation")
    assert list(tmp_path.iterdir()) == []


def test_tables_tell_costs_and_codes(predictor):
    x = astro_dl.simulate("galaxy_generation", 3, 0, **SETTINGS["physics"]).x
    table = predictor.predict(x)
    assert {"code_1", "code_4", "anomaly_score", "misfit", "prior_cost"} <= set(table.colnames)
    parts = table["misfit"] + table["code_cost"] + table["prior_cost"]
    np.testing.assert_allclose(table["anomaly_score"], parts, rtol=1e-5)


@pytest.mark.slow
def test_reports_hold_peers_and_structure(predictor, monkeypatch, tmp_path):
    monkeypatch.setenv("ASTRO_DL_CACHE", str(tmp_path))
    report = evaluate(predictor, progress=False, plots_folder=tmp_path / "plots")
    methods = report.metrics["methods"]
    assert {"network", "simulator", "smooth Sérsic", "PCA + mixture"} < set(methods)
    assert methods["copies of training images"]["neighbour_ratio"]["value"] < 1e-4
    assert methods["simulator"]["neighbour_ratio"]["value"] == pytest.approx(1, abs=0.3)
    assert report.metrics["task"]["network"]["structure_accuracy"]["value"] > 0.8
    assert (tmp_path / "plots" / "drawn.png").is_file()


@pytest.mark.slow
def test_a_short_training_learns_what_is_asked_for(monkeypatch, tmp_path):
    monkeypatch.setenv("ASTRO_DL_CACHE", str(tmp_path / "cache"))
    settings = {
        **SETTINGS,
        "data": {**SETTINGS["data"], "n_train": 1500},
        "training": {"epochs": 12, "batch_size": 25, "learning_rate": 4e-3, "schedule": "cosine"},
    }
    trained = astro_dl.train(settings, out=tmp_path / "run", progress=False)
    galaxies = astro_dl.generate(trained.folder, 200, seed=1)
    found = structure_statistics(galaxies.x["image"][..., 0], 29.0)
    measured = dict(zip(STATISTICS, found.T, strict=True))
    asked = galaxies.info["magnitude"].value
    assert np.corrcoef(measured["magnitude"], asked)[0, 1] > 0.8
    assert np.median(measured["magnitude"] - asked) == pytest.approx(0, abs=0.3)


@pytest.mark.parametrize("n", [0, 200_000])
def test_numbers_out_of_range_are_refused_from_python(predictor, n):
    with pytest.raises(UsageError, match="100,000"):
        astro_dl.generate(predictor, n)
