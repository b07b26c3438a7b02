import os
from pathlib import Path

import h5py
import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.science.gravitational_waves.noise import gaussian_noise
from astro_dl.science.gravitational_waves.psd import (
    aligo_design_psd,
    average_power,
    estimate_psd,
    load_psd,
    named_psd,
    segment_power,
)

FREQUENCIES = np.arange(0, 1024.25, 0.25)


@pytest.fixture
def table():
    frequencies = np.geomspace(10, 2000, 400)
    return frequencies, 1e-23 * (1 + (50 / frequencies) ** 3)


def newtonian_snr(psd):
    band = (FREQUENCIES >= 20) & (FREQUENCIES <= 400)
    return np.sqrt(np.sum(FREQUENCIES[band] ** (-7 / 3) / psd[band]))


def test_tabulated_design_agrees_with_the_fit_in_snr():
    folder = os.environ.get("ASTRO_DL_TEST_DATA")
    if not folder:
        pytest.skip("ASTRO_DL_TEST_DATA is not set: no tabulated PSD to compare with")
    path = Path(folder) / "gravitational_waves" / "psd" / "ZERO_DET_high_P.txt"
    ratio = newtonian_snr(load_psd(path, FREQUENCIES)) / newtonian_snr(
        aligo_design_psd(FREQUENCIES)
    )
    assert ratio == pytest.approx(1, abs=0.005)


@pytest.mark.parametrize("kind", ["text", "npy rows", "npy columns", "hdf"])
def test_tables_of_every_format_give_the_same_psd(tmp_path, table, kind):
    frequencies, amplitude = table
    if kind == "text":
        path = tmp_path / "asd.txt"
        np.savetxt(path, np.stack(table, axis=1))
    elif kind.startswith("npy"):
        path = tmp_path / "asd.npy"
        np.save(path, np.stack(table, axis=0 if kind == "npy rows" else 1))
    else:
        path = tmp_path / "psd.hdf"
        grid = np.arange(0, 2000.5, 0.5)
        with h5py.File(path, "w") as file:
            values = np.interp(grid, frequencies, amplitude, left=0) ** 2
            file.create_dataset("data", data=values).attrs["delta_f"] = 0.5
    psd = named_psd(path, FREQUENCIES)
    inside = (FREQUENCIES > 12) & (FREQUENCIES < 1000)
    expected = 1e-46 * (1 + (50 / FREQUENCIES[inside]) ** 3) ** 2
    np.testing.assert_allclose(psd[inside], expected, rtol=2e-3)
    assert np.all(np.isinf(psd[FREQUENCIES < 10]))


@pytest.mark.parametrize(("method", "scatter"), [("median", 0.10), ("welch", 0.075)])
def test_estimates_recover_the_psd_of_gaussian_noise(method, scatter):
    frequencies = np.fft.rfftfreq(2048 * 256, 1 / 2048)
    true_psd = 1e-46 * (1 + (60 / np.maximum(frequencies, 5)) ** 4)
    strain = gaussian_noise(true_psd, 1, 2048, 256, np.random.default_rng(5))[0]
    estimate = estimate_psd(strain, 2048, 2.0, method=method)
    grid = np.arange(len(estimate)) / 2
    band = (grid > 20) & (grid < 1000)
    ratio = estimate[band] / np.interp(grid[band], frequencies, true_psd)
    assert ratio.mean() == pytest.approx(1, abs=0.01)
    assert ratio.std() < scatter


def test_median_ignores_a_loud_transient_and_a_gap():
    rng = np.random.default_rng(6)
    strain = rng.normal(size=2048 * 64)
    clean = estimate_psd(strain, 2048)
    strain[2048 * 20 : 2048 * 21] *= 1000
    strain[2048 * 40 : 2048 * 40 + 100] = np.nan
    assert np.median(estimate_psd(strain, 2048) / clean) == pytest.approx(1, abs=0.15)
    assert np.median(estimate_psd(strain, 2048, method="welch") / clean) > 1000


def test_median_is_unbiased_for_few_segments():
    powers = np.random.default_rng(7).exponential(size=(6, 40000))
    for count in (1, 2, 3, 4, 5, 6):
        assert average_power(powers[:count]).mean() == pytest.approx(1, abs=0.03)


def test_segments_cover_the_series_by_half_steps():
    # A sine of amplitude 3 in the last two of eight seconds: power 9/2 / (1/T), less the window's
    # bandwidth of 1.5 bins, and a quarter of the amplitude where the window starts half way.
    time = np.arange(2048 * 8) / 2048
    power = segment_power(1 + 3 * np.sin(2 * np.pi * 100 * time) * (time >= 6), 2048, 2.0)
    assert power.shape == (7, 2049)
    np.testing.assert_allclose(power[6, 200], 4.5 * 2 / 1.5, rtol=1e-3)
    np.testing.assert_allclose(power[5, 200], 4.5 * 2 / 1.5 / 4, rtol=0.01)
    np.testing.assert_allclose(power[:5], 0, atol=1e-20)
    assert len(segment_power(np.ones(100), 2048, 2.0)) == 0


@pytest.mark.parametrize(
    ("name", "message"), [("aligo_desing", "aligo_design"), ("no/such/file.txt", "neither")]
)
def test_unknown_psd_is_refused(name, message):
    with pytest.raises(UsageError, match=message):
        named_psd(name, FREQUENCIES)


def test_unreadable_tables_are_refused(tmp_path):
    (tmp_path / "words.txt").write_text("no numbers here")
    np.save(tmp_path / "cube.npy", np.ones((3, 3, 3)))
    np.save(tmp_path / "descending.npy", np.stack([np.arange(9, 0, -1.0), np.ones(9)]))
    (tmp_path / "broken.hdf").write_bytes(b"not HDF5")
    for name in ("words.txt", "cube.npy", "descending.npy", "broken.hdf"):
        with pytest.raises(UsageError, match=name):
            load_psd(tmp_path / name, FREQUENCIES)


def test_short_series_and_unknown_method_are_refused():
    with pytest.raises(UsageError, match="too short"):
        estimate_psd(np.ones(100), 2048)
    with pytest.raises(UsageError, match="median"):
        estimate_psd(np.ones(2048 * 8), 2048, method="mean")
    with pytest.raises(UsageError, match="without gaps"):
        estimate_psd(np.full(2048 * 8, np.nan), 2048)
