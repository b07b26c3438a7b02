"""A 2D convolutional network on a spectrogram that the network computes itself.

    strain (samples, detectors) ─ constant-Q filter banks ─ log power (time, frequency, banks)
                                ─ 2D convolutions ─ global pool ─ dense ─ embedding ─ logits

The spectrogram is a layer, so that a bundle needs nothing but whitened strain, and the filters can
be trained with the rest.
"""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.models.cnn import convolution_stack
from astro_dl.models.heads import attach_head
from astro_dl.models.layers import (
    GlobalPooling,
    Normalization,
    Size,
    Style,
    dense_stack,
    global_pool,
    input_tensor,
)

DEFAULT_SAMPLE_RATE_HZ = 2048.0
# of log(1 + p) where p is exponential with mean 2, as the power of white noise is; the mean is
# √e E₁(1/2)
NOISE_MEAN, NOISE_DEVIATION = 0.92291, 0.57413


def gw_spectrogram_cnn(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    low_frequency_hz: float = 20.0,
    high_frequency_hz: float = 512.0,
    frequencies: int = 32,
    quality_factors: Sequence[float] = (4.0, 8.0, 16.0),
    spectrogram_kernel_size: int = 384,
    spectrogram_stride: int = 16,
    trainable_filters: bool = False,
    filters: Sequence[int] = (16, 32, 64),
    kernel_sizes: int | Sequence[Size] = 3,
    pool_sizes: int | Sequence[Size] = 2,
    global_pooling: GlobalPooling = "max",
    units: Sequence[int] = (64,),
    activation: str = "relu",
    normalization: Normalization = "none",
    convolution_dropout: float | Sequence[float] = 0.0,
    dropout: float | Sequence[float] = 0.2,
    l1: float = 0.0,
    l2: float = 0.0,
    initializer: str = "he_normal",
) -> keras.Model:
    """Return a 2D convolutional network on constant-Q spectrograms of several resolutions.

    Parameters
    ----------
    input_spec : InputSpec
        Whitened strain of shape (samples, detectors); the contract's ``sample_rate_hz``, or else
        2048 Hz, is what frequencies are counted against.
    head : AnswerKind
        Any kind.
    low_frequency_hz, high_frequency_hz : float
        Lowest and highest central frequency [Hz], both included.
    frequencies : int
        Number of central frequencies, evenly spaced in the logarithm.
    quality_factors : sequence of float
        One bank of filters, and so one image channel per detector, for each.
    spectrogram_kernel_size, spectrogram_stride : int
        Length of the filters, and step from one spectrum to the next [samples].
    trainable_filters : bool
        Whether training changes the filters.
    filters, kernel_sizes, pool_sizes, global_pooling, units
        Of the 2D convolutions and dense layers, as in `astro_dl.models.cnn.cnn2d`; padding "same".
    activation, normalization, convolution_dropout, dropout, l1, l2, initializer
        As in `astro_dl.models.cnn.cnn2d`.

    Raises
    ------
    UsageError
        If the input has another rank, the band is empty or above the Nyquist frequency, or a
        hyper-parameter is out of range.
    """
    inputs = input_tensor(input_spec, 2, "gw_spectrogram_cnn")
    sample_rate_hz = float(input_spec.contract.get("sample_rate_hz", DEFAULT_SAMPLE_RATE_HZ))
    if not 0 < low_frequency_hz < high_frequency_hz <= sample_rate_hz / 2:
        raise UsageError(
            f"the band {low_frequency_hz:g}–{high_frequency_hz:g} Hz must rise and end at or below "
            f"the Nyquist frequency, {sample_rate_hz / 2:g} Hz"
        )
    style = Style(activation, normalization, initializer, l1, l2)
    centres = np.geomspace(low_frequency_hz, high_frequency_hz, frequencies) / sample_rate_hz
    spectrogram = ConstantQPower(
        frequencies=centres.tolist(),
        quality_factors=quality_factors,
        kernel_size=spectrogram_kernel_size,
        stride=spectrogram_stride,
        trainable=trainable_filters,
        name="spectrogram",
    )
    x = convolution_stack(
        spectrogram(inputs),
        style,
        filters=filters,
        kernel_sizes=kernel_sizes,
        pool_sizes=pool_sizes,
        dropout=convolution_dropout,
    )
    x = dense_stack(global_pool(x, global_pooling), units, dropout, style)
    return keras.Model(inputs, attach_head(x, head, **style.penalty), name="gw_spectrogram_cnn")


def sine_gaussians(
    frequencies: Sequence[float], quality_factors: Sequence[float], kernel_size: int
) -> np.ndarray:
    """Return filters that pick out a frequency for as many cycles as their quality factor says.

    With time t from the middle, frequency f and τ = Q / (2π f), the filters are
    exp(−t²/2τ²) cos(2π f t) and exp(−t²/2τ²) sin(2π f t), each of unit norm, so that white noise of
    unit variance comes out with unit variance (Chatterji et al. 2004, CQG 21, S1809, sec. 3).

    Parameters
    ----------
    frequencies : sequence of float
        Central frequencies [cycles per sample].
    quality_factors : sequence of float
        Ratio Q of central frequency to bandwidth.
    kernel_size : int
        Length [samples]; what reaches beyond is cut.

    Returns
    -------
    ndarray
        Shape (kernel_size, 2, frequencies, quality factors), float32: cosines, then sines.
    """
    time = (np.arange(kernel_size) - (kernel_size - 1) / 2)[:, None, None]
    angular = 2 * np.pi * np.asarray(frequencies, dtype=np.float64)[:, None]
    width = np.asarray(quality_factors, dtype=np.float64) / angular
    wave = np.exp(-0.5 * (time / width) ** 2 + 1j * angular * time)
    pair = np.stack([wave.real, wave.imag], axis=1)
    return (pair / np.sqrt((pair**2).sum(axis=0))).astype(np.float32)


@keras.saving.register_keras_serializable(package="astro_dl")
class ConstantQPower(keras.layers.Layer):
    """Log power of every channel in sine-Gaussian filters, standardised for white noise.

    With power p, the sum of the squares of the cosine and sine outputs, this is log(1 + p), shifted
    and scaled so that white noise of unit variance has mean zero and unit variance.

    Input (batch, samples, channels); output (batch, ⌈samples / stride⌉, frequencies, quality
    factors × channels).

    Parameters
    ----------
    frequencies, quality_factors, kernel_size
        See `sine_gaussians`.
    stride : int
        Step from one spectrum to the next [samples].
    trainable : bool
        Whether training changes the filters.
    **options
        Arguments of every Keras layer.
    """

    def __init__(
        self,
        frequencies: Sequence[float],
        quality_factors: Sequence[float],
        kernel_size: int,
        stride: int,
        trainable: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(trainable=trainable, **options)
        self.frequencies = [float(frequency) for frequency in frequencies]
        self.quality_factors = [float(factor) for factor in quality_factors]
        self.kernel_size = kernel_size
        self.stride = stride

    def build(self, input_shape: tuple) -> None:
        """Make the filters."""
        kernels = sine_gaussians(self.frequencies, self.quality_factors, self.kernel_size)
        kernels = kernels.reshape(self.kernel_size, 1, -1)
        self.kernels = self.add_weight(
            name="kernels",
            shape=kernels.shape,
            initializer=lambda shape, dtype=None: ops.convert_to_tensor(kernels, dtype=dtype),
            trainable=self.trainable,
        )

    def call(self, x: Any) -> Any:
        """Return the log power."""
        samples, channels = x.shape[1:]
        frequencies, banks = len(self.frequencies), len(self.quality_factors)
        # every channel meets the same filters: channels join the batch meanwhile
        x = ops.reshape(ops.transpose(x, (0, 2, 1)), (-1, samples, 1))
        x = ops.conv(x, self.kernels, strides=self.stride, padding="same")
        steps = x.shape[1]
        power = ops.reshape(ops.square(x), (-1, steps, 2, frequencies, banks))
        power = (ops.log1p(ops.sum(power, axis=2)) - NOISE_MEAN) / NOISE_DEVIATION
        power = ops.reshape(power, (-1, channels, steps, frequencies, banks))
        power = ops.transpose(power, (0, 2, 3, 4, 1))
        return ops.reshape(power, (-1, steps, frequencies, banks * channels))

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the shape of the output."""
        batch, samples, channels = input_shape
        steps = -(-samples // self.stride)
        return batch, steps, len(self.frequencies), len(self.quality_factors) * channels

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this layer again."""
        return {
            **super().get_config(),
            "frequencies": self.frequencies,
            "quality_factors": self.quality_factors,
            "kernel_size": self.kernel_size,
            "stride": self.stride,
        }
