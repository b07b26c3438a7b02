"""Sources of files are told apart, whatever the size of the image, and no light is lost."""

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table
from astropy.wcs import WCS

import astro_dl
from astro_dl.core.config import EvaluationConfig
from astro_dl.core.errors import UsageError
from astro_dl.observations.galaxies.fields import open_image
from astro_dl.science.deblending.baselines import SYMMETRY, WATERSHED
from astro_dl.science.deblending.comparison import JOINT_FIT, compare
from astro_dl.science.deblending.deblend import cut, deblend, light_of, overlaps
from astro_dl.science.deblending.detection import find_peaks
from astro_dl.science.deblending.figures import draw_flux_errors
from tests.science.deblending.stand_in import (
    FLUXES,
    NOISE,
    PLACES,
    SIDE,
    SKY,
    catalogue,
    field,
    point_spread,
    stars,
    write,
)
from tests.science.deconvolution.stand_in import COORDINATES


@pytest.fixture(scope="module")
def predictor(tmp_path_factory):
    """Return a network that was hardly trained, whose shares differ from pixel to pixel."""
    config = {
        "task": "deblending",
        "model": "deblending_unet",
        "hyperparameters": {"filters": [8, 16]},
        "physics": {"size_pixels": 32},
        "data": {"n_train": 8, "n_validation": 8, "n_test": 8, "workers": 1},
        "training": {"epochs": 1, "learning_rate": 1e-12, "batch_size": 8},
    }
    out = tmp_path_factory.mktemp("deblending") / "run"
    return astro_dl.load_pretrained(astro_dl.train(config, out=out, progress=False).folder)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return write(tmp_path_factory.mktemp("field") / "one.fits", field())


@pytest.fixture(scope="module")
def answer(predictor, path):
    with open_image(path, predictor.physics) as image:
        light = light_of(image)
        return light, deblend(predictor, image, light, PLACES)


def test_peaks_are_found_where_stars_are(path, predictor):
    with open_image(path, predictor.physics) as image:
        found = find_peaks(light_of(image), image.point_spread, 5.0)
    assert len(found) == 3
    for place in PLACES:
        assert np.hypot(*(found - place).T).min() < 0.6
    assert np.hypot(*(found - PLACES[2]).T).min() < 0.1


def test_noise_is_no_source(predictor):
    noise = np.random.default_rng(0).standard_normal((200, 200))
    assert len(find_peaks(noise, point_spread(), 5.0)) == 0


def test_the_light_of_sources_and_the_rest_is_the_image(answer):
    light, found = answer
    total = light * (1 - found.claimed)
    size = found.share.shape[-1]
    pairs = zip(found.share * found.light, overlaps(found.corners, size, SIDE), strict=True)
    for model, (inside, there) in pairs:
        total[there] += model[inside]
    np.testing.assert_allclose(total, light, atol=1e-4)
    # Where both want a pixel, neither has all that it wants, and together they have all of it.
    both = (found.claimed == 1).sum()
    assert both > 20


def test_shares_do_not_depend_on_the_order_of_sources(predictor, path, answer):
    with open_image(path, predictor.physics) as image:
        turned = deblend(predictor, image, answer[0], PLACES[::-1])
    np.testing.assert_allclose(turned.share[::-1], answer[1].share, atol=1e-5)


def test_a_source_is_the_same_wherever_in_an_image_it_is(predictor, path, tmp_path):
    shifted = write(tmp_path / "shifted.fits", field()[3:, 5:])
    with open_image(path, predictor.physics, sigma=NOISE) as image:
        light = light_of(image)
        here = deblend(predictor, image, light, PLACES)
    with open_image(shifted, predictor.physics, sigma=NOISE) as image:
        there = deblend(predictor, image, light[3:, 5:], PLACES - (5, 3))
    np.testing.assert_allclose(there.share, here.share, atol=1e-5)


def test_stamps_are_cut_about_sources_and_unknown_outside():
    image = np.arange(20.0).reshape(4, 5)
    stamp = cut(image, np.array([[-1, 2]]), 3)[0]
    np.testing.assert_array_equal(stamp, [[np.nan, 10, 11], [np.nan, 15, 16], [np.nan] * 3])


def test_a_table_tells_of_each_source_in_the_order_of_the_positions(predictor, path, tmp_path):
    positions = catalogue(tmp_path / "positions.csv", name=["a", "b", "c"])
    table = predictor.predict([path], positions=positions, progress=False)
    assert list(table["source"]) == ["a", "b", "c"]
    assert list(table["flags"]) == [""] * 3
    np.testing.assert_allclose(table["x"].value, PLACES[:, 0])
    ours = WCS(COORDINATES).pixel_to_world_values(*PLACES.T)
    np.testing.assert_allclose([table["ra"].value, table["dec"].value], ours)
    assert (table["flux_error"] > 0).all()
    assert table["flux"][2] == pytest.approx(FLUXES[2], rel=0.3)


def test_positions_on_the_sky_are_those_in_pixels(predictor, path, tmp_path):
    ra, dec = WCS(COORDINATES).pixel_to_world_values(*PLACES.T)
    Table({"RAJ2000": ra, "DEJ2000": dec}).write(tmp_path / "sky.csv")
    tables = [
        predictor.predict([path], positions=str(one), progress=False)
        for one in (tmp_path / "sky.csv", catalogue(tmp_path / "pixels.csv"))
    ]
    np.testing.assert_allclose(tables[0]["flux"], tables[1]["flux"], rtol=1e-4)
    assert list(tables[0]["source"]) == ["1", "2", "3"]


def test_positions_that_cannot_be_used_are_rows_with_a_reason(predictor, path, tmp_path):
    places = np.array([*PLACES, [500, 20], [np.nan, 20], [40.3, 35.2], [-2, 20], [0.2, 50]])
    positions = catalogue(tmp_path / "positions.csv", places)
    table = predictor.predict([path], positions=positions, progress=False)
    assert list(table["flags"][3:]) == [
        "outside_image",
        "no_position",
        "duplicate_position",
        "outside_image",
        "edge,too_few_pixels",
    ]
    assert np.isnan(table["flux"][3:]).all()
    good = predictor.predict([path], positions=catalogue(tmp_path / "good.csv"), progress=False)
    np.testing.assert_allclose(table["flux"][:3], good["flux"], rtol=1e-4)


def test_unknown_pixels_spoil_nothing(predictor, tmp_path):
    image, mask = field(), np.zeros(SIDE)
    image[54:56] = np.nan
    mask[:, 50] = 1
    image[:, 50] = 60_000
    path = write(tmp_path / "one.fits", image, mask=mask)
    table = predictor.predict(
        [path], positions=catalogue(tmp_path / "p.csv"), images=str(tmp_path), progress=False
    )
    assert list(table["flags"]) == ["", "masked", "masked"]
    assert table["flux"][2] == pytest.approx(FLUXES[2], rel=0.3)
    assert np.isfinite(fits.getdata(tmp_path / "one_sources.fits", "MODELS")).all()


def test_models_and_the_rest_in_a_file_are_the_image(predictor, path, tmp_path):
    predictor.predict([path], images=str(tmp_path / "models"), progress=False)
    with fits.open(tmp_path / "models" / "one_sources.fits") as hdus:
        rest, models, sources = (one.data for one in hdus)
        header = hdus[0].header
    assert header["CRVAL1"] == COORDINATES["CRVAL1"]
    corners = np.stack([sources["first_column"], sources["first_row"]], axis=1)
    total = rest.copy()
    pairs = zip(models, overlaps(corners, models.shape[-1], SIDE), strict=True)
    for model, (inside, there) in pairs:
        total[there] += model[inside]
    np.testing.assert_allclose(total, field() - SKY, atol=0.5)
    assert list(sources["source"]) == ["1", "2", "3"]


def test_close_and_crowded_sources_are_flagged(predictor, tmp_path):
    rng = np.random.default_rng(0)
    around = np.array([60, 45]) + rng.uniform(-12, 12, (9, 2))
    crowd = np.concatenate([[[60, 45], [61, 45.5]], around])
    image = stars(crowd, np.full(len(crowd), 3000.0)).sum(axis=0) + SKY
    path = write(tmp_path / "one.fits", image + NOISE * rng.standard_normal(SIDE))
    positions = catalogue(tmp_path / "p.csv", crowd)
    words = predictor.predict([path], positions=positions, progress=False)["flags"][0].split(",")
    assert {"close_pair", "crowded"} <= set(words)


def test_sources_larger_than_their_stamps_are_flagged(predictor, tmp_path):
    down, across = np.indices(SIDE)
    image = field(fluxes=(0, 0, 0)) + 3e4 / (60 + (down - 45) ** 2 + (across - 60) ** 2)
    path = write(tmp_path / "one.fits", image)
    places = catalogue(tmp_path / "p.csv", np.array([[60.0, 45.0]]))
    table = predictor.predict([path], positions=places, sigma=NOISE, progress=False)
    assert table["flags"][0] == "light_at_border"


def test_point_spread_functions_outside_the_training_are_withheld(predictor, tmp_path):
    path = write(tmp_path / "one.fits", field(), point_spread(1.2))
    table = predictor.predict([path], images=str(tmp_path / "models"), progress=False)
    assert set(table["flags"]) == {"psf_outside_training_range"}
    assert np.isnan(table["flux"]).all()
    assert not (tmp_path / "models").exists()
    kept = predictor.predict([path], keep_flagged=True, progress=False)
    assert np.isfinite(kept["flux"]).all()


def test_a_bad_file_among_good_ones_is_a_row(predictor, path, tmp_path):
    bad = tmp_path / "bad.fits"
    bad.write_bytes(path.read_bytes()[:3000])
    table = predictor.predict([path, bad], progress=False)
    assert str(table["flags"][-1]).startswith("unreadable")
    assert len(table) == 4


@pytest.mark.parametrize(
    ("image", "spread", "options", "reason"),
    [
        (field(), np.zeros(0), {}, "no point-spread function"),
        (field()[:20], point_spread(), {}, "at least 32 pixels"),
        (np.full(SIDE, np.nan), point_spread(), {}, "100% of the pixels are not known"),
        (field(fluxes=(0, 0, 0)), point_spread(), {}, "no source above 5 standard deviations"),
        (field(), point_spread(), {"threshold": -1.0}, "threshold is -1"),
        (field(), point_spread(), {"sigma": 0.0}, "sigma is 0"),
        (field(), point_spread(), {"positions": "nowhere.csv"}, "no such file"),
    ],
)
def test_what_cannot_be_used_is_refused(predictor, tmp_path, image, spread, options, reason):
    path = write(tmp_path / "one.fits", image, spread)
    with pytest.raises(UsageError, match=reason):
        predictor.predict([path], images=str(tmp_path / "models"), progress=False, **options)
    assert not (tmp_path / "models").exists()


def test_tables_without_positions_are_refused(predictor, path, tmp_path):
    Table({"a": [1.0]}).write(tmp_path / "none.csv")
    with pytest.raises(UsageError, match="accepted: x and y"):
        predictor.predict([path], positions=str(tmp_path / "none.csv"), progress=False)
    Table({"ra": [150.0], "dec": [2.2]}).write(tmp_path / "sky.csv")
    plain = write(tmp_path / "plain.fits", field(), CTYPE1="LINEAR", CTYPE2="LINEAR")
    with pytest.raises(UsageError, match="no celestial coordinates"):
        predictor.predict([plain], positions=str(tmp_path / "sky.csv"), progress=False)


def test_a_network_is_compared_with_its_peers_on_the_same_blends(predictor):
    found = compare(predictor, 6, seed=3)
    metrics = found.metrics(EvaluationConfig(bootstrap=10))
    assert set(metrics) == {"deblending_unet", WATERSHED, SYMMETRY, JOINT_FIT}
    assert all(one["flux_error"]["value"] >= 0 for one in metrics.values())
    np.testing.assert_array_equal(found.truth.shape, found.light[JOINT_FIT].shape)
    assert len(draw_flux_errors(metrics).axes[0].lines) > 4


def test_figures_are_drawn(predictor, path, tmp_path):
    table = predictor.predict([path], progress=False)
    (figure,) = predictor.draw([path], table, tmp_path / "figures")
    assert figure.stat().st_size > 20_000
