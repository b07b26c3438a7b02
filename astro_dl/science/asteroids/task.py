"""The taxonomic class of an asteroid from its reflectance spectrum, even a part of it.

The classes of DeMeo et al. (2009), Icarus 202, 160, reduced to sixteen after Penttilä et al.
(2021), A&A 649, A46. Spectra are taken at 41 wavelengths from 0.45 to 2.45 um; those that were not
observed are marked, so that visible spectra and infrared ones alone, and gaps, are inputs too.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from astropy.table import QTable, Table

from astro_dl.answers.multiclass import Multiclass
from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Examples, Inputs
from astro_dl.core.files import distinct_names, find_in
from astro_dl.core.limits import Fraction
from astro_dl.core.reading.door import reading
from astro_dl.core.reading.many_files import nothing_read, read_each
from astro_dl.core.reading.share import divisible
from astro_dl.core.schema import checked
from astro_dl.core.task import Augmentation, Classical, Dataset, Files, InputSpec, Task
from astro_dl.inference.input_checks import rows_outside_training_range
from astro_dl.inference.protocol import Predictor
from astro_dl.inference.table import Flag, answered_rows, prediction_table, unsupported
from astro_dl.observations.tables.columns import (
    DOUBTFUL_SENTINELS,
    class_numbers,
    parse_column_names,
    read_columns,
)
from astro_dl.observations.tables.inputs import PEERS, masked_inputs, table_features
from astro_dl.observations.tables.read import read_table
from astro_dl.science.asteroids.simulate import CLASSES, FREQUENCIES, WAVELENGTHS, simulate_spectra

REFERENCE = "DeMeo et al. (2009), Icarus 202, 160; Penttilä et al. (2021), A&A 649, A46"
SCALE = 0.1
FEWEST_WAVELENGTHS = 5
REACH = 0.025
"""Up to which distance reflectances are averaged [um]."""
FARTHEST = 10.0
"""Times the median beyond which 99, 999 … are no reflectances."""
PARTIAL_ROWS = 0.3


@checked
class AsteroidPhysics:
    """Everything that defines a set of spectra.

    Parameters
    ----------
    class_fractions : {"observed", "equal"}
        Frequencies of the classes.
    noise : float, default 0.01
        Relative scatter of a wavelength.
    missing_values : bool, default True
        Whether 30% of the spectra lack wavelengths.
    distinct : bool, default True
        Without, all spectra are of class S, whatever their label.
    """

    class_fractions: Literal["observed", "equal"] = "observed"
    noise: Fraction = 0.01
    missing_values: bool = True
    distinct: bool = True


def head(physics: AsteroidPhysics) -> Multiclass:
    """Return the sixteen classes."""
    return Multiclass(CLASSES)


def input_spec(physics: AsteroidPhysics) -> InputSpec:
    """Return 41 wavelengths and 41 marks."""
    contract = {
        "values": f"(ln reflectance - its mean over the known wavelengths) / {SCALE:g}",
        "missing": "value 0, and 1 in the second half of the input, which is 0 elsewhere",
        "wavelengths_um": [round(float(wavelength), 2) for wavelength in WAVELENGTHS],
    }
    return InputSpec((2 * len(WAVELENGTHS),), contract)


def spectrum_inputs(reflectance: np.ndarray) -> np.ndarray:
    """Return inputs (n, 82) float32 from reflectances (n, 41) on any scale, NaN where missing."""
    known = np.isfinite(reflectance) & (reflectance > 0)
    logarithm = np.log(np.where(known, reflectance, 1))
    return masked_inputs(np.where(known, _centred(logarithm, known) / SCALE, np.nan))


def hide_wavelengths(x: Inputs, rng: np.random.Generator, fraction: float = PARTIAL_ROWS) -> Inputs:
    """Return spectra some of which lack a part: all beyond a wavelength, all before, or a gap."""
    values, missing = np.split(np.asarray(x), 2, axis=1)
    n, k = values.shape
    place = np.arange(k)
    first, last = np.sort(rng.integers(0, k + 1, (2, n)), axis=0)[..., None]
    kind = rng.integers(0, 3, (n, 1))
    lost = np.where(
        kind == 0, place >= np.maximum(last, 8), np.where(kind == 1, place < first, False)
    )
    gap = (place >= first) & (place < np.minimum(last, first + 10))
    lost = (rng.random((n, 1)) < fraction) & np.where(kind == 2, gap, lost)
    known = (missing == 0) & ~lost
    enough = known.sum(axis=1, keepdims=True) >= FEWEST_WAVELENGTHS
    known = np.where(enough, known, missing == 0)
    return masked_inputs(np.where(known, _centred(values, known), np.nan))


def _centred(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    total = np.where(known, values, 0).sum(axis=1, keepdims=True)
    return values - total / np.maximum(known.sum(axis=1, keepdims=True), 1)


def simulate(physics: AsteroidPhysics, n: int, rng: np.random.Generator) -> Examples:
    """Return n spectra; y is the class; ``info`` has ``asteroid`` (a random number)."""
    choice, draw = rng.spawn(2)
    equal = physics.class_fractions == "equal"
    y = choice.choice(len(CLASSES), n, p=None if equal else FREQUENCIES).astype(np.int32)
    drawn = y if physics.distinct else np.full(n, CLASSES.index("S"))
    x = spectrum_inputs(simulate_spectra(drawn, draw, physics.noise))
    made = hide_wavelengths(x, choice) if physics.missing_values else x
    return Examples(made, y, Table({"asteroid": choice.integers(2**62, size=n)}))


def is_reflectance(values: np.ndarray) -> np.ndarray:
    """Return which values (m,) may be reflectances, on any scale.

    Those are none that are not above zero, nor numbers such as 99 that stand for none and are more
    than ten times the median.
    """
    positive = np.isfinite(values) & (values > 0)
    marks = np.isin(values, DOUBTFUL_SENTINELS)
    others = values[positive & ~marks]
    return positive & ~(marks & (values > FARTHEST * (np.median(others) if len(others) else 0)))


def resampled(wavelength: np.ndarray, reflectance: np.ndarray) -> np.ndarray:
    """Return reflectances at the 41 wavelengths.

    Parameters
    ----------
    wavelength : ndarray, (m,)
        In any order [um]; NaN are left out.
    reflectance : ndarray, (m,)
        What is none, see `is_reflectance`, is left out.

    Returns
    -------
    ndarray, (41,)
        Mean of the values within 0.025 um, else interpolated between neighbours less than 0.1 um
        apart; NaN where neither is possible.
    """
    known = np.isfinite(wavelength) & is_reflectance(reflectance)
    order = np.argsort(wavelength[known])
    x, y = wavelength[known][order], reflectance[known][order]
    if not len(x):
        return np.full(len(WAVELENGTHS), np.nan)
    step = WAVELENGTHS[1] - WAVELENGTHS[0]
    # Bins whose edges are rounded so that a grid of 0.005 um is shared out evenly.
    bins = np.round((x - WAVELENGTHS[0]) / step + 1e-9).astype(int)
    inside = (bins >= 0) & (bins < len(WAVELENGTHS))
    count = np.bincount(bins[inside], minlength=len(WAVELENGTHS))
    total = np.bincount(bins[inside], y[inside], len(WAVELENGTHS))
    after = np.clip(np.searchsorted(x, WAVELENGTHS), 1, max(len(x) - 1, 1))
    near = np.zeros(len(WAVELENGTHS), bool)
    if len(x) > 1:
        inner = np.clip(WAVELENGTHS, x[0], x[-1]) == WAVELENGTHS
        near = inner & (x[after] - x[after - 1] < 2 * step)
    between = np.where(near, np.interp(WAVELENGTHS, x, y), np.nan)
    return np.where(count > 0, total / np.maximum(count, 1), between)


def read_busdemeo(physics: AsteroidPhysics, folder: Path) -> Examples:
    """Return the 538 observed spectra, each of another asteroid, below ``folder``.

    Raises
    ------
    UsageError
        If the file is missing or has other classes or wavelengths.
    """
    name = "asteroids/busdemeo/asteroid-spectra_16_reduced_denoised_norm.npz"
    path = find_in(folder, name)
    with reading(path, "NumPy archive"), np.load(path, allow_pickle=False) as archive:
        spectra, wavelength = archive["spectra"], archive["wavelengths"] / 1000
        labels = [str(label).rstrip("+") for label in archive["labels"][:, 0]]
    y = class_numbers(labels, {name: number for number, name in enumerate(CLASSES)}, path)
    x = spectrum_inputs(np.stack([resampled(wavelength, spectrum) for spectrum in spectra]))
    return Examples(x, y, Table({"asteroid": np.arange(len(y))}))


def read_busdemeo_parts(physics: AsteroidPhysics, folder: Path) -> Examples:
    """Return the spectra of `read_busdemeo`, each without a part of its wavelengths.

    Which part is the same every time, see `hide_wavelengths`.
    """
    whole = read_busdemeo(physics, folder)
    return Examples(hide_wavelengths(whole.x, np.random.default_rng(0), 1.0), whole.y, whole.info)


@divisible()
def classify_spectra(
    predictor: Predictor[AsteroidPhysics],
    paths: Sequence[Any],
    *,
    columns: str = "",
    wavelength_unit: str = "um",
    batch_size: int | None = None,
    keep_flagged: bool = False,
) -> QTable:
    """Class asteroids by their spectra.

    Parameters
    ----------
    predictor : Predictor
        A network of task ``asteroid_taxonomy``.
    paths : sequence of path
        One spectrum each: CSV, ECSV, FITS, VOTable, HDF5 or Parquet tables with the columns
        ``wavelength`` and ``reflectance``, the latter on any scale.
    columns : str, optional
        Names of the file's columns where they differ, as ``wavelength=lambda,reflectance=refl``.
    wavelength_unit : str, default "um"
        Unit of wavelengths whose column has none.
    batch_size : int, optional
        Spectra given to the network at once.
    keep_flagged : bool, default False
        Give answers that a flag calls unsupported, too, instead of leaving them out.

    Returns
    -------
    astropy.table.QTable
        One row per file: ``id``, ``label``, ``p_<class>`` and ``flags``: ``missing_wavelengths``
        where some of 0.45 to 2.45 um were not observed; ``bad_reflectances`` where rows were left
        out, whose reflectance is missing, not above zero, or a number such as 99 far above the
        others; ``outside_training_range``, which leaves the answer out unless flagged ones are
        kept.

    Raises
    ------
    UsageError
        If a file cannot be used or holds fewer than five of the 41 wavelengths.
    """
    from astropy import units as u

    mapping = parse_column_names(columns)
    try:
        factor = u.Unit(wavelength_unit).to("um")
    except (ValueError, TypeError, u.UnitConversionError) as error:
        raise UsageError(f"wavelength_unit {wavelength_unit!r} is no unit of length") from error

    def read(path: Any) -> tuple[np.ndarray, bool]:
        return _read_spectrum(path, mapping, factor, wavelength_unit)

    found = list(read_each(paths, read))
    if not found:
        raise nothing_read()
    x = spectrum_inputs(np.stack([spectrum for _, (spectrum, _) in found]))
    outside = rows_outside_training_range(x, predictor.bundle.card.input_statistics)
    flags = {
        "missing_wavelengths": Flag(np.asarray(np.split(x, 2, axis=1)[1].any(axis=1))),
        "bad_reflectances": Flag(np.array([bad for _, (_, bad) in found])),
        "outside_training_range": Flag(outside, unsupported(predictor.head)),
    }
    names = distinct_names([Path(path) for path in paths])
    ids = [names[Path(path)] for path, _ in found]
    answers = predictor.answers(x, batch_size, answered_rows(flags, keep_flagged))
    return prediction_table(predictor.head, ids, answers, flags)


def input_of_file(physics: AsteroidPhysics, path: Path) -> np.ndarray:
    """Return the input of the one spectrum in a file, of which a bare wavelength is in um."""
    spectrum, _ = _read_spectrum(path, {}, 1.0, "um")
    return spectrum_inputs(spectrum[None])[0]


def _read_spectrum(
    path: Any, mapping: dict[str, str], factor: float, wavelength_unit: str
) -> tuple[np.ndarray, bool]:
    """Return the reflectances (41,) of a file, and whether rows were left out."""
    table = read_table(path)
    names = ("wavelength", "reflectance")
    values = read_columns(table, names, mapping, {"wavelength": "um"}, path, sentinels=())
    has_unit = table[_column(table, mapping.get("wavelength", "wavelength"))].unit is not None
    wavelength = values["wavelength"] * (1 if has_unit else factor)
    spectrum = resampled(wavelength, values["reflectance"])
    within = np.abs(wavelength - WAVELENGTHS.mean()) <= np.ptp(WAVELENGTHS) / 2 + REACH
    found = int((spectrum > 0).sum())
    if found < FEWEST_WAVELENGTHS:
        raise UsageError(
            f"{path}: {found} of the wavelengths 0.45, 0.50 … 2.45 um have a reflectance, at "
            f"least {FEWEST_WAVELENGTHS} are needed; is the unit {wavelength_unit!r} right?"
        )
    return spectrum, bool((within & ~is_reflectance(values["reflectance"])).any())


def _column(table: Table, wanted: str) -> str:
    return next(name for name in table.colnames if name.strip().lower() == wanted.lower())


task = Task(
    name="asteroid_taxonomy",
    summary="Which taxonomic class is an asteroid of, by its reflectance spectrum?",
    physics=AsteroidPhysics,
    head=head,
    input_spec=input_spec,
    simulate=simulate,
    group="asteroid",
    classical=Classical(features=table_features, peers=PEERS),
    datasets={
        "busdemeo": Dataset(
            "538 spectra in 16 classes, smoothed, 0.45 to 2.45 um",
            read_busdemeo,
            n=538,
            reference=REFERENCE,
            licence="MIT",
        ),
        "busdemeo_parts": Dataset(
            "The same spectra, each without a part of its wavelengths",
            read_busdemeo_parts,
            reference=REFERENCE,
            licence="MIT",
        ),
    },
    augmentation=Augmentation(inputs=hide_wavelengths),
    files=Files(inputs=input_of_file, predict=classify_spectra),
    simulation_caution="Means and scatter of the simulated classes are those of all spectra of "
    "busdemeo, the ones that it is scored on included: accuracies on that set are too good, by "
    "about 0.05.",
    zero_signal={"distinct": False},
)
