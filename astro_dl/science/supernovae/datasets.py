"""Labelled light curves of challenges and surveys: SPCC, PLAsTiCC, Pan-STARRS, and published ones.

SPCC and PLAsTiCC are simulated, by others and far more carefully than here; the other two are real.
What only their truth tells (redshifts, templates, dates of maximum) is in ``info``, never an input.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from astropy.table import Table, vstack

from astro_dl.core.errors import UsageError
from astro_dl.core.examples import SET, Examples
from astro_dl.core.files import find_in
from astro_dl.core.reading.door import reading
from astro_dl.core.rows import join_rows
from astro_dl.core.task import Dataset
from astro_dl.observations.tables.read import read_table
from astro_dl.science.supernovae.farther import known_objects, seen_farther
from astro_dl.science.supernovae.inputs import light_curve_inputs
from astro_dl.science.supernovae.nights import Points
from astro_dl.science.supernovae.physics import SupernovaPhysics
from astro_dl.science.supernovae.simulate import host_redshifts
from astro_dl.science.supernovae.simulation.band_light import ZERO_POINT

Array = np.ndarray

PLASTICC_CLASSES = {90: "Ia", 62: "Ibc", 42: "II", 95: "SLSN"}
CATALOG_CLASSES = {"Ia": "Ia", "Ibc": "Ibc", "IIb": "Ibc", "II": "II", "IIn": "II", "SLSN": "SLSN"}
"""Of the Open Supernova Catalog; Ia-pec and Ibn are left out."""

CATALOG_BANDS = {
    "B": ("g", -0.09),
    "V": ("g", 0.02),
    "g": ("g", 0.0),
    "g'": ("g", 0.0),
    "R": ("r", 0.21),
    "r": ("r", 0.0),
    "r'": ("r", 0.0),
    "I": ("i", 0.45),
    "i": ("i", 0.0),
    "i'": ("i", 0.0),
    "z": ("z", 0.0),
    "z'": ("z", 0.0),
}
"""The band that a published magnitude stands for, and what makes an AB magnitude of it."""

CATALOG_BRIGHTEST, CATALOG_ERROR = 21.0, 4.0
LARGEST_ERROR = 500.0
EVERY_THIRD = 3
FARTHER_COPIES = 16


def read_spcc(
    choose: Callable[[Table], Array | None], physics: SupernovaPhysics, folder: Path
) -> Examples:
    """Return the 17,332 supernovae of the Photometric Classification Challenge below ``folder``.

    Parameters
    ----------
    choose : callable
        From the table of objects to the set of each, ``train`` or ``test`` (n,), or to None.
    physics : SupernovaPhysics
        Of the survey ``des``.
    folder : Path
        That holds ``transients``.

    Returns
    -------
    Examples
        ``info`` has ``object_id`` (of the challenge), ``subtype``, ``template`` (number of the
        core-collapse template, 0 for Ia), ``redshift`` (true), ``peak`` [d], ``snr``.

    Raises
    ------
    UsageError
        If files are missing, or the physics is of another survey or has other classes.
    """
    return _spcc_examples(physics, *_spcc(physics, folder), choose)


def read_spcc_farther(physics: SupernovaPhysics, folder: Path) -> Examples:
    """Return SPCC as `read_spcc` divides it by `spectroscopic`, with more to train on.

    The 1,103 objects of known type and redshift are followed by 16 times as many that are seen
    farther away, see `astro_dl.science.supernovae.farther`; these are drawn with a fixed seed,
    classes as the physics shares them out. ``object_id`` is that of the object they come from.

    Raises
    ------
    UsageError
        As `read_spcc`, or if a class is among none of the 1,103.
    """
    table, points = _spcc(physics, folder)
    train = np.flatnonzero(np.asarray(table["spec_train"]) == 1)
    number = np.full(len(table), -1)
    number[train] = np.arange(len(train))
    own = points[number[points.object] >= 0]
    own = replace(own, object=number[own.object])
    redshift = np.asarray(table["z_spec"], float)[train]
    kind = class_numbers(physics, np.asarray(table["coarse"], str)[train])
    known, rng = known_objects(physics, own, redshift), np.random.default_rng(0)
    moved = seen_farther(physics, known, kind, FARTHER_COPIES * len(train), rng)
    copies = table[train[moved.source]]
    copies["z_true"], copies["peakmjd_true"] = moved.redshift, np.nan
    copies["z_host_phot"], copies["z_host_phot_err"] = host_redshifts(moved.redshift, rng)
    moved_points = replace(moved.points, object=moved.points.object + len(table))
    both = vstack([table, copies], metadata_conflicts="silent")
    return _spcc_examples(physics, both, join_rows([points, moved_points]), spectroscopic)


def _spcc(physics: SupernovaPhysics, folder: Path) -> tuple[Table, Points]:
    """Return objects and points of SPCC, bands numbered as the physics does."""
    _check_survey("spcc", physics, "des")
    table = _objects(folder, "transients/spcc_objects.csv.gz")
    points, bands = _points(folder, "transients/spcc_lightcurves.npz", "mjd_minus_56000")
    return table, in_bands(physics, points, bands)


def _spcc_examples(
    physics: SupernovaPhysics,
    table: Table,
    points: Points,
    choose: Callable[[Table], Array | None],
) -> Examples:
    info = Table(
        {"object_id": np.asarray(table["snid"]), "subtype": np.asarray(table["type"], str)}
    )
    info["template"] = np.asarray(table["non1a_index"])
    info["redshift"] = np.asarray(table["z_true"], float)
    info["peak"] = np.asarray(table["peakmjd_true"], float) - 56_000
    host = tuple(np.asarray(table[f"z_host_phot{end}"], float) for end in ("", "_err"))
    sets = choose(table)
    if sets is not None:
        info[SET] = sets
    return _examples(physics, points, physics.bands, np.asarray(table["coarse"], str), info, host)


def spectroscopic(table: Table) -> Array:
    """Return ``train`` for the 1,103 objects whose type the challenge told, ``test`` for others."""
    return np.where(np.asarray(table["spec_train"]) == 1, "train", "test")


def templates_left_out(table: Table) -> Array:
    """Return ``test`` for every third core-collapse template, and every third type Ia."""
    template = np.asarray(table["non1a_index"])
    number = np.where(template > 0, template, np.arange(len(template)))
    return np.where(number % EVERY_THIRD == 0, "test", "train")


def read_plasticc(physics: SupernovaPhysics, folder: Path) -> Examples:
    """Return the supernovae of PLAsTiCC's training set, and 2,489 of its test set.

    Ia, Ibc, II and superluminous ones (as the physics has classes); all other objects are left out.
    ``info`` as `read_spcc` has it, but for the template and the maximum.

    Raises
    ------
    UsageError
        If files are missing, or the physics is of another survey.
    """
    _check_survey("plasticc", physics, "lsst")
    parts, tables, count = [], [], 0
    for name, which in (("plasticc_train", "train"), ("plasticc_test_sn_subset", "test")):
        table = _objects(folder, f"transients/{name}_objects.csv.gz")
        own, bands = _points(folder, f"transients/{name}.npz", "mjd_minus_59000")
        truth = np.asarray(table["true_target"])
        info = Table({"object_id": np.asarray(table["object_id"])})
        info["subtype"] = np.array([PLASTICC_CLASSES.get(int(one), "") for one in truth])
        info["redshift"] = np.asarray(table["hostgal_photoz"], float)
        info["error"] = np.asarray(table["hostgal_photoz_err"], float)
        info[SET] = which
        tables.append(info)
        parts.append(Points(own.object + count, own.time, own.band, own.flux, own.error))
        count += len(table)
    info = vstack(tables)
    points = join_rows(parts)
    host = (np.asarray(info["redshift"]), np.asarray(info["error"]))
    info.remove_column("error")
    return _examples(physics, points, bands, np.asarray(info["subtype"]), info, host)


def read_pan_starrs(physics: SupernovaPhysics, folder: Path) -> Examples:
    """Return 916 likely type Ia of the medium-deep survey of Pan-STARRS, as if of ``des``.

    The filters differ by some hundredths of a magnitude. Points with errors above 500 are left out;
    105 objects have no redshift, and get 0.3 ± 0.3.

    Raises
    ------
    UsageError
        If files are missing, or the physics is of another survey.
    """
    _check_survey("pan_starrs", physics, "des")
    table = _objects(folder, "transients/ps1mds_jones2018_objects.csv.gz")
    points, bands = _points(folder, "transients/ps1mds_jones2018.npz", "mjd_minus_55000")
    points = points[points.error <= LARGEST_ERROR]
    info = Table({"object_id": np.asarray(table["name"], str)})
    redshift: Array = np.ma.filled(np.ma.asarray(table["z"], float), np.nan)
    info["subtype"], info["redshift"] = "Ia", redshift
    unknown = ~np.isfinite(redshift)
    host = (np.where(unknown, 0.3, redshift), np.where(unknown, 0.3, 0.02 * (1 + redshift)))
    return _examples(physics, points, bands, np.full(len(info), "Ia"), info, host)


def read_open_catalog(physics: SupernovaPhysics, folder: Path) -> Examples:
    """Return typed events of 2010 to 2014 of the Open Supernova Catalog, moved to where DES looks.

    Published magnitudes of twelve bands stand for g, r, i and z; each event is dimmed until its
    brightest point is of magnitude 21, and has noise of 4 units of flux added. Its clock and its
    colours stay those of a near one.

    Raises
    ------
    UsageError
        If files are missing, or the physics is of another survey.
    """
    _check_survey("open_catalog", physics, "des")
    table = _objects(folder, "transients/osc2010_2014_objects.csv")
    path = find_in(folder, "transients/osc2010_2014.npz")
    with reading(path, "NumPy archive"), np.load(path, allow_pickle=False) as archive:
        stored = {name: archive[name] for name in archive.files}
    names = [str(name) for name in stored["bands"]]
    meant = [CATALOG_BANDS.get(name, ("", 0.0)) for name in names]
    place = np.array([physics.bands.index(band) if band else -1 for band, _ in meant])
    shift = np.array([shift for _, shift in meant])
    owner = np.repeat(np.arange(len(table)), np.diff(stored["offsets"]))
    band, error = place[stored["band"]], stored["mag_err"].astype(float)
    magnitude = stored["mag"].astype(float) + shift[stored["band"]]
    used = (band >= 0) & np.isfinite(magnitude) & np.isfinite(error) & (error > 0)
    brightest = np.full(len(table), np.inf)
    np.minimum.at(brightest, owner[used], magnitude[used])
    magnitude = magnitude + (CATALOG_BRIGHTEST - brightest)[owner]
    rng = np.random.default_rng(0)
    flux = 10 ** (-0.4 * (magnitude - ZERO_POINT))
    flux, error = flux + CATALOG_ERROR * rng.standard_normal(len(flux)), 0.921 * error * flux
    time = stored["mjd_minus_55000"]
    points = Points(owner, time, band, flux, np.hypot(error, CATALOG_ERROR))[used]
    kind = np.array([CATALOG_CLASSES.get(str(one), "") for one in table["cls"]])
    info = Table({"object_id": np.asarray(table["name"], str)})
    info["subtype"] = np.asarray(table["cls"], str)
    info["redshift"] = np.ma.filled(np.ma.asarray(table["z"], float), np.nan)
    known = np.nan_to_num(np.asarray(info["redshift"]), nan=0.05)
    return _examples(physics, points, physics.bands, kind, info, (known, 0.02 * (1 + known)))


def _check_survey(name: str, physics: SupernovaPhysics, survey: str) -> None:
    if physics.survey != survey:
        raise UsageError(
            f"dataset {name!r} has the bands of {survey}; physics.survey is {physics.survey!r}"
        )


def _objects(folder: Path, name: str) -> Table:
    return read_table(find_in(folder, name))


def _points(folder: Path, name: str, clock: str) -> tuple[Points, tuple[str, ...]]:
    """Return the points of a file of flat arrays whose errors are above zero, and its bands."""
    path = find_in(folder, name)
    with reading(path, "NumPy archive"), np.load(path, allow_pickle=False) as archive:
        owner = np.repeat(np.arange(len(archive["offsets"]) - 1), np.diff(archive["offsets"]))
        columns = [archive[key].astype(float) for key in (clock, "flux", "flux_err")]
        band = archive["band"].astype(np.intp)
        bands = tuple(str(one) for one in archive["bands"])
    time, flux, error = columns
    points = Points(owner, time, band, flux, error)
    return points[np.isfinite(flux) & np.isfinite(error) & (error > 0)], bands


def in_bands(physics: SupernovaPhysics, points: Points, bands: tuple[str, ...]) -> Points:
    """Return points whose bands are numbered as the physics lists them."""
    place = np.array([physics.bands.index(band) for band in bands])
    return replace(points, band=place[points.band])


def class_numbers(physics: SupernovaPhysics, kind: Array) -> Array:
    """Return the number of each class by name (n,), -1 for those that the physics has not."""
    return np.array([physics.classes.index(one) if one in physics.classes else -1 for one in kind])


def _examples(
    physics: SupernovaPhysics,
    points: Points,
    bands: tuple[str, ...],
    kind: Array,
    info: Table,
    host: tuple[Array, ...],
) -> Examples:
    """Return the objects that are of a class of the physics and detected."""
    points = in_bands(physics, points, bands)
    n = len(info)
    x, start = light_curve_inputs(physics, points, n, (host[0], host[1]))
    snr = np.zeros(n)
    np.maximum.at(snr, points.object, points.signal_to_noise)
    info["snr"], info["points"] = snr, np.bincount(points.object, minlength=n)
    if "peak" in info.colnames:
        info["peak"] = np.asarray(info["peak"]) - start
    y = class_numbers(physics, kind)
    used = (y >= 0) & np.isfinite(start)
    return Examples(x[used], y[used].astype(np.int32), info[used])


SPCC_REFERENCE = "Kessler et al. (2010), PASP 122, 1415"
DATASETS = {
    "spcc": Dataset(
        "17,332 supernovae simulated for the Photometric Classification Challenge, griz",
        partial(read_spcc, lambda table: None),
        n=17_332,
        simulated=True,
        collection="spcc",
        reference=SPCC_REFERENCE,
        licence="public; MIT as distributed",
    ),
    "spcc_spectroscopic": Dataset(
        "The same, divided as in the challenge: 1,103 bright ones of known type, and the rest",
        partial(read_spcc, spectroscopic),
        n=17_332,
        simulated=True,
        collection="spcc",
        reference=SPCC_REFERENCE,
        licence="public; MIT as distributed",
    ),
    "spcc_farther": Dataset(
        "The same 1,103, also as they would be seen farther away, and the rest",
        read_spcc_farther,
        simulated=True,
        collection="spcc",
        reference=f"{SPCC_REFERENCE}; Boone (2019), AJ 158, 257",
        licence="public; MIT as distributed",
    ),
    "spcc_templates": Dataset(
        "The same: every third core-collapse template, and every third type Ia, is left out",
        partial(read_spcc, templates_left_out),
        n=17_332,
        simulated=True,
        collection="spcc",
        reference=SPCC_REFERENCE,
        licence="public; MIT as distributed",
    ),
    "plasticc": Dataset(
        "Supernovae of the PLAsTiCC training set, and 2,489 of its test set, ugrizy",
        read_plasticc,
        simulated=True,
        reference="Kessler et al. (2019), PASP 131, 094501",
        licence="CC BY 4.0",
    ),
    "pan_starrs": Dataset(
        "916 likely type Ia supernovae of the Pan-STARRS medium-deep survey, griz",
        read_pan_starrs,
        split=False,
        reference="Jones et al. (2018), ApJ 857, 51",
        licence="public",
    ),
    "open_catalog": Dataset(
        "Typed supernovae of 2010 to 2014 of the Open Supernova Catalog, as DES would see them",
        read_open_catalog,
        split=False,
        reference="Guillochon et al. (2017), ApJ 835, 64",
        licence="public",
    ),
}
