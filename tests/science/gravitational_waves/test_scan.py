from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.inference.load import load_pretrained
from astro_dl.science.gravitational_waves.gwosc import open_strain, select_sources
from astro_dl.science.gravitational_waves.noise import gaussian_noise
from astro_dl.science.gravitational_waves.physics import BinaryBlackHolePhysics
from astro_dl.science.gravitational_waves.psd import aligo_design_psd
from astro_dl.science.gravitational_waves.scan import scan, slid_apart, whitened_strain, whitening
from astro_dl.science.gravitational_waves.search import STRIDE_S
from tests.science.gravitational_waves.gwosc_files import write_gwosc
from tests.science.gravitational_waves.stand_in import WINDOWS_ALONE, matched_filter_predictor

START = 1_200_000_000
RATE = 4096
HOW = whitening(BinaryBlackHolePhysics())


def noise(seconds, seed=0, line=0.0):
    frequencies = np.fft.rfftfreq(seconds * RATE, 1 / RATE)
    psd = aligo_design_psd(frequencies)
    psd[frequencies < 8] = np.inf
    psd *= 1 + line * np.exp(-0.5 * ((frequencies - 60) / 0.05) ** 2)
    return gaussian_noise(psd, 1, RATE, seconds, np.random.default_rng(seed))[0]


def open_one(path, strain, **about):
    return select_sources([write_gwosc(path / "H.hdf5", strain, **about)], ("H1",))


def test_whitened_strain_is_white_even_with_spectral_lines(tmp_path):
    sources = open_one(tmp_path, noise(72, line=1e5))
    white, codes = whitened_strain(sources, HOW, START + 30, 9)
    assert white.shape == (1, 9 * 2048)
    assert white.dtype == np.float32
    assert not codes.any()
    assert white.var() == pytest.approx(1 - 20 / 1024, abs=0.05)
    spectrum = np.abs(np.fft.rfft(white[0])) ** 2 / white.size
    frequencies = np.fft.rfftfreq(white.size, 1 / 2048)
    for low, high in ((25, 100), (55, 65), (100, 500), (500, 950)):
        band = (frequencies > low) & (frequencies < high)
        assert spectrum[band].mean() == pytest.approx(1, abs=5 / np.sqrt(band.sum()) + 0.03)


def test_a_stretch_is_whitened_by_the_strain_around_it_and_never_by_its_own(tmp_path):
    strain = noise(72)
    quiet, _ = whitened_strain(open_one(tmp_path, strain), HOW, START + 30, 9)
    strain[30 * RATE : 39 * RATE] *= 7
    loud, _ = whitened_strain(open_one(tmp_path, strain), HOW, START + 30, 9)
    inside = slice(3 * 2048, 6 * 2048)
    np.testing.assert_allclose(loud[0, inside], 7 * quiet[0, inside], rtol=2e-3, atol=5e-3)


def test_clipping_limits_whitened_samples(tmp_path):
    strain = noise(40)
    strain[20 * RATE] += 1e-18
    sources = open_one(tmp_path, strain)
    clipped, _ = whitened_strain(sources, whitening(BinaryBlackHolePhysics(), 20.0), START + 18, 4)
    free, _ = whitened_strain(sources, HOW, START + 18, 4)
    assert np.abs(free).max() > 100
    np.testing.assert_array_equal(clipped, np.clip(free, -20, 20))


@pytest.mark.parametrize(("amplitude", "frequency"), [(1e-18, 0.3), (2e-15, 0.004)])
def test_slow_drifts_do_not_ring_where_strain_ends(tmp_path, amplitude, frequency):
    strain = noise(40)
    strain[25 * RATE : 26 * RATE] = np.nan
    time = np.arange(len(strain)) / RATE
    drift = amplitude * np.cos(2 * np.pi * frequency * time)
    for start in (0, 9, 16, 31):
        plain, codes = whitened_strain(open_one(tmp_path, strain), HOW, START + start, 9)
        drifting, _ = whitened_strain(open_one(tmp_path, strain + drift), HOW, START + start, 9)
        good = codes == 0
        assert good.sum() > 5 * 2048
        np.testing.assert_allclose(drifting[0, good], plain[0, good], atol=0.1)


def test_excluded_time_is_not_scored_and_is_accounted_for(tmp_path):
    strain = noise(64)
    strain[40 * RATE : 41 * RATE] = np.nan
    quality = np.full(64, 7, dtype=np.uint32)
    quality[20:22] = 1
    predictor = matched_filter_predictor()
    scanned = scan(predictor, open_one(tmp_path, strain, quality=quality), HOW, 0.25)
    window = scanned.gps_start - START + np.arange(len(scanned.scores)) * scanned.stride
    spoilt = np.zeros(len(window), dtype=bool)
    reach = HOW.margin + 0.01
    for first, last in ((-9, 0), (20, 22), (40, 41), (64, 99)):
        spoilt |= (window + 1 + reach > first) & (window - reach < last)
    np.testing.assert_array_equal(np.isnan(scanned.scores[:, 0]), spoilt)
    assert scanned.live_time == pytest.approx(np.count_nonzero(~spoilt) / 4, abs=0.6)
    assert set(scanned.excluded) == {"no data", "not finite", "data quality"}
    assert scanned.live_time + sum(scanned.excluded.values()) == pytest.approx(63, abs=0.5)


def stand_in(score):
    """Return a predictor that scores windows alone."""
    return SimpleNamespace(physics=BinaryBlackHolePhysics(), score=score, runtime=WINDOWS_ALONE)


def test_a_network_without_padding_says_the_same_of_a_series_as_of_its_windows(tmp_path):
    strain = noise(24)
    strain[8 * RATE] = np.nan
    sources = open_one(tmp_path, strain)
    predictor = load_pretrained("gw_cnn", "keras")
    assert predictor.runtime.scanner(96) is not None
    scanned = scan(predictor, sources, HOW, STRIDE_S).scores
    alone = SimpleNamespace(logits=predictor.runtime.logits, scanner=lambda step: None)
    one_by_one = scan(replace(predictor, runtime=alone), sources, HOW, STRIDE_S)
    usable = np.isfinite(scanned)
    assert 0.2 < usable.mean() < 0.9
    np.testing.assert_array_equal(usable, np.isfinite(one_by_one.scores))
    np.testing.assert_allclose(scanned[usable], one_by_one.scores[usable], atol=1e-5, rtol=1e-5)


def test_no_more_windows_are_held_for_long_strain_than_for_short(tmp_path):
    held = []

    def score(x, batch_size):
        held.append(len(x))
        return x.mean(axis=(1, 2))

    predictor = stand_in(score)
    for seconds in (280, 840):
        strain = np.random.default_rng(1).normal(scale=1e-21, size=seconds * 2048)
        scanned = scan(predictor, open_one(tmp_path, strain, sample_rate=2048), HOW, 0.5)
        assert len(scanned.scores) == 2 * seconds - 1
        assert max(held) == 128


def test_a_part_is_scored_as_within_the_whole_but_for_the_spectrum_of_its_blocks(tmp_path):
    sources = open_one(tmp_path, noise(40))
    predictor = matched_filter_predictor()
    whole = scan(predictor, sources, HOW, 0.25)
    part = scan(predictor, sources, HOW, 0.25, span=(START + 8.0, START + 17.0))
    assert part.gps_start == START + 8
    within = whole.scores[32 : 32 + 33, 0]
    np.testing.assert_allclose(part.scores[:, 0], within, atol=2)
    assert np.corrcoef(part.scores[:, 0], within)[0, 1] > 0.97


def test_a_gap_of_months_is_left_out_and_times_after_it_are_right(tmp_path):
    months = 100 * 86_400
    write_gwosc(tmp_path / "a.hdf5", noise(20), gps_start=START)
    write_gwosc(tmp_path / "b.hdf5", noise(20, seed=1), gps_start=START + months)
    read = []

    def score(x, batch_size):
        read.append(len(x))
        return x.mean(axis=(1, 2))

    predictor = stand_in(score)
    both = open_strain([tmp_path / "b.hdf5", tmp_path / "a.hdf5"])
    scanned = scan(predictor, both, HOW, 0.25)
    assert len(scanned.scores) < 4 * (20 + 20 + 3 * 32)
    usable = np.flatnonzero(np.isfinite(scanned.scores[:, 0]))
    times = scanned.gps(usable) - START
    assert sum(read) == len(usable)
    assert set(times // 20) == {0, months // 20}
    alone = scan(predictor, open_strain([tmp_path / "b.hdf5"]), HOW, 0.25)
    expected = alone.gps(np.flatnonzero(np.isfinite(alone.scores[:, 0])))
    np.testing.assert_array_equal(scanned.gps(usable[times >= months]), expected)
    assert len(expected) > 50
    lost = sum(scanned.excluded.values())
    assert scanned.live_time + lost == pytest.approx(months + 20, abs=1.5)
    assert scanned.excluded["no data"] > months - 25


def test_detectors_of_different_months_have_no_time_in_common(tmp_path):
    months = 100 * 86_400
    paths = [
        write_gwosc(tmp_path / f"{k}.hdf5", noise(20), gps_start=START + when, detector=name)
        for k, (name, when) in enumerate([("H1", 0), ("H1", 2 * months), ("L1", months)])
    ]
    # As it ends with L1's, this file has no second with another detector either.
    paths.append(
        write_gwosc(tmp_path / "c.hdf5", noise(20), gps_start=START - months, detector="L1")
    )
    predictor = stand_in(None)
    with pytest.raises(UsageError, match="no time in common between GPS"):
        scan(predictor, open_strain(paths), HOW, 0.25)


def test_slides_must_separate_every_pair_of_detectors():
    assert slid_apart(40, 600, 2, 0.05)
    assert not slid_apart(39, 600, 2, 0.05)
    assert not slid_apart(580, 600, 2, 0.05)
    assert not slid_apart(300, 600, 3, 0.05)
    assert slid_apart(200, 600, 3, 0.05)


def test_a_network_of_two_detectors_is_given_both_and_slides_only_in_background(tmp_path):
    predictor = matched_filter_predictor(("H1", "L1"))
    paths = [
        write_gwosc(tmp_path / f"{name}.hdf5", noise(32, seed), detector=name)
        for seed, name in enumerate(("H1", "L1"))
    ]
    sources = select_sources(reversed(paths), ("H1", "L1"))
    scanned = scan(predictor, sources, HOW, 0.25, slides=2)
    assert scanned.scores.shape == (125, 1)
    assert scanned.slid.shape == (125, 2)
    good = np.isfinite(scanned.scores[:, 0])
    slid = np.isfinite(scanned.slid)
    assert slid[good].mean() > 0.6
    assert not np.any(scanned.slid[slid[:, 0], 0] == scanned.scores[slid[:, 0], 0])


@pytest.mark.parametrize(
    ("seconds", "stride", "message"),
    [
        (12, 0.05, "lasts 12 s; at least 16 s"),
        (32, 0.0, "stride_s is 0"),
        (32, -1, "stride_s is -1"),
    ],
)
def test_what_cannot_be_scanned_is_refused(tmp_path, seconds, stride, message):
    sources = open_one(tmp_path, noise(seconds))
    with pytest.raises(UsageError, match=message):
        scan(matched_filter_predictor(), sources, HOW, stride)


def test_a_network_of_two_detectors_refuses_other_ones(tmp_path):
    paths = [
        write_gwosc(tmp_path / f"{name}.hdf5", noise(16), detector=name) for name in ("H1", "V1")
    ]
    for given in (paths, paths[:1]):
        with pytest.raises(UsageError, match="takes H1, L1 together, but the files are of H1"):
            select_sources(given, ("H1", "L1"))
