"""Others try their models by one decorator."""

from astro_dl.testing import parametrize_with_models


@parametrize_with_models("perceptro?", steps=60)
def test_models_are_tried_by_a_pattern(name, check):
    assert name == "perceptron"
    check()
