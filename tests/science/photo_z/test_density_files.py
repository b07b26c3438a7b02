"""Files of probability densities: whole or not at all, and as qp reads them."""

import h5py
import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.science.photo_z.density_files import density_file

POINTS = np.linspace(0, 1, 11)


def write(path, parts=(3, 2)):
    rng = np.random.default_rng(0)
    densities = rng.random((sum(parts), len(POINTS)))
    densities /= np.trapezoid(densities, POINTS, axis=1)[:, None]
    with density_file(path, POINTS) as append:
        for part in np.split(densities, np.cumsum(parts)[:-1]):
            append(part)
    return densities


def test_parts_follow_each_other(tmp_path):
    densities = write(tmp_path / "p.hdf5")
    with h5py.File(tmp_path / "p.hdf5") as file:
        np.testing.assert_allclose(file["data/yvals"][()], densities, rtol=1e-6)
        np.testing.assert_allclose(file["meta/xvals"][0], POINTS)
        assert file["meta/pdf_name"][0] == b"interp"


@pytest.mark.oracle
def test_qp_reads_the_file(tmp_path):
    qp = pytest.importorskip("qp")
    densities = write(tmp_path / "p.hdf5")
    ensemble = qp.read(str(tmp_path / "p.hdf5"))
    assert ensemble.npdf == 5
    np.testing.assert_allclose(ensemble.pdf(POINTS), densities, rtol=1e-5)


def test_a_failure_leaves_no_file(tmp_path):
    def fail():
        with density_file(tmp_path / "p.hdf5", POINTS) as append:
            append(np.ones((1, len(POINTS))))
            raise KeyError("stop")

    with pytest.raises(KeyError):
        fail()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "message"), [("p.fits", "accepted: .hdf5, .h5"), ("no/p.h5", "does not exist")]
)
def test_unfit_paths_are_refused(name, message, tmp_path):
    with pytest.raises(UsageError, match=message), density_file(tmp_path / name, POINTS):
        pass
