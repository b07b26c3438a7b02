"""From tables of galaxies to masses of clusters."""

import numpy as np
import pytest
from astropy import units as u
from astropy.table import Table, vstack

from astro_dl.core.errors import UsageError
from astro_dl.inference.load import load_pretrained
from astro_dl.science.cluster_mass.dispersions import munari
from astro_dl.science.cluster_mass.figures import draw_clusters
from astro_dl.science.cluster_mass.predict import input_of_file
from astro_dl.science.cluster_mass.reading import COSMOLOGY, ClusterOptions, read_cluster
from tests.untrained import untrained_bundle

Z, LIGHT = 0.05, 299_792.458
KNOWN = {"redshift": Z}
ARCMIN_MPC = float(COSMOLOGY.kpc_proper_per_arcmin(Z).to_value(u.Mpc / u.arcmin))


@pytest.fixture(scope="module")
def predictor(tmp_path_factory):
    values = {
        "task": "cluster_mass",
        "model": "cluster_mass_flow",
        "physics": {"most_galaxies": 80, "bins": 4, "hidden": 2},
        "hyperparameters": {"width": 8, "seeds": 3, "units": [8]},
    }
    bundle = untrained_bundle(tmp_path_factory.mktemp("clusters") / "bare", values)
    return load_pretrained(bundle.folder)


@pytest.fixture
def galaxies():
    rng = np.random.default_rng(0)
    own = rng.normal(0, 700, 60)
    return Table(
        {
            "R": rng.uniform(1, 20, 60) * u.arcmin,
            "z": Z + own * (1 + Z) / LIGHT,
            "e_z": np.full(60, 2e-4),
        }
    )


def written(folder, table, name="coma.ecsv"):
    path = folder / name
    table.write(path, overwrite=True)
    return path


def test_a_table_of_galaxies_gets_a_posterior(predictor, galaxies, tmp_path):
    table = predictor.predict([written(tmp_path, galaxies)], **KNOWN, samples=50, progress=False)
    assert table["galaxies"][0] == 60
    assert table["flags"][0] == ""
    assert table["redshift"][0] == pytest.approx(Z, abs=1e-3)
    assert table["dispersion"][0].value == pytest.approx(700, rel=0.2)
    assert 13.5 < table["log_mass_q05"][0].value < table["log_mass_q95"][0].value < 15.3
    assert table["log_mass_samples"].shape == (1, 50)
    other = munari(table["dispersion"][0].value, Z)
    assert table["log_mass_munari"][0].value == pytest.approx(other, abs=1e-5)


def test_redshifts_velocities_places_and_headers_say_the_same(galaxies, tmp_path):
    plain = read_cluster(written(tmp_path, galaxies), ClusterOptions(**KNOWN))
    np.testing.assert_allclose(plain.galaxies.radii, galaxies["R"].value * ARCMIN_MPC, rtol=1e-4)
    turned = Table(
        {
            "ra": np.full(60, 100.0) * u.deg,
            "dec": (-50 + galaxies["R"].to(u.deg).value) * u.deg,
            "cz": galaxies["z"] * LIGHT * 1000 * u.m / u.s,
            "e_cz": galaxies["e_z"] * LIGHT * u.km / u.s,
        },
        meta={"z_cl": Z, "center": "100,-50"},
    )
    other = read_cluster(written(tmp_path, turned), ClusterOptions())
    for name in ("radii", "velocities", "errors"):
        np.testing.assert_allclose(
            getattr(other.galaxies, name), getattr(plain.galaxies, name), rtol=1e-6
        )
    assert other.flags == plain.flags == ()


def test_velocities_are_those_in_the_frame_of_the_cluster(galaxies, tmp_path):
    galaxies["z"][0] = Z + 1000 * (1 + Z) / LIGHT
    found = read_cluster(written(tmp_path, galaxies), ClusterOptions(**KNOWN)).galaxies
    assert found.velocities[0] == pytest.approx(1000)
    assert found.errors[0] == pytest.approx(2e-4 * LIGHT / (1 + Z))


def test_the_centre_is_that_of_the_galaxies_near_the_redshift(galaxies, tmp_path):
    rng = np.random.default_rng(1)
    galaxies["ra"] = 100 + rng.normal(0, 0.1, 60)
    galaxies["dec"] = 20 + rng.normal(0, 0.1, 60)
    del galaxies["R"]
    plain = read_cluster(written(tmp_path, galaxies), ClusterOptions(**KNOWN))
    far = galaxies[:30].copy()
    far["z"], far["ra"] = 0.2, 101.0
    both = read_cluster(written(tmp_path, vstack([galaxies, far])), ClusterOptions(**KNOWN))
    assert plain.flags == ("centre_from_galaxies",)
    assert both.flags == ("centre_from_galaxies", "galaxies_left_out")
    np.testing.assert_allclose(both.galaxies.radii, plain.galaxies.radii)


def test_what_lacks_is_told(galaxies, tmp_path):
    galaxies["z"][0] = np.nan
    galaxies["e_z"][1] = 0
    found = read_cluster(written(tmp_path, galaxies), ClusterOptions(**KNOWN))
    assert len(found.galaxies) == 58
    assert found.flags == ("missing_values", "bad_errors")


def test_few_galaxies_get_a_flag_and_an_answer_only_if_asked(predictor, galaxies, tmp_path):
    path = written(tmp_path, galaxies[:8])
    table = predictor.predict([path], **KNOWN, progress=False)
    assert table["flags"][0] == "few_galaxies"
    assert np.isnan(table["log_mass"][0].value)
    kept = predictor.predict([path], **KNOWN, keep_flagged=True, progress=False)
    assert np.isfinite(kept["log_mass"][0].value)


def many(galaxies, shift=1e-4):
    more = galaxies.copy()
    more["z"] += shift
    return vstack([galaxies, more])


def test_more_galaxies_than_places_are_thinned(predictor, galaxies, tmp_path):
    table = predictor.predict([written(tmp_path, many(galaxies))], **KNOWN, progress=False)
    assert table["galaxies"][0] == 80
    assert table["flags"][0] == "thinned"


def test_what_is_told_of_a_cluster_does_not_depend_on_other_files(predictor, galaxies, tmp_path):
    first = written(tmp_path, many(galaxies))
    second = written(tmp_path, many(galaxies, 2e-4), "virgo.ecsv")
    both = predictor.predict([first, second], **KNOWN, seed=3, progress=False)
    alone = predictor.predict([second], **KNOWN, seed=3, progress=False)
    assert both["dispersion"][1] == alone["dispersion"][0]
    assert both["log_mass"][1].value == pytest.approx(alone["log_mass"][0].value, abs=1e-5)


def test_rows_that_are_copies_count_once(predictor, galaxies, tmp_path):
    plain = predictor.predict([written(tmp_path, galaxies)], **KNOWN, progress=False)
    path = written(tmp_path, vstack([galaxies, galaxies[:20]]))
    table = predictor.predict([path], **KNOWN, progress=False)
    assert table["galaxies"][0] == 60
    assert table["flags"][0] == "repeated_galaxies"
    assert table["log_mass_std"][0].value == pytest.approx(plain["log_mass_std"][0].value, abs=1e-5)


def test_galaxies_further_out_than_those_of_the_training_are_left_out(
    predictor, galaxies, tmp_path
):
    plain = predictor.predict([written(tmp_path, galaxies)], **KNOWN, progress=False)
    far = galaxies.copy()
    far["R"], far["z"] = 45 * u.arcmin, far["z"] + 1e-3
    table = predictor.predict([written(tmp_path, vstack([galaxies, far]))], **KNOWN, progress=False)
    assert table["flags"][0] == "galaxies_left_out"
    assert table["log_mass"][0].value == pytest.approx(plain["log_mass"][0].value, abs=1e-5)


@pytest.mark.parametrize("centre", ["100,-50.0", "280,50"])
def test_a_centre_far_from_all_galaxies_is_refused(predictor, galaxies, tmp_path, centre):
    galaxies["ra"], galaxies["dec"] = 100.0, 20 + galaxies["R"].to(u.deg).value
    path = written(tmp_path, without(galaxies, "R"))
    with pytest.raises(UsageError, match="no galaxy within 2 Mpc of the centre"):
        predictor.predict([path], **KNOWN, centre=centre, keep_flagged=True, progress=False)


@pytest.mark.parametrize(("error_kms", "flagged"), [(90, False), (900, True)])
def test_errors_larger_than_those_of_the_training_are_flagged(
    predictor, galaxies, tmp_path, error_kms, flagged
):
    galaxies["e_z"] = error_kms * (1 + Z) / LIGHT
    table = predictor.predict([written(tmp_path, galaxies)], **KNOWN, progress=False)
    words = table["flags"][0].split(",")
    assert ("outside_training_range" in words) == flagged
    assert ("dispersion_unresolved" in words) == flagged
    assert np.isnan(table["log_mass"][0].value) == flagged


def test_interlopers_that_are_most_galaxies_are_flagged(predictor, galaxies, tmp_path):
    rng = np.random.default_rng(0)
    own = rng.normal(0, 200, 60)
    for field in (10, 40):
        own[:field] = rng.uniform(-3900, 3900, field)
        galaxies["z"] = Z + own * (1 + Z) / LIGHT
        path = written(tmp_path, galaxies)
        table = predictor.predict([path], **KNOWN, keep_flagged=True, progress=False)
        assert ("interlopers_dominate" in table["flags"][0]) == (field == 40)


def changed(table, column, values):
    table[column] = values
    return table


def without(table, *columns):
    return table[[name for name in table.colnames if name not in columns]]


@pytest.mark.parametrize(
    ("change", "options", "words"),
    [
        (lambda t: t, {}, "the redshift of the cluster is not known"),
        (lambda t: t, {"redshift": -1.0}, "redshift is -1"),
        (lambda t: without(t, "e_z"), KNOWN, "no column of errors"),
        (lambda t: without(t, "z"), KNOWN, "no column of redshifts or velocities"),
        (lambda t: without(t, "R"), KNOWN, "no column of radii"),
        (lambda t: changed(t, "R", t["R"].value), KNOWN, "has no unit"),
        (lambda t: changed(t, "R", t["R"].value * u.K), KNOWN, "no length or angle"),
        (lambda t: changed(t, "z", t["z"] * LIGHT), KNOWN, "are they velocities"),
        (lambda t: changed(without(t, "z"), "v", t["z"] * LIGHT), KNOWN, "velocity_unit=km/s"),
        (lambda t: changed(t, "z", np.nan), KNOWN, "no row has a redshift"),
        (lambda t: changed(t, "z", t["z"] - Z), KNOWN, "no galaxy within 4000 km/s"),
        (lambda t: t, KNOWN | {"columns": "speed=v"}, "'speed' is no column"),
        (lambda t: t[:1], KNOWN, "nothing can be predicted"),
    ],
)
def test_what_cannot_be_right_is_refused_in_one_line(
    predictor, galaxies, tmp_path, change, options, words
):
    path = written(tmp_path, change(galaxies))
    with pytest.raises(UsageError, match=words) as refused:
        predictor.predict([path], **options, progress=False)
    assert "\n" not in str(refused.value)


def test_velocities_are_in_the_unit_that_is_told(galaxies, tmp_path):
    plain = read_cluster(written(tmp_path, galaxies), ClusterOptions(**KNOWN)).galaxies
    galaxies["v"], galaxies["e_v"] = galaxies["z"] * LIGHT * 1e3, galaxies["e_z"] * LIGHT * 1e3
    options = ClusterOptions(**KNOWN, velocity_unit="m/s")
    found = read_cluster(written(tmp_path, without(galaxies, "z", "e_z")), options).galaxies
    np.testing.assert_allclose(found.velocities, plain.velocities, rtol=1e-6)
    np.testing.assert_allclose(found.errors, plain.errors, rtol=1e-6)


def test_a_redshift_that_was_not_measured_leaves_out_its_row_alone(galaxies, tmp_path):
    galaxies["z"][:2] = 9.9999, -9.99
    found = read_cluster(written(tmp_path, galaxies), ClusterOptions(**KNOWN))
    assert len(found.galaxies) == 58
    assert found.flags == ("galaxies_left_out",)


def test_magnitudes_called_z_are_no_redshifts(galaxies, tmp_path):
    plain = read_cluster(written(tmp_path, galaxies), ClusterOptions(**KNOWN)).galaxies
    galaxies.rename_column("z", "zspec")
    galaxies["z"] = np.linspace(14, 18, 60)
    found = read_cluster(written(tmp_path, galaxies), ClusterOptions(**KNOWN)).galaxies
    np.testing.assert_allclose(found.velocities, plain.velocities)


def test_velocities_that_are_named_come_before_redshifts_that_are_found(galaxies, tmp_path):
    plain = read_cluster(written(tmp_path, galaxies), ClusterOptions(**KNOWN)).galaxies
    galaxies["z"], galaxies["e_z"] = galaxies["z"] * LIGHT, galaxies["e_z"] * LIGHT
    options = ClusterOptions(**KNOWN, columns="velocity=z,velocity_error=e_z", velocity_unit="km/s")
    found = read_cluster(written(tmp_path, galaxies), options).galaxies
    np.testing.assert_allclose(found.velocities, plain.velocities, rtol=1e-6)
    np.testing.assert_allclose(found.errors, plain.errors, rtol=1e-6)


def test_a_table_is_an_input_for_training(predictor, galaxies, tmp_path):
    galaxies.meta |= {"redshift": Z}
    found = input_of_file(predictor.physics, written(tmp_path, galaxies))
    assert found["members"].shape == (80, 4)


def test_clusters_are_drawn_with_the_options_that_read_them(predictor, galaxies, tmp_path):
    path = written(tmp_path, galaxies)
    table = predictor.predict([path], **KNOWN, progress=False)
    (figure,) = draw_clusters(predictor, [path], table, tmp_path)
    assert figure.name == "clusters.png"
    assert figure.stat().st_size > 10_000


def test_posteriors_that_are_drawn_are_of_the_galaxies_of_the_table(
    predictor, galaxies, tmp_path, monkeypatch
):
    path = written(tmp_path, many(galaxies))
    given = []
    answers = type(predictor).answers
    monkeypatch.setattr(
        type(predictor),
        "answers",
        lambda self, x, *a, **k: given.append(x) or answers(self, x, *a, **k),
    )
    table = predictor.predict([path], **KNOWN, seed=5, progress=False)
    draw_clusters(predictor, [path], table, tmp_path)
    np.testing.assert_array_equal(given[-1]["members"], given[0]["members"])
