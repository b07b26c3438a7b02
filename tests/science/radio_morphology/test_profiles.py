"""What profiles along the longest axis tell of sources whose shape is known."""

import numpy as np
import pytest

from astro_dl.science.radio_morphology.profiles import (
    PROFILE,
    SURROUNDINGS,
    described,
    middle_island,
    profile,
    surroundings,
)

SIZE = 96


def source(places, sigma=2.0, floor=0.02, size=SIZE):
    """Return a map of Gaussians (x, y, peak) about its middle, without what is fainter."""
    axis = np.arange(size) - (size - 1) / 2
    image = sum(
        peak * np.exp(-0.5 * ((axis[:, None] - y) ** 2 + (axis - x) ** 2) / sigma**2)
        for x, y, peak in places
    )
    image = image / image.max()
    return np.where(image > floor, image, 0.0)


def line(bow=0.0, twist=0.0, half=30.0):
    """Return a source of even brightness along y = bow · x² + twist · x³, ends at ±1."""
    z = np.linspace(-1, 1, 41)
    return source([(half * one, half * (bow * one**2 + twist * one**3), 1.0) for one in z])


def told(image):
    return dict(zip(PROFILE, profile(image), strict=True))


def test_an_arc_bows_an_s_twists_and_a_line_does_neither():
    straight, arc, twisted = (told(line(*one)) for one in ((0, 0), (0.5, 0), (0, 0.5)))
    assert straight["bow_light"] < 0.02
    assert straight["crooked_area"] < 0.05
    # an arc of half the length: z² over both arms, of which each is half of the source
    assert arc["bow_light"] == pytest.approx(0.25, rel=0.15)
    assert arc["crooked_light"] > 2 * arc["left_light"]
    assert twisted["twist_light"] > 5 * straight["twist_light"]
    assert twisted["bow_light"] < 0.05


def test_light_is_at_the_ends_of_a_double_and_in_the_middle_of_jets():
    double = told(source([(-20, 0, 1.0), (20, 0, 0.5)]))
    jets = told(source([(x, 0, 1 / (1 + abs(x) / 4)) for x in range(-24, 25, 2)]))
    assert double["share_1"] < 0.01 < 0.9 < double["share_4"] + double["share_5"]
    assert double["other_height"] == pytest.approx(0.5, rel=0.01)
    assert double["fainter_half"] == pytest.approx(1 / 3, abs=0.02)
    assert double["middle_height"] < 0.01
    assert jets["share_1"] > 0.3
    assert jets["middle_height"] == 1
    assert jets["light_from_middle"] < double["light_from_middle"]


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_neither_turn_nor_mirror_changes_what_is_told(turns):
    image = source([(-14.2, 3.1, 1.0), (12.3, -8.4, 0.6), (0.3, 2.2, 0.4), (34.1, 30.4, 0.3)])
    for other in (np.rot90(image, turns), np.rot90(image, turns)[:, ::-1]):
        np.testing.assert_allclose(described(other), described(image), atol=1e-9)


def test_the_source_in_the_middle_is_told_from_its_neighbours():
    image = source([(0.2, 0.1, 1.0), (6.7, 0.4, 0.8), (35.2, 20.1, 0.5)])
    island = middle_island(image)
    assert island[SIZE // 2, SIZE // 2]
    assert not island[SIZE // 2 + 20, SIZE // 2 + 35]
    around = dict(zip(SURROUNDINGS, surroundings(image, island), strict=True))
    assert around["islands"] == 2
    assert around["light_of_middle_island"] == pytest.approx(1.8 / 2.3, abs=0.03)
    assert around["height_1"] == 1
    assert around["radius_3"] == pytest.approx(np.hypot(35, 20), abs=1)
    assert around["faintest"] == pytest.approx(np.log(0.02), abs=0.3)


def test_a_source_of_few_pixels_has_no_profile():
    image = np.zeros((SIZE, SIZE))
    image[50, 50:53] = 1.0
    assert not profile(image).any()
    assert np.isfinite(described(image)).all()
