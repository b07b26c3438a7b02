"""A network of known answers for stamps, and stamps in the forms in which surveys give them."""

import gzip
import io
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from astropy.io import fits

from astro_dl.answers.binary import Binary
from astro_dl.core.answer import AnswerKind
from astro_dl.inference.table import prediction_table
from astro_dl.science.real_bogus.physics import RealBogusPhysics

NAMES = ("science", "template", "difference")


@dataclass(frozen=True)
class StandIn:
    """A predictor whose logit is the middle pixel of the difference."""

    physics: RealBogusPhysics = field(default_factory=lambda: RealBogusPhysics(size_pixels=21))
    head: AnswerKind = field(default_factory=lambda: Binary(("bogus", "real")))

    def answers(self, x: np.ndarray, usable: np.ndarray) -> Any:
        assert not usable.any()
        return self.head.answers(np.full(len(x), np.nan))

    def predict(self, x, ids, batch_size=None, keep_flagged=False):
        assert x.shape[1:] == (21, 21, 3)
        finite = np.isfinite(x).all(axis=(1, 2, 3))
        logits = np.where(finite, x[:, 10, 10, 2], np.nan)
        answers = self.head.answers(logits)
        return prediction_table(self.head, ids, answers, {"non_finite_input": ~finite})


def triplet(flux=40.0, size=21, seed=0, sky=150.0):
    """Return stamps (size, size, 3): a source that is in the science image alone."""
    rng = np.random.default_rng(seed)
    images = rng.normal(size=(size, size, 3))
    axis = np.arange(size) - size // 2
    source = flux * np.exp(-0.5 * (axis[:, None] ** 2 + axis**2) / 1.5**2)
    images[..., 0] += source + sky
    images[..., 1] += sky
    images[..., 2] += source
    return images.astype(np.float32)


def write_fits(path, images, names=NAMES):
    """Write three images as extensions of these names."""
    planes = [
        fits.ImageHDU(images[..., k], name=name) if name else fits.ImageHDU(images[..., k])
        for k, name in enumerate(names)
    ]
    fits.HDUList([fits.PrimaryHDU(), *planes]).writeto(path)
    return path


def write_alerts(path, triplets, positive=None):
    """Write alerts as ZTF does: compressed FITS files within records."""
    import fastavro

    cutout = {
        "type": "record",
        "name": "cutout",
        "fields": [{"name": "stampData", "type": "bytes"}],
    }
    kinds = [f"cutout{name.capitalize()}" for name in NAMES]
    fields: list[Any] = [{"name": "objectId", "type": "string"}, {"name": "candid", "type": "long"}]
    fields += [
        {"name": kinds[0], "type": cutout},
        *({"name": k, "type": "cutout"} for k in kinds[1:]),
    ]
    sign_only = [{"name": "isdiffpos", "type": "string"}]
    candidate = {"type": "record", "name": "candidate", "fields": sign_only}
    fields.append({"name": "candidate", "type": candidate})
    records = []
    for number, images in enumerate(triplets):
        stamps = {}
        for k, kind in enumerate(kinds):
            packed = io.BytesIO()
            fits.PrimaryHDU(images[..., k]).writeto(packed)
            stamps[kind] = {"stampData": gzip.compress(packed.getvalue())}
        sign = {"isdiffpos": positive[number] if positive else "t"}
        records.append(
            {"candidate": sign, "objectId": f"ZTF20a{number}", "candid": 7 + number, **stamps}
        )
    with path.open("wb") as file:
        schema = fastavro.parse_schema({"type": "record", "name": "alert", "fields": fields})
        fastavro.writer(file, schema, records)
    return path
