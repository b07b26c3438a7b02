"""Files of many cutouts are read as files of one are."""

import h5py
import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.core.reading.many_files import tolerating
from astro_dl.inference.input_checks import check_files
from astro_dl.science.lenses.figures import draw_mosaics, picture_cutouts
from astro_dl.science.lenses.predict import predict_cutouts
from tests.science.lenses.stand_in import StandIn, cutout, write_cube

CUTOUTS = np.stack([cutout(colour, seed=seed) for seed, colour in enumerate((0.5, 1.0, 2.0))])
"""(n, bands, y, x)."""


def predict(paths, **options):
    return predict_cutouts(StandIn(), paths, progress=False, **options)


def write_hdf5(path, arrays):
    with h5py.File(path, "w") as file:
        for name, values in arrays.items():
            file[name] = values


def write_zarr(path, arrays):
    group = pytest.importorskip("zarr").open_group(str(path), mode="w")
    for name, values in arrays.items():
        group.create_array(name, data=np.asarray(values))


def write_tensors(path, arrays):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    images = pyarrow.FixedShapeTensorArray.from_numpy_ndarray(
        np.ascontiguousarray(arrays["images"])
    )
    parquet.write_table(pyarrow.table({**arrays, "images": images}), path)


def write_lists(path, arrays):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    nested = {name: np.asarray(values).tolist() for name, values in arrays.items()}
    parquet.write_table(pyarrow.table(nested), path)


WRITERS = {
    "hdf5": write_hdf5,
    "h5": write_hdf5,
    "npy": lambda path, arrays: np.save(path, arrays["images"]),
    "npz": lambda path, arrays: np.savez(path, **arrays),
    "zarr": write_zarr,
    "parquet": write_tensors,
    "lists.parquet": write_lists,
}


def write_stack(path, cutouts=CUTOUTS, **columns):
    WRITERS[path.name.partition(".")[2]](path, {"images": cutouts, **columns})
    return path


@pytest.fixture
def singles(tmp_path):
    paths = [
        write_cube(tmp_path / f"{k}.fits", one, {"BANDS": "g,r,i"}) for k, one in enumerate(CUTOUTS)
    ]
    return predict(paths)


@pytest.mark.parametrize("bands_last", [False, True])
@pytest.mark.parametrize("ending", WRITERS)
def test_a_file_of_many_gives_the_answers_of_files_of_one(tmp_path, singles, ending, bands_last):
    images = np.moveaxis(CUTOUTS, 1, 3) if bands_last else CUTOUTS
    path = write_stack(tmp_path / f"all.{ending}", images)
    check_files([path])
    found = predict([path], bands=("g", "r", "i"), pixel_scale_arcsec=0.2)
    np.testing.assert_allclose(found["logit"], singles["logit"], rtol=1e-6)
    expected = [one.replace(".fits", "") for one in singles["id"]]
    assert [one.partition(":")[2] for one in found["id"]] == expected
    assert set(found["flags"]) == {""}


@pytest.mark.parametrize("ending", sorted(WRITERS.keys() - {"npy"}))
def test_a_file_tells_which_objects_it_holds(tmp_path, ending):
    names, ra, dec = ["a", "b", "c"], [10.0, 20.0, 30.0], [-1.0, -2.0, -3.0]
    ids = [one.encode() for one in names] if ending in ("hdf5", "h5") else names
    path = write_stack(tmp_path / f"all.{ending}", id=ids, ra=ra, dec=dec)
    found = predict([path])
    found.sort("id")
    assert list(found["id"]) == names
    np.testing.assert_array_equal(found["ra"].value, ra)
    np.testing.assert_array_equal(found["dec"].value, dec)
    assert set(found["flags"]) == {"pixel_scale_assumed,band_order_assumed"}


def test_lists_of_unequal_lengths_are_no_images(tmp_path):
    path = tmp_path / "all.lists.parquet"
    write_lists(path, {"id": ["a", "b"]})
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    ragged = pyarrow.table({"images": [[[1.0, 2.0]], [[1.0]]], "ra": [1.0, 2.0]})
    parquet.write_table(ragged, path)
    with pytest.raises(UsageError, match="0 arrays of 3 or 4 axes could be meant"):
        predict([path])
    path.write_bytes(b"nothing")
    with pytest.raises(UsageError, match=r"all\.lists\.parquet"):
        predict([path])


def test_bands_are_taken_by_name(tmp_path, singles):
    empty = np.zeros_like(CUTOUTS[:, :1])
    path = write_stack(tmp_path / "all.h5", np.concatenate([empty, CUTOUTS[:, ::-1]], axis=1))
    found = predict([path], bands=("z", "i", "r", "g"), pixel_scale_arcsec=0.2)
    np.testing.assert_allclose(found["logit"], singles["logit"], rtol=1e-6)
    with pytest.raises(UsageError, match=r"all\.h5 has 4 bands, and g, r, i are what the network"):
        predict([path])
    with pytest.raises(UsageError, match=r"all\.h5 has 4 bands, and g, r, y, z are named"):
        predict([path], bands=("g", "r", "y", "z"))


def test_finer_pixels_smaller_images_and_holes_are_mended_and_flagged(tmp_path):
    fine = np.repeat(np.repeat(CUTOUTS, 2, axis=2), 2, axis=3)
    found = predict([write_stack(tmp_path / "fine.h5", fine)], pixel_scale_arcsec=0.1)
    assert set(found["flags"]) == {"band_order_assumed"}
    small = CUTOUTS[:, :, 6:-6, 6:-6].copy()
    small[:, :, 0, 0] = np.inf
    found = predict([write_stack(tmp_path / "small.h5", small)], bands=("g", "r", "i"))
    assert set(found["flags"]) == {"pixel_scale_assumed,padded"}
    assert found["masked_fraction"][0] == pytest.approx(1 - (28**2 - 1) / 32**2)
    holed = CUTOUTS.copy()
    holed[:, :, 20, 20] = np.nan
    found = predict([write_stack(tmp_path / "holed.h5", holed)], bands=("g", "r", "i"))
    assert set(found["flags"]) == {"pixel_scale_assumed,masked_pixels"}


def test_what_is_no_stack_is_refused_and_costs_no_other_file_its_answer(tmp_path):
    flat, good = tmp_path / "flat.npy", write_stack(tmp_path / "good.h5")
    np.save(flat, np.zeros((3, 40)))
    with pytest.raises(UsageError, match=r"flat\.npy: 0 arrays of 3 or 4 axes"):
        predict([flat])
    noted = {}
    with tolerating(noted):
        assert len(predict([flat, good])) == 3
    assert list(noted) == [str(flat)]
    with pytest.raises(UsageError, match="holds cutouts; positions of a catalogue are cut out of"):
        predict([good], catalogue="positions.csv")


def test_cutouts_of_files_of_many_are_drawn_as_those_of_files_of_one(tmp_path, singles):
    path = write_stack(tmp_path / "all.h5", id=[b"0.fits", b"1.fits", b"2.fits"])
    found = predict([path], bands=("g", "r", "i"), pixel_scale_arcsec=0.2)
    assert list(found["id"]) == list(singles["id"])
    ones = [tmp_path / f"{k}.fits" for k in range(3)]
    pictures = (dict(picture_cutouts(StandIn(), *of)) for of in (([path], found), (ones, singles)))
    for many, one in zip(*(found.values() for found in pictures), strict=True):
        shown = [figure.axes[0].images[0].get_array() for figure in (many, one)]
        np.testing.assert_allclose(*shown, atol=1e-6)
    drawn = draw_mosaics(StandIn(), [path, *ones], found, tmp_path / "figures")
    assert drawn[0].name == "top.png"
