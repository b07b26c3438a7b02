"""`gw_resnet`: a residual network that starts where detection theory ends.

    strain (samples, detectors)
      ─ basis: one long convolution, leading singular vectors of a whitened template bank
      ─ templates: their combinations, in quadrature pairs ─ modulus ─ gain   → z (times, templates)
      ─ likelihood over amplitudes, log-mean-exp over templates and times     → one statistic
      ─ z ─ residual blocks over time ─ pool                                  → corrections
      ─ embedding = (statistic, corrections) ─ logits

Before training the statistic is the marginal likelihood ratio of the prior, optimal in Gaussian
noise, up to the truncation of the bank. The bank is held by
singular vectors after Cannon et al. (2010), arXiv:1005.0012; residual blocks are after Nousi et al.
(2023), arXiv:2211.01520. Every part of it is trained.
"""

import math
from collections.abc import Callable, Sequence

import keras
from keras import ops

from astro_dl.core.answer import AnswerKind
from astro_dl.core.task import InputSpec
from astro_dl.models.heads import attach_head
from astro_dl.models.initialization import weights_are_to_be_read
from astro_dl.models.layers import Style, convolve, drop, input_tensor
from astro_dl.models.resnet import residual_stages
from astro_dl.science.gravitational_waves.detectors import light_travel_time
from astro_dl.science.gravitational_waves.networks.template_kernels import (
    POOLED_LAGS,
    bank_physics,
    lag_count,
    template_kernels,
)


@keras.saving.register_keras_serializable(package="astro_dl")
class QuadratureModulus(keras.layers.Layer):
    """√(a² + b²) of the first and the second half of the channels: phase is marginalised."""

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        cosine, sine = ops.split(x, 2, axis=-1)
        # the smallest signal that a float32 square root can be differentiated at
        return ops.sqrt(cosine * cosine + sine * sine + 1e-6)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        return (*input_shape[:-1], input_shape[-1] // 2)


@keras.saving.register_keras_serializable(package="astro_dl")
class SquareRoot(keras.layers.Layer):
    """√x of positive numbers."""

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        return ops.sqrt(x)


@keras.saving.register_keras_serializable(package="astro_dl")
class Gain(keras.layers.Layer):
    """A factor for each (time, template): undoes what the window's edge cuts from a template."""

    def build(self, input_shape: tuple) -> None:
        self.gain = self.add_weight(
            name="gain", shape=tuple(input_shape[-2:]), initializer="ones", trainable=True
        )

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        return x * self.gain


@keras.saving.register_keras_serializable(package="astro_dl")
class AmplitudeLikelihood(keras.layers.Layer):
    """Log-likelihood ratio of the best amplitude within a range: max over ρ of ρ z − ρ² / 2.

    Parameters
    ----------
    low, high : float
        Range of signal-to-noise ratios; the likelihood grows linearly above it.
    """

    def __init__(self, low: float, high: float, **options: object) -> None:
        super().__init__(**options)
        self.low, self.high = low, high

    def call(self, z: keras.KerasTensor) -> keras.KerasTensor:
        amplitude = ops.clip(z, self.low, self.high)
        return amplitude * z - 0.5 * amplitude * amplitude

    def get_config(self) -> dict:
        return {**super().get_config(), "low": self.low, "high": self.high}


@keras.saving.register_keras_serializable(package="astro_dl")
class LogMeanExp(keras.layers.Layer):
    """Logarithm of the weighted mean of exp(x) over time and templates: (…, times, T) → (…, 1).

    The weights of the templates are learned; the shares of the prior are a good start.
    """

    def build(self, input_shape: tuple) -> None:
        self.log_weight = self.add_weight(
            name="log_weight", shape=(input_shape[-1],), initializer="zeros", trainable=True
        )

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        # templates first, then times: one sum over both is slower, and the same
        per_time = ops.logsumexp(x + ops.log_softmax(self.log_weight), axis=-1)
        total = ops.logsumexp(per_time, axis=-1, keepdims=True)
        return total - math.log(x.shape[-2])

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        return (*input_shape[:-2], 1)


@keras.saving.register_keras_serializable(package="astro_dl")
class StatisticFirst(keras.initializers.Initializer):
    """Kernel of the logits: one for the first feature, small random values for the others.

    Parameters
    ----------
    scale : float
        Standard deviation of the small values.
    seed : int, optional
        Seed of the small values.
    """

    def __init__(self, scale: float = 1e-2, seed: int | None = None) -> None:
        self.small = keras.initializers.RandomNormal(stddev=scale, seed=seed)

    def __call__(self, shape: tuple, dtype: str | None = None) -> keras.KerasTensor:
        small = self.small((shape[0] - 1, shape[1]), dtype=dtype)
        return ops.concatenate([ops.ones((1, shape[1]), dtype=dtype), small], axis=0)

    def get_config(self) -> dict:
        return {"scale": self.small.stddev, "seed": self.small.seed}


def gw_resnet(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    templates: int = 256,
    rank: int = 40,
    lag_stride: int = 2,
    mass_range_msun: tuple[float, float] = (10.0, 50.0),
    spin_range: tuple[float, float] = (0.0, 0.0),
    amplitude_range: tuple[float, float] = (5.0, 15.0),
    filters: Sequence[int] = (48, 64),
    blocks: int | Sequence[int] = 2,
    kernel_sizes: int | Sequence[int] = 5,
    corrections: int = 32,
    dropout: float = 0.1,
    l2: float = 0.0,
) -> keras.Model:
    """Return the network that starts as a marginalised matched filter.

    Parameters
    ----------
    input_spec : InputSpec
        Whitened strain (samples, detectors) of a gravitational-wave task.
    head : AnswerKind
        Any kind; a binary head starts with the statistic as its logit.
    templates : int
        Number of templates.
    rank : int
        Number of complex singular vectors that span them.
    lag_stride : int
        Step between merger times [samples].
    mass_range_msun, spin_range : tuple of float
        Uniform priors of the templates: both masses [M☉], both aligned spins.
    amplitude_range : tuple of float
        Signal-to-noise ratios that the likelihood is maximised over.
    filters, blocks, kernel_sizes
        Residual stages over time, as in `resnet1d`.
    corrections : int
        Number of learned features beside the statistic.
    dropout : float
        Rate on those features.
    l2 : float
        Penalty on the kernels of the residual part.

    Raises
    ------
    UsageError
        If the input is not that of a gravitational-wave task.
    """
    inputs = input_tensor(input_spec, 2, "gw_resnet")
    samples, detectors = inputs.shape[1:]
    physics = bank_physics(
        input_spec,
        mass_1_range_msun=tuple(mass_range_msun),
        mass_2_range_msun=tuple(mass_range_msun),
        spin_range=tuple(spin_range),
    )
    lags = lag_count(physics, lag_stride)
    filter_bank = _filter_bank(samples, lags, lag_stride, min(rank, templates), templates)
    series = [filter_bank(inputs[..., index : index + 1]) for index in range(detectors)]
    z = _network_amplitude(
        series, input_spec.contract["detectors"], lag_stride / physics.sample_rate_hz
    )

    likelihood = AmplitudeLikelihood(*amplitude_range, name="likelihood")(z)
    statistic = LogMeanExp(name="statistic")(likelihood)

    style = Style("relu", "batch", "he_normal", l2=l2)
    x = keras.layers.MaxPooling1D(POOLED_LAGS, name="z_pool")(z)
    x = convolve(x, filters[0], 1, style, "stem")
    x = residual_stages(
        x, style, filters=filters, blocks=blocks, kernel_sizes=kernel_sizes, strides=2
    )
    x = keras.layers.GlobalMaxPooling1D(name="features_pool")(
        keras.layers.Identity(name="features")(x)
    )
    x = keras.layers.Dense(corrections, activation="tanh", name="corrections")(x)
    x = keras.layers.Concatenate(name="evidence")([statistic, drop(x, dropout, "corrections")])
    initializer = {"kernel_initializer": StatisticFirst()} if head.ranks else {}
    model = keras.Model(inputs, attach_head(x, head, **initializer), name="gw_resnet")
    if not weights_are_to_be_read():
        kernels = template_kernels(physics, templates, rank, lag_stride)
        model.get_layer("basis").set_weights([kernels.basis[:, None] * math.sqrt(samples)])
        model.get_layer("templates").set_weights([kernels.mixing])
        model.get_layer("gain").set_weights([kernels.gain])
        model.get_layer("statistic").set_weights([kernels.log_weight])
    return model


def _filter_bank(
    samples: int, lags: int, stride: int, rank: int, templates: int
) -> Callable[[keras.KerasTensor], keras.KerasTensor]:
    """Return what turns one detector's strain into |z| of (lags, templates)."""
    # kernels of unit size and an input of small size: the optimiser's steps are absolute
    layers = [
        keras.layers.Rescaling(1 / math.sqrt(samples), name="scale"),
        keras.layers.ZeroPadding1D((stride * (lags - 1), 0), name="before_window"),
        keras.layers.Conv1D(2 * rank, samples, strides=stride, use_bias=False, name="basis"),
        keras.layers.Dense(2 * templates, use_bias=False, name="templates"),
        QuadratureModulus(name="modulus"),
        Gain(name="gain"),
    ]

    def apply(x: keras.KerasTensor) -> keras.KerasTensor:
        for layer in layers:
            x = layer(x)
        return x

    return apply


def _network_amplitude(
    series: list[keras.KerasTensor], detectors: Sequence[str], lag_s: float
) -> keras.KerasTensor:
    """Return the root of the summed squares of the detectors' |z|.

    The other detectors' are the largest within the light travel time from the first.
    """
    if len(series) == 1:
        return series[0]
    squares = [keras.layers.Multiply(name=f"power_{detectors[0]}")([series[0], series[0]])]
    for z, name in zip(series[1:], detectors[1:], strict=True):
        reach = math.ceil(light_travel_time(detectors[0], name) / lag_s)
        pooled = keras.layers.MaxPooling1D(
            2 * reach + 1, strides=1, padding="same", name=f"arrival_{name}"
        )(z)
        squares.append(keras.layers.Multiply(name=f"power_{name}")([pooled, pooled]))
    return SquareRoot(name="network")(keras.layers.Add(name="network_power")(squares))
