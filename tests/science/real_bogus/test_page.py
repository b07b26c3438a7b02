"""What the page on real sources and artefacts shows runs as it stands there."""

from pathlib import Path

import numpy as np
import pytest
from astropy.table import Table

from astro_dl.core.shipped import shipped_bundles
from tests.pages import run_commands
from tests.science.real_bogus.stand_in import triplet, write_fits

PAGE = Path(__file__).parents[3] / "docs" / "real_bogus.md"


@pytest.mark.slow
def test_the_page_runs(tmp_path):
    if "deep_hits" not in shipped_bundles():
        pytest.skip("deep_hits is not shipped yet")
    np.savez(tmp_path / "stamps.npz", stamps=np.stack([triplet(k, seed=k) for k in (10, 50)]))
    write_fits(tmp_path / "alert.fits", triplet(60))
    run_commands(tmp_path, "real_bogus.md")
    table = Table.read(tmp_path / "answers.ecsv")
    assert list(table["id"]) == ["stamps.npz:0", "stamps.npz:1", "alert.fits"]
    assert (tmp_path / "answers" / "probabilities.png").is_file()
    assert (tmp_path / "answers.html").is_file()
    assert (tmp_path / "runs" / "des" / "card.json").is_file()


def test_the_flags_of_the_page_are_those_of_the_table():
    page = PAGE.read_text("utf-8")
    for word in ("dipole", "edge", "missing_pixels", "order_assumed", "too_few_pixels", "no_noise"):
        assert f"`{word}`" in page
