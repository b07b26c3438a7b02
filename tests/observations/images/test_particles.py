"""Particles leave the charge that theory gives, where they went."""

import numpy as np
import pytest
from scipy.stats import kstest

from astro_dl.observations.images.particles import (
    Detector,
    deposit,
    draw_charge,
    draw_hits,
    most_probable_charge,
)

SIZE, IMAGES = 64, 400


def struck(images, per_megapixel, rng):
    """Return which image each particle goes through."""
    return np.repeat(np.arange(images), rng.poisson(per_megapixel * SIZE**2 / 1e6, images))


def _hits(density=3000.0, **angles):
    detector = Detector(np.full(IMAGES, 15.0), np.full(IMAGES, 100.0), np.full(IMAGES, 4.0))
    rng = np.random.default_rng(0)
    return detector, draw_hits(struck(IMAGES, density, rng), SIZE, detector, rng, **angles)


@pytest.mark.parametrize(("path_um", "electrons_per_um"), [(300.0, 76.8), (100.0, 72.0)])
def test_the_most_probable_charge_is_that_of_silicon(path_um, electrons_per_um):
    # Particle Data Group (2022), figure 34.7: 84 keV in 300 µm for fast particles.
    found = most_probable_charge(np.array([path_um]))[0] / path_um
    assert found == pytest.approx(electrons_per_um, rel=0.02)


def test_charges_have_landaus_mode_and_width():
    path = np.full(200_000, 300.0)
    charge = draw_charge(path, np.random.default_rng(0))
    counts, edges = np.histogram(charge, np.linspace(15e3, 60e3, 181))
    smooth = np.convolve(counts, np.ones(5) / 5, "same")
    middle = (edges[1:] + edges[:-1]) / 2
    mode = middle[np.argmax(smooth)]
    assert mode == pytest.approx(most_probable_charge(path[:1])[0], rel=0.03)
    # The full width at half maximum of Landau's distribution is 4.018 ξ.
    wide = middle[smooth > smooth.max() / 2]
    assert np.ptp(wide) == pytest.approx(4.018 * 17.8 * 300 / 3.65, rel=0.08)


@pytest.mark.parametrize("power", [0.0, 2.0])
def test_directions_follow_the_power_of_the_cosine(power):
    _, hits = _hits(zenith_power=power)
    assert kstest(hits.cosine, lambda u: np.clip(u, 0, 1) ** (power + 2)).pvalue > 1e-3


def test_charge_follows_the_path():
    _, hits = _hits()
    np.testing.assert_allclose(hits.path_um * hits.cosine, 100.0)
    lateral = np.sqrt(hits.path_um**2 - 100.0**2) / 15.0
    np.testing.assert_allclose(hits.lateral_pixels, lateral)
    slope = np.polyfit(np.log(hits.path_um), np.log(hits.charge), 1)[0]
    assert slope == pytest.approx(1.05, abs=0.04)


def test_all_charge_arrives_where_the_particle_went():
    detector, hits = _hits(density=300.0)
    images = deposit(hits, detector, IMAGES, SIZE, np.random.default_rng(1))
    reach = hits.lateral_pixels + 5
    inside = (np.minimum(hits.row, hits.column) > reach) & (
        np.maximum(hits.row, hits.column) < SIZE - reach
    )
    whole = np.bincount(hits.image, ~inside, IMAGES) == 0
    expected = np.bincount(hits.image, hits.charge, IMAGES)[whole]
    np.testing.assert_allclose(images[whole].sum(axis=(1, 2)), expected, rtol=1e-4)
    assert whole.sum() > 20


def test_charge_spreads_as_it_drifts():
    n = 50
    detector = Detector(np.full(n, 15.0), np.full(n, 100.0), np.full(n, 8.0))
    rng = np.random.default_rng(0)
    hits = draw_hits(struck(n, 3000.0, rng), SIZE, detector, rng)
    upright = hits.lateral_pixels < 0.3
    images = deposit(hits, detector, n, SIZE, np.random.default_rng(1))
    for k in np.flatnonzero(upright)[:5]:
        row, column = round(hits.row[k]), round(hits.column[k])
        if not (4 < row < SIZE - 5 and 4 < column < SIZE - 5):
            continue
        part = images[hits.image[k], row - 3 : row + 4, column - 3 : column + 4]
        axis = np.arange(-3, 4)
        width = np.sqrt((part.sum(axis=1) @ axis**2) / part.sum())
        # √⟨depth⟩ of a straight way: half of the variance of the far side, and that of a pixel
        assert 0.2 < width < 2.0


def test_electrons_go_crooked_ways():
    n = 200
    detector = Detector(np.full(n, 5.0), np.full(n, 100.0), np.full(n, 1.0))
    rng = np.random.default_rng(0)
    spans = {}
    for fraction in (0.0, 1.0):
        hits = draw_hits(struck(n, 300.0, rng), SIZE, detector, rng, electron_fraction=fraction)
        long = hits.lateral_pixels > 15
        images = deposit(hits, detector, n, SIZE, rng)
        alone = np.flatnonzero(long & (np.bincount(hits.image, minlength=n)[hits.image] == 1))
        found = []
        for k in alone:
            rows, columns = np.nonzero(images[hits.image[k]] > 20)
            found.append(np.hypot(np.ptp(rows), np.ptp(columns)) / hits.lateral_pixels[k])
        spans[fraction] = np.median(found)
    assert spans[1.0] < 0.8 * spans[0.0]
