"""From files of strain to weighed posteriors."""

import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.inference.load import load_pretrained
from astro_dl.science.gravitational_waves.noise import gaussian_noise
from astro_dl.science.gravitational_waves.posteriors import predict
from astro_dl.science.gravitational_waves.posteriors.figures import draw_binaries
from astro_dl.science.gravitational_waves.posteriors.importance import Weighed
from astro_dl.science.gravitational_waves.posteriors.parameters import PRIOR
from astro_dl.science.gravitational_waves.posteriors.reading import read_segment
from astro_dl.science.gravitational_waves.psd import aligo_design_psd
from astro_dl.science.gravitational_waves.waveforms.phenom_d import imrphenomd
from tests.science.gravitational_waves.gwosc_files import write_gwosc
from tests.untrained import untrained_bundle

RATE, SECONDS, START = 4096, 32, 1_200_000_000
MERGER = START + 16.3
SNR = 20.0


@pytest.fixture(scope="module")
def predictor(tmp_path_factory):
    values = {
        "task": "gw_parameters",
        "model": "gw_flow",
        "physics": {"bins": 4, "hidden": 2},
        "hyperparameters": {"units": [8]},
    }
    bundle = untrained_bundle(tmp_path_factory.mktemp("binaries") / "bare", values)
    return load_pretrained(bundle.folder)


@pytest.fixture(scope="module")
def strain():
    """Return half a minute of noise by design with a binary in it, SNR 20."""
    rng = np.random.default_rng(6)
    frequencies = np.arange(RATE * SECONDS // 2 + 1) / SECONDS
    psd = design(SECONDS)
    noise = gaussian_noise(psd, 1, RATE, SECONDS, rng)[0]
    wave = imrphenomd(frequencies, 36.0, 30.0, dtype=np.complex128)[0]
    loudness = np.sqrt(np.sum(4 / SECONDS * np.abs(wave) ** 2 / psd))
    wave *= SNR / loudness * np.exp(-2j * np.pi * frequencies * (MERGER - START))
    return noise + np.fft.irfft(wave, RATE * SECONDS) * RATE


def design(seconds):
    frequencies = np.arange(RATE * seconds // 2 + 1) / seconds
    return aligo_design_psd(np.maximum(frequencies, 10.0))


def write(path, strain, **options):
    return write_gwosc(path, strain, gps_start=START, **options)


def test_a_segment_holds_its_signal_as_loudly_as_it_is(predictor, strain, tmp_path):
    path = write(tmp_path / "H.hdf5", strain)
    read = read_segment(predictor.physics, path, MERGER)
    assert read.flags == ()
    assert read.gps_start + read.near == pytest.approx(MERGER, abs=1e-6)
    # 4 s of white noise and a signal; the roll-off takes 13% of the noise
    assert 0.8 < np.var(read.white.real) < 1.25
    table = predictor.predict([path], time=MERGER + 0.02, draws=300, samples=50, progress=False)
    assert table["detector"].tolist() == ["H1"]
    assert table["match"][0] == pytest.approx(SNR, abs=2.5)
    assert table["reference_time"][0].value == pytest.approx(MERGER, abs=0.02)
    for name in (*PRIOR, "effective_distance"):
        assert table[f"{name}_samples"].shape == (1, 50)
        low, middle, high = (
            float(getattr(table[f"{name}_weighed{end}"], "value", table[f"{name}_weighed{end}"])[0])
            for end in ("_q05", "", "_q95")
        )
        assert low <= middle <= high
    assert "low_efficiency" in table["flags"][0]  # nothing was learnt
    assert 0 < table["efficiency"][0] < 0.01
    again = predictor.predict([path], time=MERGER + 0.02, draws=300, samples=50, progress=False)
    np.testing.assert_array_equal(again["snr_samples"], table["snr_samples"])
    (figure,) = draw_binaries(predictor, [path], table, tmp_path)
    assert figure.stat().st_size > 10_000
    bare = predictor.predict([path], time=MERGER, draws=100, progress=False)
    assert draw_binaries(predictor, [path], bare, tmp_path) == []


@pytest.mark.parametrize(
    ("equal", "draws", "flag"), [(10, 100, "low_efficiency"), (100, 1000, ""), (9, 1000, "low")]
)
def test_few_effective_draws_are_flagged(
    predictor, strain, tmp_path, monkeypatch, equal, draws, flag
):
    log_weights = np.where(np.arange(draws) < equal, 0.0, -np.inf)
    found = Weighed(np.ones((draws, 5)), log_weights, np.ones(draws))
    monkeypatch.setattr(predict, "weighed", lambda *about: found)
    path = write(tmp_path / "H.hdf5", strain)
    table = predictor.predict([path], time=MERGER, draws=draws, progress=False)
    assert table["efficiency"][0] == pytest.approx(equal / draws)
    assert table["flags"][0].startswith(flag)
    assert bool(table["flags"][0]) == bool(flag)


def test_the_loudest_match_of_a_file_is_found(predictor, strain, tmp_path):
    quiet = gaussian_noise(design(SECONDS), 1, RATE, SECONDS, np.random.default_rng(9))[0]
    paths = [write(tmp_path / "H.hdf5", strain), write(tmp_path / "noise.hdf5", quiet)]
    table = predictor.predict(paths, draws=100, keep_flagged=True, progress=False)
    assert table["reference_time"][0].value == pytest.approx(MERGER, abs=0.02)
    assert table["match"][0] == pytest.approx(SNR, abs=2.5)
    assert table["match"][1] < 7
    assert ["quiet" in words for words in table["flags"]] == [False, True]


def test_a_detector_that_hears_nothing_is_told_of_in_every_row_of_all_together(
    predictor, strain, tmp_path
):
    noise = gaussian_noise(design(SECONDS), 1, RATE, SECONDS, np.random.default_rng(9))[0]
    paths = [
        write(tmp_path / "H.hdf5", strain, detector="H1"),
        write(tmp_path / "L.hdf5", noise, detector="L1"),
    ]
    options = {"time": MERGER, "draws": 100, "keep_flagged": True, "progress": False}
    apart, both = (predictor.predict(paths, together=word, **options) for word in (False, True))
    assert ["quiet" in words for words in apart["flags"]] == [False, True]
    assert ["quiet" in words for words in both["flags"]] == [True, True]


def test_detectors_are_weighed_together(predictor, strain, tmp_path):
    paths = [write(tmp_path / f"{name}.hdf5", strain, detector=name) for name in ("H1", "L1")]
    options = {"time": MERGER, "draws": 4000, "progress": False}
    apart, both = (predictor.predict(paths, together=word, **options) for word in (False, True))
    # twice the same strain: the evidence is that of a signal louder by √2
    assert (both["log_evidence"] > apart["log_evidence"] + 50).all()
    np.testing.assert_array_equal(both["chirp_mass"], apart["chirp_mass"])
    twice = [write(tmp_path / f"{name}.hdf5", strain) for name in ("one", "two")]
    with pytest.raises(UsageError, match="one file of each detector"):
        predictor.predict(twice, together=True, **options)


@pytest.mark.parametrize("word", ["not_finite", "data_quality", "constant"])
def test_segments_with_gaps_get_no_answer(predictor, strain, tmp_path, word):
    bad = strain.copy()
    quality = np.full(SECONDS, 7, np.uint32)
    if word == "not_finite":
        bad[15 * RATE : 15 * RATE + 3] = np.nan
    elif word == "constant":
        bad[15 * RATE : 15 * RATE + 400] = 0
    else:
        quality[15] = 1
    paths = [
        write(tmp_path / "good.hdf5", strain),
        write(tmp_path / "bad.hdf5", bad, quality=quality),
    ]
    table = predictor.predict(paths, time=MERGER, draws=200, progress=False)
    assert word in table["flags"][1].split(",")
    assert np.isnan([table[1]["effective_spin"], table[1]["efficiency"]]).all()
    assert np.isfinite([table[0]["effective_spin"], table[0]["efficiency"]]).all()


def test_too_little_strain_around_gives_no_spectrum_and_no_answer(predictor, strain, tmp_path):
    short = write(tmp_path / "short.hdf5", strain[12 * RATE : 19 * RATE])
    table = predictor.predict([short], time=START + 4.3, draws=200, progress=False)
    assert table["flags"].tolist() == ["no_off_source_strain"]
    assert np.isnan(table["chirp_mass_weighed"].value).all()
    at_the_edge = predictor.predict(
        [write(tmp_path / "H.hdf5", strain)], time=START + 1.0, draws=200, progress=False
    )
    assert at_the_edge["flags"].tolist() == ["no_data"]


def test_what_cannot_be_read_is_refused(predictor, strain, tmp_path):
    path = write(tmp_path / "H.hdf5", strain)
    with pytest.raises(UsageError, match="together needs the time"):
        predictor.predict([path], together=True, progress=False)
    long = write(tmp_path / "long.hdf5", np.tile(strain, 5))
    with pytest.raises(UsageError, match="give the time of the merger"):
        predictor.predict([long], progress=False)
    with pytest.raises(UsageError, match="none at 1200000050"):
        predictor.predict([path], time=START + 50, progress=False)
    for scale in (1e21, 1e-9):
        scaled = write(tmp_path / "scaled.hdf5", strain * scale)
        with pytest.raises(UsageError, match=r"scaled\.hdf5.*neither whitened nor scaled"):
            predictor.predict([scaled], time=MERGER, progress=False)
    other = write(tmp_path / "odd.hdf5", strain[: 3000 * SECONDS], sample_rate=3000)
    with pytest.raises(UsageError, match="cannot be made exactly"):
        predictor.predict([other], time=MERGER, progress=False)


@pytest.mark.parametrize("options", [{"draws": 0}, {"samples": -1}, {"time": np.nan}])
def test_numbers_that_cannot_be_used_are_refused_from_python_too(predictor, options, tmp_path):
    path = write_gwosc(tmp_path / "H.hdf5", np.zeros(4 * RATE))
    with pytest.raises(UsageError, match=f"^{next(iter(options))}"):
        predictor.predict([path], progress=False, **options)
