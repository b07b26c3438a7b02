"""IMRPhenomD against stored and live waveforms of lalsimulation, and its limits."""

from pathlib import Path

import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.science.gravitational_waves.psd import aligo_design_psd
from astro_dl.science.gravitational_waves.waveforms.phenom_d import (
    chirp_mass,
    final_spin,
    imrphenomd,
    polarizations,
    symmetric_mass_ratio,
    time_to_merger,
)

REFERENCE = Path(__file__).parent / "data/phenom_d_reference.npz"
GRID = np.arange(4097) * 0.25
IN_BAND = GRID >= 20


def overlap(a, b, frequencies):
    """Noise-weighted overlap without any shift of time or phase: a lower bound of the match."""
    weight = np.gradient(frequencies) / aligo_design_psd(frequencies)
    a, b = a.astype(complex), b.astype(complex)
    product = (a.conj() * b * weight).sum(-1).real
    norms = (np.abs(a) ** 2 * weight).sum(-1) * (np.abs(b) ** 2 * weight).sum(-1)
    return product / np.sqrt(norms)


def amplitude_error(ours, theirs):
    """Largest relative difference where the amplitude is above 1e-3 of its value at 20 Hz."""
    ours, theirs = np.abs(ours).astype(float), np.abs(theirs).astype(float)
    matters = theirs > 1e-3 * theirs.max(axis=-1, keepdims=True)
    return np.abs(ours[matters] / theirs[matters] - 1).max()


@pytest.fixture(scope="module")
def binaries():
    """Twelve random binaries: masses and spins, in the order of the arguments."""
    rng = np.random.default_rng(5)
    return np.concatenate([rng.uniform(5, 100, (2, 12)), rng.uniform(-0.9, 0.9, (2, 12))])


@pytest.mark.parametrize("dtype", [np.complex64, np.complex128])
def test_equals_the_stored_waveforms_of_lalsimulation(dtype):
    with np.load(REFERENCE) as reference:
        stored = dict(reference)
    names = ("mass_1", "mass_2", "spin_1z", "spin_2z", "distance_mpc", "reference_phase")
    frequencies = stored["frequencies"]
    h = imrphenomd(frequencies, *(stored[name] for name in names), dtype=dtype)
    plus, cross = polarizations(h, stored["inclination"])
    assert len(h) == 300
    for ours, theirs in ((plus, stored["plus"]), (cross, stored["cross"])):
        assert ours.dtype == dtype
        assert overlap(ours, theirs, frequencies).min() > 0.99999
        assert amplitude_error(ours, theirs) < 2e-4


@pytest.mark.oracle
def test_equals_live_lalsimulation_on_a_full_grid():
    lal = pytest.importorskip("lal", reason="lalsuite is not installed")
    lalsimulation = pytest.importorskip("lalsimulation", reason="lalsuite is not installed")
    rng = np.random.default_rng(300)
    mass_1, mass_2 = rng.uniform(5, 100, (2, 300))
    spin_1z, spin_2z = rng.uniform(-0.9, 0.9, (2, 300))
    phase = rng.uniform(0, np.pi, 300)
    ours = imrphenomd(GRID, mass_1, mass_2, spin_1z, spin_2z, 250.0, phase)
    for index, h in enumerate(ours):
        plus, _ = lalsimulation.SimInspiralChooseFDWaveform(
            mass_1[index] * lal.MSUN_SI,
            mass_2[index] * lal.MSUN_SI,
            *(0, 0, spin_1z[index]),
            *(0, 0, spin_2z[index]),
            250e6 * lal.PC_SI,
            *(0, phase[index], 0, 0, 0),
            *(0.25, 20, 1024, 20),
            None,
            lalsimulation.IMRPhenomD,
        )
        theirs = plus.data.data
        band = IN_BAND & (theirs != 0)
        assert overlap(h[band], theirs[band], GRID[band]) > 0.99999
        assert amplitude_error(h[band], theirs[band]) < 2e-4


@pytest.mark.oracle
def test_time_to_merger_and_final_spin_agree_with_lalsimulation():
    lal = pytest.importorskip("lal", reason="lalsuite is not installed")
    lalsimulation = pytest.importorskip("lalsimulation", reason="lalsuite is not installed")
    for binary in ((30, 30, 0, 0), (10, 50, -0.5, 0.8), (8, 6, 0.3, -0.3)):
        masses = [mass * lal.MSUN_SI for mass in binary[:2]]
        chirp = lalsimulation.SimIMRPhenomDChirpTime(*masses, *binary[2:], 25.0)
        assert time_to_merger(25.0, *binary) == pytest.approx(chirp, rel=0.1)
        spin = lalsimulation.SimIMRPhenomDFinalSpin(*masses, *binary[2:])
        assert final_spin(*binary) == pytest.approx(spin, abs=1e-12)


def test_signal_to_noise_ratio_of_a_known_binary():
    h = imrphenomd(GRID, 30, 30, distance_mpc=100)[0].astype(complex)
    density = np.abs(h[IN_BAND]) ** 2 / aligo_design_psd(GRID[IN_BAND])
    assert np.sqrt(4 * 0.25 * density.sum()) == pytest.approx(370, rel=0.004)


def test_single_precision_agrees_with_double(binaries):
    single = imrphenomd(GRID, *binaries)
    double = imrphenomd(GRID, *binaries, dtype=np.complex128)
    matters = np.abs(double) > 1e-3 * np.abs(double).max(axis=1, keepdims=True)
    assert np.abs(single / np.where(matters, double, 1) - 1)[matters].max() < 1e-4


def test_batch_equals_a_loop(binaries):
    batch = imrphenomd(GRID, *np.repeat(binaries, 3, axis=1), dtype=np.complex128)
    for index, binary in enumerate(binaries.T):
        single = imrphenomd(GRID, *binary, dtype=np.complex128)
        np.testing.assert_allclose(batch[3 * index], single[0], rtol=1e-9, atol=1e-34)


def test_exchange_of_the_bodies_changes_nothing(binaries):
    mass_1, mass_2, spin_1z, spin_2z = binaries
    np.testing.assert_array_equal(
        imrphenomd(GRID, mass_1, mass_2, spin_1z, spin_2z),
        imrphenomd(GRID, mass_2, mass_1, spin_2z, spin_1z),
    )
    np.testing.assert_allclose(
        imrphenomd(GRID, 20, 20, 0.5, -0.3, dtype=complex),
        imrphenomd(GRID, 20, 20, -0.3, 0.5, dtype=complex),
        rtol=1e-9,
    )


def test_strain_falls_with_distance():
    near, far = imrphenomd(GRID, 25, 20, distance_mpc=[100, 1000], dtype=complex)
    np.testing.assert_allclose(far, near / 10, rtol=1e-12)


def test_zero_outside_the_band_and_after_the_ringdown():
    h = imrphenomd(GRID, [10, 60], [8, 70], low_frequency=30, high_frequency=400)
    nonzero = h != 0
    assert not nonzero[:, GRID < 30].any()
    assert not nonzero[:, GRID > 400].any()
    assert nonzero[0, (GRID >= 30) & (GRID <= 400)].all()
    before_end = GRID < 0.2 / (130 * 4.925491e-6)
    assert nonzero[1, (GRID >= 30) & before_end].all()
    assert not nonzero[1, ~before_end].any()
    assert not imrphenomd(GRID, 3000, 3000).any()
    assert not imrphenomd(GRID[:50], 30, 30).any()


def test_polarizations_at_the_limits_of_inclination():
    h = imrphenomd(GRID, 30, 30)
    plus, cross = polarizations(h, 0.0)
    np.testing.assert_array_equal(plus, h)
    np.testing.assert_array_equal(cross, -1j * h)
    plus, cross = polarizations(h, np.pi / 2)
    np.testing.assert_allclose(plus, h / 2, rtol=1e-6)
    assert np.abs(cross).max() < 1e-15 * np.abs(h).max()
    np.testing.assert_allclose(polarizations(h, np.pi)[1], 1j * h, rtol=1e-6)


def test_merger_lies_at_time_zero_and_the_reference_phase_turns_the_strain_twice():
    sample_rate = 2048
    h = imrphenomd(GRID, [30, 12], [25, 10], dtype=complex)
    envelope = np.abs(np.fft.ifft(h, n=4 * sample_rate, axis=1))
    peak = envelope.argmax(axis=1) / sample_rate
    assert (np.minimum(peak, 4 - peak) < 0.006).all()
    turned = imrphenomd(GRID, 30, 25, reference_phase=np.pi / 4, dtype=complex)
    np.testing.assert_allclose(turned[0], 1j * h[0], rtol=1e-9, atol=1e-34)


def test_phase_at_the_reference_frequency_is_twice_the_reference_phase():
    h = imrphenomd(GRID, 30, 25, reference_phase=0.3, reference_frequency=100, dtype=complex)[0]
    assert np.angle(h[400]) == pytest.approx(0.6, abs=1e-9)


def test_writes_into_a_given_array():
    out = np.full((2, len(GRID)), np.nan, np.complex64)
    h = imrphenomd(GRID, [30, 10], 20, out=out)
    assert h is out
    np.testing.assert_array_equal(out, imrphenomd(GRID, [30, 10], 20))


def test_extreme_binaries_are_finite():
    q = np.array([1.0, 5, 18, 100])
    for spins in ((0, 0), (1, 1), (-1, -1), (1, -1)):
        h = imrphenomd(GRID, 10 * q, 10, *spins)
        assert np.isfinite(h).all()
        # The lightest is Newtonian at 20 Hz, to the next order: Cutler & Flanagan (1994).
        mass = chirp_mass(10, 10) * 4.925491e-6
        newtonian = np.sqrt(5 / 24) * np.pi ** (-2 / 3) * mass ** (5 / 6) * 20 ** (-7 / 6)
        distance = 100 * 1.0292713e14
        assert np.abs(h[0, 80]) * distance == pytest.approx(newtonian, rel=0.08)


def test_mass_combinations_and_final_spin():
    assert chirp_mass(30, 30) == pytest.approx(30 / 2**0.2)
    assert symmetric_mass_ratio(10, 10) == 0.25
    assert symmetric_mass_ratio(10, 30) == pytest.approx(0.1875)
    # The remnant of equal bodies without spin, from numerical relativity (Scheel et al. 2009).
    assert final_spin(1, 1) == pytest.approx(0.68646, abs=1e-3)
    assert final_spin(1000, 1, 0.5, 0) == pytest.approx(0.5, abs=0.01)


def test_time_to_merger_follows_the_newtonian_law_at_low_frequency():
    chirp = chirp_mass(1.4, 1.4) * 4.925491e-6
    newtonian = 5 / 256 * chirp ** (-5 / 3) * (np.pi * 10) ** (-8 / 3)
    assert time_to_merger(10, 1.4, 1.4) == pytest.approx(newtonian, rel=0.03)
    times = time_to_merger([20, 40, 80], 30, 30)
    assert (np.diff(times) < 0).all()
    assert time_to_merger(20, [30, 10], [30, 10]).shape == (2,)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"mass_1": 0}, "mass_1 must be positive, got 0"),
        ({"mass_2": [10, -3]}, "mass_2 must be positive, got -3"),
        ({"mass_1": np.nan}, "mass_1 must be finite"),
        ({"spin_1z": 1.2}, "spin_1z must lie within"),
        ({"spin_2z": -1.01}, "spin_2z must lie within"),
        ({"distance_mpc": 0}, "distance_mpc must be positive"),
        ({"mass_1": [1, 2, 3], "mass_2": [1, 2]}, "do not fit together"),
        ({"mass_1": np.ones((2, 2))}, "1-D"),
        ({"frequencies": [30, 20]}, "increase"),
        ({"frequencies": [-1, 20]}, "increase"),
        ({"frequencies": []}, "one or more"),
        ({"low_frequency": 0}, "low_frequency must be positive"),
        ({"reference_frequency": -5}, "reference_frequency must be positive"),
        ({"dtype": np.float32}, "dtype must be"),
        ({"out": np.zeros((1, 3), complex)}, "out must be"),
    ],
)
def test_refuses_bad_input(arguments, message):
    with pytest.raises(UsageError, match=message):
        imrphenomd(**{"frequencies": GRID, "mass_1": 30, "mass_2": 20} | arguments)
