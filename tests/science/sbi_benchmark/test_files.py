"""From tables of observations to posteriors, with samples."""

import numpy as np
import pytest
from astropy.table import Table

from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Examples
from astro_dl.evaluation.evaluate import evaluate
from astro_dl.inference.load import load_pretrained
from astro_dl.observations.tables.read import read_table
from astro_dl.observations.tables.write import write_table
from astro_dl.science.sbi_benchmark.metrics import reference_metrics
from tests.untrained import untrained_bundle


@pytest.fixture(scope="module")
def predictor(tmp_path_factory):
    values = {
        "task": "sbi_benchmark",
        "model": "sbi_flow",
        "hyperparameters": {"units": [8]},
        "evaluation": {"bootstrap": 10, "plots": False},
    }
    bundle = untrained_bundle(tmp_path_factory.mktemp("sbi") / "bare", values)
    return load_pretrained(bundle.folder)


@pytest.fixture
def observations(tmp_path):
    path = tmp_path / "observed.csv"
    Table({"x_1": [0.1, np.nan, -0.2], "x_2": [0.0, 0.3, 0.4]}).write(path)
    return path


def test_rows_get_quantiles_and_samples_that_belong_together(predictor, observations, tmp_path):
    table = predictor.predict(observations, samples=200)
    assert table["theta_1_samples"].shape == (3, 200)
    assert (np.abs(table["theta_1_samples"][[0, 2]]) <= 1).all()
    for name in ("theta_1", "theta_2_samples", "log_density_samples"):
        assert np.isnan(table[name][1]).all()
    assert table["flags"].tolist() == ["", "non_finite_input", ""]
    x = predictor.physics.posed.inputs(np.array([[0.1, 0.0]]))
    draws = np.stack([table["theta_1_samples"][0], table["theta_2_samples"][0]], axis=1)
    density = predictor.answers(x).distribution.log_pdf(draws[None])[0]
    np.testing.assert_allclose(table["log_density_samples"][0], density, atol=1e-3)
    again = read_table(write_table(table, tmp_path / "posterior.hdf5"))
    np.testing.assert_array_equal(again["theta_1_samples"], table["theta_1_samples"])


def test_without_asking_there_are_no_samples(predictor, observations):
    assert "theta_1_samples" not in predictor.predict(observations).colnames


def test_missing_columns_are_named(predictor, tmp_path):
    path = tmp_path / "other.csv"
    Table({"x_1": [0.1]}).write(path)
    with pytest.raises(UsageError, match="x_2"):
        predictor.predict(path)


def test_the_c2st_of_the_reference_itself_is_a_half(predictor):
    rng = np.random.default_rng(9)
    x = predictor.physics.posed.inputs(rng.uniform(-0.5, 0.5, (2, 2)))
    posterior = predictor.answers(x).distribution
    samples = np.moveaxis(posterior.sample(rng, 1000), 1, 2)
    info = Table({"simulation": [1, 2], "reference_posterior": samples})
    examples = Examples(x, posterior.median.astype(np.float32), info)
    report = evaluate(predictor, examples, progress=False)
    found = report.metrics["task"][report.outcome.own]
    assert found["c2st"]["value"] == pytest.approx(0.5, abs=0.04)
    assert len(found["observations"]) == 2
    assert reference_metrics(evaluate(predictor, n=50, progress=False).outcome, None) == {}
