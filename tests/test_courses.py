"""The page on the networks of the courses runs, and its numbers are so."""

import numpy as np
import pytest
from astropy.table import Table

from astro_dl.core.config import load_config
from astro_dl.core.reading.strict_yaml import read_yaml
from astro_dl.science.gaia.queries import GAIA_COLUMNS, SOURCES
from astro_dl.science.gaia.simulation.catalogue import simulate_catalogue
from tests.observations.tables.tap_service import tap_service
from tests.pages import blocks, run_python, run_shell
from tests.science.gravitational_waves.gwosc_files import write_gwosc
from tests.science.sun.stand_in import bipole, write_map

PYTHON, SHELL, SETTINGS = (
    "\n".join(blocks("courses.md", language)) for language in ("python", "sh", "yaml")
)


def giants():
    """Return rows as the archive's table has them, a few of them red giants."""
    rng = np.random.default_rng(0)
    catalogue = simulate_catalogue(np.arange(400) % 4, 16.0, rng)[list(GAIA_COLUMNS)]
    table = Table({"source_id": np.arange(400) + 2**60, "ra": rng.uniform(0, 360, 400)})
    table["dec"] = rng.uniform(-90, 90, 400)
    for name in catalogue.colnames:
        table[name] = catalogue[name]
    table["parallax_over_error"] = table["parallax"] / table["parallax_error"]
    table["random_index"] = rng.integers(SOURCES, size=400)
    return table


def are_giants(stars):
    """Return which stars the page's query asks for."""
    absolute = stars["phot_g_mean_mag"] + 5 * np.log10(np.maximum(stars["parallax"], 0.5)) - 10
    near = (stars["parallax"] >= 0.5) & (stars["parallax_over_error"] >= 5)
    return near & (stars["ruwe"] < 1.4) & (stars["bp_rp"] > 1) & (absolute < 3.5)


@pytest.mark.slow
def test_the_python_and_then_the_commands_run(tmp_path):
    pytest.importorskip("pyvo", reason="needs pyvo")
    (tmp_path / "sharp").mkdir()
    for word, data in zip(("continuum", "magnetogram"), bipole(), strict=True):
        write_map(tmp_path / "sharp", word, data)
    strain = np.random.default_rng(0).normal(0, 1e-21, 64 * 4096)
    write_gwosc(tmp_path / "H.hdf5", strain)
    run_python(tmp_path, PYTHON)
    stars = giants()
    with tap_service(stars) as (url, archive):
        commands = SHELL.replace("red_giants", f"red_giants --tap {url}")
        run_shell(tmp_path, commands)
    assert "bp_rp > 1.0" in archive.queries[0]
    assert len(Table.read(tmp_path / "giants.ecsv")) == are_giants(stars).sum() > 10
    assert {"code_1", "code_2"} < set(Table.read(tmp_path / "components.ecsv").colnames)
    assert set(Table.read(tmp_path / "clusters.ecsv")["cluster"]) == {"1", "2", "3"}
    assert len(Table.read(tmp_path / "regions.ecsv")) == 1
    assert (tmp_path / "runs" / "giants" / "plots" / "latent.png").is_file()
    assert (tmp_path / "runs" / "lenses" / "card.json").is_file()


def test_the_settings_are_those_of_a_config():
    training = load_config("quick", **read_yaml(SETTINGS)).training
    assert training.optimizer_settings == {"momentum": 0.9, "nesterov": True}
    assert training.class_sampling == "equal"
