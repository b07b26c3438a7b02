import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from astro_dl.core.config import load_config
from astro_dl.core.errors import UsageError
from astro_dl.core.registry import get_task
from astro_dl.data.real import real_split
from astro_dl.science.stars.datasets import parse_type


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("G2V", 42.0),
        ("G3 V", 43.0),
        ("K3Ibvar", 53.0),
        ("F0", 30.0),
        ("M0.5 IIb", 60.5),
        ("sdF8", 38.0),
        ("K:", 55.0),
        ("B1III", 11.0),
        ("09.5V", 9.5),
        ("A", 25.0),
        ("M7e", 67.0),
    ],
)
def test_types_are_numbers(text, number):
    assert parse_type(text) == number


@pytest.mark.parametrize("text", ["AGB", "GB", "HB", "", "S?", "R...", "III", "C5"])
def test_what_is_no_type_is_not_guessed(text):
    assert np.isnan(parse_type(text))


@dataclass(frozen=True)
class Physics:
    """What the readers ask of a task's physics."""

    pixels: int = 256
    answer: str = "class"


def write(folder, **changes):
    wave = np.linspace(3540, 7410, 800)
    flux = np.ones((4, 800)) * np.arange(1, 5)[:, None]
    values = {
        "wave": wave,
        "flux": flux,
        "id": np.array(["1", "2", "3", "4"]),
        "name": np.array(list("abcd")),
        "sptype": np.array(["G2V", "AGB", "09", "K1III"]),
        "teff": np.array([5770.0, 4700, np.nan, 4500]),
        "logg": np.array([4.4, 1.5, 4.0, 5441.0]),
        "feh": np.array([0.0, -0.8, 0.1, 0.1]),
    } | changes
    (folder / "spectra").mkdir()
    kept = {name: value for name, value in values.items() if value is not None}
    np.savez(folder / "spectra" / "miles.npz", **kept)
    return folder


def test_stars_without_a_type_or_with_impossible_parameters_are_left_out(tmp_path):
    folder = write(tmp_path)
    types = get_task("spectral_type").datasets["miles"].read(Physics(), folder)
    assert types.info["star"].tolist() == ["1", "3", "4"]
    assert types.y.tolist() == [4, 0, 5]
    parameters = get_task("stellar_parameters").datasets["miles"].read(Physics(), folder)
    assert parameters.info["star"].tolist() == ["1", "2"]
    np.testing.assert_allclose(parameters.y[:, 0], np.log10([5770, 4700]), rtol=1e-6)


def test_missing_files_and_columns_are_named(tmp_path):
    read = get_task("spectral_type").datasets["miles"].read
    with pytest.raises(UsageError, match=r"give the folder that holds spectra/miles\.npz"):
        read(Physics(), tmp_path)
    with pytest.raises(UsageError, match="sptype"):
        read(Physics(), write(tmp_path, sptype=None))


def test_a_set_without_any_known_star_is_refused(tmp_path):
    nowhere = {"sptype": np.array(["AGB", "C5", "", "S?"]), "feh": np.full(4, np.nan)}
    folder = str(write(tmp_path, **nowhere))
    for task, model in (("spectral_type", "spectra_cnn1d"), ("stellar_parameters", "starnet")):
        data = {"source": "miles", "folder": folder}
        config = load_config({"task": task, "model": model, "data": data})
        with pytest.raises(UsageError, match=r"real set miles below .* holds no example"):
            real_split(config, "train")


@pytest.mark.skipif("ASTRO_DL_TEST_DATA" not in os.environ, reason="ASTRO_DL_TEST_DATA is not set")
def test_the_library_is_read_and_simulated_stars_look_like_it():
    from astro_dl.science.stars.inputs import pixel_edges, spectrum_inputs
    from astro_dl.science.stars.simulation.population import Stars
    from astro_dl.science.stars.simulation.spectra import Observation, observe_stars

    folder = Path(os.environ["ASTRO_DL_TEST_DATA"])
    real = get_task("stellar_parameters").datasets["miles"].read(Physics(512), folder)
    assert len(real) > 700
    assert np.isfinite(real.x).all()
    n = len(real)
    stars = Stars(np.zeros(n), 10.0 ** real.y[:, 0], real.y[:, 1], real.y[:, 2])
    zero = np.zeros(n)
    observation = Observation(zero, zero + 20, zero + 2000, zero, zero + 1e6, zero, zero)
    flux = observe_stars(stars, observation, pixel_edges(512), np.random.default_rng(0))
    simulated = spectrum_inputs(flux)
    pairs = zip(simulated[..., 0], real.x[..., 0], strict=True)
    correlation = np.array([np.corrcoef(one, other)[0, 1] for one, other in pairs])
    assert np.median(correlation) > 0.9
    shuffled = np.roll(real.x[..., 0], 97, axis=0)
    others = [np.corrcoef(a, b)[0, 1] for a, b in zip(simulated[..., 0], shuffled, strict=True)]
    assert np.median(correlation) > np.median(others) + 0.1
