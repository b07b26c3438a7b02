"""Clusters of a table without labels are scored and drawn, coloured by any of its columns."""

import numpy as np
import pytest
from astropy.table import Table

from astro_dl.cli import main
from astro_dl.evaluation.evaluate import evaluate
from astro_dl.evaluation.figures.unsupervised import draw_latent_space


@pytest.fixture(scope="module")
def rocks(tmp_path_factory):
    """Return a bundle of k-means on two colours; the table has a type and a size besides."""
    folder = tmp_path_factory.mktemp("rocks")
    rng = np.random.default_rng(0)
    kinds = rng.integers(0, 2, 200)
    table = Table({"g-r": kinds + rng.normal(0, 0.1, 200), "r-i": rng.normal(0, 0.1, 200)})
    table["type"] = np.array(["S", "C"])[kinds]
    table["size"] = rng.lognormal(size=200)
    table.write(folder / "rocks.ecsv")
    words = ["train", "kmeans", "--table", str(folder / "rocks.ecsv"), "--features", "g-r,r-i"]
    words += ["--set", "hyperparameters.n_clusters=2", "--quiet", "--out", str(folder / "run")]
    assert main(words) == 0
    return folder / "run"


@pytest.mark.parametrize("column", ["type", "size", "g-r"])
def test_codes_are_coloured_by_any_column(rocks, column):
    report = evaluate(rocks, progress=False, color_by=column)
    assert list(report.metrics["methods"]) == ["kmeans", "pca", "isolation forest"]
    figure = draw_latent_space(report.outcome)
    titles = [axes.get_title() for axes in figure.axes]
    assert f"kmeans: {column}" in titles
    below = figure.axes[titles.index(f"kmeans: {column}")]
    if column == "type":
        legend = [text.get_text() for text in below.get_legend().get_texts()]
        assert sorted(legend) == ["C", "S"]
    else:
        values = below.collections[-1].get_array()
        np.testing.assert_allclose(values, report.outcome.info[column])


def test_methods_without_labels_are_compared_at_the_same_number_of_clusters(rocks):
    report = evaluate(rocks, progress=False)
    assert len(np.unique(report.outcome.unsupervised.clusters["pca"])) == 2
    text = report.to_text()
    assert "silhouette" in text
    assert "isolation forest" not in text


def test_the_command_draws_it_and_refuses_other_columns(rocks, capsys):
    assert main(["plot", str(rocks), "--color-by", "size"]) == 0
    assert "latent.png" in capsys.readouterr().out
    assert main(["plot", str(rocks), "--color-by", "weight"]) == 2
    said = capsys.readouterr().err
    assert "unknown column to colour by 'weight'" in said
    assert "size" in said
    assert main(["plot", "flare_mlp", "--color-by", "size", "--out", "figures"]) == 2
    assert "flare_mlp learns from labels" in capsys.readouterr().err
