"""Images of galaxies in files, in all the forms and units in which surveys give them."""

import numpy as np
import pytest
from astropy.io import fits

from astro_dl.core.errors import UsageError
from astro_dl.observations.galaxies.zero_points import zero_point_of
from astro_dl.science.galaxy_metallicity.comparison import BOUND, Comparison
from astro_dl.science.galaxy_metallicity.figures import draw_comparison, draw_galaxies
from astro_dl.science.galaxy_metallicity.files import expected_noise
from astro_dl.science.galaxy_metallicity.inputs import network_input
from astro_dl.science.galaxy_metallicity.physics import MetallicityPhysics
from astro_dl.science.galaxy_metallicity.predict import image_of_file, predict_metallicities
from tests.science.galaxy_metallicity.stand_in import NOISE, StandIn, galaxy, write_galaxy
from tests.science.lenses.stand_in import write_bands, write_extensions

PREDICTOR = StandIn()
PHYSICS = PREDICTOR.physics


def answered(*paths, **options):
    return predict_metallicities(PREDICTOR, paths, **options)


def test_what_is_read_is_what_the_simulation_gives(tmp_path):
    planes = galaxy()
    x = image_of_file(PHYSICS, write_galaxy(tmp_path / "a.fits", planes))
    wanted = network_input(PHYSICS, np.moveaxis(planes, 0, 2)[None])[0]
    np.testing.assert_allclose(x, wanted, atol=1e-5)


def test_every_form_and_unit_gives_the_same_answer(tmp_path):
    planes = galaxy()
    janskys = planes * 3631e-9
    paths = [
        write_galaxy(tmp_path / "cube.fits", planes),
        write_extensions(tmp_path / "extensions.fits", planes, header=fits.Header({"ZP": 22.5})),
        write_galaxy(tmp_path / "turned.fits", planes[::-1], BANDS="irg"),
        write_galaxy(tmp_path / "janskys.fits", janskys, BUNIT="Jy"),
        write_galaxy(tmp_path / "counts.fits", 100 * planes, BUNIT="adu", MAGZERO=27.5),
    ]
    table = answered(*paths)
    assert len(table) == 5
    np.testing.assert_allclose(table["metallicity"], table["metallicity"][0], rtol=1e-4)
    magnitudes = np.array([table[f"magnitude_{band}"].value for band in "gri"])
    np.testing.assert_allclose(magnitudes, np.repeat(magnitudes[:, :1], 5, axis=1), atol=1e-3)
    np.testing.assert_allclose(magnitudes[:, 0], (17.6, 17.0, 16.7), atol=0.15)
    assert table["ra"][0].value == pytest.approx(150.0, abs=1e-3)


def test_files_of_a_band_each_are_one_galaxy(tmp_path):
    paths = write_bands(tmp_path, galaxy(), scale=0.4)
    (row,) = answered(*paths, zero_point=22.5)
    assert row["id"] == "galaxy_*_7.fits"
    assert np.isfinite(row["metallicity"])
    with pytest.raises(UsageError, match="lacks band r"):
        answered(paths[0], paths[2], zero_point=22.5)


def test_galaxies_beyond_the_training_are_flagged(tmp_path):
    planes = galaxy()
    gone = planes.copy()
    gone[1] = np.nan
    tiny = galaxy(magnitudes=(17.6, 17.0, 16.7), width=0.1)
    paths = {
        "good": write_galaxy(tmp_path / "good.fits", planes),
        "no_zero_point": write_galaxy(tmp_path / "a.fits", planes, BUNIT="adu"),
        "too_few_pixels": write_galaxy(tmp_path / "b.fits", gone),
        "faint": write_galaxy(tmp_path / "c.fits", galaxy(magnitudes=(19.0, 18.4, 18.0))),
        "small": write_galaxy(tmp_path / "d.fits", tiny),
        "large": write_galaxy(tmp_path / "e.fits", galaxy(magnitudes=(15, 14.4, 14), width=3.0)),
        "noise_unlike_training": write_galaxy(
            tmp_path / "f.fits", planes + 10 * (galaxy(seed=3) - galaxy(seed=4))
        ),
        "pixel_scale_assumed": write_galaxy(tmp_path / "g.fits", planes, scale=None),
    }
    table = answered(*paths.values())
    words = [set(filter(None, str(one).split(","))) for one in table["flags"]]
    assert words[0] == set()
    for name, found in list(zip(paths, words, strict=True))[1:]:
        assert name in found, name
    withheld = ["no_zero_point", "too_few_pixels", "faint"]
    known = dict(zip(paths, np.isfinite(table["metallicity"]), strict=True))
    assert [name for name, one in known.items() if not one] == withheld
    kept = answered(*paths.values(), keep_flagged=True)
    assert np.isfinite(kept["metallicity"][3])
    assert np.isnan(kept["metallicity"][1])
    with pytest.raises(UsageError, match=r"a\.fits \(no_zero_point"):
        answered(paths["no_zero_point"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"zero_point": np.nan}, "zero_point"),
        ({"pixel_scale_arcsec": -1.0}, "pixel_scale_arcsec"),
        ({"hdu": 7}, "no extension 7"),
        ({"bands": ("g", "r")}, "2 bands are named"),
        ({"pixel_scale_arcsec": 2.0}, "as wide as the network's"),
    ],
)
def test_bad_options_are_one_line(options, message, tmp_path):
    path = write_galaxy(tmp_path / "a.fits")
    with pytest.raises(UsageError, match=message) as raised:
        answered(path, **options)
    assert "\n" not in str(raised.value)


def test_damaged_files_are_one_line(tmp_path):
    path = tmp_path / "a.fits"
    path.write_bytes(b"no galaxy at all")
    with pytest.raises(UsageError, match=r"a\.fits"):
        answered(path)
    with pytest.raises(UsageError, match=r"a\.fits.*magnitudes|magnitudes|flux in mag"):
        answered(write_galaxy(path, BUNIT="mag"))


def test_zero_points_are_read_from_keywords_and_units():
    assert zero_point_of({"MAGZERO": 25.0, "BUNIT": "Jy"}) == 25.0
    assert zero_point_of({"MAGZERO": "25.5", "BUNIT": ""}) == 25.5
    units = {"nanomaggy": 22.5, "nanomaggies": 22.5, "nmgy": 22.5, "mgy": 0.0, "Jy": 8.90,
             "uJy": 23.90, "nJy": 31.40, "mJy": 16.40}  # fmt: skip
    for unit, wanted in units.items():
        assert zero_point_of({"BUNIT": unit}) == pytest.approx(wanted, abs=0.001), unit
    for nothing in ({}, {"BUNIT": "adu"}, {"BUNIT": "Jy/beam"}, {"ZP": "unknown"}, {"ZP": True}):
        assert np.isnan(zero_point_of(nothing))


def test_the_noise_that_is_expected_is_that_of_the_survey():
    np.testing.assert_allclose(expected_noise(MetallicityPhysics()), NOISE, rtol=0.05)


def test_figures_are_drawn(tmp_path):
    paths = [write_galaxy(tmp_path / f"{k}.fits", galaxy(seed=k)) for k in range(2)]
    drawn = draw_galaxies(PREDICTOR, paths, answered(*paths), tmp_path)
    assert [one.name for one in drawn] == ["galaxies.png", "metallicities.png"]
    rng = np.random.default_rng(0)
    truth, mass, rate = rng.normal(9, 0.1, (3, 64))
    estimates = {"network": truth + 0.05, BOUND: truth}
    figure = draw_comparison(Comparison(estimates, truth, mass, rate))
    assert len(figure.axes) == 3
    found = Comparison(estimates, truth, mass, rate).metrics()
    assert found["network"]["bias"]["value"] == pytest.approx(0.05)
    assert found[BOUND]["rmse"]["value"] == pytest.approx(0)
