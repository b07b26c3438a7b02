"""The compressor measures powers, and knows neither place nor direction that maps don't have."""

import keras
import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.models.build import build_model, logits_model
from astro_dl.science.cosmology_fields.layers import LogPower, PeriodicPadding, UnitPower

MAPS = np.random.default_rng(0).standard_normal((3, 8, 8, 2)).astype(np.float32)
SMALL = {"filters": 4, "pointwise": 4, "units": (8,), "physics": {"size_pixels": 8}}


def test_maps_are_continued_by_themselves():
    found = keras.ops.convert_to_numpy(PeriodicPadding(3)(MAPS))
    expected = np.pad(MAPS, ((0, 0), (3, 3), (3, 3), (0, 0)), mode="wrap")
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(PeriodicPadding(0)(MAPS)), MAPS)


def test_powers_are_mean_squares():
    power = keras.ops.convert_to_numpy(LogPower()(7 * MAPS))
    np.testing.assert_allclose(power, np.log(49 * np.mean(MAPS**2, axis=(1, 2))), rtol=1e-4)
    scaled = keras.ops.convert_to_numpy(UnitPower()(7 * MAPS))
    np.testing.assert_allclose(np.mean(scaled**2, axis=(1, 2)), 1, rtol=1e-3)


@pytest.mark.parametrize(("levels", "shift"), [(1, 1), (2, 2)])
def test_it_does_not_matter_where_a_map_begins(levels, shift):
    model = logits_model(build_model("cosmology_npe", levels=levels, **SMALL))
    found, again = (
        keras.ops.convert_to_numpy(model(one, training=False))
        for one in (MAPS, np.roll(MAPS, (shift, -3 * shift), axis=(1, 2)))
    )
    np.testing.assert_allclose(found, again, atol=2e-5)
    assert np.ptp(found, axis=0).max() > 1e-3


def test_powers_alone_do_not_tell_a_map_from_its_negative():
    shapes = (
        build_model("cosmology_npe", levels=2, **SMALL | {"pointwise": one}) for one in (0, 4)
    )
    differ = []
    for model in map(logits_model, shapes):
        found, negative = (
            keras.ops.convert_to_numpy(model(one, training=False)) for one in (MAPS, -MAPS)
        )
        differ.append(np.abs(found - negative).max())
    assert differ[0] < 1e-5 < 1e-3 < differ[1]


@pytest.mark.parametrize(
    ("values", "said"),
    [({"levels": 4}, "levels is 4 for maps of 8 × 8"), ({"levels": 0}, "levels is 0"),
     ({"kernel_size": 4}, "kernel_size is 4; accepted: odd numbers")],
)  # fmt: skip
def test_what_does_not_fit_is_said(values, said):
    with pytest.raises(UsageError, match=said):
        build_model("cosmology_npe", **SMALL | {"levels": 2} | values)
