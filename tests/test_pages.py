"""What pages of docs/ show runs as it stands there."""

import os

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table

from astro_dl.data.real import FOLDER_VARIABLE
from astro_dl.observations.galaxies.point_spread import moffat_images
from astro_dl.observations.galaxies.stamps import galaxy_stamps
from astro_dl.observations.images.sersic import SersicLight
from astro_dl.science.gaia.simulation.catalogue import simulate_catalogue
from tests.pages import DOCS, blocks, run_commands, run_program
from tests.science.gravitational_waves.gwosc_files import write_gwosc
from tests.science.lenses.stand_in import coordinates, cutout, write_bands, write_extensions
from tests.science.source_segmentation.test_predict import SIDE
from tests.science.source_segmentation.test_predict import sky as star_field
from tests.science.source_segmentation.test_predict import write as write_field
from tests.science.transits.stand_in import light_curve


@pytest.mark.slow
def test_the_page_on_tuning_runs(tmp_path):
    (settings,) = blocks("tuning.md", "yaml")
    (tmp_path / "quasars.yaml").write_text(settings)
    run_commands(tmp_path, "tuning.md")
    assert (tmp_path / "runs" / "best" / "card.json").is_file()
    assert (tmp_path / "runs" / "quick" / "trials.csv").is_file()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("page", "made"),
    [
        ("first_steps.md", ["classes.ecsv", "runs/first/card.json"]),
        ("commands.md", ["examples.hdf5", "triggers.ecsv", "figures"]),
        ("hub.md", ["models/colours/card.json"]),
    ],
)
def test_pages_that_need_no_data_run(page, made, tmp_path):
    (tmp_path / "scripts").symlink_to(DOCS.parent / "scripts")
    run_commands(tmp_path, page)
    assert all((tmp_path / name).exists() for name in made)


@pytest.mark.slow
def test_the_page_on_python_runs(tmp_path):
    run_program(tmp_path, "python.md")
    assert (tmp_path / "roc.png").is_file()


@pytest.mark.slow
def test_the_page_on_export_runs(tmp_path):
    run_commands(tmp_path, "export.md")
    assert (tmp_path / "exports" / "quasars" / "contract.json").is_file()


@pytest.mark.slow
def test_the_page_on_explanations_runs(tmp_path):
    rng = np.random.default_rng(0)
    for name in "HL":
        strain = rng.normal(0, 1e-21, 64 * 4096)
        write_gwosc(tmp_path / f"{name}.hdf5", strain, detector=f"{name}1")
    time, flux = light_curve(noise=1e-4, days=60, period=10.0546, depth=0.003)
    Table({"time": time, "flux": flux}).write(tmp_path / "lightcurve.csv")
    write_bands(tmp_path, cutout(0.8, size=64), name="{}.fits")
    magnitudes = {band: 21 + rng.normal(0, 0.3, 20) for band in "ugrizy"}
    Table(magnitudes).write(tmp_path / "catalogue.csv")
    run_commands(tmp_path, "explaining.md")
    assert len(list((tmp_path / "figures").iterdir())) >= 3
    with np.load(tmp_path / "maps.npz") as maps:
        assert all(np.isfinite(maps[name]).all() for name in maps if maps[name].dtype.kind == "f")
    run_program(tmp_path, "explaining.md")


@pytest.mark.slow
def test_the_page_on_inspection_runs(tmp_path):
    (tmp_path / "cutouts").mkdir()
    for number in range(2):
        planes = cutout(size=120, bands=("VIS",), seed=number)
        header = coordinates(planes.shape[1:], scale=0.1)
        write_extensions(tmp_path / "cutouts" / f"{number}.fits", planes, ("VIS",), header)
    run_commands(tmp_path, "inspecting.md")
    assert (tmp_path / "candidates.html").stat().st_size > 20_000


@pytest.mark.slow
def test_the_page_on_cosmic_rays_runs(tmp_path):
    image = np.random.default_rng(0).normal(100, 10, (200, 300))
    image[100, 60:80] += 3000
    for name, unit in (("exposure", "electron"), ("raw", "adu")):
        header = fits.Header({"BUNIT": unit})
        hdus = [fits.PrimaryHDU(), fits.ImageHDU(image.astype(np.float32), header, "SCI")]
        fits.HDUList(hdus).writeto(tmp_path / f"{name}.fits")
    run_commands(tmp_path, "cosmic_rays.md")
    assert 60 <= Table.read(tmp_path / "hits.ecsv")["x"].value[0] < 80
    assert (tmp_path / "masks" / "exposure_hits.fits").is_file()
    run_program(tmp_path, "cosmic_rays.md")


@pytest.mark.slow
def test_the_page_on_source_segmentation_runs(tmp_path):
    for name in ("field", "coadd"):
        write_field(tmp_path / f"{name}.fits", star_field(), np.full(SIDE, 1 / 9))
    run_commands(tmp_path, "source_segmentation.md")
    assert "star" in Table.read(tmp_path / "sources.ecsv")["label"]
    assert (tmp_path / "maps" / "field_segments.fits").is_file()
    run_program(tmp_path, "source_segmentation.md")


@pytest.mark.slow
def test_the_page_on_deconvolution_runs(tmp_path):
    spread = moffat_images(4.0, 3.5, 31)[0]
    image = np.random.default_rng(0).normal(100, 2, (200, 300))
    image[60:91, 80:111] += 4000 * spread
    fits.writeto(tmp_path / "psf.fits", spread)
    hdus = [fits.PrimaryHDU(), fits.ImageHDU(image.astype(np.float32), name="SCI")]
    for name, more in (("field", [fits.ImageHDU(spread, name="PSF")]), ("raw", [])):
        fits.HDUList([*hdus, *more]).writeto(tmp_path / f"{name}.fits")
    run_commands(tmp_path, "deconvolution.md")
    assert Table.read(tmp_path / "sharp.ecsv")["residual_rms"][0] == pytest.approx(1, abs=0.1)
    assert (tmp_path / "sharp" / "raw_sharp.fits").is_file()
    run_program(tmp_path, "deconvolution.md")


@pytest.mark.slow
def test_the_page_on_drawing_galaxies_runs(tmp_path):
    page = "galaxy_generation.md"
    run_commands(tmp_path, page)
    assert fits.getdata(tmp_path / "cube.fits").shape == (64, 32, 32)
    assert set(Table.read(tmp_path / "spirals.fits", "GALAXIES")["kind"]) == {"spiral"}
    run_program(tmp_path, page)


@pytest.mark.slow
def test_the_page_on_deblending_runs(tmp_path):
    spread = moffat_images(4.0, 3.5, 31)[0]
    image = np.random.default_rng(0).normal(100, 2, (200, 300))
    for column in (80, 86):
        image[60:91, column : column + 31] += 4000 * spread
    fits.writeto(tmp_path / "psf.fits", spread)
    hdus = [fits.PrimaryHDU(), fits.ImageHDU(image.astype(np.float32), name="SCI")]
    for name, more in (("field", [fits.ImageHDU(spread, name="PSF")]), ("raw", [])):
        fits.HDUList([*hdus, *more]).writeto(tmp_path / f"{name}.fits")
    Table({"x": [95.0, 101.0], "y": [75.0, 75.0]}).write(tmp_path / "places.csv")
    run_commands(tmp_path, "deblending.md")
    np.testing.assert_allclose(Table.read(tmp_path / "raw.ecsv")["flux"], 4000, rtol=0.2)
    assert (tmp_path / "models" / "field_sources.fits").is_file()
    run_program(tmp_path, "deblending.md")


@pytest.mark.slow
def test_the_pages_on_galaxies_and_stars_run(tmp_path):
    rng = np.random.default_rng(0)
    for name, fwhm, radius in (("galaxy", 3.0, 3.0), ("large", 6.0, 9.0), ("source", 3.0, 3.0)):
        spread = moffat_images(fwhm, 3.5, 121)
        light = SersicLight(np.array([radius]), np.array([1.0]), 0.2, 0.1)
        image = galaxy_stamps(light, np.array([2000.0]), spread, 160)[0]
        image = image + rng.standard_normal(image.shape)
        hdus = [fits.PrimaryHDU(image.astype(np.float32)), fits.ImageHDU(spread[0], name="PSF")]
        fits.HDUList(hdus).writeto(tmp_path / f"{name}.fits")
    for page in ("galaxy_structure.md", "star_galaxy.md"):
        run_commands(tmp_path, page)
    assert 2 < Table.read(tmp_path / "galaxy.ecsv")["radius"].value[0] < 4.5
    assert 6 < Table.read(tmp_path / "large.ecsv")["radius"].value[0] < 14
    assert Table.read(tmp_path / "sources.ecsv")["label"][0] == "galaxy"
    run_program(tmp_path, "galaxy_structure.md")


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
    run_commands(tmp_path, "variable_stars.md")
    for name in ("stars.ecsv", "fluxes.ecsv"):
        found = Table.read(tmp_path / name)
        assert found["period"][0] == pytest.approx(0.63, rel=1e-3)
    assert (tmp_path / "figures" / "folded.png").is_file()


@pytest.mark.slow
@pytest.mark.skipif(FOLDER_VARIABLE not in os.environ, reason="needs the spectra of Bus-DeMeo")
def test_the_page_on_clustering_runs(tmp_path):
    rng = np.random.default_rng(0)
    simulate_catalogue(rng.integers(4, size=300), 17.0, rng).write(tmp_path / "gaia.fits")
    run_commands(tmp_path, "clustering.md")
    assert (tmp_path / "clusters.ecsv").is_file()
    for page in ("asteroid_som", "gaia_gmm"):
        assert (tmp_path / "runs" / page / "plots" / "latent.png").is_file()


@pytest.mark.slow
def test_the_page_on_posteriors_runs(tmp_path):
    Table({"x_1": [0.1, -0.2], "x_2": [0.0, 0.3]}).write(tmp_path / "observations.csv")
    run_commands(tmp_path, "posteriors.md")
    assert Table.read(tmp_path / "posteriors.ecsv")["theta_1_q05"].shape == (2,)
    assert Table.read(tmp_path / "samples.hdf5")["theta_1_samples"].shape == (2, 1000)
    run_program(tmp_path, "posteriors.md")
