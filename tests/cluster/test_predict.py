"""Runs by several processes give the rows of one, whatever happens to the processes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from astropy.table import Table
from distributed import Client

import astro_dl
from astro_dl.cli.main import main
from astro_dl.cluster.predict import predict_parts
from astro_dl.cluster.run_folder import JOURNAL
from astro_dl.core.errors import UsageError
from tests.cluster.catalogues import assert_equal_rows, magnitudes, read_parts
from tests.science.lenses.stand_in import cutout, write_cube

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parent.parent.parent
PARTS, ROWS = 40, 500
OPTIONS = {"batch_size": ROWS // 2}
"""With whole batches in every part, in which numbers are equal to the last digit."""


def started(*words):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", *words],
        env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
    )  # fmt: skip


def ended(process):
    process.terminate()
    process.wait(20)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Return the address of a scheduler that two worker processes have joined."""
    folder = tmp_path_factory.mktemp("cluster")
    about = folder / "scheduler.json"
    words = ("--scheduler-file", str(about))
    scheduler = started(
        "distributed.cli.dask_scheduler", *words, "--port", "0", "--no-dashboard",
        "--host", "127.0.0.1",
    )  # fmt: skip
    one = ("distributed.cli.dask_worker", *words, "--nthreads", "1", "--no-dashboard")
    workers = [started(*one, "--local-directory", str(folder / f"{k}")) for k in range(2)]
    try:
        with Client(scheduler_file=str(about), timeout=60, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
            yield client.scheduler.address
    finally:
        for process in (*workers, scheduler):
            ended(process)


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory):
    """Return two catalogues, a damaged one between them, and what one process says of them."""
    folder = tmp_path_factory.mktemp("catalogues")
    paths = [folder / name for name in ("a.parquet", "bad.parquet", "b.parquet")]
    for path, n in zip(paths[::2], (PARTS * ROWS - 10, 300), strict=True):
        magnitudes(n, brighter=6.2).write(path)
    paths[1].write_bytes(b"nothing")
    return paths, astro_dl.load_pretrained("sgq_mlp").predict(paths, **OPTIONS)


def predict(address, paths, out, **options):
    given = {"on_error": None, "part_size": ROWS, "runtime": "keras", "progress": False, **options}
    return predict_parts(
        address, ["sgq_mlp"], paths, out, OPTIONS, **given
    )  # fmt: skip


def test_rows_are_those_of_one_process(address, catalogue, tmp_path):
    paths, expected = catalogue
    found = predict(address, paths, tmp_path / "parts")
    assert found["rows"] == PARTS * ROWS - 10 + 300
    assert found["unreadable"] == 1
    assert_equal_rows(read_parts(tmp_path / "parts"), expected)


def test_cutouts_are_those_of_one_process(address, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    header = {"BANDS": "gri"}
    for k in range(12):
        path = tmp_path / f"{'ab'[k % 2]}" / f"{k // 2}.fits"
        path.parent.mkdir(exist_ok=True)
        write_cube(path, cutout(0.5 + 0.1 * k, size=64, seed=k), header)
    (tmp_path / "a" / "9.fits").write_bytes(b"nothing")
    paths = [path.relative_to(tmp_path) for path in sorted(tmp_path.glob("?/*.fits"))]
    expected = astro_dl.load_pretrained("lens_cnn").predict(paths, progress=False)
    Path("files.txt").write_text("".join(f"{path}\n" for path in paths))
    words = ["predict", "lens_cnn", "--list", "files.txt", "--scheduler", address]
    assert main([*words, "--out", "parts", "--part-size", "5", "--runtime", "keras"]) == 0
    found = read_parts("parts")
    assert (found["_healpix_29"][:12] > 0).all()
    assert found["_healpix_29"][12] == -1
    found.remove_column("_healpix_29")
    for table in (found, expected):
        table.sort("id")
    assert found["id"].tolist().count("a/0.fits") == 1
    assert_equal_rows(found, Table(expected))


def notes(folder):
    path = Path(folder, JOURNAL)
    return path.read_text().count("\n") if path.is_file() else 0


def wait_for_notes(folder, n, process):
    start = time.monotonic()
    while notes(folder) < n and process() and time.monotonic() - start < 120:
        time.sleep(0.005)


def test_a_worker_that_dies_loses_nothing_and_doubles_nothing(address, catalogue, tmp_path):
    from threading import Thread

    paths, expected = catalogue
    at_death = []
    with Client(address, set_as_default=False) as client:
        workers = client.run(os.getpid)

        def kill():
            wait_for_notes(tmp_path / "parts", 2, lambda: True)
            at_death.append(notes(tmp_path / "parts"))
            os.kill(next(iter(workers.values())), signal.SIGKILL)

        thread = Thread(target=kill)
        thread.start()
        predict(address, paths, tmp_path / "parts")
        thread.join()
        client.wait_for_workers(2, timeout=60)
        assert set(client.run(os.getpid).values()) != set(workers.values())
    assert at_death[0] < PARTS
    assert_equal_rows(read_parts(tmp_path / "parts"), expected)


def test_a_run_that_dies_goes_on_where_it_was(address, catalogue, tmp_path):
    paths, expected = catalogue
    out = tmp_path / "parts"
    words = ["predict", "sgq_mlp", *map(str, paths), "--out", str(out)]
    words += ["--batch-size", str(ROWS // 2)]
    words += ["--scheduler", address, "--part-size", str(ROWS)]
    words += ["--runtime", "keras"]
    process = started("astro_dl", *words)
    wait_for_notes(out, 3, lambda: process.poll() is None)
    process.kill()
    process.wait()
    before = {path.name: path.stat().st_mtime_ns for path in out.glob("part-*.parquet")}
    assert 0 < len(before) < PARTS
    with pytest.raises(UsageError, match="another run, with other coverage"):
        predict(address, paths, out, coverage=0.9)
    assert main(words) == 0
    after = {path.name: path.stat().st_mtime_ns for path in out.glob("part-*.parquet")}
    noted = [name for name in before if before[name] == after[name]]
    # At most the one that was written, and not yet noted, is made again.
    assert len(noted) >= len(before) - 1
    assert_equal_rows(read_parts(out), expected)
    assert main(words) == 0


def test_what_no_worker_can_do_ends_the_run(address, catalogue, tmp_path):
    paths, _ = catalogue
    with pytest.raises(UsageError, match="Parquet"):
        predict(address, paths[1:2], tmp_path / "one")
    with pytest.raises(UsageError, match=r"bad\.parquet"):
        predict(address, paths, tmp_path / "stopped", on_error="stop")
    with pytest.raises(UsageError, match="nothing_of_this_name"):
        predict_parts(
            address, ["sgq_mlp"], paths[::2], tmp_path / "x",
            {"columns": "u=nothing_of_this_name"}, on_error="stop", progress=False,
        )  # fmt: skip
