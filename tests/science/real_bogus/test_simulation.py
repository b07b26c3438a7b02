"""Simulated stamps: artefacts that arose, and real sources that are like them in strength."""

import numpy as np
import pytest
from scipy.stats import ks_2samp

from astro_dl.core.errors import UsageError
from astro_dl.science.real_bogus.cameras import named_camera
from astro_dl.science.real_bogus.physics import REALS, RealBogusPhysics
from astro_dl.science.real_bogus.simulation import stamps as stamps_module
from astro_dl.science.real_bogus.simulation.defects import bleed, cosmic_rays, resampled_noise
from astro_dl.science.real_bogus.simulation.field import CAUSES, find_bogus, simulate_field
from astro_dl.science.real_bogus.simulation.injection import Injection, inject
from astro_dl.science.real_bogus.simulation.scene import FIELD_PIXELS
from astro_dl.science.real_bogus.simulation.stamps import simulate_stamps

SIZE = 21
QUIET = {
    "registration_range_pixels": (1e-6, 1e-6),
    "refraction_max_pixels": 0.0,
    "flux_scale_scatter": 0.0,
    "cosmic_rays": 0.0,
    "reference_defects": 0.0,
    "trail_fraction": 0.0,
    "bad_column_fraction": 0.0,
    "missing_fraction": 0.0,
}


@pytest.fixture(scope="module")
def stamps():
    return simulate_stamps(RealBogusPhysics(size_pixels=SIZE), 400, np.random.default_rng(5))


def test_kinds_are_those_of_the_two_classes(stamps):
    kind = np.asarray(stamps.info["kind"])
    assert set(kind[stamps.real]) == set(REALS)
    assert set(kind[~stamps.real]) <= set(CAUSES)
    assert len(set(kind[~stamps.real])) >= 5


def test_everything_was_detected_and_in_the_middle(stamps):
    assert np.min(stamps.info["snr"]) >= 5
    middle = SIZE // 2
    core = np.nansum(stamps.images[:, middle - 1 : middle + 2, middle - 1 : middle + 2, 2], (1, 2))
    assert np.mean(np.sign(core) == stamps.info["sign"]) > 0.95


def test_classes_are_alike_in_strength(stamps):
    snr = np.log(np.asarray(stamps.info["snr"]))
    assert ks_2samp(snr[stamps.real], snr[~stamps.real]).statistic < 0.15


def test_both_signs_are_in_both_classes(stamps):
    for real in (True, False):
        negative = np.mean(np.asarray(stamps.info["sign"])[stamps.real == real] < 0)
        assert 0.15 < negative < 0.85


def test_nothing_wrong_leaves_hardly_an_artefact():
    rng = np.random.default_rng(1)
    quiet, usual = RealBogusPhysics(**QUIET), RealBogusPhysics()
    counts = [
        sum(len(find_bogus(simulate_field(physics, rng), 15)[0]) for _ in range(4))
        for physics in (quiet, usual)
    ]
    assert counts[0] < 0.2 * counts[1]


def test_an_injected_source_has_the_strength_that_was_asked_for():
    rng = np.random.default_rng(2)
    field = simulate_field(RealBogusPhysics(**QUIET), rng)
    n = 60
    y, x = rng.uniform(40, FIELD_PIXELS - 40, (2, n))
    lone = Injection(
        np.full(n, "asteroid"), y, x, rng.choice([-1, 1], n), np.full(n, -1), np.zeros((2, n))
    )
    found = inject(field, lone, np.full(n, 30.0), SIZE)
    assert len(found.which) > 0.8 * n
    strength = found.snr * lone.sign[found.which]
    # the place between the pixels and the error of the assumed width cost a few per cent
    assert np.median(strength) == pytest.approx(30, rel=0.12)
    assert np.hypot(found.row - y[found.which], found.column - x[found.which]).max() < 2


def test_a_negative_source_is_in_the_template_and_not_in_the_science_image():
    rng = np.random.default_rng(2)
    field = simulate_field(RealBogusPhysics(**QUIET), rng)
    place = np.array([100.0]), np.array([120.0])
    lone = Injection(
        np.array(["transient"]), *place, np.array([-1]), np.array([-1]), np.zeros((2, 1))
    )
    found = inject(field, lone, np.array([40.0]), SIZE)
    science, template, difference = found.stamps[0, :, 10, 10]
    assert science == pytest.approx(field.science.image[found.row[0], found.column[0]], abs=1e-3)
    assert template > field.template.image[found.row[0], found.column[0]] + 3
    assert difference < -3


def test_a_muon_deposits_charge_along_its_path():
    rng = np.random.default_rng(0)
    charges = [cosmic_rays(1, 400, 1.0, rng).sum() for _ in range(200)]
    # 80 electrons per micrometre, at least 150 micrometres; some leave the image
    assert 0.9 * 80 * 150 < np.median(charges) < 2.5 * 80 * 150


def test_charge_bleeds_along_the_column():
    image = np.zeros((50, 50), np.float32)
    image[25, 20] = 1000 + 10 * 1000
    spoilt = bleed(image, 1000.0, np.random.default_rng(0))
    assert image.max() == 1000
    assert set(np.nonzero(spoilt)[1]) == {20}
    assert 7 <= spoilt.sum() <= 15


def test_resampling_makes_neighbours_alike():
    rng = np.random.default_rng(0)
    whole, half = (resampled_noise(256, rng, phase) for phase in ((0.0, 0.0), (0.5, 0.5)))
    assert whole.var() == pytest.approx(1, abs=0.03)
    assert half.var() < 0.9
    neighbour = np.mean(half * np.roll(half, 1, 1)) / half.var()
    assert neighbour > 0.05


def test_depth_is_that_of_the_camera():
    camera = named_camera("ztf")
    deviation = camera.seeing_pixels / np.sqrt(8 * np.log(2))
    snr = camera.flux(camera.depth_mag) / np.sqrt(4 * np.pi * deviation**2)
    assert snr == pytest.approx(5)


def test_fields_in_which_nothing_is_found_end_with_a_message(monkeypatch):
    none = np.empty(0, int)
    monkeypatch.setattr(stamps_module, "find_bogus", lambda field, margin: (none, none))
    monkeypatch.setattr(stamps_module, "FRUITLESS_FIELDS", 3)
    with pytest.raises(UsageError, match="3 fields gave no"):
        simulate_stamps(RealBogusPhysics(size_pixels=SIZE), 10, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"survey": "sdss"}, "sdss"),
        ({"size_pixels": 22}, "22"),
        ({"channels": ("science", "template")}, "difference"),
        ({"channels": ("red",)}, "red"),
        ({"registration_range_pixels": (0.3, 0.1)}, "registration_range_pixels"),
    ],
)
def test_wrong_physics_is_refused_by_name(values, named):
    with pytest.raises(UsageError, match=named):
        RealBogusPhysics(**values)
