"""Small files of one's own for tests: images of two kinds, in every format that is read."""

import h5py
import numpy as np
from astropy.io import fits
from astropy.table import Table
from PIL import Image


def blobs(n=48, size=12, seed=0):
    """Return images (n, size, size) uint8 of round and long blobs, which are long, and widths."""
    rng = np.random.default_rng(seed)
    long = np.arange(n) % 2
    place = np.arange(size) - (size - 1) / 2
    width = rng.uniform(1, 2, n)
    across = width * np.where(long, 2.5, 1)
    shape = (place[:, None] / width[:, None, None]) ** 2 + (place / across[:, None, None]) ** 2
    images = 200 * np.exp(-0.5 * shape) + rng.normal(20, 4, (n, size, size))
    return np.clip(images, 0, 255).astype(np.uint8), long, width


def write_image(path, image):
    """Write one image by its ending."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".fits":
        fits.writeto(path, image, overwrite=True)
    elif path.suffix == ".npy":
        np.save(path, image)
    else:
        Image.fromarray(image).save(path)
    return path


def class_folders(folder, ending=".png", **options):
    """Write images into a folder for each class."""
    images, long, _ = blobs(**options)
    for k, (image, one) in enumerate(zip(images, long, strict=True)):
        write_image(folder / ("long" if one else "round") / f"{k:03d}{ending}", image)
    return folder


def labelled_folder(folder, ending=".png", n=48, **changes):
    """Write images into one folder, and their labels beside it; return both paths."""
    images, long, width = blobs(n)
    names = [f"{k:03d}{ending}" for k in range(len(images))]
    for name, image in zip(names, images, strict=True):
        write_image(folder / "images" / name, image)
    columns = {"file": names, "shape": np.where(long, "long", "round"), "width": width}
    columns |= {"field": np.arange(len(names)) // 3, "w": 1.0 + long, "is_long": long}
    columns |= {"is_wide": (width > 1.5).astype(int)}
    Table({**columns, **changes}).write(folder / "labels.csv", overwrite=True)
    return folder / "images", folder / "labels.csv"


def stack(path, **changes):
    """Write all images and their labels into one file by its ending."""
    images, long, width = blobs()
    arrays = {
        "image": images,
        "shape": np.where(long, b"long", b"round"),
        "width": width,
        **changes,
    }
    if path.suffix == ".npz":
        np.savez(path, **arrays)
    elif path.suffix == ".zarr":
        import zarr

        group = zarr.open_group(str(path), mode="w")
        for name, one in arrays.items():
            group.create_array(name, data=one.astype(str) if one.dtype.kind == "S" else one)
    elif path.suffix == ".fits":
        Table(arrays).write(path)
    else:
        with h5py.File(path, "w") as file:
            for name, one in arrays.items():
                file[name] = one
    return path


def rotating(n=40, depth=6, size=8, seed=0):
    """Return cubes (n, depth, size, size) of a spot that moves or stays, and which move."""
    rng = np.random.default_rng(seed)
    moves = np.arange(n) % 2
    place = np.arange(size)
    at = 2 + moves[:, None] * np.linspace(0, 4, depth) + rng.uniform(-0.5, 0.5, (n, 1))
    x = np.exp(-((place - at[..., None]) ** 2))
    y = np.exp(-((place - size / 2) ** 2))
    return (y[:, None] * x[:, :, None] + rng.normal(0, 0.05, (n, depth, size, size))), moves
