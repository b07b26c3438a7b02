import numpy as np
import pytest
from astropy import units as u
from astropy.table import QTable, Table
from astropy.time import Time

from astro_dl.core.errors import UsageError
from astro_dl.observations.irregular_series.columns import LongColumns
from astro_dl.observations.irregular_series.long_table import iterate_series
from astro_dl.observations.irregular_series.magnitudes import Quantity

PLAIN = LongColumns({})


def long_table(stars=5, n=30, seed=0):
    rng = np.random.default_rng(seed)
    rows = stars * n
    return Table(
        {
            "id": np.repeat([f"star {number}" for number in range(stars)], n),
            "mjd": np.tile(np.sort(rng.uniform(58000, 58900, n)), stars),
            "mag": rng.normal(15, 0.3, rows),
            "error": rng.uniform(0.02, 0.05, rows),
            "band": rng.choice(["g", "r"], rows),
        }
    )


def read(table, tmp_path, about=PLAIN, name="stars.csv", **options):
    path = tmp_path / name
    table.write(path, overwrite=True)
    return list(iterate_series([path], about, **options))


def equal(one, other):
    names = ("time", "value", "error")
    same_bands = [one.bands[b] for b in one.band] == [other.bands[b] for b in other.band]
    alike = all(np.allclose(getattr(one, name), getattr(other, name)) for name in names)
    return one.id == other.id and same_bands and alike


@pytest.mark.parametrize("name", ["stars.csv", "stars.fits", "stars.parquet", "stars.ecsv"])
def test_every_format_gives_the_same_objects(tmp_path, name):
    table = long_table()
    found = read(table, tmp_path, name=name)
    assert [one.id for one in found] == [f"star {number}" for number in range(5)]
    assert all(equal(*pair) for pair in zip(found, read(table, tmp_path), strict=True))
    first = table["id"] == "star 0"
    assert found[0].value == pytest.approx(np.asarray(table["mag"][first]))


def test_rows_may_stand_anywhere(tmp_path):
    table = long_table(stars=9)
    shuffled = table[np.random.default_rng(1).permutation(len(table))]
    expected = {one.id: one for one in read(table, tmp_path)}
    found = read(shuffled, tmp_path, rows=17, objects=2)
    assert sorted(one.id for one in found) == sorted(expected)
    assert all(equal(one, expected[one.id]) for one in found)
    assert "unsorted_times" in found[0].flags


def test_an_object_in_two_files_is_one(tmp_path):
    table = long_table(stars=2)
    parts = table[::2], table[1::2]
    paths = [tmp_path / f"{number}.csv" for number in range(2)]
    for part, path in zip(parts, paths, strict=True):
        part.write(path)
    found = list(iterate_series(paths, PLAIN))
    assert [len(one) for one in found] == [30, 30]


def test_a_table_without_identifiers_is_one_star(tmp_path):
    table = long_table(stars=1)
    table.remove_columns(["id", "band"])
    (found,) = read(table, tmp_path, name="vega.csv")
    assert found.id == "vega.csv"
    assert len(found) == 30


def test_columns_of_any_name(tmp_path):
    table = long_table()
    table.rename_columns(["id", "mjd", "mag"], ["kic", "when", "vt"])
    about = LongColumns({"id": "kic", "time": "when", "magnitude": "vt"})
    assert len(read(table, tmp_path, about)) == 5


def test_sentinels_are_no_magnitudes(tmp_path):
    table = long_table(stars=1)
    table["mag"][:3] = (99.0, -99.0, 99.99)
    (found,) = read(table, tmp_path)
    assert len(found) == 27
    assert "missing_values" in found.flags


def test_limits_are_told(tmp_path):
    table = long_table(stars=1)
    table["upper_limit"] = np.arange(30) < 4
    (found,) = read(table, tmp_path)
    assert len(found.measured()) == 26


def fluxes(unit=None, zero_point=27.5):
    table = QTable(long_table(stars=1))
    magnitude = np.asarray(table["mag"])
    flux = 10 ** (-0.4 * (magnitude - zero_point))
    table["flux"] = flux * unit if unit else flux
    table["error"] = flux * 0.03 * (unit or 1)
    table.remove_column("mag")
    return table, magnitude


@pytest.mark.parametrize(
    ("unit", "zero_point", "about"),
    [
        (None, 27.5, LongColumns({}, zero_point=27.5)),
        (u.nJy, 31.4, PLAIN),
        (u.uJy, 23.9, PLAIN),
        (u.nJy, 31.4, LongColumns({}, zero_point=31.4)),
    ],
)
def test_fluxes_become_magnitudes_by_unit_or_zero_point(tmp_path, unit, zero_point, about):
    table, magnitude = fluxes(unit, zero_point)
    (found,) = read(table, tmp_path, about, name="flux.fits")
    assert np.sort(found.value) == pytest.approx(np.sort(magnitude), abs=0.01)
    assert found.error == pytest.approx(0.03 * 2.5 / np.log(10), rel=0.01)


def test_zero_points_of_each_row_may_be_mixed(tmp_path):
    one, magnitude = fluxes(zero_point=27.5)
    other, _ = fluxes(zero_point=31.4)
    mixed = Table(one)
    mixed["zp"] = 27.5
    mixed["flux"][::2], mixed["zp"][::2] = other["flux"][::2], 31.4
    mixed["error"][::2] = other["error"][::2]
    (found,) = read(mixed, tmp_path)
    assert np.sort(found.value) == pytest.approx(np.sort(magnitude), abs=1e-6)


def test_fluxes_may_stay_fluxes(tmp_path):
    table, _ = fluxes(u.nJy, 31.4)
    about = LongColumns({}, wanted=Quantity.FLUX, wanted_zero_point=27.5)
    (found,) = read(table, tmp_path, about, name="flux.fits")
    expected = np.sort(table["flux"].value) * 10 ** (0.4 * (27.5 - 31.4))
    assert np.sort(found.value) == pytest.approx(expected, rel=0.01)


def test_fluxes_below_zero_are_not_detected(tmp_path):
    table, _ = fluxes()
    table["flux"][:5] *= -1
    (found,) = read(table, tmp_path, LongColumns({}, zero_point=27.5))
    assert len(found) == 30
    assert len(found.measured()) == 25


def seconds(table):
    table["mjd"] = table["mjd"] * 86400


def value_of_unknown_kind(table):
    table.rename_column("mag", "value")


def flux_without_zero_point(table):
    table.rename_column("mag", "flux")


def both(table):
    table["flux"] = table["mag"]


def two_systems(table):
    table["magsys"] = np.where(np.arange(len(table)) % 2, "ab", "vega")


def no_times(table):
    table.rename_column("mjd", "row")


def no_values(table):
    table.rename_column("mag", "colour")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (seconds, "no days; tell their unit: time_unit=s"),
        (value_of_unknown_kind, "magnitudes or fluxes; tell which"),
        (flux_without_zero_point, "tell the magnitude of a flux of one"),
        (both, "has both"),
        (two_systems, "several systems: ab, vega"),
        (no_times, "no column of times"),
        (no_values, "no column of magnitudes or fluxes"),
    ],
)
def test_what_is_not_understood_is_refused(tmp_path, spoil, message):
    table = long_table()
    spoil(table)
    with pytest.raises(UsageError, match=message):
        read(table, tmp_path)


def test_a_zero_point_against_the_unit_is_refused(tmp_path):
    table, _ = fluxes(u.nJy, 31.4)
    with pytest.raises(UsageError, match=r"of which one has 31.40 mag, but zero_point is 27.5"):
        read(table, tmp_path, LongColumns({}, zero_point=27.5), name="flux.fits")


def test_seconds_are_converted_where_that_is_told(tmp_path):
    table = long_table()
    plain = read(table, tmp_path)
    seconds(table)
    found = read(table, tmp_path, LongColumns({}, time_unit="s"))
    assert found[0].time == pytest.approx(plain[0].time)


def test_unknown_columns_are_refused():
    with pytest.raises(UsageError, match="columns: 'colour' is no column"):
        LongColumns({"colour": "gr"})


def test_what_is_said_of_systems_is_kept_by_band(tmp_path):
    table = long_table()
    assert read(table, tmp_path)[0].systems == ("", "")
    table["magsys"] = np.where(table["band"] == "g", "AB", "Vega")
    found = read(table, tmp_path)[0]
    assert dict(zip(found.bands, found.systems, strict=True)) == {"g": "ab", "r": "vega"}


def test_systems_that_differ_from_file_to_file_are_refused_and_unsaid_ones_unclear(tmp_path):
    paths = [tmp_path / f"{name}.csv" for name in ("ab", "vega", "unsaid")]
    for path in paths:
        table = long_table()
        if path.stem != "unsaid":
            table["magsys"] = path.stem
        table.write(path)
    with pytest.raises(UsageError, match="of system vega, those before them of ab"):
        list(iterate_series(paths[:2], PLAIN))
    for order in (paths[::2], paths[::-2]):
        found = next(iterate_series(order, PLAIN))
        assert found.systems == ("unclear", "unclear")


def test_fluxes_whose_unit_gives_their_zero_point_are_of_ab(tmp_path):
    table = long_table()
    table.rename_column("mag", "flux")
    table["flux"].unit = u.nJy
    assert set(read(table, tmp_path, name="stars.ecsv")[0].systems) == {"ab"}
    zero_point = LongColumns({}, zero_point=31.4)
    assert set(read(table, tmp_path, zero_point, name="stars.ecsv")[0].systems) == {""}


@pytest.mark.parametrize("mark", [9.999, 99.0, 99.99, 999.0, -99.0, -9.0, 0.0])
def test_a_magnitude_whose_error_is_a_mark_is_no_measurement(tmp_path, mark):
    table = long_table(stars=1)
    table["error"][::3] = mark
    (one,) = read(table, tmp_path)
    assert len(one) == 20
    assert one.flags == ("bad_errors",)


def test_fluxes_may_have_errors_of_99(tmp_path):
    table = long_table(stars=1)
    table["flux"], table["error"] = 500.0 + np.arange(30), np.where(np.arange(30) % 2, 99.0, 3.0)
    table.remove_column("mag")
    about = LongColumns({}, zero_point=27.5, wanted=Quantity.FLUX)
    (one,) = read(table, tmp_path, about)
    assert sorted(set(one.error)) == [3.0, 99.0]
    assert one.flags == ()


def test_limits_in_a_column_of_text_are_no_measurements(tmp_path):
    table = long_table(stars=1)
    texts = [f">{m:.3f}" if k % 3 == 0 else f"{m:.3f}" for k, m in enumerate(table["mag"])]
    expected = np.asarray(table["mag"]).round(3)
    table["mag"] = texts
    (one,) = read(table, tmp_path)
    assert one.value.tolist() == expected.tolist()
    assert (~one.detected).sum() == 10
    table["mag"] = ["16.1", "about 16", *texts[2:]]
    with pytest.raises(UsageError, match=r"does not hold numbers: 'about 16' in row 1"):
        read(table, tmp_path)


@pytest.mark.parametrize("name", ["filterkey", "obs_band"])
def test_a_column_that_may_tell_bands_apart_is_not_passed_over(tmp_path, name):
    table = long_table(stars=1)
    table.rename_column("band", name)
    with pytest.raises(UsageError, match=f"does column '{name}' tell bands apart.*band={name}"):
        read(table, tmp_path)
    (one,) = read(table, tmp_path, LongColumns({"band": name}))
    assert set(one.bands) == {"g", "r"}
    table[name] = "g"
    assert len(read(table, tmp_path)) == 1


def test_a_column_that_may_tell_stars_apart_is_not_passed_over(tmp_path):
    table = long_table()
    table.rename_column("id", "starlabel")
    with pytest.raises(UsageError, match="does column 'starlabel' tell objects apart"):
        read(table, tmp_path)
    assert len(read(table, tmp_path, LongColumns({"id": "starlabel"}))) == 5
    table.rename_column("starlabel", "objid")
    assert len(read(table, tmp_path)) == 5


def test_stars_whose_numbers_have_been_rounded_are_not_joined(tmp_path):
    table = long_table(stars=3)
    table["id"] = 612345678901234567.0 + np.repeat(np.arange(3.0), 30)
    with pytest.raises(UsageError, match=r"a number of 8 bytes.*write them as integers or text"):
        read(table, tmp_path, name="stars.fits")
    table["id"] = 6123456789.0 + np.repeat(np.arange(3.0), 30)
    found = read(table, tmp_path, name="stars.fits")
    assert [one.id for one in found] == ["6123456789", "6123456790", "6123456791"]


def test_dates_are_days_whatever_they_are_written_as(tmp_path):
    table = long_table(stars=1)
    (expected,) = read(table, tmp_path)
    times = Time(table["mjd"], format="mjd")
    forms = {
        "text.csv": np.char.add(times.isot, "Z"),
        "zone.csv": np.char.add((times + 2 * u.h).isot, "+02:00"),
        "years.ecsv": Time(times.decimalyear, format="decimalyear"),
    }
    for name, dates in forms.items():
        table["mjd"] = dates
        (one,) = read(table, tmp_path, name=name)
        # ISO texts have milliseconds.
        assert one.time == pytest.approx(expected.time, abs=2e-8), name


@pytest.mark.parametrize("zone", [None, "UTC", "America/Santiago"])
def test_dates_of_parquet_are_days(tmp_path, zone):
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    table = long_table(stars=1)
    (expected,) = read(table, tmp_path)
    dates = Time(table["mjd"], format="mjd").isot.astype("datetime64[us]")
    columns = {name: np.asarray(table[name]) for name in ("mag", "error", "band")}
    made = arrow.table({"time": arrow.array(dates, arrow.timestamp("us", zone)), **columns})
    parquet.write_table(made, tmp_path / "dates.parquet")
    (one,) = iterate_series([tmp_path / "dates.parquet"], PLAIN)
    assert one.time == pytest.approx(expected.time, abs=2e-8)


@pytest.mark.parametrize("mark", [0.0, -1.0, 999.0, np.nan])
def test_a_date_that_is_none_is_no_measurement(tmp_path, mark):
    table = long_table(stars=1)
    table["mjd"][3] = mark
    (one,) = read(table, tmp_path)
    assert len(one) == 29
    assert one.flags == ("missing_values",)


def test_times_from_the_first_point_begin_at_zero(tmp_path):
    table = long_table(stars=1)
    table["mjd"] -= table["mjd"].min()
    assert len(read(table, tmp_path)[0]) == 30
