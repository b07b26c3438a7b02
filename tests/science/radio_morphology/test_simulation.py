"""Simulated radio maps against formulas that know nothing of the simulator."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from astro_dl.core.errors import UsageError
from astro_dl.core.schema import plain
from astro_dl.observations.images.degrading import FWHM_PER_SIGMA
from astro_dl.science.radio_morphology.measure import beam_area_pixels
from astro_dl.science.radio_morphology.physics import RadioPhysics
from astro_dl.science.radio_morphology.simulate import simulate
from astro_dl.science.radio_morphology.simulation.maps import (
    correlated_noise,
    render,
    sidelobes,
)
from astro_dl.science.radio_morphology.simulation.sources import (
    Gaussians,
    doppler_factor,
    draw_sources,
    gaussians_of,
)

ALL = RadioPhysics(largest_scale_arcsec=1e6)
KINDS = np.array(["FRI", "FRII", "bent", "compact", "hybrid"])


@pytest.fixture(scope="module")
def sources():
    kind = np.repeat(KINDS, 40)
    return kind, draw_sources(RadioPhysics(), kind, np.random.default_rng(0))


def one(x, y, flux, sigma):
    return Gaussians(*(np.atleast_2d(np.asarray(v, float)) for v in (x, y, flux, sigma)))


def test_flux_is_conserved_by_the_beam():
    drawn = gaussians_of(draw_sources(RadioPhysics(size_range_arcsec=(18, 60)), KINDS,
                                      np.random.default_rng(1)))  # fmt: skip
    np.testing.assert_allclose(drawn.flux.sum(axis=1), 1.0, rtol=1e-12)
    assert (drawn.flux >= 0).all()
    maps = render(replace_size(ALL, 192), drawn.scaled(np.full(len(KINDS), 7.0)))
    area = beam_area_pixels(5.4, 5.4, 1.8)
    np.testing.assert_allclose(maps.sum(axis=(1, 2)) / area, 7.0, rtol=2e-4)


def replace_size(physics, size):
    return RadioPhysics(**{**plain(physics), "size_pixels": size})


def test_a_point_is_as_bright_as_its_flux_and_a_source_is_smoothed_as_by_a_filter():
    odd = replace_size(ALL, 65)
    point = render(odd, one(0, 0, 3.0, 0.0))[0]
    assert point[32, 32] == pytest.approx(3.0, rel=1e-5)
    # half of the maximum at half of the beam's width: 1.5 pixels
    width = 2 * np.interp(-1.5, -point[32, 32:40], np.arange(8.0))
    assert width == pytest.approx(3.0, abs=0.1)
    source = render(odd, one([5.4, -9.0], [0.0, 3.6], [2.0, 1.0], [4.0, 7.0]))[0]
    beam = 5.4 / FWHM_PER_SIGMA / 1.8
    delta = np.zeros((2, 65, 65))
    delta[0, 32, 35], delta[1, 34, 27] = 2.0, 1.0
    wanted = sum(
        gaussian_filter(image, np.hypot(width / 1.8, beam), truncate=8) * 2 * np.pi * beam**2
        for image, width in zip(delta, (4.0, 7.0), strict=True)
    )
    np.testing.assert_allclose(source, wanted, atol=2e-4 * source.max())


def test_the_interferometer_does_not_see_what_is_smoother_than_its_largest_scale():
    seeing = RadioPhysics(largest_scale_arcsec=120.0, size_pixels=111)
    for sigma in (5.0, 30.0, 200.0):
        found = render(seeing, one(0, 0, 1.0, sigma))[0, 55, 55]
        beam, lost = 5.4 / FWHM_PER_SIGMA, 120.0 / FWHM_PER_SIGMA
        wanted = beam**2 * (1 / (sigma**2 + beam**2) - 1 / (sigma**2 + beam**2 + lost**2))
        assert found == pytest.approx(wanted, rel=1e-4)


def test_the_noise_is_correlated_as_the_beam_says():
    physics = RadioPhysics(size_pixels=128)
    noise = correlated_noise(physics, 40, np.random.default_rng(2))
    assert noise.std() == pytest.approx(0.15, rel=0.02)
    sigma = 5.4 / FWHM_PER_SIGMA / 1.8
    for shift in (1, 2, 3, 4, 8):
        for axis in (1, 2):
            pair = noise * np.roll(noise, shift, axis)
            found = np.delete(pair, range(shift), axis).mean() / noise.var()
            # the beam's autocorrelation is a Gaussian √2 times as wide
            assert found == pytest.approx(np.exp(-(shift**2) / (4 * sigma**2)), abs=0.03)


def test_spokes_leave_the_brightest_pixel_and_lie_in_six_directions():
    physics = RadioPhysics(size_pixels=101, sidelobe_fraction=0.1, largest_scale_arcsec=1e6)
    maps = render(physics, one(0, 0, 10.0, 0.0))
    pattern = sidelobes(physics, maps, np.random.default_rng(3))[0]
    assert pattern[50, 50] == 0
    y, x = np.mgrid[:101, :101] - 50
    ring = (np.hypot(x, y) > 30) & (np.hypot(x, y) < 45)
    angle = np.arctan2(y, x)[ring]
    power = pattern[ring] ** 2
    harmonics = [abs(np.sum(power * np.exp(1j * m * angle))) for m in range(1, 9)]
    assert int(np.argmax(harmonics)) + 1 == 6


def test_arms_have_the_length_and_the_ratio_that_were_drawn(sources):
    kind, drawn = sources
    assert (drawn.length.sum(axis=1)[kind != "compact"] >= 18).all()
    assert (drawn.length.sum(axis=1)[kind == "compact"] <= 5.4).all()
    ratio = drawn.length.min(axis=1) / drawn.length.max(axis=1)
    assert ratio.min() >= 0.3 - 1e-9
    assert (drawn.lobed.sum(axis=1)[kind == "hybrid"] == 1).all()
    plain_arms = replace(drawn, wander=0 * drawn.wander, bend=0 * drawn.bend, swing=0 * drawn.swing)
    flat = gaussians_of(plain_arms)
    steps = (flat.x.shape[1] - 1) // 2
    centre = plain_arms.centre
    for arm, rows in enumerate((slice(0, steps), slice(steps, 2 * steps))):
        far = np.hypot(flat.x[:, rows] - centre[:, :1], flat.y[:, rows] - centre[:, 1:]).max(axis=1)
        np.testing.assert_allclose(far, drawn.length[:, arm] * (1 - 0.5 / steps), rtol=1e-9)


def test_tails_are_turned_by_the_bend(sources):
    kind, drawn = sources
    straight = replace(drawn, wander=0 * drawn.wander, swing=0 * drawn.swing, angle=0 * drawn.angle)
    flat = gaussians_of(straight)
    steps = (flat.x.shape[1] - 1) // 2
    for row in np.flatnonzero(kind == "bent")[:10]:
        dx, dy = (np.diff(one[row, : 2 * steps]) for one in (flat.x, flat.y))
        for end, sign in ((steps - 2, 1), (2 * steps - 2, -1)):
            turn = np.arctan2(dy[end], sign * dx[end])
            assert turn == pytest.approx(drawn.bend[row], abs=1e-6)


def test_the_jet_towards_us_is_the_brighter_one():
    # Urry & Padovani (1995): the ratio of both sides is ((1 + β cos θ) / (1 − β cos θ))^(2 + α)
    ratio = doppler_factor(np.array(0.8), np.array(0.5)) / doppler_factor(
        np.array(0.8), np.array(-0.5)
    )
    assert ratio == pytest.approx((1.4 / 0.6) ** 2.6)
    assert doppler_factor(np.array(0.8), np.array(0.0)) == 1


def test_the_measured_ratio_parts_the_classes():
    info = simulate(RadioPhysics(classes="fr"), 60, np.random.default_rng(4)).info
    certain = ~np.asarray(info["uncertain"])
    assert certain.mean() > 0.7
    ratio = np.asarray(info["fr_ratio"])
    for kind, below in (("FRI", True), ("FRII", False)):
        rows = certain & (np.asarray(info["kind"]) == kind)
        assert ((ratio[rows] < 0.5) == below).all()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"beam_arcsec": 2.0}, "two pixels"),
        ({"peak_range_mjy": (0.1, 10.0)}, "not seen"),
        ({"size_range_arcsec": (90.0, 20.0)}, "lower one first"),
    ],
)
def test_impossible_physics_are_refused(values, message):
    with pytest.raises(UsageError, match=message):
        RadioPhysics(**values)
