"""Stamps of real sources and of artefacts, from as many fields as it takes."""

from dataclasses import dataclass, replace

import numpy as np
import scipy
from astropy import units as u
from astropy.table import Table, vstack

from astro_dl.core.errors import UsageError
from astro_dl.science.real_bogus.inputs import stamp_noise
from astro_dl.science.real_bogus.physics import RealBogusPhysics
from astro_dl.science.real_bogus.simulation.field import (
    Field,
    causes_of,
    find_bogus,
    simulate_field,
)
from astro_dl.science.real_bogus.simulation.injection import SEARCH, draw_injections, inject
from astro_dl.science.real_bogus.simulation.subtraction import PSF_REACH

MOST_OF_A_CLASS = 16
MOST_OF_A_CAUSE = 5
SPREAD = 0.1
"""Of ln S/N of real sources about those of artefacts."""

INJECTED_PER_WANTED = 2.0
FRUITLESS_FIELDS = 60
LARGEST_HOST_DISTANCE = 30.0


@dataclass(frozen=True)
class Stamps:
    """Stamps and what is known about them.

    Parameters
    ----------
    images : ndarray
        (n, size, size, 3) float32 science, template and difference [σ]; NaN where there are no
        pixels.
    real : ndarray of bool
        (n,).
    info : Table
        Their truth.
    """

    images: np.ndarray
    real: np.ndarray
    info: Table

    def take(self, rows: np.ndarray | slice) -> "Stamps":
        """Return the stamps of these rows."""
        return Stamps(self.images[rows], self.real[rows], self.info[rows])


def simulate_stamps(physics: RealBogusPhysics, n: int, rng: np.random.Generator) -> Stamps:
    """Return n stamps in random order, those of one field having one ``field_id``.

    Artefacts are what is detected in subtractions of fields where nothing has changed. Real sources
    are put into the same fields, with the S/N of the artefacts, and must be detected.

    Raises
    ------
    UsageError
        If many fields in a row give no artefact or no real source.
    """
    reals = int(rng.binomial(n, physics.real_fraction)) if physics.distinct else 0
    bogus_parts, real_parts = _from_fields(
        physics, {"artefact": n - reals, "real source": reals}, rng
    )
    kept = [
        _joined(parts).take(slice(count))
        for parts, count in ((real_parts, reals), (bogus_parts, n - reals))
        if count
    ]
    stamps = _joined(kept).take(rng.permutation(n))
    if physics.distinct:
        return stamps
    return replace(stamps, real=rng.random(n) < physics.real_fraction)


def _from_fields(
    physics: RealBogusPhysics, wanted: dict[str, int], rng: np.random.Generator
) -> tuple[list[Stamps], list[Stamps]]:
    """Return parts of at least as many artefacts and real sources as wanted."""
    missing = dict(wanted)
    made: dict[str, list[Stamps]] = {name: [] for name in wanted}
    snrs = np.empty(0)
    fruitless = 0
    while any(count > 0 for count in missing.values()):
        field = simulate_field(physics, rng)
        bogus = _bogus_of(field, physics, rng)
        snrs = np.concatenate([snrs, bogus.info["snr"]])
        parts = {"artefact": bogus}
        if missing["real source"] > 0 and len(snrs):
            parts["real source"] = _reals_of(field, physics, snrs, max(len(bogus.real), 4), rng)
        fruitless += 1
        for name, part in parts.items():
            if missing[name] > 0 and len(part.real):
                made[name].append(part)
                missing[name] -= len(part.real)
                fruitless = 0
        if fruitless == FRUITLESS_FIELDS:
            name = next(name for name, count in missing.items() if count > 0)
            raise UsageError(
                f"{FRUITLESS_FIELDS} fields gave no {name}: with these physics none is detected"
            )
    return made["artefact"], made["real source"]


def _bogus_of(field: Field, physics: RealBogusPhysics, rng: np.random.Generator) -> Stamps:
    """Return at most 16 artefacts of a field, at most five of one cause."""
    half = physics.size_pixels // 2
    row, column = find_bogus(field, max(half, PSF_REACH) + SEARCH)
    order = rng.permutation(len(row))
    row, column = row[order], column[order]
    cause = causes_of(field, row, column)
    rank = np.zeros(len(row), int)
    for one in np.unique(cause):
        rank[cause == one] = np.arange(np.sum(cause == one))
    kept = np.flatnonzero(rank < MOST_OF_A_CAUSE)[:MOST_OF_A_CLASS]
    row, column, cause = row[kept], column[kept], cause[kept]
    planes = (field.science.image, field.template.image, field.difference.image)
    images = np.empty((len(row), physics.size_pixels, physics.size_pixels, 3), np.float32)
    for k, (r, c) in enumerate(zip(row, column, strict=True)):
        for number, plane in enumerate(planes):
            images[k, :, :, number] = plane[r - half : r + half + 1, c - half : c + half + 1]
    snr = field.snr[row, column]
    flux = snr * field.excess / np.sqrt(field.power[row, column])
    info = _info(field, cause, snr, flux, row, column)
    return _usable(Stamps(images, np.zeros(len(row), bool), info))


def _reals_of(
    field: Field,
    physics: RealBogusPhysics,
    snrs: np.ndarray,
    wanted: int,
    rng: np.random.Generator,
) -> Stamps:
    """Return real sources found in a field, of about the S/N of these artefacts."""
    n = int(INJECTED_PER_WANTED * wanted)
    sources = draw_injections(physics, field, n, rng)
    snr = rng.choice(snrs, n) * np.exp(rng.normal(0, SPREAD, n))
    found = inject(field, sources, snr, physics.size_pixels)
    # what is fainter is found less often: among those found, the ones most like artefacts are kept
    alike = rng.choice(snrs, min(len(found.which), wanted))
    apart = np.abs(np.log(np.abs(found.snr)) - np.log(alike)[:, None])
    kept = np.sort(scipy.optimize.linear_sum_assignment(apart)[1])
    info = _info(
        field,
        sources.kind[found.which[kept]],
        found.snr[kept],
        found.flux[kept],
        found.row[kept],
        found.column[kept],
    )
    images = np.moveaxis(found.stamps[kept], 1, 3)
    return _usable(Stamps(images, np.ones(len(kept), bool), info))


def _info(
    field: Field,
    kind: np.ndarray,
    snr: np.ndarray,
    flux: np.ndarray,
    row: np.ndarray,
    column: np.ndarray,
) -> Table:
    """Return what is known of detections, those of one field with one random number."""
    galaxies, scale = field.scene.galaxies, field.camera.pixel_scale_arcsec
    distance = np.hypot(row[:, None] - galaxies.y, column[:, None] - galaxies.x).min(axis=1)
    n = len(row)
    return Table(
        {
            "field_id": np.full(n, field.number),
            "kind": np.asarray(kind, "U16"),
            "snr": np.abs(snr),
            "sign": np.sign(snr).astype(int),
            "magnitude": field.camera.magnitude(flux) * u.mag,
            "host_distance": np.minimum(distance * scale, LARGEST_HOST_DISTANCE) * u.arcsec,
            "fwhm": np.full(n, field.science.psf.fwhm) * u.pix,
            "template_fwhm": np.full(n, field.template.psf.fwhm) * u.pix,
            "registration": np.full(n, field.registration) * u.pix,
        }
    )


def _usable(stamps: Stamps) -> Stamps:
    """Return the stamps that have enough pixels, and noise, in every image."""
    if not len(stamps.real):
        return stamps
    return stamps.take(np.isfinite(stamp_noise(stamps.images)).all(axis=1))


def _joined(parts: list[Stamps]) -> Stamps:
    return Stamps(
        np.concatenate([part.images for part in parts]),
        np.concatenate([part.real for part in parts]),
        vstack([part.info for part in parts]),
    )
