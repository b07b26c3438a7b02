"""From tables of stars to masses."""

import numpy as np
import pytest
from astropy import units as u
from astropy.table import Table, vstack

from astro_dl.core.errors import UsageError
from astro_dl.inference.load import load_pretrained
from astro_dl.science.mass_profile.figures import draw_galaxies
from astro_dl.science.mass_profile.predict import input_of_file
from astro_dl.science.mass_profile.reading import GalaxyOptions, read_galaxy
from tests.untrained import untrained_bundle

SIZE = {"half_light_radius": "250 pc", "distance": "105 kpc"}
ARCMIN_PC = 105_000 * np.tan(np.pi / 180 / 60)


@pytest.fixture(scope="module")
def predictor(tmp_path_factory):
    values = {
        "task": "mass_profile",
        "model": "mass_profile_flow",
        "physics": {"most_stars": 80, "bins": 4, "hidden": 2},
        "hyperparameters": {"width": 8, "seeds": 3, "units": [8]},
    }
    bundle = untrained_bundle(tmp_path_factory.mktemp("masses") / "bare", values)
    return load_pretrained(bundle.folder)


@pytest.fixture
def stars():
    rng = np.random.default_rng(0)
    return Table(
        {
            "R": rng.uniform(1, 20, 60) * u.arcmin,
            "v": rng.normal(220, 7, 60) * u.km / u.s,
            "e_v": np.full(60, 2.0) * u.km / u.s,
            "p_mem": np.full(60, 0.99),
        }
    )


def written(folder, table, name="carina.ecsv"):
    path = folder / name
    table.write(path, overwrite=True)
    return path


def test_a_table_of_stars_gets_a_posterior(predictor, stars, tmp_path):
    path = written(tmp_path, stars)
    table = predictor.predict([path], **SIZE, samples=50, progress=False)
    assert table["stars"][0] == 60
    assert table["flags"][0] == ""
    assert table["mean_velocity"][0].value == pytest.approx(220, abs=3)
    assert table["log_mass_q05"][0] < table["log_mass"][0] < table["log_mass_q95"][0]
    assert table["log_mass_samples"].shape == (1, 50)
    assert np.median(table["log_mass_samples"].value) == pytest.approx(
        table["log_mass"][0].value, abs=0.3
    )
    wolf = np.log10(930 * table["dispersion"][0].value ** 2 * 250)
    assert table["log_mass_wolf"][0].value == pytest.approx(wolf, abs=0.01)


def test_masses_grow_with_the_size_of_a_galaxy(predictor, stars, tmp_path):
    stars["R"] = stars["R"].value * ARCMIN_PC * u.pc
    near = written(tmp_path, stars, "near.ecsv")
    stars["R"] *= 10
    far = written(tmp_path, stars, "far.ecsv")
    first = predictor.predict([near], half_light_radius="250 pc", progress=False)
    second = predictor.predict([far], half_light_radius="2.5 kpc", progress=False)
    assert second["log_mass"][0].value - first["log_mass"][0].value == pytest.approx(1, abs=1e-4)
    assert second["gamma"][0] == pytest.approx(first["gamma"][0])


def test_units_places_and_headers_say_the_same(stars, tmp_path):
    plain = read_galaxy(written(tmp_path, stars), GalaxyOptions(**SIZE))
    turned = stars.copy()
    turned["v"] = turned["v"].to(u.m / u.s)
    turned["ra"] = np.full(60, 100.0) * u.deg
    turned["dec"] = (-50 + stars["R"].to(u.deg).value) * u.deg
    del turned["R"]
    turned.meta |= {"r_half": "250 pc", "distance": "105 kpc", "centre": "100,-50"}
    other = read_galaxy(written(tmp_path, turned), GalaxyOptions())
    np.testing.assert_allclose(other.stars.velocities, plain.stars.velocities)
    np.testing.assert_allclose(other.stars.radii, plain.stars.radii, rtol=1e-6)
    assert other.half_light_pc == plain.half_light_pc == 250


def test_members_alone_are_used_and_what_lacks_is_told(stars, tmp_path):
    stars["p_mem"][:20] = 0.1
    stars["e_v"][20] = 0
    stars["v"][21] = np.nan
    found = read_galaxy(written(tmp_path, stars), GalaxyOptions(distance="105 kpc"))
    assert len(found.stars) == 38
    assert set(found.flags) == {"missing_values", "bad_errors", "half_light_from_stars"}


def test_few_stars_get_a_flag_and_an_answer_only_if_asked(predictor, stars, tmp_path):
    path = written(tmp_path, stars[:20])
    table = predictor.predict([path], **SIZE, progress=False)
    assert table["flags"][0] == "few_stars"
    assert np.isnan(table["gamma"][0])
    kept = predictor.predict([path], **SIZE, keep_flagged=True, progress=False)
    assert np.isfinite(kept["gamma"][0])


def many(stars, shift=0.5):
    more = stars.copy()
    more["v"] += shift
    return vstack([stars, more])


def test_more_stars_than_places_are_thinned(predictor, stars, tmp_path):
    table = predictor.predict([written(tmp_path, many(stars))], **SIZE, progress=False)
    assert table["stars"][0] == 80
    assert table["flags"][0] == "thinned"


def test_what_is_told_of_a_galaxy_does_not_depend_on_other_files(predictor, stars, tmp_path):
    first = written(tmp_path, many(stars))
    second = written(tmp_path, many(stars, 0.7), "leo.ecsv")
    both = predictor.predict([first, second], **SIZE, seed=3, progress=False)
    alone = predictor.predict([second], **SIZE, seed=3, progress=False)
    assert both["dispersion"][1] == alone["dispersion"][0]
    assert both["gamma"][1] == pytest.approx(alone["gamma"][0], abs=1e-5)


def test_rows_that_are_copies_count_once(predictor, stars, tmp_path):
    path = written(tmp_path, vstack([stars, stars[:20]]))
    table = predictor.predict([path], **SIZE, progress=False)
    assert table["stars"][0] == 60
    assert table["flags"][0] == "repeated_stars"


def test_radii_of_any_angle_are_above_zero(stars, tmp_path):
    stars["R"][0] = 60 * 120
    found = read_galaxy(written(tmp_path, stars), GalaxyOptions(**SIZE)).stars
    assert found.radii.min() > 0
    assert found.radii[0] == found.radii.max()


def changed(stars, column, values):
    stars[column] = values
    return stars


@pytest.mark.parametrize(
    ("change", "options", "words"),
    [
        (lambda t: t[["R", "v", "p_mem"]], SIZE, "no column 'velocity_error'"),
        (lambda t: t[["v", "e_v"]], SIZE, "no column of radii"),
        (lambda t: changed(t, "v", t["v"].value * 1000), SIZE, "in m/s"),
        (lambda t: changed(t, "R", t["R"].value), SIZE, "has no unit"),
        (lambda t: changed(t, "R", t["R"].value * u.K), SIZE, "no length or angle"),
        (lambda t: t, {"half_light_radius": "250 pc"}, "the distance is not known"),
        (lambda t: t, SIZE | {"distance": "105"}, "with its unit"),
        (lambda t: t, SIZE | {"columns": "speed=v"}, "'speed' is no column"),
        (lambda t: t[:1], SIZE, "nothing can be predicted"),
    ],
)
def test_what_cannot_be_right_is_refused_in_one_line(
    predictor, stars, tmp_path, change, options, words
):
    path = written(tmp_path, change(stars))
    with pytest.raises(UsageError, match=words) as refused:
        predictor.predict([path], **options, progress=False)
    assert "\n" not in str(refused.value)


def test_a_table_is_an_input_for_training(predictor, stars, tmp_path):
    stars.meta |= {"r_half": "250 pc", "distance": "105 kpc"}
    found = input_of_file(predictor.physics, written(tmp_path, stars))
    assert found["stars"].shape == (80, 4)


def test_galaxies_are_drawn_with_the_options_that_read_them(predictor, stars, tmp_path):
    path = written(tmp_path, stars)
    table = predictor.predict([path], **SIZE, progress=False)
    (figure,) = draw_galaxies(predictor, [path], table, tmp_path)
    assert figure.name == "galaxies.png"
    assert figure.stat().st_size > 10_000


def test_posteriors_that_are_drawn_are_of_the_stars_of_the_table(
    predictor, stars, tmp_path, monkeypatch
):
    path = written(tmp_path, many(stars))
    given = []
    answers = type(predictor).answers
    monkeypatch.setattr(
        type(predictor),
        "answers",
        lambda self, x, *a, **k: given.append(x) or answers(self, x, *a, **k),
    )
    table = predictor.predict([path], **SIZE, seed=5, progress=False)
    draw_galaxies(predictor, [path], table, tmp_path)
    np.testing.assert_array_equal(given[-1]["stars"], given[0]["stars"])
