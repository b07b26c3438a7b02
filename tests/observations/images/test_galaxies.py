"""Galaxies of several components: their light, arms, rings, and where they are."""

import numpy as np
import pytest

from astro_dl.observations.images.galaxies import (
    Components,
    component_profile,
    concatenate_components,
    render_components,
)
from astro_dl.observations.images.pixels import pixel_axis


def one(**fields):
    defaults = {
        "image": np.array([0]),
        "flux": np.array([[10.0, 3.0]]),
        "x": np.zeros(1),
        "y": np.zeros(1),
        "effective_radius": np.full(1, 0.5),
    }
    return Components(**(defaults | {name: np.array([v]) for name, v in fields.items()}))


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"sersic_index": 0.5, "effective_radius": 0.04},
        {"sersic_index": 4.0, "effective_radius": 0.3},
        {"e1": 0.2, "e2": -0.1, "x": 0.7, "y": -0.33},
        {"arm_strength": 0.9, "arm_winding": 4.0, "arm_number": 2.0},
        {"ring_radius": 1.5, "ring_width": 0.2, "e1": 0.1},
        {"ring_radius": 1.5, "ring_width": 0.2, "arm_strength": 0.8, "arm_number": 1.0},
    ],
)
def test_images_hold_the_flux_of_every_band(fields):
    image = render_components(one(**fields), 1, size=128, pixel_scale=0.2)
    loss = 0.05 if fields.get("sersic_index") == 4.0 else 0.01
    np.testing.assert_allclose(image.sum(axis=(2, 3)), [[10, 3]], rtol=loss)


def test_a_spiral_has_the_symmetry_of_its_arms():
    axis = pixel_axis(64, 0.1)
    arms = {"arm_strength": 0.8, "arm_winding": 5.0, "arm_phase": 0.4, "effective_radius": 1.0}
    image = component_profile(
        one(arm_number=2.0, **arms), axis[None, None, :], axis[None, :, None]
    )[0]
    np.testing.assert_allclose(image, image[::-1, ::-1], rtol=1e-9)
    assert not np.allclose(image, np.rot90(image), rtol=0.1)
    four = component_profile(one(arm_number=4.0, **arms), axis[None, None, :], axis[None, :, None])[
        0
    ]
    np.testing.assert_allclose(four, np.rot90(four), rtol=1e-9)


def test_arms_follow_the_logarithmic_spiral():
    radius, strength, winding = np.array([0.5, 1.0, 2.0]), 0.7, 3.0
    spiral = one(arm_strength=strength, arm_winding=winding, arm_number=2.0, effective_radius=0.8)
    smooth = one(effective_radius=0.8)
    # the azimuth at which 2 θ + 3 ln(2r/R_e) is a whole turn is that of the crest
    azimuth = -winding * np.log(2 * radius / 0.8) / 2
    x, y = (radius * f(azimuth)[None, None] for f in (np.cos, np.sin))
    ratio = component_profile(spiral, x, y) / component_profile(smooth, x, y)
    np.testing.assert_allclose(ratio, 1 + strength, rtol=1e-9)


def test_a_ring_is_brightest_at_its_radius():
    axis = pixel_axis(80, 0.1, np.float64)
    image = component_profile(
        one(ring_radius=2.0, ring_width=0.2), axis[None, None, :], axis[None, :, None]
    )[0]
    radius = np.hypot(axis[None, :], axis[:, None])
    assert radius.ravel()[image.argmax()] == pytest.approx(2.0, abs=0.05)
    assert image[radius < 0.5].max() < 1e-6


def test_components_add_up_in_their_own_images():
    parts = [one(image=2), one(image=0, x=1.0), one(image=2, effective_radius=0.2)]
    together = concatenate_components(parts)
    images = render_components(together, 3, size=32, pixel_scale=0.2)
    assert not images[1].any()
    alone = sum(render_components(parts[k], 3, size=32, pixel_scale=0.2) for k in (0, 2))
    np.testing.assert_allclose(images[2], alone[2], rtol=1e-5)


def test_centre_is_where_it_is_said_to_be_also_at_the_border():
    axis = pixel_axis(33, 0.2)
    image = render_components(one(x=0.84, y=-0.46), 1, size=33, pixel_scale=0.2)[0, 0]
    assert (image * axis).sum() / image.sum() == pytest.approx(0.84, abs=0.02)
    assert (image * axis[:, None]).sum() / image.sum() == pytest.approx(-0.46, abs=0.02)
    outside = render_components(one(x=3.5, y=30.0), 1, size=33, pixel_scale=0.2)
    assert np.isfinite(outside).all()


def test_dividing_the_core_makes_cusps_independent_of_where_they_fall():
    flux = [
        render_components(
            one(x=shift, sersic_index=4.0, effective_radius=0.6), 1, size=31, pixel_scale=0.2
        )[0, 0, 13:18, 13:18].sum()
        for shift in (0.0, 0.05, 0.1)
    ]
    assert max(flux) / min(flux) < 1.03
