"""Files and maps of active regions: to tables and figures."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from astropy.table import Table

from astro_dl.core.errors import UsageError
from astro_dl.science.sun.inputs import intensity_and_field
from astro_dl.science.sun.physics import ActiveRegionPhysics
from astro_dl.science.sun.predict import classify_regions, load_regions
from tests.science.sun.stand_in import Map, StandIn, bipole, keywords, write_map

PHYSICS = ActiveRegionPhysics()
CONTINUUM, FIELD = bipole()


def write_pair(folder, continuum=CONTINUUM, field=FIELD, **changes):
    write_map(folder, "continuum", continuum, **changes)
    return write_map(folder, "magnetogram", field, **changes)


def test_one_row_tells_what_the_region_is(tmp_path):
    path = write_pair(tmp_path)
    table = classify_regions(StandIn(), [path])
    assert len(table) == 1
    row = table[0]
    assert row["id"] == "NOAA 11158 2011.02.15_02:00:00_TAI"
    assert (row["label"], row["flags"]) == ("beta", "")
    assert row["p_beta"] == pytest.approx(0.6)
    assert table["heliocentric_angle"].unit == "deg"
    assert row["heliocentric_angle"].value == pytest.approx(14.0, abs=0.5)
    pixel = (0.03 * np.pi / 180 * 6.957e10) ** 2
    assert row["total_unsigned_flux"].value == pytest.approx(np.abs(FIELD).sum() * pixel, rel=0.02)
    assert row["area"].value == pytest.approx(np.sum(CONTINUUM < 0.85 * 6e4) * 0.0436, rel=0.2)


def test_either_file_of_a_record_or_both_make_one_row(tmp_path):
    field = write_pair(tmp_path)
    continuum = Path(str(field).replace("magnetogram", "continuum"))
    one, other = (load_regions(PHYSICS, [path])[0].x for path in (field, continuum))
    np.testing.assert_array_equal(one, other)
    assert len(load_regions(PHYSICS, [field, str(continuum)])) == 1


def test_a_whole_record_may_be_given(tmp_path):
    pair = write_pair(tmp_path)
    others = [write_map(tmp_path, word, FIELD) for word in ("Bp", "Bt", "bitmap")]
    assert len(load_regions(PHYSICS, [*others, pair])) == 1
    with pytest.raises(UsageError, match="does not say what the map is"):
        load_regions(PHYSICS, others)


def test_what_the_network_sees_is_the_region_averaged_and_centred(tmp_path):
    x = load_regions(PHYSICS, [write_pair(tmp_path)])[0].x
    assert x.shape == (64, 64, 2)
    intensity, field = intensity_and_field(PHYSICS.channels, x)
    mean = FIELD.reshape(30, 10, 40, 10).mean(axis=(1, 3))
    np.testing.assert_allclose(field[17:47, 12:52], mean, atol=1e-2)
    assert np.all(field[:15] == 0)
    assert np.all(intensity[:15] == 1)
    assert intensity.min() < 0.4


def test_network_of_one_channel_needs_one_file(tmp_path):
    path = write_map(tmp_path, "magnetogram", FIELD)
    physics = replace(PHYSICS, channels=("magnetogram",))
    assert load_regions(physics, [path])[0].x.shape == (64, 64, 1)
    table = classify_regions(StandIn(physics), [path])
    assert "area" not in table.colnames
    with pytest.raises(UsageError, match="needs the continuum"):
        load_regions(PHYSICS, [path])
    radial = replace(physics, component="radial")
    with pytest.raises(UsageError, match="needs the radial magnetogram"):
        load_regions(radial, [path])


def test_a_continuum_alone_is_centred_on_its_spots(tmp_path):
    shifted = np.roll(CONTINUUM, 60, axis=1)
    path = write_map(tmp_path, "continuum", shifted)
    physics = replace(PHYSICS, channels=("continuum",))
    x = load_regions(physics, [path])[0].x[..., 0]
    columns = np.average(np.arange(64), weights=np.clip(-x, 0.2, None).sum(axis=0) - 12.8 + 1e-9)
    assert columns == pytest.approx(31.5, abs=1)


def test_maps_of_sunpy_are_paired_by_region_and_time():
    field = Map(FIELD, keywords(BUNIT="Gauss"))
    continuum = Map(CONTINUUM, keywords(BUNIT="DN/s"))
    found = load_regions(PHYSICS, [field, continuum])
    assert len(found) == 1
    assert found[0].x.shape == (64, 64, 2)
    assert len(classify_regions(StandIn(), [continuum, field])) == 1
    with pytest.raises(UsageError, match="continuum of the same record"):
        load_regions(PHYSICS, [field])


def test_what_may_mislead_is_flagged(tmp_path):
    def flags(folder, **changes):
        (tmp_path / folder).mkdir()
        return classify_regions(StandIn(), [write_pair(tmp_path / folder, **changes)])["flags"][0]

    assert flags("far", CRVAL1=185.0) == "far_from_disc_centre"
    assert flags("bad", QUALITY=256) == "poor_quality"
    assert flags("quiet", field=FIELD / 1000, continuum=np.full_like(FIELD, 6e4)) == "faint"
    holes = FIELD.copy()
    holes[:30] = np.nan
    assert flags("holes", field=holes) == "missing_pixels"
    wide = np.zeros((300, 1200))
    wide[:, ::40] = 9000
    assert flags("wide", field=wide, continuum=np.full_like(wide, 6e4)) == "larger_than_field"


def test_what_does_not_belong_together_is_refused(tmp_path):
    write_map(tmp_path, "continuum", CONTINUUM[:200])
    path = write_map(tmp_path, "magnetogram", FIELD)
    with pytest.raises(UsageError, match="one record"):
        load_regions(PHYSICS, [path])
    with pytest.raises(UsageError, match="no such file"):
        load_regions(PHYSICS, [tmp_path / "a.magnetogram.fits"])
    with pytest.raises(UsageError, match="plane of the sky"):
        load_regions(replace(PHYSICS, foreshortened=True), [path])


def test_region_beyond_the_limb_is_refused(tmp_path):
    with pytest.raises(UsageError, match="limb"):
        load_regions(PHYSICS, [write_pair(tmp_path, CRVAL1=215.0)])


def test_figure_of_a_region_is_drawn(tmp_path, monkeypatch):
    monkeypatch.setattr("astro_dl.explain.saliency.saliency", lambda model, x, output: np.abs(x))
    from astro_dl.science.sun.figures import draw_regions

    for changes in ({}, {"channels": ("magnetogram",)}):
        predictor = StandIn(replace(PHYSICS, **changes))
        (tmp_path / "files").mkdir(exist_ok=True)
        folder = tmp_path / f"figures{len(predictor.physics.channels)}"
        path = next((tmp_path / "files").glob("*magnetogram*"), None) or write_pair(
            tmp_path / "files"
        )
        table = classify_regions(predictor, [path])
        figures = draw_regions(predictor, [path], Table(table), folder)
        assert [figure.name for figure in figures] == ["region_1.png"]
        assert figures[0].stat().st_size > 10_000


def test_real_region_is_read_as_it_is_known():
    if "ASTRO_DL_TEST_DATA" not in os.environ:
        pytest.skip("ASTRO_DL_TEST_DATA is not set")
    folder = Path(os.environ["ASTRO_DL_TEST_DATA"]) / "solar" / "ar11158"
    path = next(folder.glob("*.magnetogram.fits"))
    row = classify_regions(StandIn(), [path])[0]
    assert row["id"].startswith("NOAA 11158")
    assert row["flags"] == ""
    assert row["heliocentric_angle"].value == pytest.approx(19.1, abs=0.1)
    # Its keyword USFLUX is 2.7e22 Mx of radial field; NOAA gave 600 millionths the day after.
    assert row["total_unsigned_flux"].value == pytest.approx(2.3e22, rel=0.1)
    assert 550 < row["area"].value < 900
    sight, radial = (
        load_regions(replace(PHYSICS, component=one), [path])[0].x[..., 1].ravel()
        for one in ("line_of_sight", "radial")
    )
    assert np.corrcoef(sight, radial)[0, 1] > 0.8


def test_two_files_of_one_region_and_time_keep_ids_of_their_own(tmp_path):
    paths = []
    for folder in ("whole", "part"):
        (tmp_path / folder).mkdir()
        paths.append(write_pair(tmp_path / folder))
    ids = [one.id for one in load_regions(PHYSICS, paths)]
    assert len(set(ids)) == 2
    assert all(one.startswith("NOAA 11158 2011.02.15") for one in ids)
    assert "whole/" in ids[0]
    assert "part/" in ids[1]
