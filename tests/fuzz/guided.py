"""Mutants of a reader's file guided by what they reach of our code: python -m tests.fuzz.guided.

Needs atheris (the extra `fuzz`). Mutants are those of `tests.fuzz.mutations` where a file is sound
enough for them, else bytes are changed.
"""

import argparse
import io
import sys
import tempfile
import warnings
import zlib
from pathlib import Path

import atheris
import numpy as np

with atheris.instrument_imports(include=["astro_dl.core.reading", "astro_dl.observations"]):
    from astro_dl.core.reading.fits_structure import check_structure
    from tests.fuzz.task_readers import READERS

from tests.fuzz.mutations import MUTATIONS
from tests.fuzz.run import MOST_BYTES, MOST_SECONDS, wrong

LARGEST = 2**20
GZIP = 31
OF_INTERPRETER = 2**31


class Wrong(Exception):
    """Tells libFuzzer that a mutant was neither refused nor read rightly."""


def check_sound(data: bytes, kind: str) -> None:
    """Raise for a FITS file that would keep astropy busy for hours."""
    if kind == "fits.gz":
        data = zlib.decompressobj(GZIP).decompress(data, LARGEST)
    if kind.startswith("fits"):
        check_structure(io.BytesIO(data))


def main() -> None:
    """Feed mutants to a reader for a time; ends with an error for the first that it fails on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reader", choices=READERS)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--kept", type=Path, default=Path(), help="folder of failures")
    arguments = parser.parse_args()
    reader = READERS[arguments.reader]
    mutate = MUTATIONS[reader.kind]
    with tempfile.TemporaryDirectory() as below:
        folder = Path(below)
        corpus, path = folder / "corpus", folder / "mutant" / reader.name
        corpus.mkdir()
        path.parent.mkdir()
        good = reader.make(folder)
        (corpus / "good").write_bytes(good)
        path.write_bytes(good)

        def mutant(data: bytes, most: int, seed: int) -> bytes:
            try:
                check_sound(data, reader.kind)
                return mutate(data, np.random.default_rng(seed))[:most]
            except Exception:
                return atheris.Mutate(data, most)

        def read(data: bytes) -> None:
            path.write_bytes(data)
            if said := wrong(reader, path):
                raise Wrong(said)

        warnings.simplefilter("ignore")
        np.seterr(all="ignore")
        limits = [
            f"-max_total_time={arguments.seconds}",
            f"-timeout={MOST_SECONDS:.0f}",
            f"-rss_limit_mb={(MOST_BYTES + OF_INTERPRETER) // 2**20}",
            f"-max_len={LARGEST}",
            f"-artifact_prefix={arguments.kept}/",
        ]
        atheris.Setup([sys.argv[0], *limits, str(corpus)], read, custom_mutator=mutant)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
