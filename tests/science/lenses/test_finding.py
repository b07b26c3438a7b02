import os
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from astro_dl.core.errors import UsageError
from astro_dl.science.lenses.finding import NON_LENSES, StrongLensPhysics
from astro_dl.science.lenses.finding import task as strong_lens
from astro_dl.science.lenses.parameters import TARGETS, LensParametersPhysics
from astro_dl.science.lenses.parameters import task as lens_parameters
from astro_dl.testing import tasks as checks

SMALL = {"size_pixels": 32, "bands": ("g", "i")}


def simulate(task, n=48, seed=0, **values):
    physics = task.physics(**{**SMALL, **values})
    return task.simulate(physics, n, np.random.default_rng(seed))


def test_faint_arcs_leave_nothing_to_tell_lenses_by():
    checks._check_zero_signal(strong_lens, StrongLensPhysics(**SMALL), 64, 0)


def test_lenses_are_as_many_as_asked_and_the_others_of_every_kind():
    x, y, info = simulate(strong_lens, n=160, lens_fraction=0.25)
    assert x.shape == (160, 32, 32, 2)
    assert 20 < y.sum() < 60
    assert np.array_equal(y == 1, info["kind"] == "lens")
    assert set(info["kind"]) == {"lens", *NON_LENSES}
    radius = np.asarray(info["einstein_radius"])
    assert np.all((radius[y == 1] >= 0.5) & (radius[y == 1] <= 3))
    assert np.all(np.asarray(info["arc_snr"])[y == 1] > 4.5)


def test_few_cutouts_may_all_be_of_the_first_simulator():
    made = simulate(strong_lens, 2, second_opinion_fraction=1e-6)
    plain = simulate(strong_lens, 2)
    np.testing.assert_array_equal(made.x, plain.x)
    assert len(made.y) == len(made.info) == 2


def test_weights_choose_the_non_lenses():
    only = {f"{kind}_weight": 0.0 for kind in NON_LENSES} | {"ring_weight": 2.0}
    _, _, info = simulate(strong_lens, **only)
    assert set(info["kind"]) == {"lens", "ring"}


def test_the_sky_is_the_unit():
    x = simulate(strong_lens, n=64).x
    corners = np.stack([x[:, :4, :4], x[:, -4:, -4:]])
    assert 0.8 < np.median(corners.std(axis=(2, 3))) < 1.5


def test_targets_are_the_masses_of_the_deflectors():
    _, y, info = simulate(lens_parameters)
    assert y.shape == (48, 7)
    assert y.dtype == np.float32
    for column, (name, unit) in zip(y.T, TARGETS.values(), strict=True):
        np.testing.assert_allclose(column, info[name], rtol=1e-6)
        assert str(info[name].unit or "") == unit
    assert np.all(np.hypot(*y[:, 5:].T) <= 0.1 + 1e-6)
    assert all(len(np.unique(column)) == 48 for column in y.T)
    head = lens_parameters.head(LensParametersPhysics())
    assert head.distribution == "gaussian"
    assert head.names == tuple(TARGETS)


@pytest.mark.parametrize("physics", [StrongLensPhysics, LensParametersPhysics])
@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"survey": "sdsss"}, "unknown survey"),
        ({"bands": ("g", "w")}, "unknown band"),
        ({"bands": ()}, "name one or more bands"),
        ({"bands": ("g", "g")}, "all different"),
        ({"size_pixels": 8}, "size_pixels: 8"),
        ({"clip_sigma": 0.0}, "clip_sigma: 0"),
        ({"masked_fraction": 2.0}, "masked_fraction: 2"),
        ({"einstein_radius_range_arcsec": (0.0, 2.0)}, "einstein_radius_range"),
        ({"point_spread_files": ("a.fits",)}, "1 for 3 bands"),
    ],
)
def test_unusable_physics_is_refused(physics, values, message):
    with pytest.raises(UsageError, match=message):
        physics(**values)


def test_fractions_and_weights_are_checked():
    with pytest.raises(UsageError, match=r"lens_fraction: 1\.5"):
        StrongLensPhysics(lens_fraction=1.5)
    with pytest.raises(UsageError, match="weights of non-lenses"):
        StrongLensPhysics(**{f"{kind}_weight": 0.0 for kind in NON_LENSES})


def test_point_spread_functions_are_read_from_files(tmp_path):
    axis = np.arange(15) - 7
    wide = np.exp(-(axis[:, None] ** 2 + axis**2) / (2 * 3.0**2))
    fits.writeto(tmp_path / "psf.fits", wide)
    options = {"bands": ("i",), "n": 4, "masked_fraction": 0.0}
    files = (str(tmp_path / "psf.fits"),)
    own, blurred = (
        simulate(strong_lens, **options, **more) for more in ({}, {"point_spread_files": files})
    )
    assert blurred.x.max() < own.x.max()
    with pytest.raises(UsageError, match=r"none\.fits: no such file"):
        simulate(strong_lens, **options, point_spread_files=(str(tmp_path / "none.fits"),))


def test_arcs_around_real_galaxies_are_the_lenses_of_the_des_set():
    folder = os.environ.get("ASTRO_DL_TEST_DATA")
    if not folder:
        pytest.skip("ASTRO_DL_TEST_DATA is not set: no real galaxies to put arcs around")
    read = strong_lens.datasets["des_backgrounds"].read
    physics = StrongLensPhysics(survey="des", bands=("g", "i"), size_pixels=48)
    x, y, info = read(physics, Path(folder))
    assert x.shape == (46 * 5, 48, 48, 2)
    assert np.isfinite(x).all()
    assert (y.sum(), len(set(info["object_id"]))) == (46 * 4, 46)
    galaxies, lenses = x[:46], x[46:92]
    added = (lenses - galaxies)[np.asarray(info["arc_snr"][46:92]) > 20]
    assert added.max(axis=(1, 2, 3)).min() > 1.5
    assert np.abs(np.median(added, axis=(1, 2))).max() < 0.2
    with pytest.raises(UsageError, match="lack band u"):
        read(StrongLensPhysics(bands=("u", "g")), Path(folder))
    with pytest.raises(UsageError, match="lack band VIS"):
        read(StrongLensPhysics(survey="euclid", bands=("VIS",)), Path(folder))
