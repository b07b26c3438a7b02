"""FITS files of many objects are read as files of one are."""

import os
import tracemalloc

import numpy as np
import pytest
from astropy.io import fits

from astro_dl.core.errors import UsageError
from astro_dl.core.reading import fits_images
from astro_dl.core.reading.many_files import tolerating
from astro_dl.observations.galaxies.band_files import find_candidates, read_cutout
from astro_dl.observations.galaxies.extension_groups import without_band
from astro_dl.observations.images.band_images import OpenImages
from astro_dl.science.lenses.predict import cutout_of_file, predict_cutouts
from tests.science.lenses.stand_in import (
    Physics,
    StandIn,
    coordinates,
    cutout,
    write_cube,
    write_extensions,
)

GRI = "gri"
NAMES = ("J0001-01", "J0002-02", "J0003-03")
CUTOUTS = np.stack([cutout(colour, seed=seed) for seed, colour in enumerate((0.5, 1.0, 2.0))])
"""(n, bands, y, x)."""


def predict(paths, **options):
    return predict_cutouts(StandIn(), paths, progress=False, **options)


def image(pixels, name="", ra=150.0, **cards):
    header = coordinates(pixels.shape, ra=ra)
    header.update(cards)
    return fits.ImageHDU(pixels, header, name=name or None)


def write(path, hdus):
    fits.HDUList([fits.PrimaryHDU(), *hdus]).writeto(path)
    return path


def images(name="{object}_{band}", by_band=False, **cards):
    """Return an extension for each object and band; of cards, texts are formatted as the name."""
    found = [
        (row, k, image(
            CUTOUTS[row, k],
            name.format(object=NAMES[row], band=band.upper()),
            150.0 + row,
            **{key: _said(value, row, k) for key, value in cards.items()},
        ))
        for row in range(len(NAMES))
        for k, band in enumerate(GRI)
    ]  # fmt: skip
    if by_band:
        found.sort(key=lambda one: one[1::-1])
    return [one for *_, one in found]


def _said(value, row, k):
    if isinstance(value, str):
        return value.format(object=NAMES[row], band=GRI[k])
    return value(row)


def cubes(**cards):
    return [image(CUTOUTS[row], name, 150.0 + row, **cards) for row, name in enumerate(NAMES)]


EXTENSIONS = {
    "names of objects and bands": lambda: images(),
    "bands first": lambda: images("{band}-{object}", by_band=True),
    "names of objects, bands by keyword": lambda: images("{object}", FILTER="{band}"),
    "keywords of objects": lambda: images("{band}", by_band=True, OBJID="{object}"),
    "keywords alone": lambda: images("", OBJECT="{object}", BAND="{band}", EXTVER=lambda row: 1),
    "cubes": lambda: cubes(BANDS="gri"),
    "compressed": lambda: [
        fits.CompImageHDU(one.data, one.header, one.name, "GZIP_2", quantize_level=0)
        for one in images()
    ],
}


def column(name, pixels, dim=None):
    *_, height, width = pixels.shape
    dim = dim or f"({width},{height})"
    return fits.Column(name, f"{np.prod(pixels.shape[1:])}E", dim=dim, array=pixels)


def told(names=NAMES):
    rows = len(names)
    return [
        fits.Column("OBJECT_ID", "12A", array=names),
        fits.Column("RA", "D", unit="deg", array=150.0 + np.arange(rows)),
        fits.Column("DEC", "D", array=np.full(rows, 2.0)),
    ]


def band_columns(cutouts=CUTOUTS, bands=GRI):
    return [column(f"IMAGE_{band.upper()}", cutouts[:, k]) for k, band in enumerate(bands)]


def cube_column(name="CUTOUT", cutouts=CUTOUTS):
    return column(name, cutouts, f"({cutouts.shape[3]},{cutouts.shape[2]},{cutouts.shape[1]})")


def table(columns, **cards):
    hdu = fits.BinTableHDU.from_columns(columns)
    hdu.header.update(cards)
    return hdu


TABLES = {
    "a column for each band": lambda: table(told() + band_columns()),
    "in another order": lambda: table(band_columns()[::-1] + told()),
    "a column of cubes": lambda: table([*told(), cube_column()], BANDS="g,r,i"),
}


@pytest.fixture
def singles(tmp_path):
    (tmp_path / "singles").mkdir()
    return predict(
        [
            write_cube(tmp_path / "singles" / f"{name}.fits", one, {"BANDS": GRI})
            for name, one in zip(NAMES, CUTOUTS, strict=True)
        ]
    )


def assert_alike(found, singles, flags=""):
    assert [f"{one}.fits" for one in found["id"]] == list(singles["id"])
    np.testing.assert_array_equal(found["logit"], singles["logit"])
    assert set(found["flags"]) == {flags}
    rows = [NAMES.index(one) for one in found["id"]]
    np.testing.assert_allclose(found["ra"].value, 150 + np.array(rows), atol=1e-4)
    np.testing.assert_allclose(found["dec"].value, 2, atol=1e-4)


@pytest.mark.parametrize("form", EXTENSIONS)
def test_extensions_of_many_objects_give_the_answers_of_single_files(tmp_path, singles, form):
    assert_alike(predict([write(tmp_path / "all.fits", EXTENSIONS[form]())]), singles)


@pytest.mark.parametrize("form", TABLES)
def test_tables_of_images_give_the_answers_of_single_files(tmp_path, singles, form):
    path = write(tmp_path / "all.fits", [TABLES[form]()])
    assert_alike(predict([path], pixel_scale_arcsec=0.2), singles)
    assert_alike(predict([path]), singles, "pixel_scale_assumed")


def test_numbers_within_the_file_stand_for_names_that_it_lacks(tmp_path, singles):
    by_version = images("{band}", by_band=True, EXTVER=lambda row: row + 1)
    paths = [
        write(tmp_path / "versions.fits", by_version),
        write(tmp_path / "cubes.fits", [image(one) for one in CUTOUTS]),
        write(tmp_path / "rows.fits", [table(band_columns())]),
    ]
    for path, first in zip(paths, (1, 1, 0), strict=True):
        found = predict([path], pixel_scale_arcsec=0.2)
        np.testing.assert_array_equal(found["logit"], singles["logit"])
        order = [NAMES.index(one.removesuffix(".fits")) for one in singles["id"]]
        assert list(found["id"]) == [f"{path.name}:{first + row}" for row in order]


def test_bands_that_a_file_does_not_tell_are_named_for_each_object(tmp_path, singles):
    unnamed = [
        image(CUTOUTS[row, k], name, 150.0 + row)
        for row, name in enumerate(NAMES)
        for k in (2, 0, 1)
    ]
    paths = {
        "extensions": write(tmp_path / "a.fits", unnamed),
        "cubes": write(
            tmp_path / "b.fits",
            [image(CUTOUTS[row][[2, 0, 1]], name, 150.0 + row) for row, name in enumerate(NAMES)],
        ),
        "columns": write(
            tmp_path / "c.fits",
            [table(told() + [column(f"IM{k}", CUTOUTS[:, k]) for k in (2, 0, 1)])],
        ),
        "column of cubes": write(
            tmp_path / "d.fits", [table([*told(), cube_column(cutouts=CUTOUTS[:, [2, 0, 1]])])]
        ),
    }
    for path in paths.values():
        named = predict([path], bands=("i", "g", "r"), pixel_scale_arcsec=0.2)
        assert_alike(named, singles)
        assumed = predict([path], pixel_scale_arcsec=0.2)
        assert set(assumed["flags"]) == {"band_order_assumed"}
        assert not np.array_equal(np.sort(assumed["logit"]), np.sort(singles["logit"]))
        with pytest.raises(UsageError, match=rf"{path.name}.* images"):
            predict([path], bands=("i", "g"))


def test_one_object_is_read_as_before_whatever_its_keywords(tmp_path):
    cards = {"OBJID": "17", "OBJECT": "lens"}
    hdus = [image(CUTOUTS[0, k], f"SCI_{band}", **cards) for k, band in enumerate(GRI)]
    hdus += [fits.ImageHDU(np.ones((9, 9)), name=name) for name in ("WHT_G", "PSF")]
    extra = table(told() + band_columns())
    found = predict([write(tmp_path / "one.fits", [*hdus, extra])])
    plain = predict([write_extensions(tmp_path / "plain.fits", CUTOUTS[0])])
    assert (found["id"][0], len(found)) == ("one.fits", 1)
    assert found["logit"][0] == plain["logit"][0]
    assert len(predict([tmp_path / "one.fits"], hdu=6)) == len(NAMES)


def test_files_of_one_and_of_many_go_together_in_order(tmp_path, singles):
    single = write_extensions(tmp_path / "first.fits", CUTOUTS[0])
    paths = [
        single,
        write(tmp_path / "all.fits", images()),
        write_cube(tmp_path / "last.fits", CUTOUTS[2]),
    ]
    with OpenImages() as opener:
        found = [one.id for one in find_candidates(paths, tuple(GRI), opener=opener)]
    assert found == ["first.fits", *NAMES, "last.fits"]


def test_networks_of_one_band_take_an_image_for_each_object(tmp_path):
    predictor = StandIn(Physics(bands=("VIS",)))
    named = [image(one[0], name) for one, name in zip(CUTOUTS, NAMES, strict=True)]
    found = predict_cutouts(predictor, [write(tmp_path / "a.fits", named)], progress=False)
    assert sorted(found["id"]) == sorted(NAMES)
    kinds = [image(one[0], name) for one, name in zip(CUTOUTS, ("ALPHA", "BETA", "C"), strict=True)]
    with pytest.raises(
        UsageError, match=r"3 images, of bands unknown, and nothing.*ALPHA, BETA, C"
    ):
        predict_cutouts(predictor, [write(tmp_path / "b.fits", kinds)], progress=False)


def test_sizes_and_pixels_may_differ_between_objects(tmp_path):
    fine = cutout(0.5, size=88, seed=3)
    small = cutout(0.5, size=28, seed=4)
    hdus = [image(plane, f"7_{band}") for plane, band in zip(CUTOUTS[0], GRI, strict=True)]
    for number, planes, scale in ((8, fine, 0.1), (9, small, 0.2)):
        header = coordinates(planes.shape, scale)
        hdus += [
            fits.ImageHDU(p, header, name=f"{number}_{b}") for p, b in zip(planes, GRI, strict=True)
        ]
    found = predict([write(tmp_path / "all.fits", hdus)])
    flags = dict(zip(found["id"], found["flags"], strict=True))
    assert flags == {"7": "", "8": "", "9": "padded"}
    alone = predict([write_cube(tmp_path / "8.fits", fine, {"BANDS": GRI}, scale=0.1)])
    assert found["logit"][list(found["id"]).index("8")] == alone["logit"][0]


BROKEN = {
    "lacks band r": lambda hdus: hdus[:1] + hdus[2:],
    "several images of band g": lambda hdus: [hdus[0].copy(), *hdus],
    "lacks band i, it has g, r": lambda hdus: [
        *hdus[:2], fits.ImageHDU(name=hdus[2].name), *hdus[3:]
    ],
    "lacks band g, r, i, it has none": lambda hdus: [
        *(fits.ImageHDU(name=one.name) for one in hdus[:3]), *hdus[3:]
    ],
}  # fmt: skip


@pytest.mark.parametrize("reason", BROKEN)
def test_an_object_that_cannot_be_used_costs_no_other_its_answer(tmp_path, reason):
    path = write(tmp_path / "all.fits", BROKEN[reason](images()))
    with pytest.raises(UsageError, match=rf"all\.fits, {NAMES[0]} .*{reason}|{reason}"):
        predict([path])
    noted = {}
    with tolerating(noted):
        found = predict([path])
    assert set(found["id"]) == set(NAMES[1:])
    assert list(noted) == [NAMES[0]]
    assert f"all.fits, {NAMES[0]}" in noted[NAMES[0]]
    assert reason in noted[NAMES[0]]


UNTOLD = {
    "9 images, of bands g, i, r, and nothing tells which are of one": lambda: images("SCI_{band}"),
    "6 images, of bands unknown": lambda: [image(one) for one in CUTOUTS[:2].reshape(6, 40, 40)],
    "its table of images has no row": lambda: [table(band_columns(CUTOUTS[:0]))],
    "several columns of images could be meant": lambda: [
        table([cube_column("A"), cube_column("B")])
    ],
    "several columns of images could": lambda: [table(band_columns()), table(band_columns())],
    "lacks band i, it has g, r": lambda: [table(band_columns(CUTOUTS[:, :2], "gr"))],
    "several images of band g": lambda: [
        table([*band_columns(), column("OTHER_G", CUTOUTS[:, 0])])
    ],
    "holds no image": lambda: [table([fits.Column("FLAT", "1600E", array=np.zeros((3, 1600)))])],
}  # fmt: skip


@pytest.mark.parametrize("reason", UNTOLD)
def test_what_could_be_read_in_several_ways_is_refused_in_one_line(tmp_path, reason):
    path = write(tmp_path / "all.fits", UNTOLD[reason]())
    with pytest.raises(UsageError, match=reason) as raised:
        predict([path])
    assert "\n" not in str(raised.value)
    assert "all.fits" in str(raised.value)


def test_a_table_or_column_is_chosen_by_name(tmp_path, singles):
    other = cube_column("EMPTY", np.zeros_like(CUTOUTS))
    hdu = table([*told(), other, cube_column("LIGHT")], BANDS=GRI, EXTNAME="STAMPS")
    path = write(tmp_path / "all.fits", [hdu])
    assert_alike(predict([path], hdu="LIGHT", pixel_scale_arcsec=0.2), singles)
    with pytest.raises(UsageError, match="several columns of images could be meant, EMPTY of 1, L"):
        predict([path], hdu="STAMPS")
    with pytest.raises(UsageError, match="no extension 'DARK'"):
        predict([path], hdu="DARK")


def test_positions_in_other_units_are_left_out(tmp_path):
    hours = [*told()[:1], fits.Column("RA", "D", unit="hourangle", array=[1, 2, 3]), told()[2]]
    assert np.isnan(
        predict([write(tmp_path / "a.fits", [table(hours + band_columns())])])["ra"]
    ).all()


def test_names_keep_what_is_no_band():
    names = (
        "123_G",
        "G_123",
        "J01-02_r",
        "SCI-VIS.7",
        "obj_12_F814W_cutout",
        "-5_G",
        "A_R_G",
        "x1",
    )
    found = [without_band(one) for one in names]
    assert found == ["123", "123", "J01-02", "SCI.7", "obj_12_cutout", "-5", "A_R_G", "x1"]


def test_a_file_of_many_holds_no_single_object(tmp_path):
    path = write(tmp_path / "all.fits", images())
    with pytest.raises(UsageError, match=r"all\.fits holds several objects"):
        cutout_of_file(Physics(), path)


def test_a_file_of_many_is_opened_once(tmp_path, monkeypatch):
    plain, opened = fits_images.sound_fits, []
    monkeypatch.setattr(fits_images, "sound_fits", lambda path: opened.append(path) or plain(path))
    paths = [
        write(tmp_path / "a.fits", images()),
        write(tmp_path / "b.fits", [table(band_columns())]),
    ]
    assert len(predict(paths)) == 2 * len(NAMES)
    assert opened == paths


@pytest.mark.parametrize("form", ["extensions", "rows"])
def test_memory_does_not_grow_with_a_file(tmp_path, form):
    """Twenty times the objects take less than a tenth of their bytes more."""
    used, sizes = [], []
    for n in (40, 800):
        path = tmp_path / f"{n}.fits"
        _write_many(path, n, form)
        sizes.append(os.path.getsize(path))
        tracemalloc.start()
        with OpenImages() as opener:
            count = 0
            for one in find_candidates([path], tuple(GRI), opener=opener):
                read_cutout(one, 32, 0.2, 0.2, opener)
                count += 1
            used.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert count == n
    assert used[1] - used[0] < 0.1 * (sizes[1] - sizes[0])


def _write_many(path, n, form):
    if form == "rows":
        fits.HDUList(
            [fits.PrimaryHDU(), table(band_columns(np.resize(CUTOUTS, (n, 3, 40, 40))))]
        ).writeto(path)
        return
    write(path, [image(CUTOUTS[0, k], f"000000_{band}") for k, band in enumerate(GRI)])
    content = path.read_bytes()
    first, rest = content[:2880], content[2880:]
    with path.open("wb") as file:
        file.write(first)
        for number in range(n):
            file.write(rest.replace(b"'000000_", b"'%06d_" % number))
