"""A network that takes redshift for what it is on a logarithmic grid: a shift.

spectrum ─ [convolution ─ activation] × n ─ pool ─ convolution of width 1 ─ maps of lines
         ─ correlation with kernels as long as the maps and all shifts ─ activation
         ─ convolution of width 1 ─ embedding (shifts) ─ logits

Each shift has the same kernels, so that what is learnt of galaxies at one redshift holds for all;
from shifts to bins of redshift is an interpolation, and nothing is learnt there.
"""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops
from scipy.fft import next_fast_len

from astro_dl.answers.regression import Regression
from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.models.activations import activate
from astro_dl.models.cnn import convolution_stack
from astro_dl.models.heads import attach_head
from astro_dl.models.layers import (
    Normalization,
    Style,
    convolve,
    drop,
    input_tensor,
    pool,
)


def redshift_cnn1d(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    filters: Sequence[int] = (8,),
    kernel_sizes: int | Sequence[int] = 9,
    pool_size: int = 2,
    maps: int = 4,
    shifts: int = 508,
    correlations: int = 4,
    activation: str = "relu",
    normalization: Normalization = "batch",
    dropout: float = 0.0,
    l1: float = 0.0,
    l2: float = 0.0,
    initializer: str = "glorot_uniform",
) -> keras.Model:
    """Return a network that compares a spectrum with learnt templates at every redshift.

    Parameters
    ----------
    input_spec : InputSpec
        Spectra of shape (pixels, channels), of equal steps in the logarithm of the wavelength.
    head : AnswerKind
        Any kind. The bins of a grid of redshifts are interpolated between shifts; the logits of
        other heads are learnt.
    filters, kernel_sizes : int or sequence of int
        Of the convolutions, padding "same".
    pool_size : int
        Pixels averaged before the correlation.
    maps : int
        Maps that are correlated.
    shifts : int
        Shifts compared [pooled pixels]: as many as redshifts span, ln((1 + z₁) / (1 + z₀)) over the
        width of a pooled pixel, and one.
    correlations : int
        Kernels compared at each shift.
    activation : str
        Keras name of the activation of convolutions.
    normalization : {"none", "batch", "layer", "group"}
        Between convolutions and their activations.
    dropout : float
        Rate before the logits.
    l1, l2 : float
        Penalties on kernels.
    initializer : str
        Keras name of the initialiser of kernels.

    Raises
    ------
    UsageError
        If the input is no series or a hyper-parameter is out of range.
    """
    if min(maps, shifts, correlations) < 1:
        raise UsageError(
            f"maps, shifts and correlations are {maps}, {shifts} and {correlations}; accepted: 1 "
            "and above"
        )
    inputs = input_tensor(input_spec, 2, "redshift_cnn1d")
    style = Style(activation, normalization, initializer, l1, l2)
    x = convolution_stack(inputs, style, filters=filters, kernel_sizes=kernel_sizes)
    x = convolve(pool(x, pool_size, "average", "lines"), maps, 1, style, "maps")
    x = keras.layers.Identity(name="features")(x)
    x = Correlation(correlations, shifts, name="correlation", **style.kernel_options)(x)
    x = drop(activate(x, activation, "correlation"), dropout, "correlation")
    x = keras.layers.Flatten(name="flatten")(convolve(x, 1, 1, style, "together"))
    options: dict[str, Any] = dict(style.penalty)
    if isinstance(head, Regression) and head.bins:
        options = {"layer": ShiftsToBins, "edges": head.bins}
    return keras.Model(inputs, attach_head(x, head, **options), name="redshift_cnn1d")


@keras.saving.register_keras_serializable(package="astro_dl")
class Correlation(keras.layers.Layer):
    """Maps compared with kernels at every shift, as if there were zeros beyond the maps' ends.

    The same as a convolution of padded maps with kernels that reach from end to end at every shift.
    In training it is taken by Fourier transforms, in a fifth of the time; else as one product of
    matrices, which exported networks can hold.

    Parameters
    ----------
    kernels : int
        Number K of kernels.
    shifts : int
        Number S of shifts.
    kernel_initializer, kernel_regularizer
        As in Keras.
    **options
        Of `keras.layers.Layer`.
    """

    def __init__(
        self,
        kernels: int,
        shifts: int,
        kernel_initializer: Any = "glorot_uniform",
        kernel_regularizer: Any = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.kernels, self.shifts = kernels, shifts
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.kernel_regularizer = keras.regularizers.get(kernel_regularizer)

    def build(self, input_shape: Any) -> None:
        """Make the kernels, of length N + S − 1, for maps of shape (N, channels)."""
        length = input_shape[1] + self.shifts - 1
        self.kernel = self.add_weight(
            (length, input_shape[2], self.kernels),
            self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            name="kernel",
        )
        self.bias = self.add_weight((self.kernels,), "zeros", name="bias")

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Return correlations (batch, S, K)."""
        correlated = self._by_transforms(inputs) if training else self._by_product(inputs)
        return correlated + self.bias

    def _by_product(self, inputs: Any) -> Any:
        length, channels = self.kernel.shape[:2]
        width = channels * self.kernels
        # rows one longer than the kernel, cut anew to its length: each begins one further into it
        rows = ops.pad(ops.reshape(self.kernel, (1, length, width)), ((0, 0), (0, 1), (0, 0)))
        rows = ops.reshape(ops.repeat(rows, self.shifts, axis=0), (-1, width))
        rows = ops.reshape(rows[: self.shifts * length], (self.shifts, length, width))
        shape = (self.shifts, inputs.shape[1], channels, self.kernels)
        shifted = ops.reshape(rows[:, self.shifts - 1 :], shape)
        return ops.tensordot(inputs, shifted, ((1, 2), (1, 2)))

    def _by_transforms(self, inputs: Any) -> Any:
        # even, without large factors, and so long that no shift wraps around
        size = 2 * next_fast_len(-(-self.kernel.shape[0] // 2), real=True)
        real, imaginary = (part[:, :, None] for part in _spectrum(inputs, (0, 2, 1), size))
        of_real, of_imaginary = _spectrum(self.kernel, (1, 2, 0), size)
        product = (
            ops.sum(of_real * real + of_imaginary * imaginary, axis=1),
            ops.sum(of_imaginary * real - of_real * imaginary, axis=1),
        )
        # what is first here is the last shift
        correlated = ops.flip(ops.irfft(product)[..., : self.shifts], axis=-1)
        return ops.cast(ops.transpose(correlated, (0, 2, 1)), self.compute_dtype)

    def compute_output_shape(self, input_shape: Any) -> tuple:
        """Return the shape of the output."""
        return (input_shape[0], self.shifts, self.kernels)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this layer again."""
        return {
            **super().get_config(),
            "kernels": self.kernels,
            "shifts": self.shifts,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "kernel_regularizer": keras.regularizers.serialize(self.kernel_regularizer),
        }


def _spectrum(x: Any, axes: Sequence[int], size: int) -> tuple[Any, Any]:
    """Return real and imaginary part over the last axis, of axes in another order and padded."""
    x = ops.transpose(ops.cast(x, "float32"), axes)
    spare = size - x.shape[-1]
    return ops.rfft(ops.pad(x, ((0, 0), (0, 0), (0, spare))))


@keras.saving.register_keras_serializable(package="astro_dl")
class ShiftsToBins(keras.layers.Layer):
    """Bins of redshift, interpolated between shifts; it has no weights.

    Keys (1981), IEEE Transactions on Acoustics, Speech, and Signal Processing 29, 1153: cubic
    convolution, exact for parabolas, so that a peak between two shifts is as high as one on them.

    Parameters
    ----------
    bins : int
        Their number.
    edges : sequence of float
        Edges of the bins; the first shift is that of the first edge, the last of the last.
    **options
        Of `keras.layers.Layer`.
    """

    def __init__(self, bins: int, edges: Sequence[float], **options: Any) -> None:
        super().__init__(**options)
        self.bins = int(bins)
        self.edges = tuple(float(edge) for edge in edges)

    def call(self, inputs: Any) -> Any:
        """Return (batch, bins) from (batch, shifts)."""
        at = np.log1p(self.edges)
        place = (0.5 * (at[1:] + at[:-1]) - at[0]) / (at[-1] - at[0]) * (inputs.shape[1] - 1)
        x = np.abs(np.arange(inputs.shape[1])[:, None] - place)
        near, far = 1 - x**2 * (2.5 - 1.5 * x), 2 - x * (4 - x * (2.5 - 0.5 * x))
        weights = np.where(x < 1, near, np.where(x < 2, far, 0))
        return ops.matmul(inputs, ops.cast(weights / weights.sum(axis=0), inputs.dtype))

    def compute_output_shape(self, input_shape: Any) -> tuple:
        """Return the shape of the output."""
        return (input_shape[0], self.bins)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this layer again."""
        return {**super().get_config(), "bins": self.bins, "edges": self.edges}
