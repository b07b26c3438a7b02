"""The commands and programs of docs/cluster.md run, on small files of the names that it uses."""

import re
import shlex
from pathlib import Path

import h5py
import numpy as np
import pytest

import astro_dl
from astro_dl.cli.main import main
from tests.cluster.catalogues import assert_equal_rows, magnitudes, read_parts
from tests.science.lenses.stand_in import cutout, write_cube

TEXT = (Path(__file__).parent.parent / "docs" / "cluster.md").read_text("utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", TEXT, re.M | re.S)


COMMANDS = [shlex.split(line)[1:] for block in blocks("sh") for line in block.splitlines()]


@pytest.fixture
def survey(tmp_path, monkeypatch):
    """Return a folder with the files that the page names."""
    monkeypatch.chdir(tmp_path)
    magnitudes(1200).write("survey.parquet")
    Path("cutouts").mkdir()
    for k in range(3):
        write_cube(Path(f"cutouts/{k}.fits"), cutout(0.8, size=64, seed=k), {"BANDS": "gri"})
    return tmp_path


@pytest.mark.slow
def test_the_commands_give_what_one_process_does(survey):
    assert len(COMMANDS) == 3
    assert [main(words) for words in COMMANDS] == [0, 0, 0]
    redshifts = astro_dl.load_pretrained("photoz_mdn").predict(["survey.parquet"])
    assert len(list(Path("redshifts").glob("part-*"))) == 3
    # Quantiles are made to 1e-6 in probability.
    assert_equal_rows(read_parts("redshifts"), redshifts, 1e-4)
    assert len(read_parts("lenses")) == 3
    expected = astro_dl.simulate("gw_bbh", 2048)
    with h5py.File("strain.h5") as file:
        np.testing.assert_array_equal(file["x"][:], expected.x)


def test_frames_are_predicted_on_as_the_page_says(survey):
    _, program = blocks("python")
    found = {}
    exec(program, found)
    assert 0 < len(found["secure"]) <= 1200
    assert list(found["secure"].columns) == ["redshift", "redshift_std", "flags"]


def test_the_recipe_asks_slurm_for_workers(survey, monkeypatch):
    import dask_jobqueue

    from astro_dl.cluster import predict

    asked, made = [], []

    class Watched(dask_jobqueue.SLURMCluster):
        def scale(self, n=None, **words):
            # It calls this itself, with a number, when it is made.
            if words:
                made.append(self)
                asked.append((words, self.job_script()))

    monkeypatch.setattr(dask_jobqueue, "SLURMCluster", Watched)
    called = {"rows": 1, "folder": "x"}
    monkeypatch.setattr(predict, "predict_parts", lambda address, *words: called | {"at": address})
    try:
        exec(blocks("python")[0], found := {})
        ((words, script),) = asked
        assert words == {"jobs": 20}
        assert found["found"]["at"].startswith("tcp://")
        for line in ("#SBATCH -p normal", "#SBATCH -t 02:00:00", "venv/bin/activate"):
            assert line in script
        assert "--nworkers 16" in script
    finally:
        for cluster in made:
            cluster.close()
