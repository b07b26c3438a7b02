"""Images of lenses with the light of the deflector taken away.

The middle galaxy's light in a band is taken to be the last band's, times the ratio of the two that
fits the middle of the image best. A source of another colour remains, which the compression of
bright pixels hides in the image itself (Gavazzi et al. 2014, arXiv:1403.1041, sec. 3.1).
"""

from typing import Any

import keras
import numpy as np
from keras import ops

from astro_dl.core.task import InputSpec
from astro_dl.observations.images.orientations import ORIENTATIONS


def add_differences(images: keras.KerasTensor, input_spec: InputSpec) -> keras.KerasTensor:
    """Return images with the channels of `WithoutDeflector`; those of a single band as they are.

    Parameters
    ----------
    images : KerasTensor
        (batch, height, width, bands), as `astro_dl.observations.images.cutouts.normalise`
        compresses them.
    input_spec : InputSpec
        Its contract's ``softening_sigma`` is that of the compression; 5 where there is none.
    """
    if images.shape[-1] == 1:
        return images
    softening = float(input_spec.contract.get("softening_sigma", 5.0))
    return WithoutDeflector(softening, name="without_deflector")(images)


@keras.saving.register_keras_serializable(package="astro_dl")
class WithoutDeflector(keras.layers.Layer):
    """Adds, for each band but the last, what is left of it without the middle galaxy's light.

    Input: (batch, height, width, bands), compressed by s asinh(v / s); output (batch, height,
    width, 2 bands - 1), compressed likewise.

    Parameters
    ----------
    softening : float, default 5
        The s of the compression.
    **options
        Arguments of every Keras layer.

    Attributes
    ----------
    commuting : tuple of callable
        The changes of the input that change the output alike.
    """

    commuting = ORIENTATIONS

    def __init__(self, softening: float = 5.0, **options: Any) -> None:
        super().__init__(**options)
        self.softening = softening

    def call(self, inputs: Any) -> Any:
        """Return the bands and the differences."""
        height, width = inputs.shape[1:3]
        weight = ops.cast(_middle(height)[:, None, None] * _middle(width)[:, None], inputs.dtype)
        flux = self.softening * ops.sinh(inputs / self.softening)
        rest = without_last_band(flux, weight, 1.0)
        return ops.concatenate(
            [inputs, self.softening * ops.arcsinh(rest / self.softening)], axis=-1
        )

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the shape of the output."""
        return (*input_shape[:-1], 2 * input_shape[-1] - 1)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this layer again."""
        return {**super().get_config(), "softening": self.softening}


def without_last_band(flux: Any, weight: Any, least: float) -> Any:
    """Return each band but the last without the last one's light, as bright as it is in the middle.

    Parameters
    ----------
    flux : tensor, (batch, rows, columns, bands)
        Light, not compressed.
    weight : tensor, (rows, columns, 1)
        Of the pixels by which the ratio of two bands is fitted.
    least : float
        Added to the last band's light, squared: keeps an empty middle free of 0/0.
    """
    bands, last = flux[..., :-1], flux[..., -1:]
    together = ops.sum(weight * bands * last, axis=(1, 2), keepdims=True)
    alone = ops.sum(weight * last * last, axis=(1, 2), keepdims=True)
    return bands - together / (alone + least) * last


def _middle(pixels: int) -> np.ndarray:
    """Return the weight of each pixel along an axis: a Gaussian a sixteenth of the image wide."""
    position = np.arange(pixels) - (pixels - 1) / 2
    return np.exp(-0.5 * (16 * position / pixels) ** 2)
