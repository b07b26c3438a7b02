"""Cutouts made on the device of Keras, by the formulas of `cutouts` in an order that suits it.

On a processor few images are made at once, and of these only what is bright, so that all stays in
its cache. A device is told as seldom as can be what to do, on arrays of as few different shapes as
can be, each of which a compiling backend compiles anew: images without a source get a dark one, and
numbers of components or pixels are filled up to a power of two.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from astropy.table import Table

from astro_dl.data.namespace import namespace_of, on_device, on_host
from astro_dl.observations.images.galaxies import (
    Components,
    divided_cores,
    mean_of_cores,
    ring_and_arms,
)
from astro_dl.observations.images.pixels import blocks, pixel_axis
from astro_dl.observations.images.sersic import SersicLight, sersic_flux, surface_brightness
from astro_dl.observations.images.sky_noise import band_signal_to_noise, noise_variance
from astro_dl.science.lenses.simulation.cutouts import (
    MEASURED,
    DrawnCutouts,
    brightening,
    check_defects,
    truth_of,
)
from astro_dl.science.lenses.simulation.mass import LensMass, source_position
from astro_dl.science.lenses.simulation.ray_tracing import (
    FINENESS,
    fineness_of_one,
    source_extent,
)
from astro_dl.science.lenses.simulation.scenes import LensedSources

IMAGES_AT_ONCE = 256

COMPONENTS_AT_ONCE = 1024

POINTS_AT_ONCE = 2**21
"""Points within divided pixels that are made at once."""


def render_cutouts(
    drawn: DrawnCutouts, rng: np.random.Generator, defect_probability: float, noise: bool = True
) -> tuple[Any, Table]:
    """Return cutouts (n, size, size, B) as a tensor and their truth, as `simulate_cutouts` does.

    Parameters
    ----------
    drawn : DrawnCutouts
        What is in them.
    rng : numpy.random.Generator
        Gives the seeds of the noise, which is drawn on the device, and the defects.
    defect_probability : float
        That a band of a cutout has masked pixels, which are zero.
    noise : bool, default True
        False for images without noise and defects.
    """
    check_defects(defect_probability)
    images, told = [], []
    for part in blocks(len(drawn), IMAGES_AT_ONCE):
        light, about = expose(drawn, part)
        if noise:
            light, about["masked_fraction"] = drawn.finished(light, part, defect_probability, rng)
        images.append(namespace_of(light).moveaxis(light, 1, -1))
        told.append(about)
    return namespace_of(images[0]).concatenate(images), truth_of(drawn, told, rng)


def expose(drawn: DrawnCutouts, part: slice) -> tuple[Any, dict[str, np.ndarray]]:
    """Return images (m, B, size, size) without noise, and what is measured on their arcs."""
    scenes, observation = drawn.scenes, drawn.observation
    m, bands = part.stop - part.start, len(drawn.bands)
    size, scale = observation.rendered, observation.pixel_scale
    foreground = render_components(scenes.galaxies.of_images(part), m, size=size, pixel_scale=scale)
    about = {name: np.zeros(m) for name in MEASURED} | {"band_arc_snr": np.zeros((m, bands))}
    sources = scenes.sources.of_images(part)
    behind = sources.image
    images = np.arange(part.start, part.stop)
    if not len(behind):
        return observation.expose(foreground, images), about

    mass, light, flux = _one_behind_each(sources, m)
    arcs = lensed_light(mass, light, flux, size=size, pixel_scale=scale)
    xp = namespace_of(arcs)
    before, seen = observation.expose(xp.stack([foreground, arcs]), images)
    gain = observation.electrons_per_sigma[part]
    factor, ratio = brightening(seen, before, gain, drawn.least, drawn.wanted[part])
    seen = seen * factor.astype(np.float32)[:, None, None, None]
    image = before + seen
    by_band = band_signal_to_noise(seen, noise_variance(image, gain))
    total = on_host(xp.sum(arcs, axis=(1, 2, 3)))
    about["arc_snr"][behind], about["band_arc_snr"][behind] = ratio[behind], by_band[behind]
    about["brightened"][behind] = factor[behind]
    about["magnification"][behind] = total[behind] / sources.flux.sum(axis=(1, 2))
    return image, about


def _one_behind_each(sources: LensedSources, m: int) -> tuple[LensMass, SersicLight, np.ndarray]:
    """Return a deflector and a source for each of m images, a dark one where there is none."""
    row, lit = np.zeros(m, int), np.zeros(m, bool)
    row[sources.image], lit[sources.image] = np.arange(len(sources.image)), True
    flux = sources.flux[row] * lit[:, None, None]
    return sources.mass.take(row), sources.light.take(row), flux


def render_components(components: Components, n: int, *, size: int, pixel_scale: float) -> Any:
    """Return images (n, B, size, size) of galaxies before any blurring, as a tensor.

    Parameters and light are those of `astro_dl.observations.images.galaxies.render_components`.
    """
    patterned = np.broadcast_to(
        (np.asarray(components.ring_radius) > 0) | (np.asarray(components.arm_strength) != 0),
        len(components),
    )
    axis = pixel_axis(size, pixel_scale, np.float32)
    images: Any = np.zeros((n, components.flux.shape[1], size, size), np.float32)
    for with_pattern in (True, False):
        alike = components.take(np.flatnonzero(patterned == with_pattern))
        for some, weight in _filled_up(alike, pixel_scale):
            (rows, y), (columns, x) = divided_cores(some, size, pixel_scale)
            cores = mean_of_cores(_profile(some, x[:, None, :], y[:, :, None], with_pattern))
            xp = namespace_of(cores)
            profile = _profile(some, axis[None, None, :], axis[None, :, None], with_pattern)
            in_row, in_column = (
                np.abs(np.arange(size) - nearest[:, nearest.shape[1] // 2, None])
                <= nearest.shape[1] // 2
                for nearest in (rows, columns)
            )
            profile = xp.where(in_row[:, :, None] & in_column[:, None, :], 0.0, profile)
            light = profile[:, None] * weight[:, :, None, None]
            images = images + xp.segment_sum(light, some.image.astype(np.int32), n)
            images = images + _scattered(cores, some.image, rows, columns, weight, images.shape)
    return on_device(images)


def _filled_up(
    components: Components, pixel_scale: float
) -> Iterator[tuple[Components, np.ndarray]]:
    """Yield components in parts, the last filled up with dark ones, and what their profiles weigh.

    Weights (m, B) float32 make profiles the light of pixels.
    """
    for part in blocks(len(components), COMPONENTS_AT_ONCE):
        index = np.arange(part.start, part.stop)
        missing = _power_of_two(len(index)) - len(index)
        some = components.take(np.append(index, np.full(missing, index[-1])))
        weight = some.flux * (pixel_scale**2 / some.total)[:, None]
        weight[len(index) :] = 0
        yield some, weight.astype(np.float32)


def _profile(some: Components, x: np.ndarray, y: np.ndarray, with_pattern: bool) -> Any:
    """Return the surface brightness (m, H, W) of components, those with rings or arms apart."""
    columns = some.take((slice(None), None, None)) if with_pattern else some
    x, y = on_device(x), on_device(y)
    profile = surface_brightness(some.smooth.take(slice(None), 2), x, y)
    if not with_pattern:
        return profile
    ring, arms = ring_and_arms(columns, x, y)
    return namespace_of(profile).where(columns.ring_radius > 0, ring, profile) * arms


def _scattered(
    cores: Any,
    image: np.ndarray,
    rows: np.ndarray,
    columns: np.ndarray,
    weight: np.ndarray,
    shape: tuple[int, ...],
) -> Any:
    """Return images that hold the divided pixels (m, side, side) of components, and else nothing.

    What lies outside goes to a pixel after the last, which is left out.
    """
    n, bands, height, width = (int(length) for length in shape)
    xp = namespace_of(cores)
    row, column = rows[:, :, None], columns[:, None, :]
    inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
    place = np.where(
        inside, (image[:, None, None] * height + row) * width + column, n * height * width
    )
    values = xp.reshape(cores[..., None] * weight[:, None, None, :], (-1, bands))
    flat = xp.segment_sum(values, place.ravel().astype(np.int32), n * height * width + 1)[:-1]
    return xp.moveaxis(xp.reshape(flat, (n, height, width, bands)), -1, 1)


def lensed_light(
    mass: LensMass, source: SersicLight, flux: np.ndarray, *, size: int, pixel_scale: float
) -> Any:
    """Return images (n, B, size, size) of lensed sources before any blurring, as a tensor.

    Parameters and light are those of `ray_tracing.lensed_light`. What is divided least is made of
    whole images, pixels that are divided further one by one.
    """
    axis = pixel_axis(size, pixel_scale, np.float32)
    x, y = on_device(axis[None, None, :]), on_device(axis[None, :, None])
    xp = namespace_of(x)
    weight = (flux * (pixel_scale**2 / sersic_flux(source))[..., None]).astype(np.float32)
    deflector = mass.take(slice(None), 2)
    components = [source.take((slice(None), k), 2) for k in range(weight.shape[1])]
    lit = np.any(weight, axis=2)

    beta = source_position(deflector, x, y)
    extent = source_extent(deflector, x, y, pixel_scale)
    fineness: Any = 0
    for k, one in enumerate(components):
        wanted = xp.where(lit[:, k][:, None, None], fineness_of_one(one, beta, extent), np.int8(0))
        fineness = wanted if k == 0 else xp.maximum(fineness, wanted)

    least = FINENESS[0]
    profiles: list[Any] = [0.0] * len(components)
    offsets = pixel_axis(least, pixel_scale / least, np.float32)
    for step_x in offsets:
        for step_y in offsets:
            points = source_position(deflector, x + step_x, y + step_y)
            for k, one in enumerate(components):
                profiles[k] = profiles[k] + surface_brightness(one, *points)
    light: Any = 0.0
    share = xp.cast(fineness == least, "float32") / least**2
    for k, profile in enumerate(profiles):
        light = light + (profile * share)[:, None] * weight[:, k, :, None, None]

    known = on_host(fineness)
    for finer in FINENESS[1:]:
        light = light + _divided(mass, source, weight, known == finer, finer, axis, pixel_scale)
    return light


def _divided(
    mass: LensMass,
    source: SersicLight,
    weight: np.ndarray,
    where: np.ndarray,
    finer: int,
    axis: np.ndarray,
    pixel_scale: float,
) -> Any:
    """Return images that hold the mean light of pixels (n, H, W) over finer² points each."""
    inner = pixel_axis(finer, pixel_scale / finer, np.float32)
    inner_x, inner_y = (grid.reshape(-1, 1) for grid in np.meshgrid(inner, inner))
    (n, height, width), bands = where.shape, weight.shape[2]
    place = np.flatnonzero(where)
    images: Any = np.zeros((n, bands, height, width), np.float32)
    for part in blocks(len(place), POINTS_AT_ONCE // finer**2):
        count = part.stop - part.start
        some = np.append(place[part], np.full(_power_of_two(count) - count, place[part.start]))
        image, row, column = np.unravel_index(some, where.shape)
        x, y = on_device(axis[column] + inner_x), on_device(axis[row] + inner_y)
        points = source_position(mass.take(image), x, y)
        xp = namespace_of(x)
        light: Any = 0.0
        for k in range(weight.shape[1]):
            profile = xp.mean(surface_brightness(source.take((image, k)), *points), axis=0)
            light = light + profile[:, None] * weight[image, k]
        light = light * (np.arange(len(some)) < count).astype(np.float32)[:, None]
        flat = xp.segment_sum(light, some.astype(np.int32), n * height * width)
        images = images + xp.moveaxis(xp.reshape(flat, (n, height, width, bands)), -1, 1)
    return images


def _power_of_two(number: int) -> int:
    """Return the least power of two that is no less than a number."""
    return 1 << (number - 1).bit_length()
