"""ResNet-34 as it was published."""

import keras
import pytest

from astro_dl.models.build import build_model


@pytest.mark.slow
def test_resnet34_has_the_convolutions_of_the_paper():
    model = build_model("metallicity_resnet34")
    kernels = [layer.kernel for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    # 33 layers in the path and three shortcuts: 21,797,672 parameters less the 513,000 of the
    # thousand classes and the 17,024 of normalisations (He et al. 2016, in the usual count)
    assert len(kernels) == 36
    assert sum(int(keras.ops.size(one)) for one in kernels) == 21_267_648
    # mean and variance of a Gaussian
    assert model.get_layer("logits").count_params() == 512 * 2 + 2
    assert build_model("metallicity_resnet").count_params() < 60_000
