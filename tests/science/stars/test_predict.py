"""What a spectrum of a star cannot tell is withheld, with the reason."""

import numpy as np
import pytest

import astro_dl
from tests.observations.spectra.spectrum_files import write_csv

WAVELENGTH = np.linspace(3700, 7500, 3000)


@pytest.fixture(scope="module")
def network():
    return astro_dl.load_pretrained("starnet")


def spectrum(folder, name, noise):
    rng = np.random.default_rng(1)
    lines = sum(np.exp(-0.5 * ((WAVELENGTH - one) / 6) ** 2) for one in (4102, 4340, 4861, 6563))
    flux = 1 - 0.5 * lines + noise * rng.normal(size=len(WAVELENGTH))
    return write_csv(folder / f"{name}.csv", WAVELENGTH, flux)


def test_parameters_of_noise_are_withheld_unless_asked_for(network, tmp_path):
    paths = [spectrum(tmp_path, "star", 0.01), spectrum(tmp_path, "noise", 1.0)]
    table = network.predict(paths)
    kept = network.predict(paths, keep_flagged=True)
    assert "low_snr" in table["flags"][1]
    assert "low_snr" not in table["flags"][0]
    for name in ("teff", "teff_std", "log_g", "log_g_std", "fe_h", "fe_h_std"):
        assert np.isfinite(table[name]).tolist() == [True, False]
        assert np.isfinite(kept[name]).all()
