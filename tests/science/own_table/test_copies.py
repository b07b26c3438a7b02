"""Rows that repeat others: they stay in one set, or are warned of."""

import warnings

import numpy as np
import pytest
from astropy.table import Table

from astro_dl.core.registry import build_physics
from astro_dl.data.real import real_split
from astro_dl.science.own_table.setup import own_table_config

N, COPIES = 150, 90
SETS = ("train", "validation", "test")


def write(folder, **changes):
    """Write rows of noise, of which 90 are copies of others; the target is noise, too."""
    rng = np.random.default_rng(0)
    row = np.r_[np.arange(N), rng.integers(0, N, COPIES)]
    columns = {name: rng.normal(size=N)[row] for name in ("a", "b", "y")}
    Table({**columns, "object": row, "line": np.arange(len(row)), **changes}).write(
        folder / "mine.fits", overwrite=True
    )
    return folder / "mine.fits"


def sets_of(config):
    return {name: real_split(config, name) for name in SETS}


def in_several_sets(splits):
    """Return how many rows have the inputs of a row of another set."""
    rows = [set(map(tuple, one.x.tolist())) for one in splits.values()]
    return len(rows[0] & rows[1]) + len(rows[0] & rows[2]) + len(rows[1] & rows[2])


def test_copies_stay_in_one_set_and_are_counted(tmp_path):
    with pytest.warns(UserWarning, match=f"{COPIES} of {N + COPIES} rows repeat .* in one set"):
        config = own_table_config("mlp", write(tmp_path), "y", "a,b")
    splits = sets_of(config)
    assert in_several_sets(splits) == 0
    assert sum(map(len, splits.values())) == N + COPIES
    assert min(map(len, splits.values())) > 20


def test_a_group_decides_and_copies_that_it_divides_are_counted(tmp_path):
    path = write(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        together = own_table_config("mlp", path, "y", "a,b", group="object")
    assert in_several_sets(sets_of(together)) == 0
    with pytest.warns(
        UserWarning, match=f"{COPIES} of {N + COPIES} rows repeat .* of another group"
    ):
        apart = own_table_config("mlp", path, "y", "a,b", group="line")
    assert in_several_sets(sets_of(apart)) > 10


def test_alike_rows_are_no_copies_where_nearly_all_are_alike(tmp_path):
    n = N + COPIES
    coarse = {"a": np.arange(n) % 2, "b": np.arange(n) % 3}
    with pytest.warns(UserWarning, match=f"{n - 6} of {n} rows repeat .* of another group"):
        config = own_table_config("mlp", write(tmp_path, **coarse), "y", "a,b")
    groups = np.concatenate([one.info["group"] for one in sets_of(config).values()])
    assert len(np.unique(groups)) == n


def test_scales_are_those_of_the_training_rows(tmp_path):
    # Constant but for one row: where that is no training row, the column is left out.
    rare = np.zeros(N + COPIES)
    for seed in range(5):
        c = np.where(np.arange(len(rare)) == 10 * seed, 1.0, rare)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            config = own_table_config("mlp", write(tmp_path, c=c), "y", "a,b,c", seed=seed)
        train = sets_of(config)["train"]
        np.testing.assert_allclose(np.median(train.x[:, :2], axis=0), 0, atol=0.01)


def test_rows_of_which_nothing_is_known_are_no_copies(tmp_path):
    unknown = {"a": np.where(np.arange(N + COPIES) % 3, np.nan, np.arange(N + COPIES))}
    unknown["b"] = np.where(np.arange(N + COPIES) % 3, -99.0, 1.0 * np.arange(N + COPIES))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        config = own_table_config("mlp", write(tmp_path, **unknown), "y", "a,b")
    groups = np.concatenate([one.info["group"] for one in sets_of(config).values()])
    assert len(np.unique(groups)) == N + COPIES


def test_tables_that_were_set_up_before_keep_their_split(tmp_path):
    with pytest.warns(UserWarning, match="repeat"):
        config = own_table_config("mlp", write(tmp_path), "y", "a,b")
    before = {**config.physics}
    del before["copies_together"]
    assert build_physics("own_table", before).copies_together is False
