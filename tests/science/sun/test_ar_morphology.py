"""The task ar_morphology: its examples, labels and limits."""

from dataclasses import replace

import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.science.sun.ar_morphology import augment, head, input_spec, simulate
from astro_dl.science.sun.inputs import intensity_and_field, prepare_inputs
from astro_dl.science.sun.physics import ActiveRegionPhysics
from astro_dl.science.sun.simulation.statistics import CLASSES

FOUR = ActiveRegionPhysics()


def draw(physics, n=48, seed=1):
    return simulate(physics, n, np.random.default_rng(seed))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"channels": ("magnetogram",)},
        {"channels": ("continuum",), "size_pixels": 32, "pixel_scale_deg": 0.5},
        {"classes": "complexity", "component": "radial", "foreshortened": True},
    ],
)
def test_examples_have_the_announced_form(changes):
    physics = replace(FOUR, **changes)
    x, y, info = draw(physics, 12)
    assert x.shape == (12, *input_spec(physics).shape)
    assert x.dtype == np.float32
    assert np.isfinite(x).all()
    assert y.max() < len(head(physics).names)
    assert len(set(info["region_id"])) == 12


def test_labels_are_the_classes_and_complexity_their_halves():
    four, two = draw(FOUR), draw(replace(FOUR, classes="complexity"))
    np.testing.assert_array_equal(np.array(CLASSES)[four.y], four.info["mount_wilson"])
    np.testing.assert_array_equal(two.y, four.y >= 2)
    np.testing.assert_array_equal(two.x, four.x)


def test_class_fractions_are_kept():
    y = draw(replace(FOUR, class_fractions=(0.0, 0.9, 0.1, 0.0)), 100).y
    assert set(y) == {1, 2}
    assert 80 < np.sum(y == 1) < 99


def test_label_noise_gives_neighbouring_classes():
    clean, noisy = draw(FOUR, 150), draw(replace(FOUR, label_noise=0.3), 150)
    wrong = noisy.y != clean.y
    np.testing.assert_array_equal(wrong, noisy.info["mislabelled"])
    assert 0.15 < wrong.mean() < 0.45
    assert np.all(np.abs(noisy.y - clean.y)[wrong] == 1)
    np.testing.assert_array_equal(noisy.x, clean.x)


def test_a_channel_is_the_same_alone_and_with_the_other():
    both = draw(FOUR, 12).x
    for position, name in enumerate(FOUR.channels):
        alone = draw(replace(FOUR, channels=(name,)), 12).x
        np.testing.assert_array_equal(alone[..., 0], both[..., position])


def test_inputs_are_scaled_as_the_contract_says_and_back():
    continuum = np.full((1, 8, 8), 5e4)
    continuum[0, 2, 2] = 1e4
    field = np.zeros((1, 8, 8))
    field[0, 3, 3] = 1000.0
    continuum[0, 0] = field[0, 0] = np.nan
    x = prepare_inputs(FOUR.channels, continuum, field)
    assert x[0, 2, 2, 0] == pytest.approx(4 * (0.2 - 1))
    assert x[0, 3, 3, 1] == pytest.approx(1.0, abs=1e-3)
    assert np.all(x[0, 0] == 0)
    intensity, again = intensity_and_field(FOUR.channels, x)
    assert intensity[0, 2, 2] == pytest.approx(0.2)
    assert again[0, 3, 3] == pytest.approx(1000, rel=1e-4)


def test_without_flux_only_the_quiet_sun_is_left():
    x = draw(replace(FOUR, flux_factor=0.0, decorrelate_size=True)).x
    assert np.abs(x[..., 0]).max() < 1.2
    assert np.percentile(np.abs(x[..., 1]), 99) < 0.2


def test_augmentation_keeps_what_the_images_hold():
    x = draw(FOUR, 16).x
    changed = augment(x, np.random.default_rng(0))
    np.testing.assert_allclose(
        np.sort(np.abs(changed), (1)).sum((1, 2, 3)), np.abs(x).sum((1, 2, 3)), rtol=1e-4
    )
    np.testing.assert_allclose(changed[..., 0].sum((1, 2)), x[..., 0].sum((1, 2)), rtol=1e-4)
    flipped = np.sign(changed[..., 1].sum((1, 2)) * x[..., 1].sum((1, 2)))
    assert {-1, 1} == set(flipped)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("channels", ("dopplergram",), "dopplergram"),
        ("channels", ("magnetogram", "continuum"), "in this order"),
        ("channels", (), "one or more"),
        ("class_fractions", (0.5, 0.5, 0.5, 0.5), "sum to 1"),
        ("label_noise", 1.2, "≥ 0 and ≤ 1"),
        ("pixel_scale_deg", 0.01, "≥ 0.1 and ≤ 1"),
        ("size_pixels", 4, "≥ 16 and ≤ 512"),
        ("largest_longitude_deg", 90.0, "≥ 0 and ≤ 70"),
        ("flux_factor", -1.0, "≥ 0"),
    ],
)
def test_impossible_physics_is_refused(field, value, words):
    with pytest.raises(UsageError, match=words):
        replace(FOUR, **{field: value})
