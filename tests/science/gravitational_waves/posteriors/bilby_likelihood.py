"""The likelihood of a segment by bilby (Ashton et al. 2019) with lalsimulation's IMRPhenomD."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from astro_dl.science.gravitational_waves.posteriors.parameters import PRIOR, masses_of
from astro_dl.science.gravitational_waves.posteriors.spectra import STRAIN_UNIT

GPS_START = 1126259459.0
PLACE = {"ra": 1.0, "dec": 0.5, "psi": 0.3}
"""On the sky; any will do, as a detector sees no more than strength and time."""


@dataclass(frozen=True)
class BilbyLikelihood:
    """A likelihood, and what our parameters are in it."""

    likelihood: Any
    origin: float

    def parameters(self, row):
        """Return bilby's parameters of ours (5,)."""
        named = dict(zip(PRIOR, map(float, row), strict=True)) | PLACE | {"phase": 0.0}
        return named | {"geocent_time": self.origin + named.pop("merger_time")}

    def log_likelihood_ratio(self, row):
        """Return that of our parameters (5,), the mean over phases."""
        return self.likelihood.log_likelihood_ratio(self.parameters(row))


def bilby_likelihood(physics, segment):
    """Return the likelihood of a segment."""
    import bilby

    duration = physics.segment_s
    rate = 2.0 ** np.ceil(np.log2(2 * physics.high_frequency_hz))
    grid = np.arange(round(rate * duration / 2) + 1) / duration
    band = slice(physics.first_bin, physics.first_bin + physics.bins_of_segment)
    noise = np.ones(len(grid))
    noise[band] = 4 / duration * (STRAIN_UNIT / segment.weight.astype(float)) ** 2
    detector = bilby.gw.detector.get_empty_interferometer("H1")
    detector.minimum_frequency = physics.low_frequency_hz
    detector.maximum_frequency = physics.high_frequency_hz
    detector.power_spectral_density = bilby.gw.detector.PowerSpectralDensity(
        frequency_array=grid, psd_array=noise
    )
    strain = np.zeros(len(grid), complex)
    strain[band] = segment.white.astype(complex) * STRAIN_UNIT / segment.weight
    detector.strain_data.set_from_frequency_domain_strain(
        strain, sampling_frequency=rate, duration=duration, start_time=GPS_START
    )
    place = (PLACE["ra"], PLACE["dec"], GPS_START)
    pattern = detector.antenna_response(*place, PLACE["psi"], "plus")
    delay = detector.time_delay_from_geocenter(*place)

    def seen(frequencies, chirp_mass, mass_ratio, effective_spin, snr, phase, **_):
        heavier, lighter = masses_of(np.array([chirp_mass, mass_ratio]))
        tilt = np.pi if effective_spin < 0 else 0.0
        wave = bilby.gw.source.lal_binary_black_hole(
            frequencies,
            mass_1=heavier, mass_2=lighter, luminosity_distance=100.0, theta_jn=0.0, phase=phase,
            a_1=abs(effective_spin), tilt_1=tilt, phi_12=0.0,
            a_2=abs(effective_spin), tilt_2=tilt, phi_jl=0.0,
            waveform_approximant="IMRPhenomD", reference_frequency=physics.low_frequency_hz,
            minimum_frequency=physics.low_frequency_hz,
            maximum_frequency=physics.high_frequency_hz,
        )["plus"]  # fmt: skip
        loudness = np.sqrt(np.sum(4 / duration * np.abs(wave[band]) ** 2 / noise[band]))
        return {"plus": wave * (snr / loudness / pattern), "cross": 0 * wave}

    waves = bilby.gw.WaveformGenerator(
        duration=duration,
        sampling_frequency=rate,
        start_time=GPS_START,
        frequency_domain_source_model=seen,
        parameter_conversion=lambda parameters: (dict(parameters), []),
    )
    likelihood = bilby.gw.likelihood.GravitationalWaveTransient(
        interferometers=bilby.gw.detector.InterferometerList([detector]),
        waveform_generator=waves,
        phase_marginalization=True,
        priors=bilby.core.prior.PriorDict({"phase": bilby.core.prior.Uniform(0, 2 * np.pi)}),
    )
    return BilbyLikelihood(likelihood, GPS_START + segment.time - delay)
