import numpy as np

from astro_dl.observations.images.orientations import ORIENTATIONS
from astro_dl.science.lenses.features import lens_features, lens_parameter_features

RNG = np.random.default_rng(0)
AXIS = np.arange(64) - 31.5
X, Y = np.meshgrid(AXIS, AXIS)


def galaxies(arc, n=40):
    """Return round red galaxies with noise, and with a blue arc of this brightness at its side."""
    radius = np.hypot(X, Y)
    light = 15 * np.exp(-radius / 6)[..., None] * np.array([0.5, 0.8, 1.0])
    side = np.exp(-((radius - 9) ** 2) / 4) * (np.abs(np.arctan2(Y, X)) < 0.6)
    images = light + arc * side[..., None] * np.array([1.0, 0.6, 0.4])
    return (images + RNG.normal(size=(n, 64, 64, 3))).astype(np.float32)


def test_features_are_finite_and_independent_per_example():
    x = np.concatenate([galaxies(0), galaxies(6), np.zeros((1, 64, 64, 3), np.float32)])
    for features in (lens_features, lens_parameter_features):
        found = features(None, x)
        assert found.dtype == np.float32
        assert np.isfinite(found).all()
        np.testing.assert_allclose(features(None, x[::-3]), found[::-3], rtol=1e-3, atol=1e-3)


def test_an_arc_shows():
    without, bright = lens_features(None, galaxies(0)), lens_features(None, galaxies(6))
    apart = np.abs(bright.mean(0) - without.mean(0)) / (without.std(0) + bright.std(0) + 1e-3)
    assert np.sum(apart > 3) > 10


def test_classifying_features_hardly_depend_on_the_orientation():
    x = galaxies(6)
    found = lens_features(None, x)
    spread = found.std(0) + 1e-2
    for change in ORIENTATIONS:
        turned = lens_features(None, change(x))
        shift = np.abs(turned.mean(0) - found.mean(0)) / spread
        assert np.median(shift) < 0.3


def test_parameter_features_tell_directions():
    x = galaxies(6)
    turned = x[:, :, ::-1]
    extra = lens_features(None, x).shape[1]
    here, there = (lens_parameter_features(None, one)[:, extra:].mean(0) for one in (x, turned))
    assert np.max(np.abs(here - there)) > 0.5


def test_one_band_is_enough():
    x = galaxies(6)[..., :1]
    here, there = (lens_parameter_features(None, one) for one in (x, x[:, :, ::-1]))
    assert np.isfinite(here).all()
    extra = lens_features(None, x).shape[1]
    assert np.max(np.abs(here.mean(0) - there.mean(0))[extra:]) > 0.5
