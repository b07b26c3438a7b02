"""The published network has its layers, weights and no seam."""

import numpy as np

from astro_dl.answers.maps.pixels import Pixels
from astro_dl.core.task import InputSpec
from astro_dl.models.unet import reach
from astro_dl.science.source_segmentation.networks import morpheus

CLASSES = ("background", "spheroid", "disc", "irregular", "star")


def convolution(channels, filters):
    return 9 * channels * filters + filters + 4 * channels


def test_morpheus_has_the_published_layers():
    model = morpheus(InputSpec((40, 40, 4)), Pixels(CLASSES, size=(40, 40)))
    widths, channels, expected = (8, 16, 32), 4, 0
    for width in widths:
        for _ in range(4):
            expected, channels = expected + convolution(channels, width), width
    expected, channels = expected + convolution(channels, 16), 16
    for width, joined in zip(widths, widths[::-1], strict=True):
        channels += joined
        for _ in range(2):
            expected, channels = expected + convolution(channels, width), width
    expected += 9 * 32 * 5 + 5
    assert model.count_params() == expected == 76_181
    assert {layer.rate for layer in model.layers if "dropout" in layer.name} == {0.5}
    assert [layer.name for layer in model.layers if layer.name.endswith("_pool")] == [
        f"down_{level}_pool" for level in range(3)
    ]


def test_morpheus_sees_no_further_than_its_tiles_overlap():
    filters, convolutions = (4, 4, 4), 2
    head = Pixels(CLASSES, size=(256, 16))
    settings = {"filters": filters, "convolutions": convolutions, "up_convolutions": 1}
    model = morpheus(InputSpec((256, 16, 2)), head, **settings)
    x = np.random.default_rng(0).normal(size=(1, 256, 16, 2)).astype(np.float32)
    other = x.copy()
    other[:, 0] += 5.0
    changed = np.abs(np.asarray(model(x)) - np.asarray(model(other)))[0].max(axis=(1, 2))
    assert changed[0] > 0
    assert not changed[reach(filters, convolutions, 3) + 1 :].any()
