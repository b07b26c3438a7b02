"""Networks that look at one periodic signal in several folded views.

astronet     view ─ [convolution × 2 ─ pool] × n ─ flatten ─┐
             …                                              ├─ dense × m ─ embedding ─ logits
             scalars ─ standardisation ─────────────────────┘

tess_resnet  view ─ stem ─ residual stages ─ mean, maximum, weighted sum ─┐
             …                                                            ├─ dense × m ─ embedding …
             scalars ─ standardisation ─ dense ───────────────────────────┘

Inputs are a dict: views (bins, channels), and vectors of scalars (k,), under any names. A single
view, as a plain array, counts as the global one.
"""

from collections.abc import Sequence
from dataclasses import replace

import keras

from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.models.activations import activate
from astro_dl.models.heads import attach_head
from astro_dl.models.layers import (
    Normalization,
    Style,
    convolve,
    dense_stack,
    input_tensor,
    normalize,
    pool,
)
from astro_dl.models.resnet import residual_stages

Tensors = dict[str, keras.KerasTensor]


def astronet(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    global_blocks: int = 5,
    local_blocks: int = 2,
    first_filters: int = 16,
    kernel_size: int = 5,
    global_pool_size: int = 5,
    local_pool_size: int = 7,
    pool_stride: int = 2,
    units: Sequence[int] = (512, 512, 512, 512),
    activation: str = "relu",
    normalization: Normalization = "none",
    dropout: float | Sequence[float] = 0.0,
    l1: float = 0.0,
    l2: float = 0.0,
    initializer: str = "glorot_uniform",
) -> keras.Model:
    """Return the network of Shallue & Vanderburg (2018, sec. 4.3), for any number of views.

    Every view has a column of blocks of its own: two convolutions, then a pool whose windows
    overlap; each block has twice the filters of the one before. With a global view of 2001 bins, a
    local view of 201 and a binary head it has the 9,940,193 parameters of the paper.

    Parameters
    ----------
    input_spec : InputSpec
        A dict of views (bins, 1) and vectors (k,), or one view. The view ``"global"`` (or the only
        one) gets the global column, every other view a local one; vectors are standardised and
        join before the dense layers.
    head : AnswerKind
        Any kind.
    global_blocks, local_blocks : int
        Blocks of the columns.
    first_filters : int
        Filters of the first block.
    kernel_size : int
        Of all convolutions [bins of their input].
    global_pool_size, local_pool_size : int
        Windows of the max pools of the columns.
    pool_stride : int
        Step from one window to the next.
    units : sequence of int
        Width of each dense hidden layer.
    activation : str
        Keras name of the activation.
    normalization : {"none", "batch", "layer", "group"}
        Between each hidden layer and its activation.
    dropout : float or sequence of float
        Rate after every dense hidden layer, or one rate each.
    l1, l2 : float
        Penalties on kernels.
    initializer : str
        Keras name of the kernel initialiser.

    Raises
    ------
    UsageError
        If there is no view, a pool is longer than what it is applied to, or a hyper-parameter is
        out of range.
    """
    style = Style(activation, normalization, initializer, l1, l2)
    inputs, views, vectors = _inputs(input_spec, "astronet")
    parts = []
    for name, x in views.items():
        wide = name == "global" or len(views) == 1
        blocks = global_blocks if wide else local_blocks
        pool_size = global_pool_size if wide else local_pool_size
        for block in range(1, blocks + 1):
            filters = first_filters * 2 ** (block - 1)
            for layer in (1, 2):
                label = f"{name}_convolution_{block}_{layer}"
                x = convolve(x, filters, kernel_size, style, label, bias=style.bias)
                x = activate(normalize(x, normalization, label), activation, label)
            x = pool(x, pool_size, "max", f"{name}_block_{block}", stride=pool_stride)
        x = keras.layers.Identity(name=f"{name}_features")(x)
        parts.append(keras.layers.Flatten(name=f"{name}_flatten")(x))
    parts += [_standardize(x, name) for name, x in vectors.items()]
    x = dense_stack(_joined(parts), units, dropout, style)
    return keras.Model(inputs, attach_head(x, head, **style.penalty), name="astronet")


def tess_resnet(
    input_spec: InputSpec,
    head: AnswerKind,
    *,
    compared: Sequence[str] = ("local", "half_phase", "odd", "even"),
    stem_filters: int = 16,
    stem_kernel_size: int = 5,
    filters: Sequence[int] = (16, 32, 64),
    blocks: int | Sequence[int] = 1,
    kernel_sizes: int | Sequence[int] = 5,
    strides: int | Sequence[int] = 2,
    scalar_units: Sequence[int] = (32,),
    units: Sequence[int] = (64,),
    activation: str = "relu",
    normalization: Normalization = "batch",
    block_dropout: float | Sequence[float] = 0.0,
    dropout: float | Sequence[float] = 0.4,
    l1: float = 0.0,
    l2: float = 0.0,
    initializer: str = "he_normal",
) -> keras.Model:
    """Return a residual network on folded views and scalars.

    Every view has a tower of its own, except that views to be compared bin by bin are channels of
    one. What a tower finds is kept as its mean, as its maximum, and as one weighted sum over the
    bins per filter, which knows where in the fold it was.

    Parameters
    ----------
    input_spec : InputSpec
        A dict of views (bins, channels) and vectors (k,), or one view.
    head : AnswerKind
        Any kind.
    compared : sequence of str
        Views that share a tower, as far as they are given: they must lie on one grid.
    stem_filters, stem_kernel_size : int
        The convolution before the blocks of each tower.
    filters : sequence of int
        Filters of each stage.
    blocks, kernel_sizes : int or sequence of int
        Residual blocks and kernels of each stage: one number, or one each.
    strides : int or sequence of int
        Stride of the first block of each stage: one number, or one each.
    scalar_units : sequence of int
        Widths of the dense layers on the vectors, before they join the views.
    units : sequence of int
        Width of each dense hidden layer.
    activation : str
        Keras name of the activation.
    normalization : {"none", "batch", "layer", "group"}
        Before each activation of a tower.
    block_dropout : float or sequence of float
        Rate between the two convolutions of a block, or one rate for each stage.
    dropout : float or sequence of float
        Rate after every dense hidden layer on the joined features, or one rate each.
    l1, l2 : float
        Penalties on kernels.
    initializer : str
        Keras name of the kernel initialiser.

    Raises
    ------
    UsageError
        If there is no view, compared views differ in their number of bins, or a hyper-parameter is
        out of range.
    """
    style = Style(activation, normalization, initializer, l1, l2)
    inputs, views, vectors = _inputs(input_spec, "tess_resnet")
    parts = []
    for name, x in _towers(views, compared).items():
        x = convolve(x, stem_filters, stem_kernel_size, style, f"{name}_stem")
        x = residual_stages(
            x,
            style,
            filters=filters,
            blocks=blocks,
            kernel_sizes=kernel_sizes,
            strides=strides,
            dropout=block_dropout,
            prefix=f"{name}_",
        )
        x = keras.layers.Identity(name=f"{name}_features")(x)
        parts += _summaries(x, style, name)
    dense_style = replace(style, normalization="none")
    for name, x in vectors.items():
        x = _standardize(x, name)
        parts.append(dense_stack(x, scalar_units, 0.0, dense_style, f"{name}_"))
    x = dense_stack(_joined(parts), units, dropout, dense_style)
    return keras.Model(inputs, attach_head(x, head, **style.penalty), name="tess_resnet")


def _inputs(
    input_spec: InputSpec, family: str
) -> tuple[Tensors | keras.KerasTensor, Tensors, Tensors]:
    """Return the inputs as the task gives them, and the views and vectors among them by name."""
    shape = input_spec.shape
    if not isinstance(shape, dict):
        x = input_tensor(input_spec, 2, family)
        return x, {"global": x}, {}
    for name, part in shape.items():
        if len(part) not in (1, 2) or min(part) < 1:
            raise UsageError(
                f"{family} takes views (bins, channels) and vectors (k,); {name!r} has shape "
                f"{tuple(part)}"
            )
    inputs = {name: keras.Input(part, name=name) for name, part in shape.items()}
    views = {name: x for name, x in inputs.items() if len(shape[name]) == 2}
    if not views:
        raise UsageError(f"{family} needs a view (bins, channels); the task gives {sorted(shape)}")
    return inputs, views, {name: x for name, x in inputs.items() if name not in views}


def _towers(views: Tensors, compared: Sequence[str]) -> Tensors:
    """Return what each tower sees: the compared views side by side, and every other view."""
    together = [name for name in views if name in compared]
    bins = {views[name].shape[1] for name in together}
    if len(bins) > 1:
        raise UsageError(f"compared views {together} have different numbers of bins {sorted(bins)}")
    towers = {name: x for name, x in views.items() if name not in together}
    if together:
        towers["_".join(together)] = _joined([views[name] for name in together])
    return towers


def _summaries(x: keras.KerasTensor, style: Style, name: str) -> list[keras.KerasTensor]:
    """Return vectors of mean, maximum and learned weighted sum over the bins of a feature map."""
    weighted = keras.layers.DepthwiseConv1D(
        x.shape[1],
        depthwise_regularizer=style.penalty.get("kernel_regularizer"),
        name=f"{name}_weighted_sum",
    )
    return [
        keras.layers.GlobalAveragePooling1D(name=f"{name}_mean")(x),
        keras.layers.GlobalMaxPooling1D(name=f"{name}_maximum")(x),
        keras.layers.Flatten(name=f"{name}_flatten")(weighted(x)),
    ]


def _standardize(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    """Return a vector with each value brought to mean zero and unit variance."""
    layer = keras.layers.BatchNormalization(
        center=False, scale=False, name=f"{name}_standardization"
    )
    return layer(x)


def _joined(parts: list[keras.KerasTensor]) -> keras.KerasTensor:
    return keras.layers.Concatenate()(parts) if len(parts) > 1 else parts[0]
