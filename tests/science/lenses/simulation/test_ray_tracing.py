"""Lens images against stored and live ones of lenstronomy, and the limits of ray-tracing."""

from pathlib import Path

import numpy as np
import pytest

from astro_dl.observations.images.pixels import pixel_axis
from astro_dl.observations.images.point_spread import PointSpread, moffat_kernel
from astro_dl.observations.images.sersic import SersicLight, surface_brightness
from astro_dl.science.lenses.simulation.mass import LensMass, deflection
from astro_dl.science.lenses.simulation.ray_tracing import lens_images, lensed_light

REFERENCE = Path(__file__).parent / "data/lens_reference.npz"
TOLERANCES = [(np.float64, 1e-6), (np.float32, 1e-3)]


@pytest.fixture(scope="module")
def reference():
    with np.load(REFERENCE) as file:
        return dict(file)


def images_of(drawn, count, dtype, pixel_scale, size, point_spread):
    """Images with the amplitudes of the reference: source 1, lens 0.5 per square arcsecond."""
    return lens_images(
        LensMass(*drawn["mass"][:count].T),
        SersicLight(*drawn["source"][:count].T),
        SersicLight(*drawn["light"][:count].T),
        pixel_scale**2,
        0.5 * pixel_scale**2,
        size=size,
        pixel_scale=pixel_scale,
        point_spread=point_spread,
        dtype=dtype,
    )


def assert_equal_images(ours, theirs, tolerance):
    peak = np.abs(theirs).max(axis=(-2, -1), keepdims=True)
    assert (np.abs(ours - theirs) / peak).max() < tolerance


@pytest.mark.parametrize(("dtype", "tolerance"), TOLERANCES)
def test_deflection_equals_that_of_lenstronomy(reference, dtype, tolerance):
    x, y = reference["x"].astype(dtype), reference["y"].astype(dtype)
    mass = LensMass(*reference["mass"].T[..., None])
    alpha = np.stack(deflection(mass, x[None], y[None]), axis=1)
    assert alpha.dtype == dtype
    assert np.abs(alpha - reference["deflection"]).max() < tolerance


@pytest.mark.parametrize(("dtype", "tolerance"), TOLERANCES)
def test_surface_brightness_equals_that_of_lenstronomy(reference, dtype, tolerance):
    x, y = reference["x"].astype(dtype), reference["y"].astype(dtype)
    light = np.concatenate([reference["source"], reference["light"]]).T[..., None]
    ours = surface_brightness(SersicLight(*light), x[None], y[None])
    theirs = reference["brightness"]
    assert ours.dtype == dtype
    assert (np.abs(ours - theirs) / theirs.max(axis=1, keepdims=True)).max() < tolerance


@pytest.mark.parametrize(("dtype", "tolerance"), TOLERANCES)
def test_blurred_images_equal_those_of_lenstronomy(reference, dtype, tolerance):
    count, size = reference["kernel"].shape[:2]
    scale = float(reference["pixel_scale"])
    width, beta, reach = reference["moffat"]
    kernel = PointSpread(kernel=moffat_kernel(width, beta, int(reach)))
    ours = images_of(reference, count, dtype, scale, size, kernel)
    assert_equal_images(ours, reference["kernel"], tolerance)
    gaussian = PointSpread(float(reference["fwhm"]) / scale)
    ours = images_of(reference, count, dtype, scale, size, gaussian)
    # lenstronomy repeats the outermost pixels where we have darkness
    inner = (slice(None), slice(12, -12), slice(12, -12))
    assert_equal_images(ours[inner], reference["gaussian"][inner], tolerance)


@pytest.mark.oracle
@pytest.mark.parametrize(("dtype", "tolerance"), TOLERANCES)
def test_images_equal_those_of_live_lenstronomy(dtype, tolerance):
    pytest.importorskip("lenstronomy", reason="lenstronomy is not installed")
    script = load_script("make_lens_reference")
    rng = np.random.default_rng(64)
    drawn = script.draw(12, rng)
    psf = script.PSF("PIXEL", kernel_point_source=moffat_kernel(*script.MOFFAT))
    theirs = [script.image(psf, *row) for row in zip(*drawn.values(), strict=True)]
    spread = PointSpread(kernel=moffat_kernel(*script.MOFFAT))
    ours = images_of(drawn, 12, dtype, script.PIXEL_SCALE, script.SIZE, spread)
    assert_equal_images(ours, np.array(theirs), tolerance)


def load_script(name):
    from importlib.machinery import SourceFileLoader
    from importlib.util import module_from_spec, spec_from_loader

    path = Path(__file__).parents[4] / "scripts" / name
    spec = spec_from_loader(name, SourceFileLoader(name, str(path)))
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def source(n=1, radius=0.3, x=0.0, y=0.0, index=1.0, e1=0.0):
    """One-component sources, (n, 1)."""
    values = (radius, index, e1, 0.0, x, y)
    return SersicLight(*(np.full((n, 1), value) for value in values))


def test_no_mass_gives_the_unlensed_source():
    light = SersicLight(0.4, 1.5, 0.1, -0.05, 0.3, -0.2)
    axis = pixel_axis(64, 0.1)
    image = lens_images(
        LensMass(np.zeros(1)), light, None, 2.0, 0.0, pixel_scale=0.1, dtype=np.float64
    )
    expected = 2 * surface_brightness(light, axis[None, :], axis[:, None])
    np.testing.assert_allclose(image[0], expected, rtol=1e-12)


def test_light_of_an_unlensed_source_is_its_flux():
    flux = np.array([[[100.0, 7.0]]])
    image = lensed_light(LensMass(np.zeros(1)), source(), flux, size=64, pixel_scale=0.1)
    np.testing.assert_allclose(image.sum(axis=(2, 3)), flux[:, 0], rtol=0.004)


def test_a_round_source_behind_the_centre_becomes_a_ring_of_the_einstein_radius():
    axis = pixel_axis(81, 0.05)
    radius = np.hypot(axis[None, :], axis[:, None])
    mass, flux = LensMass(np.array([1.2])), np.ones((1, 1, 1))
    image = lensed_light(mass, source(radius=0.05), flux, size=81, pixel_scale=0.05)[0, 0]
    assert radius.ravel()[image.argmax()] == pytest.approx(1.2, abs=0.04)
    assert (image * radius).sum() / image.sum() == pytest.approx(1.2, abs=0.03)
    assert image[radius < 0.7].max() < 1e-6 * image.max()
    np.testing.assert_allclose(image, image[::-1], atol=1e-5 * image.max())
    np.testing.assert_allclose(image, image.T, atol=1e-5 * image.max())


def test_lensing_conserves_surface_brightness():
    # a source much larger than the pixels: no image of it is brighter than the source itself
    light = SersicLight(0.5, 0.6, 0.0, 0.0, 0.25, 0.1)
    plain, lensed = (
        lens_images(LensMass(np.array([b]), 0.1, 0.1), light, None, 1.0, 0.0, pixel_scale=0.02)
        for b in (0.0, 0.3)
    )
    assert lensed.max() == pytest.approx(plain.max(), rel=0.003)
    assert lensed.sum() > 1.5 * plain.sum()


@pytest.mark.parametrize("offset", [0.15, 0.4])
def test_magnification_of_the_isothermal_sphere(offset):
    # Σμ = 2 θ_E / β of a point behind a singular isothermal sphere, β < θ_E
    image = lensed_light(
        LensMass(np.array([1.0])),
        source(radius=0.03, x=offset),
        np.ones((1, 1, 1)),
        size=128,
        pixel_scale=0.04,
    )
    assert image.sum() == pytest.approx(2 / offset, rel=0.03)


def test_turning_the_lens_by_a_quarter_turns_the_image():
    mass = LensMass(np.array([1.0]), 0.15, 0.08, 0.1, -0.05, 0.04, 0.03)
    light = SersicLight(0.3, 1.2, 0.1, 0.2, 0.2, 0.1)
    lens = SersicLight(0.8, 4.0, -0.1, 0.05, 0.1, -0.05)
    turned_mass = LensMass(np.array([1.0]), -0.15, -0.08, 0.05, 0.1, -0.04, -0.03)
    turned_light = SersicLight(0.3, 1.2, -0.1, -0.2, -0.1, 0.2)
    turned_lens = SersicLight(0.8, 4.0, 0.1, -0.05, 0.05, 0.1)
    spread = PointSpread(3.0, 3.0)
    options = {"point_spread": spread, "dtype": np.float64}
    image = lens_images(mass, light, lens, 1.0, 0.3, **options)[0]
    turned = lens_images(turned_mass, turned_light, turned_lens, 1.0, 0.3, **options)[0]
    np.testing.assert_allclose(turned, np.rot90(image, -1), rtol=1e-9)


def test_batch_equals_single_images():
    rng = np.random.default_rng(1)
    n = 40
    mass = LensMass(rng.uniform(0.5, 2, n), rng.uniform(-0.2, 0.2, n), 0.1)
    light = SersicLight(rng.uniform(0.1, 0.5, n), 1.0, 0.0, 0.0, rng.normal(0, 0.1, n))
    options = {"size": 24, "point_spread": PointSpread(rng.uniform(2, 4, n))}
    batch = lens_images(mass, light, None, 1.0, 0.0, **options)
    for k in (0, 35):
        one = slice(k, k + 1)
        single = lens_images(
            mass.take(one),
            light.take(one),
            None,
            1.0,
            0.0,
            size=24,
            point_spread=options["point_spread"].take(one),
        )
        np.testing.assert_allclose(batch[one], single, rtol=1e-5)


def test_finer_division_changes_lensed_light_little():
    rng = np.random.default_rng(3)
    n, scale = 8, 0.2
    mass = LensMass(rng.uniform(0.6, 2, n), rng.uniform(-0.2, 0.2, n), 0.1)
    light = SersicLight(
        rng.uniform(0.05, 0.3, (n, 2)),
        np.ones((n, 2)),
        np.zeros((n, 2)),
        np.zeros((n, 2)),
        rng.normal(0, 0.2, (n, 2)),
        rng.normal(0, 0.2, (n, 2)),
    )
    flux = np.ones((n, 2, 1))
    coarse = lensed_light(mass, light, flux, size=48, pixel_scale=scale)[:, 0]
    fine = lensed_light(mass, light, flux, size=48 * 8, pixel_scale=scale / 8)[:, 0]
    binned = fine.reshape(n, 48, 8, 48, 8).sum(axis=(2, 4))
    spread = PointSpread(4.0)
    difference = np.abs(spread.blur(coarse) - spread.blur(binned)).max(axis=(1, 2))
    assert (difference / spread.blur(binned).max(axis=(1, 2))).max() < 0.01
