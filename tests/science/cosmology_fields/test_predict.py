"""From maps in FITS files to posteriors."""

import numpy as np
import pytest
from astropy.io import fits

from astro_dl.core.errors import UsageError
from astro_dl.inference.load import load_pretrained
from astro_dl.science.cosmology_fields import figures
from astro_dl.science.cosmology_fields.figures import draw_maps
from astro_dl.science.cosmology_fields.inputs import network_input
from astro_dl.science.cosmology_fields.parameters import PRIOR
from astro_dl.science.cosmology_fields.predict import input_of_file
from tests.untrained import untrained_bundle

SIZE = 8


@pytest.fixture(scope="module")
def predictor(tmp_path_factory):
    values = {
        "task": "cosmology_fields",
        "model": "cosmology_npe",
        "physics": {"size_pixels": SIZE, "bins": 4, "hidden": 2},
        "hyperparameters": {"filters": 4, "levels": 2, "pointwise": 4, "units": [8]},
    }
    bundle = untrained_bundle(tmp_path_factory.mktemp("cosmology") / "bare", values)
    return load_pretrained(bundle.folder)


def write(path, maps, **header):
    fits.PrimaryHDU(np.moveaxis(maps, 2, 0).astype(np.float32), fits.Header(header)).writeto(path)
    return path


@pytest.fixture
def maps():
    return np.random.default_rng(0).normal(0, 0.01, (2, SIZE, SIZE, 2))


def sky(degrees):
    return {
        "CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CRVAL1": 10.0, "CRVAL2": 0.0,
        "CDELT1": -degrees, "CDELT2": degrees, "CUNIT1": "deg", "CUNIT2": "deg",
    }  # fmt: skip


def test_a_cube_of_two_maps_gets_a_posterior(predictor, maps, tmp_path):
    paths = [write(tmp_path / f"{k}.fits", one, **sky(1 / 6)) for k, one in enumerate(maps)]
    table = predictor.predict(paths, samples=300, progress=False)
    assert table["id"].tolist() == ["0.fits", "1.fits"]
    posterior = predictor.answers(network_input(predictor.physics, maps)).distribution
    for number, name in enumerate(PRIOR):
        np.testing.assert_allclose(table[name], posterior.median[:, number], rtol=1e-4)
        assert table[f"{name}_samples"].shape == (2, 300)
    assert (table["s_8_q16"] < table["s_8"]).all()
    assert (table["s_8"] < table["s_8_q84"]).all()
    draws = {name: table[f"{name}_samples"][0] for name in ("sigma_8", "omega_c", "omega_b")}
    s_8 = draws["sigma_8"] * np.sqrt((draws["omega_c"] + draws["omega_b"]) / 0.3)
    assert table["s_8"][0] == pytest.approx(np.median(s_8), rel=0.1)
    again = predictor.predict(paths, samples=300, progress=False)
    np.testing.assert_array_equal(again["h_samples"], table["h_samples"])
    (figure,) = draw_maps(predictor, paths, table, tmp_path)
    assert figure.stat().st_size > 10_000


def test_a_bad_file_does_not_put_maps_beside_the_answers_of_others(
    predictor, maps, tmp_path, monkeypatch
):
    bad = write(tmp_path / "bad.fits", np.zeros((16, 16, 2)))
    good = write(tmp_path / "good.fits", maps[0])
    table = predictor.predict([bad, good], on_error="flag", progress=False)
    read = []
    monkeypatch.setattr(figures, "read_maps", lambda *about: read.append(about[0]) or maps[0])
    (figure,) = predictor.draw([bad, good], table, tmp_path)
    assert figure.name == "maps.png"
    assert read == [good]


def test_maps_with_missing_pixels_get_no_answer(predictor, maps, tmp_path):
    maps[1, 3, 3, 0] = np.nan
    paths = [write(tmp_path / f"{k}.fits", one) for k, one in enumerate(maps)]
    table = predictor.predict(paths, samples=10, progress=False)
    assert table["flags"].tolist() == ["", "masked"]
    for name in ("omega_c", "s_8", "s_8_q84", "h_samples", "log_density_samples"):
        assert np.isfinite(table[name][0]).all()
        assert np.isnan(table[name][1]).all()
    with pytest.raises(UsageError, match="pixels are missing"):
        input_of_file(predictor.physics, paths[1])


def test_other_maps_are_refused_with_what_is_taken(predictor, maps, tmp_path):
    other = write(tmp_path / "other.fits", np.zeros((16, 16, 2)))
    with pytest.raises(UsageError, match=r"shape \(2, 16, 16\); this network takes two maps"):
        predictor.predict([other], progress=False)
    single = tmp_path / "single.fits"
    fits.PrimaryHDU(np.zeros((SIZE, SIZE), np.float32)).writeto(single)
    with pytest.raises(UsageError, match=r"shape \(8, 8\)"):
        predictor.predict([single], progress=False)
    fine = write(tmp_path / "fine.fits", maps[0], **sky(1 / 60))
    with pytest.raises(UsageError, match="pixels are 1′ wide; this network takes maps of 10′"):
        predictor.predict([fine], progress=False)
    with pytest.raises(UsageError, match="no image in extension 'MAPS'"):
        predictor.predict([fine], hdu="MAPS", progress=False)
