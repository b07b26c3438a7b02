"""Inputs unlike those of the training: other noise, another instrument, other objects.

Each task has settings of its own simulator, so that they differ in one thing alone; rows of tables
also with noise as wide as the column, and with every column taken from another row, which leaves
each value as usual and their combination as of nothing that exists. Of what was trained on a real
set they are that set's rows so changed, and simulated ones.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from astro_dl.core.config import Config
from astro_dl.core.registry import build_physics, get_task
from astro_dl.data.real import is_real, real_split

Array = np.ndarray


@dataclass(frozen=True)
class Shift:
    """One way in which inputs are unlike those of the training.

    Parameters
    ----------
    kind : {"noise", "instrument", "objects"}
        What is other.
    words : str
        How, for a table.
    physics : mapping
        Settings of the simulator in place of the bundle's.
    changed : callable, optional
        From inputs (n, …) and a generator to other ones.
    """

    kind: str
    words: str
    physics: Mapping[str, Any] = field(default_factory=dict)
    changed: Callable[[Array, np.random.Generator], Array] | None = None

    def inputs(self, config: Config, n: int, seed: int) -> Any:
        """Return n inputs of this kind for a bundle of a config; of a real set's all."""
        rng = np.random.default_rng(seed)
        if self.changed is not None and is_real(config):
            return self.changed(np.asarray(real_split(config, "test").x), rng)
        physics = build_physics(config.task, {**config.physics, **self.physics})
        x = get_task(config.task).simulate(physics, n, rng).x
        return x if self.changed is None else self.changed(np.asarray(x), rng)


def noisier(x: Array, rng: np.random.Generator) -> Array:
    """Return rows with noise of one standard deviation of each column; missing values stay so."""
    return (x + np.nanstd(x, axis=0) * rng.normal(size=x.shape)).astype(x.dtype)


def mixed(x: Array, rng: np.random.Generator) -> Array:
    """Return rows each value of which is of another row."""
    return rng.permuted(x, axis=0)


MIXED = Shift("objects", "columns of different rows", changed=mixed)
NOISIER = Shift("noise", "as wide as each column", changed=noisier)
SIMULATED = Shift("objects", "simulated")
SPECTRA = (
    Shift("noise", "signal-to-noise ratio 2 to 5", {"snr_range": (2.0, 5.0)}),
    Shift("instrument", "resolving power 300", {"resolving_power_range": (300.0, 301.0)}),
    Shift("objects", "behind 2 mag of dust", {"reddening_scale_mag": 2.0}),
)
SHIFTS: Mapping[str, tuple[Shift, ...]] = {
    "ar_morphology": (
        Shift("noise", "fields three times as strong", {"flux_factor": 3.0}),
        Shift("instrument", "pixels a third as wide", {"pixel_scale_deg": 0.1}),
        Shift("objects", "foreshortened, up to 70°", {"foreshortened": True,
            "largest_longitude_deg": 70.0}),
    ),
    "asteroid_taxonomy": (Shift("noise", "0.1 for 0.01", {"noise": 0.1}), NOISIER, MIXED),
    "cluster_mass": (
        Shift("noise", "errors of 500 km/s", {"error_kms": (500.0, 510.0)}),
        Shift("instrument", "all within 0.3 Mpc", {"apertures_mpc": (0.2, 0.3)}),
        Shift("objects", "ten times as many interlopers", {"interlopers": 10.0}),
    ),
    "cosmology_fields": (
        Shift("noise", "of shapes twice as large", {"shape_noise": 0.52}),
        Shift("instrument", "pixels of 15′ for 10′", {"pixel_arcmin": 15.0}),
        Shift("objects", "Gaussian for lognormal", {"field": "gaussian"}),
    ),
    "cosmology_spectra": (
        Shift("noise", "ten to thirty galaxies", {"galaxies_range": (10.0, 30.0)}),
        Shift("objects", "bias of 2 to 3", {"bias_range": (2.0, 3.0)}),
    ),
    "galaxy_metallicity": (
        Shift("noise", "a tenth of the exposure", {"exposure_factor": 0.003}),
        Shift("instrument", "pixels of 0.8″ for 0.4″", {"pixel_scale_arcsec": 0.8}),
        Shift("objects", "redshifts of 0.4 to 0.6, r < 20", {"redshift_range": (0.4, 0.6),
            "faintest_r": 20.0}),
    ),
    "galaxy_morphology": (
        Shift("noise", "a tenth of the exposure", {"exposure_factor": 0.003}),
        Shift("instrument", "pixels of 0.8″ for 0.4″", {"pixel_scale_arcsec": 0.8}),
        Shift("objects", "redshifts of 0.4 to 0.6", {"redshift_range": (0.4, 0.6)}),
    ),
    "galaxy_redshift": (
        Shift("noise", "signal-to-noise ratio 0.5 to 1", {"snr_range": (0.5, 1.0)}),
        Shift("instrument", "resolving power 100", {"resolving_power": 100.0}),
        Shift("objects", "no lines", {"lines": False}),
    ),
    "galaxy_structure": (
        Shift("noise", "signal-to-noise ratio 2 to 5", {"snr_range": (2.0, 5.0)}),
        Shift("instrument", "seeing of 7 to 9 pixels", {"seeing_fwhm_pixels_range": (7.0, 9.0)}),
        Shift("objects", "radii of 10 to 14 pixels", {"radius_pixels_range": (10.0, 14.0)}),
    ),
    "gw_bbh": (
        Shift("noise", "glitches in half of it", {"glitch_fraction": 0.5}),
        Shift("instrument", "from 60 Hz on", {"low_frequency_hz": 60.0}),
        Shift("objects", "signals of SNR 30 to 60", {"snr_range": (30.0, 60.0)}),
    ),
    "gw_parameters": (
        Shift("noise", "e⁵ to e⁸ as much power at 20 Hz", {"excess_range": (5.0, 8.0)}),
        Shift("instrument", "from 60 Hz on", {"low_frequency_hz": 60.0}),
        MIXED,
    ),
    "lens_parameters": (
        Shift("noise", "2 mag shallower", {"exposure_factor": 0.0025}),
        Shift("instrument", "DES for LSST", {"survey": "des"}),
        Shift("objects", "radii below 0.3″", {"einstein_radius_range_arcsec": (0.1, 0.3)}),
    ),
    "mass_profile": (
        Shift("noise", "errors of 20 km/s", {"error_kms": (20.0, 21.0)}),
        Shift("instrument", "all within R_h", {"farthest": (0.5, 1.0)}),
        Shift("objects", "50% foreign stars", {"most_contamination": 0.5}),
    ),
    "photo_z": (
        Shift("noise", "2 mag shallower", {"depth_offset_mag": -2.0}), NOISIER, MIXED,
    ),
    "pulsar_candidate": (NOISIER, MIXED),
    "real_bogus": (
        Shift("noise", "misregistered by 0.6 to 1 pixel",
            {"registration_range_pixels": (0.6, 1.0)}),
        Shift("instrument", "DES for ZTF", {"survey": "des"}),
        Shift("objects", "asteroids alone, no artefacts", {"real_fraction": 0.99,
            "transient_weight": 0.0, "nucleus_weight": 0.0, "variable_weight": 0.0}),
    ),
    "solar_flare": (NOISIER, MIXED),
    "mount_wilson": (NOISIER, MIXED),
    "spectral_type": SPECTRA,
    "stellar_parameters": SPECTRA,
    "star_galaxy": (
        Shift("noise", "signal-to-noise ratio 2 to 3", {"snr_range": (2.0, 3.0)}),
        Shift("instrument", "seeing of 7 to 9 pixels", {"seeing_fwhm_pixels_range": (7.0, 9.0)}),
        Shift("objects", "a neighbour each", {"neighbour_fraction": 1.0}),
    ),
    "star_galaxy_quasar": (
        Shift("noise", "bad magnitudes in half of the rows", {"bad_magnitudes": 0.5}),
        NOISIER, MIXED,
    ),
    "strong_lens": (
        Shift("noise", "a tenth of the exposure", {"exposure_factor": 0.01}),
        Shift("instrument", "noise correlated over 1 pixel", {"noise_correlation_pixels": 1.0}),
        Shift("objects", "each with many satellites", {"satellite_rate": 8.0}),
    ),
    "supernova": (
        Shift("instrument", "nothing before the first detection", {"window_days": (0.0, 150.0)}),
        Shift("noise", "detected at 15 σ", {"detection_snr": 15.0}),
        Shift("objects", "redshifts below 0.1", {"redshift_range": (0.02, 0.1)}),
    ),
    "tess_transit": (
        Shift("noise", "magnitudes of 14 to 16", {"magnitude_range": (14.0, 16.0)}),
        Shift("instrument", "three months for one", {"duration_days": 82.0}),
        Shift("objects", "heavy companions alone", {"class_fractions": (0.0, 1.0, 0.0),
            "heavy_companion_fraction": 1.0}),
    ),
    "variable_star": (
        Shift("noise", "four times as large", {"noise_scale": 4.0}),
        Shift("instrument", "periods searched below 1 a day", {"maximum_frequency": 1.0}),
        Shift("objects", "constant stars alone", {"class_fractions": {"constant": 1.0}}),
    ),
}  # fmt: skip


def shifts_of(config: Config) -> tuple[Shift, ...]:
    """Return the shifts that a bundle of a config is tried with."""
    if not is_real(config):
        return SHIFTS.get(config.task, ())
    rows = isinstance(real_split(config, "test").x, np.ndarray)
    return (SIMULATED, NOISIER, MIXED) if rows else (SIMULATED,)
