"""Networks for stamps on real files: from triplets to a table."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from astropy.table import QTable

from astro_dl.core.errors import UsageError
from astro_dl.core.reading.many_files import nothing_read
from astro_dl.core.reading.share import divisible
from astro_dl.inference.arrays import predict_read
from astro_dl.inference.protocol import Predictor
from astro_dl.observations.images.cutouts import sky_level
from astro_dl.science.real_bogus.files import Triplet, read_triplets, sized
from astro_dl.science.real_bogus.inputs import TRIPLET, network_input, stamp_noise
from astro_dl.science.real_bogus.physics import RealBogusPhysics

AT_ONCE = 512
LOBE_REACH, LOBE_SIGMA, LOBE_RATIO = 4, 5.0, 0.5


@divisible()
def predict_stamps(
    predictor: Predictor[RealBogusPhysics],
    paths: Sequence[str | Path],
    *,
    order: tuple[str, ...] = TRIPLET,
    path: str = "",
    batch_size: int | None = None,
    keep_flagged: bool = False,
) -> Iterator[QTable]:
    """Yield tables of predictions that follow each other, one row for each triplet.

    Parameters
    ----------
    predictor : Predictor
        A network of task ``real_bogus``.
    paths : sequence of path
        Files of triplets, see `astro_dl.science.real_bogus.files`. Larger stamps are cropped about
        their middle, in which the detection is; the pixels are taken to be the survey's.
    order : tuple of str, default ("science", "template", "difference")
        What the images are where names don't tell.
    path : str, optional
        Name of the array of stamps, where a file has several.
    batch_size : int, optional
        Stamps given to the network at once.
    keep_flagged : bool, default False
        Answer for stamps outside the training range, too, instead of leaving the answer out.

    Returns
    -------
    iterator of astropy.table.QTable
        ``id``; ``label``, ``p_real`` and ``logit``; ``flags``: ``dipole`` (a bright and a dark lobe
        in the middle of the difference), ``edge`` (a side without pixels), ``missing_pixels``,
        ``order_assumed``; and ``too_few_pixels`` or ``no_noise``, which give NaN, as
        ``outside_training_range`` does unless flagged answers are kept.

    Raises
    ------
    UsageError
        If files or options cannot be used.
    """
    empty = True
    options = {"batch_size": batch_size, "keep_flagged": keep_flagged}
    triplets = read_triplets(paths, order, path)
    while block := list(islice(triplets, AT_ONCE)):
        table = _predict_block(predictor, block, options)
        table.meta = {"order": list(order), "path": path}
        yield table
        empty = False
    if empty:
        raise nothing_read()


def stamps_of_file(physics: RealBogusPhysics, path: Path) -> np.ndarray:
    """Return the input of the one triplet in a file, (size, size, channels).

    Raises
    ------
    UsageError
        If it cannot be read, holds several, or has too few pixels or no noise.
    """
    triplets = list(read_triplets([path]))
    if len(triplets) != 1:
        raise UsageError(f"{path}: {len(triplets)} triplets; accepted: one")
    x = network_input(physics, sized(triplets[0], physics.size_pixels)[None])[0]
    if not np.isfinite(x).all():
        raise UsageError(f"{path}: too few pixels, or no noise, in an image")
    return x


def flags_of(images: np.ndarray) -> dict[str, np.ndarray]:
    """Return what is to be said of triplets (n, size, size, 3), word to rows (n,)."""
    missing = ~np.isfinite(images)
    noise = stamp_noise(images)
    sides = (missing[:, 0], missing[:, -1], missing[:, :, 0], missing[:, :, -1])
    some = missing.any(axis=(1, 2, 3))
    unusable = ~np.isfinite(noise).all(axis=1)
    return {
        "dipole": is_dipole(images[..., 2], noise[:, 2]),
        "edge": np.any([side.all(axis=1).any(axis=1) for side in sides], axis=0),
        "missing_pixels": some,
        "too_few_pixels": unusable & some,
        "no_noise": unusable & ~some,
    }


def is_dipole(difference: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Return whether differences (n, size, size) have lobes of both signs in the middle, (n,).

    Both at least five times the noise, and the weaker at least half of the stronger.
    """
    middle = difference.shape[1] // 2
    part = slice(middle - LOBE_REACH, middle + LOBE_REACH + 1)
    sky = sky_level(difference[..., None])[:, :, None]
    cut = np.nan_to_num(difference[:, part, part] - sky)
    high, low = cut.max(axis=(1, 2)), -cut.min(axis=(1, 2))
    weaker, stronger = np.minimum(high, low), np.maximum(high, low)
    return (weaker > LOBE_SIGMA * noise) & (weaker > LOBE_RATIO * stronger)


def _predict_block(
    predictor: Predictor[RealBogusPhysics], triplets: Sequence[Triplet], options: Mapping[str, Any]
) -> QTable:
    physics = predictor.physics
    images = np.stack([sized(one, physics.size_pixels) for one in triplets])
    x = network_input(physics, images)
    found = flags_of(images)
    flags = [
        [*one.flags, *(word for word, rows in found.items() if rows[k])]
        for k, one in enumerate(triplets)
    ]
    return predict_read(predictor, x, [one.id for one in triplets], flags, **options)
