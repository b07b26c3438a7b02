"""What networks for stars are given: spectra over their pseudo-continuum, on one grid.

Simulated, real and augmented spectra all become inputs through `spectrum_inputs`.
"""

import numpy as np
from scipy.fft import irfft, rfft, rfftfreq

from astro_dl.core.examples import Inputs
from astro_dl.core.task import Difficulty, InputSpec
from astro_dl.observations.photometry.extinction import optical_extinction
from astro_dl.observations.spectra.continuum import continuum_contract, divide_by_continuum
from astro_dl.observations.spectra.wavelengths import SPEED_OF_LIGHT, log_edges
from astro_dl.science.stars.physics import StellarPhysics
from astro_dl.science.stars.simulation.population import Stars
from astro_dl.science.stars.simulation.spectra import (
    Observation,
    broadening,
    observe_stars,
    photon_noise,
)

Array = np.ndarray

DIFFICULTY = Difficulty(
    column="snr",
    edges=(10.0, 20.0, 40.0, 80.0, 200.0),
    label="signal-to-noise ratio of a pixel",
)
PEERS = ("random_forest", "gradient_boosting", "logistic_regression", "knn")
"""The classical methods that are scored beside networks on stars."""

CAUTION = (
    "What configs list as alternatives is chosen on each network's own validation set. No test "
    "score chose a setting."
)
SIMULATION_CAUTION = (
    "Simulated spectra are calibrated on real ones: blends, bands and hydrogen lines on 295 stars "
    "of MILES that are for training in both tasks and for testing in none. The form of the "
    "simulator was found with an eye on all stars of MILES, and rates and lengths of the "
    "fine-tuning on validation parts of five folds, which hold test stars of other folds: scores "
    "on MILES are not wholly blind."
)

WAVELENGTH_RANGE = (3800.0, 7400.0)
"""In vacuum [Å]."""

SMOOTHING = 0.05
"""Standard deviation of the continuum's running mean in ln λ: 250 Å at 5000 Å."""

SCALE, LARGEST = 0.1, 10.0
MOST_FEATURES = 512


VELOCITY_KM_S, WIDEST_SIGMA_KM_S = 80.0, 90.0
REDDENING_MAG, TILT = 0.3, 0.05
NOISE_RANGE = (0.002, 0.05)


def stellar_spec(physics: StellarPhysics) -> InputSpec:
    """Return the shape of the spectra, and what their numbers mean."""
    contract = {
        "values": f"(flux / continuum - 1) / {SCALE:g}, within ±{LARGEST:g}; 0 where unknown",
        "continuum": continuum_contract(SMOOTHING, "in ln(wavelength)"),
        "wavelength_range_angstrom": list(WAVELENGTH_RANGE),
        "wavelength_medium": "vacuum",
        "pixels": f"{physics.pixels}, of equal width in ln(wavelength)",
    }
    return InputSpec((physics.pixels, 1), contract)


def pixel_edges(pixels: int) -> Array:
    """Return the edges (pixels + 1,) of an input's pixels, in vacuum [Å]."""
    return log_edges(WAVELENGTH_RANGE, pixels)


def spectrum_inputs(flux: Array) -> Array:
    """Return inputs (n, pixels, 1) float32 from flux (n, pixels) on any scale, NaN where unknown.

    Spectra of which less than half has a continuum are NaN throughout.
    """
    pixels = flux.shape[1]
    smoothing = SMOOTHING * pixels / np.log(WAVELENGTH_RANGE[1] / WAVELENGTH_RANGE[0])
    lines = divide_by_continuum(flux, smoothing)
    known = np.isfinite(lines)
    x = np.clip((np.where(known, lines, 1) - 1) / SCALE, -LARGEST, LARGEST)
    usable = known.mean(axis=1) >= 0.5
    return np.where(usable[:, None], x, np.nan)[..., None].astype(np.float32)


def spectrum_features(physics: StellarPhysics, x: Inputs) -> Array:
    """Return what classical methods are given: the pixels, averaged to 512 at most."""
    values = np.asarray(x)[..., 0]
    together = -(-values.shape[1] // MOST_FEATURES)
    whole = values.shape[1] // together * together
    return values[:, :whole].reshape(len(values), -1, together).mean(axis=2)


def simulated_inputs(
    physics: StellarPhysics, stars: Stars, rng: np.random.Generator
) -> tuple[Array, dict[str, Array]]:
    """Return inputs (n, pixels, 1) of stars, and how each was observed, by column name."""
    n = len(stars.temperature)
    observation = Observation(
        velocity=physics.velocity_scatter_km_s * rng.standard_normal(n),
        rotation=physics.rotation_scale_km_s * rng.exponential(size=n),
        resolving_power=rng.uniform(*physics.resolving_power_range, n),
        reddening=physics.reddening_scale_mag * rng.exponential(size=n),
        snr=np.exp(rng.uniform(np.log(physics.snr_range[0]), np.log(physics.snr_range[1]), n)),
        calibration_error=np.full(n, physics.calibration_error),
        line_error=np.full(n, physics.line_strength_error),
    )
    flux = observe_stars(stars, observation, pixel_edges(physics.pixels), rng)
    return spectrum_inputs(flux), {
        "temperature": stars.temperature,
        "log_g": stars.log_g,
        "fe_h": stars.metallicity,
        "radial_velocity": observation.velocity,
        "rotation_velocity": observation.rotation,
        "resolving_power": observation.resolving_power,
        "reddening": observation.reddening,
        "snr": observation.snr,
    }


def augment_spectra(x: Inputs, rng: np.random.Generator) -> Inputs:
    """Return spectra as others might have taken them of the same stars.

    Each is shifted by a radial velocity (σ 80 km/s), broadened (Gaussian, up to σ 90 km/s),
    reddened or dereddened (σ 0.3 mag), tilted, given noise (0.2 to 5%, log-uniform), and divided
    by its new continuum. The config's ``training.augmented_fraction`` leaves some as clean as they
    are.
    """
    values = np.asarray(x)[..., 0]
    n, pixels = values.shape
    edges = pixel_edges(pixels)
    pixel = SPEED_OF_LIGHT * np.log(edges[1] / edges[0])
    lines = 1 + SCALE * values.astype(np.float64)
    lines = _moved(
        lines,
        VELOCITY_KM_S * rng.standard_normal(n) / pixel,
        WIDEST_SIGMA_KM_S * rng.random(n) / pixel,
    )
    wavelength = np.sqrt(edges[1:] * edges[:-1])
    reddening = 3.1 * REDDENING_MAG * rng.standard_normal((n, 1))
    lines *= 10 ** (-0.4 * reddening * optical_extinction(wavelength))
    lines *= np.exp(TILT * rng.standard_normal((n, 1)) * np.linspace(-1, 1, pixels))
    snr = np.exp(-rng.uniform(np.log(NOISE_RANGE[0]), np.log(NOISE_RANGE[1]), n))
    changed = spectrum_inputs(lines + photon_noise(lines, snr, rng))
    return np.where(np.isfinite(changed), changed, values[..., None])


def _moved(lines: Array, shift: Array, sigma: Array) -> Array:
    """Return lines (n, pixels) about one, shifted and broadened [pixels]; ends are mirrored."""
    pixels = lines.shape[1]
    mirrored = np.concatenate([lines, lines[:, ::-1]], axis=1)
    frequency = rfftfreq(2 * pixels)
    change = broadening(frequency, sigma, np.zeros_like(sigma))
    change = change * np.exp(-2j * np.pi * frequency * shift[:, None])
    return irfft(rfft(mirrored, axis=1) * change, 2 * pixels, axis=1)[:, :pixels]
