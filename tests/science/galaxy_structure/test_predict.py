"""The shipped network measures galaxies in files, in physical units and with flags."""

import numpy as np
import pytest
from astropy import units as u
from astropy.io import fits

import astro_dl
from astro_dl.core.errors import UsageError
from astro_dl.observations.galaxies.point_spread import moffat_images
from astro_dl.observations.galaxies.stamp_files import read_stamp
from astro_dl.observations.galaxies.stamps import galaxy_stamps
from astro_dl.observations.images.sersic import SersicLight
from astro_dl.science.galaxy_structure import figures
from astro_dl.science.galaxy_structure.comparison import LEAST_SQUARES, compare

PSF = moffat_images(3.0, 3.5, 31)[0]
FLUX, RADIUS, INDEX, E1, E2 = 5000.0, 3.5, 1.5, 0.2, -0.1


@pytest.fixture(scope="module")
def predictor():
    return astro_dl.load_pretrained("structure_resnet")


def write(path, psf=PSF, seed=0, sigma=1.0, **header):
    light = SersicLight(np.array([RADIUS]), np.array([INDEX]), E1, E2, 0.2, -0.3)
    image = sigma * galaxy_stamps(light, np.array([FLUX]), psf, 56)[0]
    image = image + sigma * np.random.default_rng(seed).standard_normal(image.shape)
    hdus = [fits.PrimaryHDU(image.astype(np.float32), fits.Header(header))]
    fits.HDUList([*hdus, fits.ImageHDU(psf.astype(np.float32), name="PSF")]).writeto(path)
    return path


def test_galaxies_come_out_as_they_were_put_in(predictor, tmp_path):
    header = {"MAGZERO": 25.0, "CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN"}
    header |= {"CDELT1": -0.2 / 3600, "CDELT2": 0.2 / 3600, "CRVAL1": 10.0, "CRVAL2": 5.0}
    paths = [write(tmp_path / f"{k}.fits", seed=k, sigma=3.0, **header) for k in range(2)]
    table = predictor.predict(paths, sigma=3.0, progress=False)
    assert list(table["id"]) == ["0.fits", "1.fits"]
    wanted = 25 - 2.5 * np.log10(3.0 * FLUX)
    assert table["magnitude"].unit == u.mag
    for row in table:
        assert abs(row["magnitude"].value - wanted) < 0.15
        assert row["radius"].value == pytest.approx(RADIUS, rel=0.2)
        assert row["radius_arcsec"].value == pytest.approx(0.2 * row["radius"].value, rel=1e-3)
        assert row["sersic_index_q16"] < row["sersic_index"] < row["sersic_index_q84"]
        assert abs(row["e1"] - E1) < 5 * row["e1_std"] + 0.02
        assert row["corr_ln_radius_ln_sersic_index"] > 0
        assert row["flags"] == ""


def test_what_is_not_known_is_flagged(predictor, tmp_path):
    broad = moffat_images(9.0, 3.5, 31)[0]
    paths = [write(tmp_path / "a.fits"), write(tmp_path / "b.fits", psf=broad)]
    table = predictor.predict(paths, progress=False)
    assert "no_zero_point" in table["flags"][0]
    assert "psf_outside_training_range" in table["flags"][1]
    assert np.isnan(table["magnitude"].value[1])
    assert np.isnan(table["radius_arcsec"].value).all()
    kept = predictor.predict(paths, keep_flagged=True, progress=False)
    assert np.isfinite(kept["magnitude"].value[1])


def test_one_bad_file_among_many_is_a_row(predictor, tmp_path):
    bad = tmp_path / "bad.fits"
    fits.PrimaryHDU(np.ones((40, 40), np.float32)).writeto(bad)
    table = predictor.predict([write(tmp_path / "a.fits"), bad], progress=False)
    assert table["flags"][1].startswith("unreadable")
    with pytest.raises(UsageError, match="no point-spread function"):
        predictor.predict([bad], progress=False)


def test_figures_show_galaxy_profile_and_rest(predictor, tmp_path):
    paths = [write(tmp_path / "a.fits")]
    table = predictor.predict(paths, progress=False)
    (figure,) = predictor.draw(paths, table, tmp_path / "figures")
    assert figure.stat().st_size > 10_000


def test_a_comparison_tells_errors_over_the_bound_and_rates(predictor):
    found = compare(predictor, 40, seed=5)
    assert set(found.relative) == {"structure_resnet", LEAST_SQUARES}
    metrics = found.metrics()
    assert metrics["structure_resnet"]["rate"] > metrics[LEAST_SQUARES]["rate"]
    assert metrics[LEAST_SQUARES]["error_over_bound"]["value"] < 2


def test_figures_show_the_stamp_that_was_measured(predictor, tmp_path, monkeypatch):
    paths = [write(tmp_path / "a.fits")]
    options = {"zero_point": 27.0, "sigma": 2.0, "pixel_scale_arcsec": 0.2, "hdu": 0}
    table = predictor.predict(paths, progress=False, keep_flagged=True, **options)
    told = []

    def note(path, physics, given):
        told.append(vars(given))
        return read_stamp(path, physics, given)

    monkeypatch.setattr(figures, "read_stamp", note)
    predictor.draw(paths, table, tmp_path / "figures")
    assert [{name: one[name] for name in options} for one in told] == [options]
