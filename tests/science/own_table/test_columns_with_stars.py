"""Colours of asteroids as the Sloan catalogue of moving objects calls them: a* and i-z."""

import json

import numpy as np
import pytest
from astropy.table import Table

from astro_dl.cli import main
from astro_dl.science.own_table.setup import own_table_config


@pytest.fixture
def moving_objects(tmp_path):
    """Write colours of two complexes (Ivezic et al. 2001), numbers, albedos and magnitudes."""
    rng = np.random.default_rng(0)
    red = np.arange(120) % 2
    table = Table({"number": np.arange(120) + 1, "a*": 0.25 * red - 0.1 + rng.normal(0, 0.02, 120)})
    table["i-z"] = rng.normal(0, 0.03, 120) - 0.05 * red
    table["albedo"], table["H"] = rng.uniform(0.03, 0.3, 120), rng.uniform(10, 18, 120)
    table["complex"] = np.where(red, "S", "C")
    path = tmp_path / "moc.csv"
    table.write(path, format="ascii.csv")
    return path


def test_a_column_that_is_called_so_comes_before_a_pattern(moving_objects):
    config = own_table_config("kmeans", moving_objects, "", "a*,i-z", hyperparameters={})
    assert [one["name"] for one in config.physics["features"]] == ["a*", "i-z"]
    config = own_table_config("kmeans", moving_objects, "", "a*,alb*", hyperparameters={})
    assert [one["name"] for one in config.physics["features"]] == ["a*", "albedo"]


def test_the_two_complexes_are_found_by_one_command(moving_objects, tmp_path, capsys):
    words = ["train", "kmeans", "--table", str(moving_objects), "--features", "a*,i-z"]
    words += ["--target", "complex", "--set", "hyperparameters.n_clusters=2"]
    assert main([*words, "--out", str(tmp_path / "run"), "--quiet"]) == 0
    capsys.readouterr()
    assert main(["evaluate", str(tmp_path / "run"), "--quiet", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["methods"]["kmeans"]["clusters"]
    assert found["ari"]["value"] > 0.8
    assert main(["predict", str(tmp_path / "run"), str(moving_objects), "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["rows"]) == 120
