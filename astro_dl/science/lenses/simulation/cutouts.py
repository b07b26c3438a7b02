"""Cutouts of imaging surveys, centred on galaxies that are strong lenses or look like them.

Images are in units of the standard deviation of the sky's noise in a pixel of that image and band,
the sky itself subtracted, as Lanusse et al. (2018), MNRAS 473, 3895, scale theirs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from astropy import units as u
from astropy.table import Table

from astro_dl.core.errors import UsageError
from astro_dl.data.namespace import namespace_of
from astro_dl.observations.images.galaxies import render_components
from astro_dl.observations.images.observation import Observation, draw_observation
from astro_dl.observations.images.pixels import blocks
from astro_dl.observations.images.sky_noise import (
    add_noise,
    band_signal_to_noise,
    mask_defects,
    noise_variance,
    signal_to_noise,
)
from astro_dl.observations.photometry.surveys import Survey, named_survey
from astro_dl.science.lenses.simulation.population import LensPriors
from astro_dl.science.lenses.simulation.ray_tracing import lensed_light
from astro_dl.science.lenses.simulation.scenes import DEFAULT_KINDS, Scenes, draw_kinds, draw_scenes
from astro_dl.science.lenses.simulation.variety import Variety

IMAGES_AT_ONCE = 64

MEASURED = ("arc_snr", "magnification", "brightened", "masked_fraction")
"""What is told of every cutout after its pixels were made, beside the bands' ``band_arc_snr``."""

BRIGHTEST = 100.0
"""Largest factor by which a source is made brighter."""


@dataclass(frozen=True)
class DrawnCutouts:
    """What is in cutouts and how they are taken, before any pixel is made.

    Parameters
    ----------
    bands : tuple of str
        The channels.
    observation : Observation
        Of the n images.
    scenes : Scenes
        What is in them.
    least, wanted : float and ndarray
        Sources whose signal-to-noise ratio is below the first are brought to the second, (n,).
    noise_widths : ndarray or None
        (n,) by which their noise is smoothed [pixel].
    """

    bands: tuple[str, ...]
    observation: Observation
    scenes: Scenes
    least: float
    wanted: np.ndarray
    noise_widths: np.ndarray | None

    def __len__(self) -> int:
        return len(self.wanted)

    def finished(
        self, light: Any, part: slice, defect_probability: float, rng: np.random.Generator
    ) -> tuple[Any, np.ndarray]:
        """Return light (m, B, H, W) of a range of images with noise and defects, and their share.

        Tensors of Keras stay where they are.
        """
        widths = None if self.noise_widths is None else self.noise_widths[part]
        light = add_noise(light, self.observation.electrons_per_sigma[part], rng, widths)
        return mask_defects(light, defect_probability, rng)


def draw_cutouts(
    survey: str | Survey,
    bands: Sequence[str],
    n: int,
    rng: np.random.Generator,
    *,
    kinds: Mapping[str, float] | str = DEFAULT_KINDS,
    priors: LensPriors | None = None,
    size: int = 64,
    pixel_scale: float | None = None,
    arc_snr_min: float = 10.0,
    exposure_factor: float = 1.0,
    depth_scatter: float = 0.1,
    kernels: Mapping[str, np.ndarray] | None = None,
    satellite_rate: float = 1.0,
    variety: Variety | None = None,
) -> DrawnCutouts:
    """Draw what is in cutouts of a survey.

    Parameters
    ----------
    survey : str or Survey
        A survey or its name in `surveys.SURVEYS`.
    bands : sequence of str
        Bands of the survey: the channels, in this order.
    n : int
        Number of cutouts.
    rng : numpy.random.Generator
        Source of every random number.
    kinds : mapping or str, default `lens_scenes.DEFAULT_KINDS`
        Relative frequency of each of `lens_scenes.KINDS`, or the one kind of all cutouts.
    priors : LensPriors, optional
        Of lenses and sources.
    size : int, default 64
        Pixels along either side, 8 or more.
    pixel_scale : float, optional
        [arcsec]; that of the survey by default.
    arc_snr_min : float, default 10
        Sources, lensed or barely so, whose signal-to-noise ratio would be below this are made
        brighter, to this plus an exponentially distributed excess of the same mean; 0 leaves them
        as they are.
    exposure_factor : float, default 1
        Exposure time over the survey's; 0.1 is the first of ten years.
    depth_scatter : float, default 0.1
        Standard deviation of the depth of images and bands [mag].
    kernels : mapping, optional
        Point-spread functions by band, square arrays of odd size on pixels of this scale, instead
        of the survey's Moffat or Gaussian.
    satellite_rate : float, default 1
        Mean number of companions of a central galaxy; see `lens_scenes.draw_scenes`.
    variety : Variety, optional
        What else differs between cutouts; by default nothing.

    Raises
    ------
    UsageError
        If a survey, band or kind is unknown, or a number out of its range.
    """
    if n < 1:
        raise UsageError(f"the number of cutouts must be at least 1, not {n}")
    survey = named_survey(survey) if isinstance(survey, str) else survey
    variety = variety or Variety()
    observation = draw_observation(
        variety.of_survey(survey),
        bands,
        n,
        rng,
        size=size,
        pixel_scale=pixel_scale,
        exposure_factor=exposure_factor,
        depth_scatter=depth_scatter,
        kernels=kernels,
    )
    observation = variety.of_observation(observation, rng)
    kind = draw_kinds(kinds, n, rng)
    scenes = draw_scenes(kind, observation, priors or LensPriors(), rng, satellite_rate)
    least, wanted = variety.arc_ratios(arc_snr_min, n, rng)
    return DrawnCutouts(
        tuple(bands), observation, scenes, least, wanted, variety.noise_widths(n, rng)
    )


def simulate_cutouts(
    survey: str | Survey,
    bands: Sequence[str],
    n: int,
    rng: np.random.Generator,
    *,
    defect_probability: float = 0.01,
    noise: bool = True,
    **scene: Any,
) -> tuple[np.ndarray, Table]:
    """Simulate cutouts of a survey.

    Parameters
    ----------
    survey, bands, n, rng
        As of `draw_cutouts`.
    defect_probability : float, default 0.01
        That a band of a cutout has masked pixels, which are zero.
    noise : bool, default True
        False for images without noise and defects.
    **scene
        What else `draw_cutouts` takes.

    Returns
    -------
    images : ndarray
        (n, size, size, B) float32 [σ of the sky], row by y upwards, column by x, (0, 0) arcsec in
        the middle; the central galaxy's light is within half a pixel of it.
    truth : Table
        One row per cutout: ``kind``; ``einstein_radius``, ``center_x``, ``center_y`` (of the mass),
        ``offset_x``, ``offset_y`` (of the mass's centre from the light's), ``source_x``,
        ``source_y`` [arcsec]; ``e1``, ``e2``, ``gamma1``, ``gamma2``; ``magnification`` of the
        source's light in all bands, before blurring, within the image and its margin;
        ``lens_redshift``, ``source_redshift``; ``velocity_dispersion`` [km/s]; ``arc_snr``,
        signal-to-noise ratio of the source's light, as `sky_noise.signal_to_noise` defines it;
        ``exposure_arc_snr_<band>``, that of a single exposure in one band, NaN where
        the survey does not say how many there are; ``magnitude_<band>`` of the central galaxy and
        ``source_magnitude_<band>``, unlensed; ``seeing_<band>`` [arcsec], ``depth_<band>`` (5σ,
        point source);
        ``masked_fraction``; ``group``, a number of its own for each system. For kinds without a
        deflector the Einstein radius, ellipticity, shear and both ratios are 0 and what a source
        or a deflector would have is NaN.

    Raises
    ------
    UsageError
        If a survey, band or kind is unknown, or a number out of its range.
    """
    check_defects(defect_probability)
    drawn = draw_cutouts(survey, bands, n, rng, **scene)
    size = drawn.observation.size
    images = np.empty((n, size, size, len(drawn.bands)), np.float32)
    told = []
    for part in blocks(n, IMAGES_AT_ONCE):
        light, about = expose(drawn, part)
        if noise:
            light, about["masked_fraction"] = drawn.finished(light, part, defect_probability, rng)
        images[part] = np.moveaxis(light, 1, -1)
        told.append(about)
    return images, truth_of(drawn, told, rng)


def check_defects(probability: float) -> None:
    """Refuse a probability of defects that is none."""
    if not 0 <= probability <= 1:
        raise UsageError(f"defect_probability must be between 0 and 1, not {probability}")


def expose(drawn: DrawnCutouts, part: slice) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return images (m, B, size, size) without noise, and what is measured on their arcs."""
    scenes, observation, wanted = drawn.scenes, drawn.observation, drawn.wanted
    m = part.stop - part.start
    size, pixel_scale = observation.rendered, observation.pixel_scale
    foreground = render_components(
        scenes.galaxies.of_images(part), m, size=size, pixel_scale=pixel_scale
    )
    sources = scenes.sources.of_images(part)
    arcs = lensed_light(
        sources.mass, sources.light, sources.flux, size=size, pixel_scale=pixel_scale
    )
    about = {name: np.zeros(m) for name in MEASURED}
    about["band_arc_snr"] = np.zeros((m, foreground.shape[1]))

    behind = sources.image
    alone = np.setdiff1d(np.arange(m), behind)
    light = np.empty((m, *foreground.shape[1:2], observation.size, observation.size), np.float32)
    light[alone] = observation.expose(foreground[alone], alone + part.start)
    both = np.stack([foreground[behind], arcs])
    before, arcs_seen = observation.expose(both, behind + part.start)
    gain = observation.electrons_per_sigma[behind + part.start]
    factor, about["arc_snr"][behind] = brightening(
        arcs_seen, before, gain, drawn.least, wanted[behind + part.start]
    )
    arcs_seen = arcs_seen * factor.astype(np.float32)[:, None, None, None]
    light[behind] = before + arcs_seen
    about["band_arc_snr"][behind] = band_signal_to_noise(
        arcs_seen, noise_variance(light[behind], gain)
    )
    about["brightened"][behind] = factor
    about["magnification"][behind] = arcs.sum(axis=(1, 2, 3)) / sources.flux.sum(axis=(1, 2))
    return light, about


def brightening(
    arcs: Any, before: Any, gain: np.ndarray, least: float, wanted: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return factors that bring arcs (m, B, H, W) of too low a signal-to-noise ratio to the wanted.

    Arcs, and what else is in the images, may be tensors of Keras.

    Returns
    -------
    factor, ratio : ndarray
        (m,) 1 where the ratio is at least ``least``, and the ratio with this factor.
    """

    in_memory = namespace_of(arcs) is np

    def measure(which: np.ndarray) -> np.ndarray:
        # On a device all are measured: arrays of other shapes would be compiled for each.
        some = which if in_memory else slice(None)
        brighter = arcs[some] * factor[some].astype(np.float32)[:, None, None, None]
        ratio = signal_to_noise(brighter, noise_variance(before[some] + brighter, gain[some]))
        return ratio if in_memory else ratio[which]

    factor = np.ones(len(arcs))
    ratio = measure(np.arange(len(arcs)))
    faint = np.flatnonzero(ratio < least)
    for _ in range(8):
        # the ratio grows faster than the light does while more pixels pass the threshold
        step = np.clip(wanted[faint] / np.maximum(ratio[faint], 1e-3), 0.2, 4) ** 0.7
        factor[faint] = np.minimum(factor[faint] * step, BRIGHTEST)
        ratio[faint] = measure(faint)
    return factor, ratio


def truth_of(
    drawn: DrawnCutouts, told: Sequence[dict[str, np.ndarray]], rng: np.random.Generator
) -> Table:
    """Return the truth table of `simulate_cutouts` from what is told of their parts, in order."""
    scenes, observation, bands = drawn.scenes, drawn.observation, drawn.bands
    measured = {name: np.concatenate([about[name] for about in told]) for name in told[0]}
    n, image = len(scenes.kind), scenes.sources.image
    sigma_magnitude = observation.photometry.sigma_magnitude

    def of_sources(values: np.ndarray, elsewhere: float) -> np.ndarray:
        column = np.full((n, *np.shape(values)[1:]), float(elsewhere))
        column[image] = values
        return column

    mass, light = scenes.sources.mass, scenes.sources.light
    truth = Table({"kind": scenes.kind.astype(str)})
    truth["einstein_radius"] = of_sources(mass.einstein_radius, 0) * u.arcsec
    for name in ("e1", "e2", "gamma1", "gamma2"):
        truth[name] = of_sources(getattr(mass, name), 0)
    for name, values in (
        ("center_x", mass.center_x),
        ("center_y", mass.center_y),
        ("offset_x", scenes.deflectors["center_x"][image]),
        ("offset_y", scenes.deflectors["center_y"][image]),
        ("source_x", light.center_x[:, 0]),
        ("source_y", light.center_y[:, 0]),
    ):
        truth[name] = of_sources(values, np.nan) * u.arcsec
    truth["magnification"] = of_sources(measured["magnification"][image], np.nan)
    truth["arc_snr"] = measured["arc_snr"]
    for name, unit in (
        ("lens_redshift", None),
        ("source_redshift", None),
        ("velocity_dispersion", u.km / u.s),
    ):
        truth[name] = of_sources(scenes.deflectors[name][image], np.nan)
        truth[name].unit = unit
    central = np.zeros_like(sigma_magnitude)
    np.add.at(central, scenes.central.image, scenes.central.flux)
    source = scenes.sources.flux.sum(axis=1) * measured["brightened"][image, None]
    # A source of which nothing is seen in a band has no magnitude there.
    with np.errstate(divide="ignore"):
        source_magnitude = sigma_magnitude[image] - 2.5 * np.log10(source)
    magnitudes = {
        "magnitude": sigma_magnitude - 2.5 * np.log10(central),
        "source_magnitude": of_sources(source_magnitude, np.nan),
        "depth": observation.depth,
    }
    exposure_arc_snr = measured["band_arc_snr"] / np.sqrt(observation.exposures)
    for index, band in enumerate(bands):
        for name, values in magnitudes.items():
            truth[f"{name}_{band}"] = values[:, index] * u.mag
        truth[f"exposure_arc_snr_{band}"] = exposure_arc_snr[:, index]
        truth[f"seeing_{band}"] = observation.seeing[:, index] * u.arcsec
    truth["masked_fraction"] = measured["masked_fraction"]
    truth["group"] = rng.integers(2**62, size=n)
    return truth
