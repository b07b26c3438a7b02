"""Catalogues to redshifts: names, formats, sentinels, fluxes, odds, densities."""

from types import SimpleNamespace

import h5py
import numpy as np
import pytest
from astropy.table import MaskedColumn, Table, vstack

from astro_dl.core.errors import UsageError
from astro_dl.core.registry import get_task
from astro_dl.inference.input_checks import input_statistics
from astro_dl.inference.out_of_distribution import joint_statistics
from astro_dl.science.photo_z.inputs import photometry_features, split_inputs
from astro_dl.science.photo_z.physics import PhotoZPhysics
from astro_dl.science.photo_z.predict import predict_redshifts

BANDS = tuple("ugriz")
MAGNITUDES = (18.9, 17.3, 16.5, 16.1, 15.8)
WIDTH = 0.02


@pytest.fixture(scope="module")
def predictor():
    return make_predictor()


def predict(predictor, paths, **options):
    return vstack(list(predict_redshifts(predictor, paths, **options)), join_type="exact")


def make_predictor(**physics):
    """Return a network that answers with the colour g - r as redshift, of a known width."""
    task = get_task("photo_z")
    settings = PhotoZPhysics(
        **{"survey": "sdss", "magnitude_range": (13.0, 19.0), "components": 1, **physics}
    )
    head, examples = task.head(settings), task.simulate(settings, 1000, np.random.default_rng(0))
    statistics = input_statistics(examples.x)
    statistics["features"] = joint_statistics(photometry_features(settings, examples.x))

    def answers(x, batch_size=None, usable=None):
        assert np.isfinite(x).all()
        color = split_inputs(x)[1][:, 1] * 0.5 + 0.6
        logits = np.stack([np.zeros(len(x)), color, np.full(len(x), np.log(WIDTH))], axis=1)
        logits = color[:, None] if head.distribution == "point" else logits
        logits[~usable] = np.nan
        return head.answers(logits)

    card = SimpleNamespace(input_statistics=statistics)
    return SimpleNamespace(
        physics=settings, head=head, bundle=SimpleNamespace(card=card), answers=answers
    )


def catalogue(n=6, **changes):
    rng = np.random.default_rng(0)
    columns = {b: m + 0.05 * rng.normal(size=n) for b, m in zip(BANDS, MAGNITUDES, strict=True)}
    return Table({**columns, "name": [f"galaxy {k}" for k in range(n)], **changes})


def write(folder, table=None, name="sky.fits"):
    path = folder / name
    kinds = {"vot": "votable", "csv": "ascii.csv", "fits": "fits"}
    (catalogue() if table is None else table).write(path, format=kinds[path.suffix[1:]])
    return path


def test_rows_come_in_order_with_answers_of_their_own(tmp_path, predictor):
    table = predict(predictor, [write(tmp_path)], id_column="name")
    assert table["id"].tolist() == [f"galaxy {k}" for k in range(6)]
    read = catalogue()
    np.testing.assert_allclose(table["redshift"], read["g"] - read["r"], atol=2e-3)
    np.testing.assert_allclose(table["redshift_std"], WIDTH, rtol=1e-3)
    assert set(table["flags"]) == {""}
    quantiles = [table[f"redshift_q{level}"] for level in ("05", "16", "50", "84", "95")]
    assert (np.diff(quantiles, axis=0) > 0).all()
    for name in ("redshift_mean", "redshift_mode", "redshift_odds"):
        assert np.isfinite(table[name]).all()


def test_only_the_statistics_that_are_asked_for_are_told(tmp_path, predictor, monkeypatch):
    path = write(tmp_path)
    everything = predict(predictor, [path])
    some = predict(predictor, [path], statistics="q84, std")
    told = ["id", "redshift", "redshift_std", "redshift_q84", "flags"]
    assert some.colnames == told
    assert (some["redshift_q84"] == everything["redshift_q84"]).all()
    monkeypatch.setattr("astro_dl.distributions.mixture.Mixture.mode", None)
    assert predict(predictor, [path], statistics="none").colnames == ["id", "redshift", "flags"]
    with pytest.raises(UsageError, match="unknown statistics 'q50%'; did you mean 'q50'"):
        predict(predictor, [path], statistics="q50%")


def test_odds_are_the_probability_near_the_mode(tmp_path, predictor):
    table = predict(predictor, [write(tmp_path)])
    # 0.06 (1 + z) is more than five widths
    assert (table["redshift_odds"] > 0.99999).all()
    wide = make_predictor()
    answers = wide.answers
    head = wide.head

    def wider(x, batch_size=None, usable=None):
        logits = answers(x, batch_size, usable).logits.copy()
        logits[:, 2] = np.log(0.5)
        return head.answers(logits)

    wide.answers = wider
    odds = np.asarray(predict(wide, [tmp_path / "sky.fits"])["redshift_odds"])
    assert ((odds > 0.1) & (odds < 0.35)).all()


def test_formats_and_names_make_no_difference(tmp_path, predictor):
    expected = predict(predictor, [write(tmp_path)])
    table = catalogue()
    table.rename_columns(["u", "g"], ["psfMag_u", "G_MAG"])
    other = write(tmp_path, table, "other.vot")
    found = predict(predictor, [other], columns="u=psfMag_u,g=G_MAG")
    np.testing.assert_allclose(found["redshift"], expected["redshift"], atol=1e-5)
    text = predict(predictor, [write(tmp_path, name="sky.csv")])
    np.testing.assert_allclose(text["redshift"], expected["redshift"], atol=1e-5)
    with pytest.raises(UsageError, match="no column 'u'"):
        predict(predictor, [other])


def test_not_detected_and_not_observed_are_told_apart(tmp_path, predictor):
    u = MaskedColumn([18.9, 99.0, np.inf, -99.0, np.nan, 18.9], mask=[0, 0, 0, 0, 0, 1])
    table = predict(predictor, [write(tmp_path, catalogue(u=u))], keep_flagged=True)
    flags = [set(words.split(",")) - {"outside_training_range"} for words in table["flags"]]
    unseen, unknown = {"not_detected"}, {"not_observed"}
    usual = [one - {"out_of_distribution"} for one in flags]
    assert usual[1:] == [unseen, unseen, unknown, unknown, unknown]
    assert np.isfinite(table["redshift"]).all()


def test_what_is_fainter_than_its_error_is_not_detected(tmp_path, predictor):
    errors = [0.1, 0.7, 0.8, 5.0, 99.0, np.inf]
    table = predict(predictor, [write(tmp_path, catalogue(u_err=errors))])
    found = ["not_detected" in words for words in table["flags"]]
    assert found == [False, False, True, True, True, True]
    assert not any(predict(predictor, [write(tmp_path, name="plain.fits")])["flags"] != "")


def test_sentinels_can_be_named(tmp_path, predictor):
    path = write(tmp_path, catalogue(u=[18.9, 30.0, -1.0, 18.9, 18.9, 18.9]))
    table = predict(predictor, [path], not_detected="30", not_observed="-1")
    assert "not_detected" in table["flags"][1]
    assert "not_observed" in table["flags"][2]
    with pytest.raises(UsageError, match="not_detected: 'faint' is no list of numbers"):
        predict(predictor, [path], not_detected="faint")


def test_nothing_known_gives_no_answer(tmp_path, predictor):
    empty = {band: [m, 99.0] for band, m in zip(BANDS, MAGNITUDES, strict=True)}
    table = predict(predictor, [write(tmp_path, catalogue(2, **empty))])
    assert "nothing_known" in table["flags"][1]
    assert np.isfinite(table["redshift"][0])
    for name in ("redshift", "redshift_std", "redshift_q50", "redshift_odds"):
        assert np.isnan(table[name][1])


def test_a_band_may_be_missing_altogether(tmp_path, predictor):
    table = catalogue()
    table.remove_column("u")
    path = write(tmp_path, table)
    found = predict(predictor, [path], columns="u=none")
    assert all("not_observed" in words for words in found["flags"])
    assert np.isfinite(found["redshift"]).all()
    with pytest.raises(UsageError, match="no band was observed"):
        predict(predictor, [path], columns=",".join(f"{b}=none" for b in BANDS))
    with pytest.raises(UsageError, match="'y' is no input"):
        predict(predictor, [path], columns="y=none")


@pytest.mark.parametrize(("value", "word"), [(np.nan, "not_observed"), (99.0, "not_detected")])
def test_a_band_may_lack_any_measurement(value, word, tmp_path, predictor):
    path = write(tmp_path, catalogue(u=np.full(6, value)))
    table = predict(predictor, [path], keep_flagged=True)
    assert all(word in words for words in table["flags"])
    assert np.isfinite(table["redshift"]).all()


def test_a_catalogue_without_rows_is_refused(tmp_path, predictor):
    with pytest.raises(UsageError, match="the table has no rows"):
        predict(predictor, [write(tmp_path, catalogue()[:0])])


def test_fluxes_are_taken_with_a_zero_point(tmp_path, predictor):
    expected = predict(predictor, [write(tmp_path)])
    table = catalogue()
    for band in BANDS:
        table[band] = 10 ** (-0.4 * (table[band] - 22.5))
    table["u"][1], table["u"][2] = -3.0, np.nan
    path = write(tmp_path, table, "flux.fits")
    found = predict(predictor, [path], zero_point=22.5, keep_flagged=True)
    np.testing.assert_allclose(found["redshift"], expected["redshift"], atol=1e-4)
    assert "not_detected" in found["flags"][1]
    assert "not_observed" in found["flags"][2]
    table["u_sigma"] = np.where(np.arange(6) == 4, 2 * table["u"], 0.01)
    path = write(tmp_path, table, "errors.fits")
    found = predict(predictor, [path], zero_point=22.5, columns="u_err=u_sigma")
    assert "not_detected" in found["flags"][4]
    assert "not_detected" not in found["flags"][3]


def test_errors_are_needed_where_the_network_takes_them(tmp_path):
    predictor = make_predictor(errors=True)
    table = catalogue(**{f"{band}_err": np.full(6, 0.03) for band in BANDS})
    found = predict(predictor, [write(tmp_path, table)], keep_flagged=True)
    assert np.isfinite(found["redshift"]).all()
    with pytest.raises(UsageError, match="no column 'u_err'"):
        predict(predictor, [write(tmp_path, name="without.fits")])


UNUSABLE = (0.1, np.nan, 0.0, -0.1, -9.0, -99.0)


@pytest.mark.parametrize("takes_errors", [False, True])
def test_a_band_whose_error_is_no_positive_number_counts_as_not_observed(tmp_path, takes_errors):
    errors = {f"{band}_err": np.full(6, 0.03) for band in BANDS} | {"u_err": np.array(UNUSABLE)}
    predictor = make_predictor(errors=takes_errors)
    with pytest.warns(UserWarning, match="errors of 'u' are missing or not above 0"):
        table = predict(predictor, [write(tmp_path, catalogue(**errors))], keep_flagged=True)
    assert ["not_observed" in words for words in table["flags"]] == [False] + 5 * [True]
    assert np.isfinite(table["redshift"]).all()


def test_a_magnitude_without_detection_needs_no_error(tmp_path, predictor):
    sky = catalogue(u=np.full(6, 99.0), u_err=np.array(UNUSABLE))
    table = predict(predictor, [write(tmp_path, sky)], keep_flagged=True)
    for words in table["flags"]:
        assert {"not_detected", "not_observed"} & set(words.split(",")) == {"not_detected"}


def test_errors_can_be_left_out_unless_the_network_takes_them(tmp_path, predictor):
    path = write(tmp_path, catalogue(u_err=np.array(UNUSABLE)))
    assert set(predict(predictor, [path], columns="u_err=none")["flags"]) == {""}
    with pytest.raises(UsageError, match="u_err=none, but this network takes errors"):
        predict(make_predictor(errors=True), [path], columns="u_err=none")


@pytest.mark.parametrize(
    ("band", "error"),
    [
        ("u", "U_ERR"),
        ("u", " u_Err "),
        ("u", "MAG_ERR_U"),
        ("u", "magerr_u"),
        ("MAG_U", "MAG_U_ERR"),
        ("MAG_U", "MAG_ERR_U"),
        ("psfMag_u", "psfMagErr_u"),
        ("MAG_AUTO_U", "MAGERR_AUTO_U"),
        ("umag", "e_umag"),
        ("u", "sigma_u"),
        ("anything", "u_err"),
    ],
)
def test_errors_are_found_as_magnitudes_are(tmp_path, predictor, band, error):
    table = catalogue(**{error: np.array([0.1, 0.1, 0.1, 0.1, 0.1, 3.0])})
    table.rename_column("u", band)
    found = predict(predictor, [write(tmp_path, table, "sky.csv")], columns=f"u={band}")
    assert ["not_detected" in words for words in found["flags"]] == 5 * [False] + [True]


def test_errors_of_other_values_are_not_taken(tmp_path, predictor):
    other = {name: np.full(6, 3.0) for name in ("psfMagErr_u", "err", "u_err_flag", "e_u")}
    found = predict(predictor, [write(tmp_path, catalogue(**other))])
    assert set(found["flags"]) == {""}


@pytest.mark.parametrize("error", ["u_err", "U_ERR", "FLUX_ERR_U", "fluxerr_u"])
def test_errors_of_fluxes_are_found_and_checked(tmp_path, predictor, error):
    table = catalogue()
    for band in BANDS:
        table[band] = 10 ** (-0.4 * (table[band] - 22.5))
    table["u"][5] = np.inf
    table[error] = 0.01 * table["u"]
    table[error][1:5] = 2 * table["u"][1], np.nan, 0.0, -1.0
    path = write(tmp_path, table, "sky.csv")
    with pytest.warns(UserWarning, match="errors of 'u'"):
        found = predict(predictor, [path], zero_point=22.5, keep_flagged=True)
    told = [set(words.split(",")) & {"not_detected", "not_observed"} for words in found["flags"]]
    assert told == [set(), {"not_detected"}, *4 * [{"not_observed"}]]


def test_unusual_objects_are_flagged(tmp_path, predictor):
    # within the range of each band, but like no galaxy
    odd = {"g": np.full(6, 16.2), "r": np.full(6, 17.4)}
    table = predict(predictor, [write(tmp_path, catalogue(**odd))])
    assert all("out_of_distribution" in words for words in table["flags"])


def test_densities_are_written_row_by_row(tmp_path, predictor):
    path, out = write(tmp_path), tmp_path / "p.hdf5"
    options = {"density_out": str(out), "density_grid": "0,1.5,1501"}
    parts = list(predict_redshifts(predictor, [path], rows=4, **options))
    assert [len(part) for part in parts] == [4, 2]
    redshift = np.concatenate([part["redshift"] for part in parts])
    with h5py.File(out) as file:
        points, densities = file["meta/xvals"][0], file["data/yvals"][()]
    np.testing.assert_allclose(np.trapezoid(densities, points), 1, atol=1e-3)
    np.testing.assert_allclose(points[np.argmax(densities, axis=1)], redshift, atol=2e-3)


def test_networks_that_give_a_value_have_no_density(tmp_path):
    point = make_predictor(answer="point")
    path = write(tmp_path)
    assert "redshift_odds" not in predict(point, [path]).colnames
    with pytest.raises(UsageError, match="no probability density"):
        predict(point, [path], density_out=str(tmp_path / "p.hdf5"))


@pytest.mark.parametrize("grid", ["0,1", "1,0,10", "0,1,1", "0,1,2.5"])
def test_grids_that_are_none_are_refused(grid, tmp_path, predictor):
    with pytest.raises(UsageError, match="density_grid is"):
        predict(predictor, [write(tmp_path)], density_grid=grid)


def test_wrong_units_are_refused(tmp_path, predictor):
    table = catalogue()
    table["g"].unit = "nJy"
    with pytest.raises(UsageError, match="column 'g' is in nJy, which is no mag"):
        predict(predictor, [write(tmp_path, table)])
    fluxes = catalogue(100)
    for band in BANDS:
        fluxes[band] = 10 ** (-0.4 * (fluxes[band] - 31.4))
    with pytest.raises(UsageError, match=r"of 'u' has a median of .* for fluxes give zero_point"):
        predict(predictor, [write(tmp_path, fluxes, "njy.fits")])


def test_several_files_are_told_apart(tmp_path, predictor):
    paths = [write(tmp_path, name=name) for name in ("a.fits", "b.fits")]
    assert predict(predictor, paths)["id"][6] == "b.fits:0"
