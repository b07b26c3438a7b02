"""Noise spectra that are drawn, and what they make of noise."""

import os
from pathlib import Path

import numpy as np
import pytest
from scipy.fft import rfft

from astro_dl.data.real import FOLDER_VARIABLE
from astro_dl.science.gravitational_waves.noise import gaussian_noise
from astro_dl.science.gravitational_waves.posteriors.inputs import aligned
from astro_dl.science.gravitational_waves.posteriors.physics import BinaryParametersPhysics
from astro_dl.science.gravitational_waves.posteriors.reading import read_segment
from astro_dl.science.gravitational_waves.posteriors.spectra import (
    STRAIN_UNIT,
    draw_weights,
    weight_of,
)
from astro_dl.science.gravitational_waves.psd import aligo_design_psd

PHYSICS = BinaryParametersPhysics()
STRAIN = {"*1126259446-32.hdf5": 1126259462.42, "*1128678884-32.hdf5": 1128678900.4}


def test_weighed_noise_has_unit_variance_in_every_bin():
    rate, n = 1024, 300
    frequencies = np.arange(round(rate * PHYSICS.segment_s / 2) + 1) / PHYSICS.segment_s
    psd = aligo_design_psd(np.maximum(frequencies, 10.0))
    noise = gaussian_noise(psd, n, rate, PHYSICS.segment_s, np.random.default_rng(0))
    first = PHYSICS.first_bin
    spectrum = (rfft(noise) / rate)[:, first : first + PHYSICS.bins_of_segment]
    white = spectrum / STRAIN_UNIT * weight_of(PHYSICS, aligo_design_psd(PHYSICS.frequencies))
    for part in (white.real, white.imag):
        assert np.var(part) == pytest.approx(1, abs=0.01)
        assert np.ptp(np.var(part[:, :100], axis=0)) < 0.8


def test_spectra_are_those_of_the_design_and_above():
    weight = draw_weights(PHYSICS, 2000, np.random.default_rng(1))
    design = weight_of(PHYSICS, aligo_design_psd(PHYSICS.frequencies))
    excess = 2 * np.log(design / weight)
    lowest = np.median(excess[:, :8])
    middle = np.median(excess[:, np.abs(PHYSICS.frequencies - 190) < 5])
    highest = np.median(excess[:, -8:])
    assert lowest == pytest.approx(2.5, abs=0.3)
    assert middle == pytest.approx(0, abs=0.1)
    assert highest == pytest.approx(0.5, abs=0.15)
    # lines stand out of what is smooth
    assert np.mean(excess - np.median(excess, axis=0) > 4) > 0.001


def test_a_named_spectrum_is_the_same_for_all():
    physics = BinaryParametersPhysics(psd="aligo_design")
    weight = draw_weights(physics, 3, np.random.default_rng(1))
    np.testing.assert_array_equal(weight[0], weight[2])


@pytest.mark.skipif(FOLDER_VARIABLE not in os.environ, reason="needs real strain")
def test_spectra_of_real_strain_lie_among_those_that_are_drawn():
    folder = Path(os.environ[FOLDER_VARIABLE]) / "gravitational_waves" / "strain"
    rng = np.random.default_rng(2)
    noise = rng.standard_normal((1500, PHYSICS.bins_of_segment, 2), dtype=np.float32)
    drawn = aligned(PHYSICS, noise.view(np.complex64)[..., 0], draw_weights(PHYSICS, 1500, rng))
    shares = slice(2 * PHYSICS.bands, 3 * PHYSICS.bands)
    outside = []
    for pattern, time in STRAIN.items():
        for path in sorted(folder.glob(pattern)):
            read = read_segment(PHYSICS, path, time)
            x = aligned(PHYSICS, read.white[None], read.weight[None], read.near).x[0, shares]
            low, high = drawn.x[:, shares].min(axis=0), drawn.x[:, shares].max(axis=0)
            outside.append(np.mean((x < low) | (x > high)))
    assert len(outside) == 4
    assert max(outside) < 0.04
