"""What pages of docs/ show runs as it stands there."""

import os
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table

from astro_dl.data.real import FOLDER_VARIABLE
from astro_dl.science.gaia.simulation.catalogue import simulate_catalogue
from tests.science.lenses.stand_in import coordinates, cutout, write_extensions
from tests.test_readme import run

DOCS = Path(__file__).parent.parent / "docs"


def blocks(page, language):
    return re.findall(rf"^```{language}\n(.*?)^```", (DOCS / page).read_text(), re.M | re.S)


@pytest.mark.slow
def test_the_page_on_tuning_runs(tmp_path):
    (settings,) = blocks("tuning.md", "yaml")
    (tmp_path / "quasars.yaml").write_text(settings)
    run(tmp_path, "bash", "-euo", "pipefail", "-c", "\n".join(blocks("tuning.md", "sh")))
    assert (tmp_path / "runs" / "best" / "card.json").is_file()
    assert (tmp_path / "runs" / "quick" / "trials.csv").is_file()


@pytest.mark.slow
def test_the_page_on_export_runs(tmp_path):
    run(tmp_path, "bash", "-euo", "pipefail", "-c", "\n".join(blocks("export.md", "sh")))
    assert (tmp_path / "exports" / "quasars" / "contract.json").is_file()


@pytest.mark.slow
def test_the_page_on_inspection_runs(tmp_path):
    (tmp_path / "cutouts").mkdir()
    for number in range(2):
        planes = cutout(size=120, bands=("VIS",), seed=number)
        header = coordinates(planes.shape[1:], scale=0.1)
        write_extensions(tmp_path / "cutouts" / f"{number}.fits", planes, ("VIS",), header)
    run(tmp_path, "bash", "-euo", "pipefail", "-c", "\n".join(blocks("inspecting.md", "sh")))
    assert (tmp_path / "candidates.html").stat().st_size > 20_000


@pytest.mark.slow
def test_the_page_on_cosmic_rays_runs(tmp_path):
    image = np.random.default_rng(0).normal(100, 10, (200, 300))
    image[100, 60:80] += 3000
    for name, unit in (("exposure", "electron"), ("raw", "adu")):
        header = fits.Header({"BUNIT": unit})
        hdus = [fits.PrimaryHDU(), fits.ImageHDU(image.astype(np.float32), header, "SCI")]
        fits.HDUList(hdus).writeto(tmp_path / f"{name}.fits")
    run(tmp_path, "bash", "-euo", "pipefail", "-c", "\n".join(blocks("cosmic_rays.md", "sh")))
    assert 60 <= Table.read(tmp_path / "hits.ecsv")["x"].value[0] < 80
    assert (tmp_path / "masks" / "exposure_hits.fits").is_file()
    (program,) = blocks("cosmic_rays.md", "python")
    run(tmp_path, sys.executable, "-c", program)


@pytest.mark.slow
def test_the_page_on_variable_stars_runs(tmp_path):
    rng = np.random.default_rng(0)
    time = np.sort(rng.uniform(58000, 58400, 80))
    magnitude = 15 + 0.3 * np.sin(2 * np.pi * time / 0.63) + 0.03 * rng.standard_normal(80)
    plain = {"id": np.repeat("one", 80), "mjd": time, "mag": magnitude, "error": np.full(80, 0.03)}
    Table(plain).write(tmp_path / "stars.csv")
    flux = 10 ** (0.4 * (31.4 - magnitude))
    told = {"source": plain["id"], "when": time, "flux": flux, "error": 0.03 * flux}
    Table(told).write(tmp_path / "fluxes.parquet")
    run(tmp_path, "bash", "-euo", "pipefail", "-c", "\n".join(blocks("variable_stars.md", "sh")))
    for name in ("stars.ecsv", "fluxes.ecsv"):
        found = Table.read(tmp_path / name)
        assert found["period"][0] == pytest.approx(0.63, rel=1e-3)
    assert (tmp_path / "figures" / "folded.png").is_file()


@pytest.mark.slow
@pytest.mark.skipif(FOLDER_VARIABLE not in os.environ, reason="needs the spectra of Bus-DeMeo")
def test_the_page_on_clustering_runs(tmp_path):
    rng = np.random.default_rng(0)
    simulate_catalogue(rng.integers(4, size=300), 17.0, rng).write(tmp_path / "gaia.fits")
    run(tmp_path, "bash", "-euo", "pipefail", "-c", "\n".join(blocks("clustering.md", "bash")))
    assert (tmp_path / "clusters.ecsv").is_file()
    for page in ("asteroid_som", "gaia_gmm"):
        assert (tmp_path / "runs" / page / "plots" / "latent.png").is_file()
