"""Augmentations by name: each keeps the truth, and each changes what it says."""

import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.training.augmentations import AUGMENTATIONS, changed_inputs
from tests.toy_training import run, stored

IMAGES = {"flip": 1.0, "turn": 180.0, "shift": 3, "zoom": 0.2, "brightness": 0.2, "blur": 1.5}
SERIES = {"time_shift": 9, "time_mask": 20, "dropout_points": 0.3, "brightness": 0.2, "noise": 0.3}


def ellipses(n=12, size=41):
    """Return elongated spots of two axis ratios at any angle."""
    place = np.arange(size) - (size - 1) / 2
    angle = np.linspace(0, np.pi, n, endpoint=False)[:, None, None]
    u = place[:, None] * np.cos(angle) + place * np.sin(angle)
    v = place * np.cos(angle) - place[:, None] * np.sin(angle)
    ratio = np.where(np.arange(n) % 2, 3.0, 1.2)[:, None, None]
    return np.exp(-0.5 * ((u / 6) ** 2 + (v * ratio / 6) ** 2))[..., None].astype(np.float32)


def elongation(images):
    """Return the ratio of the principal axes of the light."""
    ratios = []
    for image in images[..., 0].astype(float):
        weight = np.maximum(image, 0) / np.maximum(image, 0).sum()
        y, x = np.indices(image.shape)
        dy, dx = y - (weight * y).sum(), x - (weight * x).sum()
        moments = [(weight * one).sum() for one in (dy * dy, dy * dx, dx * dx)]
        values = np.linalg.eigvalsh(np.array([moments[:2], moments[1:]]))
        ratios.append(np.sqrt(values[1] / values[0]))
    return np.array(ratios)


@pytest.mark.parametrize("name", IMAGES)
def test_round_and_long_stay_so(name):
    x = ellipses()
    changed = changed_inputs(x, {name: IMAGES[name]}, np.random.default_rng(0))
    assert (changed.shape, changed.dtype) == (x.shape, x.dtype)
    assert not np.allclose(changed, x, atol=1e-4)
    truth = np.arange(len(x)) % 2 == 1
    np.testing.assert_array_equal(elongation(changed) > 1.8, truth)


@pytest.mark.parametrize("name", ["flip", "turn", "zoom", "brightness", "blur"])
def test_the_centre_stays_the_centre(name):
    x = ellipses()[1::2]
    changed = changed_inputs(x, {name: IMAGES[name]}, np.random.default_rng(1))
    for image in changed[..., 0]:
        assert np.unravel_index(image.argmax(), image.shape) == (20, 20)


def test_motions_follow_each_other_and_blur_but_once():
    wanted = {"turn": 30.0, "zoom": 0.2, "shift": 4}
    spots = np.zeros((8, 41, 41, 1), np.float32)
    place = np.arange(41) - 20
    spots[..., 0] = np.exp(-((place[:, None] - 6) ** 2 + (place + 3) ** 2) / (2 * 1.5**2))
    together = changed_inputs(spots, wanted, np.random.default_rng(3))
    apart, rng = [], np.random.default_rng(3)
    for spot in spots:
        for name, amount in wanted.items():
            spot = changed_inputs(spot[None], {name: amount}, rng)[0]
        apart.append(spot)
    for one, other in zip(together, apart, strict=True):
        peaks = [np.array(np.unravel_index(image.argmax(), image.shape)) for image in (one, other)]
        assert np.abs(peaks[0] - peaks[1]).max() <= 1
    assert np.mean(together.max(axis=(1, 2))) > np.mean(np.max(apart, axis=(1, 2))) + 0.01


@pytest.mark.parametrize("name", SERIES)
def test_the_period_of_a_series_stays(name):
    time = np.arange(256)
    period = np.array([8.0, 32.0])[np.arange(10) % 2]
    x = np.sin(2 * np.pi * time / period[:, None])[..., None].astype(np.float32)
    changed = changed_inputs(x, {name: SERIES[name]}, np.random.default_rng(0))
    assert not np.allclose(changed, x)
    peak = np.abs(np.fft.rfft(changed[..., 0], axis=1)).argmax(axis=1)
    np.testing.assert_array_equal(256 / peak, period)


def test_the_input_itself_is_left_alone_and_a_seed_repeats():
    for x, wanted in ((ellipses(4), IMAGES), (np.ones((4, 64, 2), np.float32), SERIES)):
        before = x.copy()
        one, other = (changed_inputs(x, wanted, np.random.default_rng(5)) for _ in range(2))
        np.testing.assert_array_equal(x, before)
        np.testing.assert_array_equal(one, other)


def test_every_name_is_tested():
    assert {*IMAGES, *SERIES} == set(AUGMENTATIONS)


@pytest.mark.parametrize(
    ("wanted", "message"),
    [({"flop": 1.0}, "unknown augmentation 'flop'; did you mean 'flip'"),
     ({"time_mask": 3.0}, r"training\.augmentations\.time_mask: is for series")],
)  # fmt: skip
def test_what_does_not_fit_is_refused(wanted, message):
    with pytest.raises(UsageError, match=message):
        changed_inputs(ellipses(2), wanted, np.random.default_rng(0))


def test_named_changes_are_made_without_those_of_the_task(toy_task, tmp_path, monkeypatch):
    monkeypatch.setenv("ASTRO_DL_CACHE", str(tmp_path / "cache"))
    settings = {"training.epochs": 1, "training.augment": False}
    plain, noisy = (
        stored(run(tmp_path / f"{number}", **settings, **{"training.augmentations": named}))
        for number, named in enumerate(({}, {"noise": 5.0}))
    )
    assert any((plain[name] != noisy[name]).any() for name in plain)
