"""A generator and a critic that learn against each other, in one plain model.

noise, conditions ─ code ─ residual stages ─ light ─ ∗ point spread ─ seen ─ + noise ─ drawn
image | drawn, point spread, conditions ─ critic ─ embedding ─ how real

The critic learns on drawn images through which no gradient goes back. The generator learns by
C(drawn, held) − C(drawn), which is always zero: its gradient on the critic is zero as well, as if
the critic were frozen, and on the generator that of −C(drawn). So no step of training is special.
"""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.models.activations import activate
from astro_dl.models.generators.inputs import CODE, CONDITIONS, PRIOR
from astro_dl.models.generators.networks import (
    compressed_bands,
    decoded,
    generator_inputs,
    residual_stages,
)
from astro_dl.models.layers import Style, listed
from astro_dl.models.point_spread.inputs import IMAGE, POINT_SPREAD

register = keras.saving.register_keras_serializable(package="astro_dl")


@register
class RandomCode(keras.layers.Layer):
    """Unit noise beside conditions: drawn in training, and the mean otherwise.

    Parameters
    ----------
    size : int
        Numbers of noise.
    **options
        Arguments of every Keras layer.
    """

    def __init__(self, size: int, **options: Any) -> None:
        super().__init__(**options)
        self.size = size
        self.seed_generator = keras.random.SeedGenerator()

    def call(self, conditions: Any, training: bool = False) -> Any:
        """Return codes (batch, size + c) from conditions (batch, c)."""
        shape = (ops.shape(conditions)[0], self.size)
        if not training:
            return self.codes(ops.zeros(shape, conditions.dtype), conditions)
        return self.codes(keras.random.normal(shape, seed=self.seed_generator), conditions)

    def codes(self, unit: Any, conditions: Any) -> Any:
        """Return the codes of draws from a unit Gaussian (batch, size)."""
        noise = ops.cast(unit, self.compute_dtype)
        return ops.concatenate([noise, ops.cast(conditions, self.compute_dtype)], axis=-1)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return (batch, size + c)."""
        return (input_shape[0], self.size + input_shape[-1])

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this layer again."""
        return {**super().get_config(), "size": self.size}


@register
class Held(keras.layers.Layer):
    """What it is given; no gradient goes back."""

    def call(self, inputs: Any) -> Any:
        """Return the same."""
        return ops.stop_gradient(inputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the same shape."""
        return input_shape


@register
class AdversarialCosts(keras.layers.Layer):
    """Hinge costs of the critic and, of zero value, of the generator (Lim & Ye 2017)."""

    def call(self, inputs: Any) -> Any:
        """Return (batch, 2) from how real the image, the held and the drawn one are (batch, 1)."""
        real, held, drawn = inputs
        critic = ops.relu(1 - real) + ops.relu(1 + held)
        return ops.concatenate([critic, held - drawn], axis=-1)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return (batch, 2)."""
        return (input_shape[0][0], 2)


@register
class HeldMisfit(keras.layers.Layer):
    """Half of the mean squared difference of asinh of two images: watched, and not learnt."""

    def call(self, inputs: Any) -> Any:
        """Return (batch, 1) from images (batch, H, W, 1)."""
        one, other = (ops.arcsinh(ops.stop_gradient(image)) for image in inputs)
        return 0.5 * ops.mean(ops.square(one - other), axis=(1, 2))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return (batch, 1)."""
        return (input_shape[0][0], 1)


def image_gan(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    latent_size: int = 16,
    filters: Sequence[int] = (16, 32, 48),
    last_filters: int = 8,
    critic_units: int = 48,
    activation: str = "leaky_relu",
) -> keras.Model:
    """Return a generator of images where something is known, with its critic.

    Goodfellow et al. (2014), arXiv:1406.2661; conditions as Mirza & Osindero (2014),
    arXiv:1411.1784. Noise of one standard deviation is added to what is drawn before the critic
    sees it, as it is in the images, so that none is drawn as texture.

    Parameters
    ----------
    input_spec : InputSpec
        As of `astro_dl.models.generators.networks.image_vae`.
    head : AnswerKind
        Of kind ``"generation"``.
    latent_size : int
        Numbers of noise of which an image is made.
    filters, last_filters : sequence of int, int
        Of the generator's and the critic's stages, as of `image_vae`.
    critic_units : int
        Width of the critic's last layer but one.
    activation : str
        Keras name of the activation.

    Raises
    ------
    UsageError
        If inputs or answer are others, or a hyper-parameter is out of range.
    """
    image, spread, conditions = generator_inputs(input_spec, head, "image_gan")
    stages, style = listed(filters), Style(activation)
    if latent_size < 1 or critic_units < 1:
        raise UsageError(
            f"latent_size is {latent_size} and critic_units {critic_units}; accepted: 1 and above"
        )
    prior = RandomCode(latent_size, dtype="float32", name=PRIOR)
    code = keras.layers.Identity(dtype="float32", name=CODE)(prior(conditions))
    seen = decoded(code, spread, int(image.shape[1]), stages, last_filters, style)
    drawn = keras.layers.GaussianNoise(1.0, dtype="float32", name="drawn")(seen)
    critic = _critic(image, spread, conditions, stages, critic_units, style)
    score = keras.layers.Dense(1, dtype="float32", name="how_real")
    embedding = keras.layers.Identity(dtype="float32", name="embedding")(
        critic([image, spread, conditions])
    )
    held = critic([Held(dtype="float32", name="held")(drawn), spread, conditions])
    loose = critic([drawn, spread, conditions])
    costs = [
        AdversarialCosts(dtype="float32", name="adversarial_costs")(
            [score(embedding), score(held), score(loose)]
        ),
        HeldMisfit(dtype="float32", name="misfit")([image, seen]),
    ]
    logits = keras.layers.Concatenate(dtype="float32", name="logits")(costs)
    values = keras.layers.Activation("linear", dtype="float32", name="values")(logits)
    inputs = {IMAGE: image, POINT_SPREAD: spread, CONDITIONS: conditions}
    return keras.Model(inputs, values, name="image_gan")


def _critic(
    image: keras.KerasTensor,
    spread: keras.KerasTensor,
    conditions: keras.KerasTensor,
    stages: Sequence[int],
    units: int,
    style: Style,
) -> keras.Model:
    """Return a model from an image, its point spread and conditions to features."""
    inputs = [keras.Input(one.shape[1:]) for one in (image, spread, conditions)]
    x = residual_stages(compressed_bands(*inputs[:2]), stages, style)
    x = keras.layers.Concatenate(name="critic_known")([x, inputs[2]])
    x = keras.layers.Dense(units, name="critic_dense")(x)
    return keras.Model(inputs, activate(x, style.activation, "critic_dense"), name="critic")
