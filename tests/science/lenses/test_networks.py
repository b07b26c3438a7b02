"""Networks for lens images: DeepLens against the paper."""

from itertools import pairwise

import keras

from astro_dl.answers.binary import Binary
from astro_dl.core.task import InputSpec
from astro_dl.science.lenses.networks.deeplens import deeplens

BINARY = Binary(("other", "lens"))


def bottleneck_count(inputs, filters):
    """Count parameters: three normalisations, three convolutions, one shortcut if need be."""
    inner = filters // 2
    convolutions = inputs * inner + 9 * inner * inner + (inner * filters + filters)
    shortcut = inputs * filters if inputs != filters else 0
    return 4 * (inputs + inner + inner) + convolutions + shortcut


def test_deeplens_has_the_layers_of_the_paper():
    model = deeplens(InputSpec((64, 64, 1)), BINARY)
    convolutions = [
        layer
        for layer in model.layers
        if isinstance(layer, keras.layers.Conv2D) and "shortcut" not in layer.name
    ]
    # 46 layers, as the paper counts
    assert len(convolutions) == 46
    assert model.get_layer("features").output.shape == (None, 4, 4, 512)
    widths = [32] * 4 + [64] * 3 + [128] * 3 + [256] * 3 + [512] * 3
    blocks = sum(bottleneck_count(a, b) for a, b in pairwise(widths))
    assert model.count_params() == (49 * 32 + 32) + blocks + (512 + 1)
