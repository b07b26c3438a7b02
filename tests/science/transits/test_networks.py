"""Networks on folded views: sizes against the paper and by hand, any views, scalars."""

import re

import keras
import numpy as np
import pytest

from astro_dl.answers.binary import Binary
from astro_dl.answers.multiclass import Multiclass
from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.models.build import build_from, logits_model
from astro_dl.models.specification import specification
from astro_dl.science.transits.networks import astronet, tess_resnet

BINARY = Binary(("other", "planet"))
CLASSES = Multiclass(("planet", "binary", "other"))
VIEWS = {
    "global": (101, 1),
    "local": (31, 1),
    "secondary": (31, 1),
    "odd": (31, 1),
    "even": (31, 1),
    "scalars": (4,),
}
SMALL = {
    astronet: {"global_blocks": 2, "first_filters": 4, "units": (8,)},
    tess_resnet: {"stem_filters": 4, "filters": (4, 6), "units": (8,), "dropout": 0.0},
}


@pytest.fixture(scope="module", params=[astronet, tess_resnet], ids=lambda one: one.__name__)
def model(request):
    """A small network of either kind on all kinds of inputs."""
    return request.param(InputSpec(VIEWS), CLASSES, **SMALL[request.param])


def examples(shapes, n=6, seed=0):
    rng = np.random.default_rng(seed)
    return {name: rng.standard_normal((n, *s)).astype(np.float32) for name, s in shapes.items()}


def logits(model, x, **options):
    return np.asarray(logits_model(model)(x, **options))


def test_astronet_has_the_parameters_of_the_paper():
    model = build_from("astronet", specification("astronet")[0], BINARY)
    assert model.count_params() == 9_940_193
    assert model.get_layer("global_flatten").output.shape == (None, 59 * 256)
    assert model.get_layer("local_flatten").output.shape == (None, 46 * 32)


def test_a_single_view_has_astronets_global_column():
    model = astronet(InputSpec((201, 1)), BINARY, units=())
    # 201 → 99 → 48 → 22 → 9 → 3 bins
    assert model.get_layer("embedding").output.shape == (None, 3 * 256)


def test_tess_resnet_has_the_parameters_counted_by_hand():
    spec = InputSpec({"local": (31, 1), "odd": (31, 1), "scalars": (4,)})
    model = tess_resnet(
        spec, BINARY, stem_filters=4, stem_kernel_size=3, filters=(4, 6), kernel_sizes=3,
        scalar_units=(5,), units=(7,),
    )  # fmt: skip
    stem = 3 * 2 * 4 + 4
    # a block: two normalisations (4 numbers a channel), a convolution without and one with bias;
    # its first stride is 2, so that both have a shortcut: 31 → 16 → 8 bins
    first = 4 * 4 + 3 * 4 * 4 + 4 * 4 + (3 * 4 * 4 + 4) + 4 * 4
    second = 4 * 4 + 3 * 4 * 6 + 4 * 6 + (3 * 6 * 6 + 6) + 4 * 6
    last = 4 * 6 + (8 * 6 + 6)
    scalars = 2 * 4 + (4 * 5 + 5)
    head = ((3 * 6 + 5) * 7 + 7) + (7 + 1)
    assert model.count_params() == stem + first + second + last + scalars + head


def test_views_to_be_compared_are_channels_of_one_tower():
    model = tess_resnet(InputSpec(VIEWS), CLASSES)
    stems = {layer.name: layer.input.shape for layer in model.layers if "stem" in layer.name}
    assert stems == {
        "global_stem": (None, 101, 1),
        "secondary_stem": (None, 31, 1),
        "local_odd_even_stem": (None, 31, 3),
    }


def test_inputs_are_told_apart_by_name_not_by_order(model):
    x = examples(VIEWS)
    turned = {name: x[name] for name in reversed(VIEWS)}
    assert np.array_equal(logits(model, x), logits(model, turned))
    swapped = {**x, "local": x["secondary"], "secondary": x["local"]}
    assert not np.allclose(logits(model, x), logits(model, swapped))


def test_every_input_moves_the_logits(model):
    x, other = examples(VIEWS), examples(VIEWS, seed=1)
    for name in VIEWS:
        assert not np.allclose(logits(model, x), logits(model, {**x, name: other[name]}))


def test_scalars_may_have_any_unit(model):
    x = examples(VIEWS, n=64)
    days, hours = x, {**x, "scalars": 24 * x["scalars"] + 1000}
    np.testing.assert_allclose(
        logits(model, days, training=True), logits(model, hours, training=True), atol=1e-2
    )


def test_tess_resnet_knows_where_in_the_fold_a_dip_is():
    model = tess_resnet(InputSpec((64, 1)), CLASSES, filters=(4,), strides=1)
    layers = [model.get_layer(f"global_{name}") for name in ("maximum", "weighted_sum")]
    summaries = keras.Model(model.input, [layer.output for layer in layers])
    here = np.zeros((1, 64, 1), np.float32)
    here[0, 24:28] = -1
    maximum, weighted_sum = summaries(here)
    same_maximum, other_sum = summaries(np.roll(here, 8, axis=1))
    np.testing.assert_allclose(maximum, same_maximum, rtol=1e-5)
    assert not np.allclose(weighted_sum, other_sum, rtol=1e-2)


REFUSALS = {
    "image": (InputSpec((64, 64, 1)), "takes inputs of shape (steps, channels)"),
    "image among views": (
        InputSpec({"global": (201, 1), "pixels": (11, 11, 1)}),
        "'pixels' has shape (11, 11, 1)",
    ),
    "no view": (InputSpec({"scalars": (4,)}), "the task gives ['scalars']"),
    "empty view": (InputSpec({"global": (0, 1)}), "'global' has shape (0, 1)"),
}


@pytest.mark.parametrize("builder", [astronet, tess_resnet], ids=lambda one: one.__name__)
@pytest.mark.parametrize("case", sorted(REFUSALS))
def test_inputs_that_are_no_views_are_refused(builder, case):
    spec, message = REFUSALS[case]
    with pytest.raises(UsageError, match=re.escape(message)):
        builder(spec, CLASSES)


def test_compared_views_have_one_grid():
    with pytest.raises(UsageError, match=r"\['local', 'odd'\] have different numbers of bins"):
        tess_resnet(InputSpec({"local": (61, 1), "odd": (31, 1)}), BINARY)


def test_views_too_short_for_astronets_pools_are_refused():
    with pytest.raises(UsageError, match="the pool of local_block_2 takes 7 samples"):
        astronet(InputSpec({"global": (201, 1), "local": (15, 1)}), BINARY)
