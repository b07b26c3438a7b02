"""What networks of radio maps are given: the map, features, or both."""

import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.core.registry import get_task
from astro_dl.science.radio_morphology.features import FEATURES, map_features
from astro_dl.science.radio_morphology.given import changes, given_inputs, input_spec
from astro_dl.science.radio_morphology.inputs import network_input
from astro_dl.science.radio_morphology.physics import RadioPhysics
from astro_dl.science.radio_morphology.predict import map_of_file, predict_maps
from tests.science.radio_morphology.stand_in import SIZE, StandIn, radio_map, write_fits

SETTINGS = {"size_pixels": SIZE, "size_range_arcsec": (18.0, 90.0)}
BOTH = RadioPhysics(**SETTINGS, inputs=("map", "features"))
FEATURES_ALONE = RadioPhysics(**SETTINGS, inputs=("features",))


def seen(physics):
    return network_input(physics, np.stack([radio_map(12), radio_map(20), np.zeros((SIZE, SIZE))]))


def test_inputs_are_those_asked_for():
    maps = seen(BOTH)
    both, alone = given_inputs(BOTH, maps), given_inputs(FEATURES_ALONE, maps)
    assert both["map"] is maps
    np.testing.assert_array_equal(both["features"], alone)
    assert np.isfinite(alone[:2]).all()
    assert np.isnan(alone[2]).all(), "no source, no features"
    assert given_inputs(RadioPhysics(**SETTINGS), maps) is maps


def test_shapes_are_those_of_the_contract():
    maps = seen(BOTH)
    shapes = input_spec(BOTH).shape
    assert {name: one.shape[1:] for name, one in given_inputs(BOTH, maps).items()} == shapes
    assert input_spec(FEATURES_ALONE).shape == (len(FEATURES),)
    assert input_spec(RadioPhysics(**SETTINGS)).shape == (SIZE, SIZE, 1)


def test_classical_methods_are_given_the_same_features_of_all_inputs():
    maps = seen(BOTH)
    wanted = map_features(BOTH, maps)
    np.testing.assert_array_equal(map_features(BOTH, given_inputs(BOTH, maps)), wanted)
    np.testing.assert_array_equal(map_features(FEATURES_ALONE, wanted), wanted)


def test_turns_change_maps_alone():
    x = given_inputs(BOTH, seen(BOTH))
    how = changes(BOTH)
    assert len(how.symmetries) == 7
    turned = how.symmetries[0](x)
    np.testing.assert_array_equal(turned["map"], np.rot90(x["map"], axes=(1, 2)))
    assert turned["features"] is x["features"]
    drawn = how.inputs(x, np.random.default_rng(1))
    assert drawn["map"].shape == x["map"].shape
    assert changes(FEATURES_ALONE).inputs is None


def test_simulations_and_files_give_both(tmp_path):
    task = get_task("radio_morphology")
    examples = task.simulate(BOTH, 4, np.random.default_rng(3))
    assert set(examples.x) == {"map", "features"}
    path = write_fits(tmp_path / "a.fits", radio_map())
    found = map_of_file(BOTH, path)
    assert found["map"].shape == (SIZE, SIZE, 1)
    assert found["features"].shape == (len(FEATURES),)


def test_files_are_predicted_by_both(tmp_path):
    class OfBoth(StandIn):
        def predict(self, x, *args, **options):
            assert np.isfinite(x["features"]).all()
            return super().predict(x["map"], *args, **options)

    path = write_fits(tmp_path / "a.fits", radio_map())
    (plain,) = predict_maps(StandIn(), [path])
    (both,) = predict_maps(OfBoth(BOTH), [path])
    assert list(both["p_FRII"]) == list(plain["p_FRII"])


def test_unknown_inputs_are_refused():
    with pytest.raises(UsageError, match="inputs"):
        RadioPhysics(inputs=("pixels",))
