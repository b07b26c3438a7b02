"""Ten thousand cutouts of which ten are broken, each in its own way, through the command line."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table

from tests.science.lenses.stand_in import cutout, write_cube

KINDS = 50
BANDS = {"BANDS": "gri"}


def good(path: Path, seed: int = 0, planes: int = 3, scale: float = 0.2, bands: str = "gri"):
    """Write a cutout as `lens_cnn` takes it, unless told otherwise."""
    pixels = cutout(0.8 + 0.01 * seed, size=64, bands="gri"[:planes], seed=seed)
    return write_cube(path, pixels, {"BANDS": bands}, scale=scale)


def cards_changed(old: bytes, new: bytes) -> Callable[[Path], None]:
    """Return what writes a cutout in whose header a text is another of the same length."""
    assert len(old) == len(new)

    def write(path: Path) -> None:
        content = good(path).read_bytes()
        assert old in content
        path.write_bytes(content.replace(old, new))

    return write


BROKEN: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("no image\n" * 900),
    "cut short": lambda path: path.write_bytes(good(path).read_bytes()[:20_000]),
    "damaged gzip": lambda path: path.write_bytes(b"\x1f\x8b" + bytes(500)),
    "endless": cards_changed(b"NAXIS   =                    3", b"NAXIS   =           1000000000"),
    "odd numbers": cards_changed(
        b"BITPIX  =                  -32", b"BITPIX  =                    7"
    ),
    "table": lambda path: fits.BinTableHDU(Table({"a": [1.0]})).writeto(path),
    "two bands": lambda path: good(path, planes=2, bands="gr"),
    "band twice": lambda path: good(path, bands="ggi"),
    "too coarse": lambda path: good(path, scale=0.7),
}


def make(folder: Path, number: int) -> list[str]:
    """Write cutouts, few of them different, and the broken ones between them."""
    folder.mkdir()
    for kind in range(KINDS):
        good(folder / f"good{kind}.fits", kind)
    names = []
    for one in range(number - len(BROKEN)):
        names.append(f"{one:05d}.fits")
        os.link(folder / f"good{one % KINDS}.fits", folder / names[-1])
    for place, (name, write) in enumerate(BROKEN.items()):
        path = folder / f"broken {name}.fits"
        write(path)
        names.insert(place * number // len(BROKEN), path.name)
    return names


def predict(folder: Path, names: list[str], *options: str) -> tuple[int, str, int]:
    """Return exit code, messages, and most memory [bytes] of a prediction."""
    words = [sys.executable, "-m", "astro_dl", "predict", "lens_cnn", *names, *options]
    process = subprocess.Popen(
        words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, said, used.ru_maxrss * 1024


def check(table: Table, number: int) -> None:
    """Check that all good cutouts have an answer and each broken one a row with its reason."""
    assert len(table) == number
    assert len(set(table["id"])) == number
    lost = np.array([str(words).startswith("unreadable,") for words in table["flags"]])
    assert np.isfinite(table["p_lens"][~lost]).sum() == number - len(BROKEN)
    assert sorted(table["id"][lost]) == sorted(f"broken {name}.fits" for name in BROKEN)
    assert np.isnan(table["p_lens"][lost]).all()
    # Each reason names the file and says something of its own.
    reasons = [str(words) for words in table["flags"][lost]]
    assert all(name in words for name, words in zip(table["id"][lost], reasons, strict=True))
    assert len(set(reasons)) == len(BROKEN)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs wait4")
def test_ten_broken_cutouts_of_ten_thousand_cost_ten_answers(tmp_path):
    peaks = []
    for number in (1_000, 10_000):
        folder = tmp_path / str(number)
        names = make(folder, number)
        code, said, peak = predict(folder, names, "--out", "out.ecsv")
        assert code == 0, said
        check(Table.read(folder / "out.ecsv"), number)
        peaks.append(peak)
    # Nine thousand more inputs of the network alone would be 420 MiB.
    assert peaks[1] < 1.1 * peaks[0]
    code, said, _ = predict(folder, names, "--on-error", "stop", "--out", "stopped.ecsv")
    assert code == 2
    assert "broken empty.fits" in said
    assert not (folder / "stopped.ecsv").exists()
