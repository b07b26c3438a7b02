"""The recurrent autoencoder of folded light curves."""

import keras
import numpy as np
import pytest

from astro_dl.answers.multiclass import Multiclass
from astro_dl.answers.reconstruction import Reconstruction
from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.models.build import build_from, build_model
from astro_dl.science.variable_stars.autoencoder import variable_gru_autoencoder
from astro_dl.science.variable_stars.inputs import phased, prepare
from astro_dl.science.variable_stars.layers import WeightedErrors
from astro_dl.science.variable_stars.physics import VariablePhysics
from tests.science.variable_stars.stand_in import star

HEAD = Reconstruction(("magnitude",))
SMALL = {"recurrent_units": (6,), "latent_size": 3}


def outputs(model, x):
    return keras.ops.convert_to_numpy(model(x, training=False))


def points(n=3, steps=12, seed=0):
    x = np.random.default_rng(seed).standard_normal((n, steps, 4)).astype(np.float32)
    x[..., 2:] = 0.2, 1
    return x


def with_code(steps):
    """Return a small network that gives its code, too."""
    keras.utils.set_random_seed(1)
    model = build_from("variable_gru_autoencoder", InputSpec((steps, 4)), HEAD, SMALL)
    return keras.Model(model.input, [model.get_layer("embedding").output, model.output])


@pytest.fixture(scope="module")
def short():
    return with_code(12)


def both(model, x):
    return [keras.ops.convert_to_numpy(part) for part in model(x, training=False)]


def test_padding_never_changes_the_code_or_the_error(short):
    x = points()
    longer = np.concatenate([x, np.zeros((3, 7, 4), np.float32)], axis=1)
    wild = longer.copy()
    wild[:, 12:, :3] = 1e3
    expected, long = both(short, x), with_code(19)
    assert np.ptp(expected[0], axis=0).min() > 1e-3
    for one in (longer, wild):
        for part, same in zip(both(long, one), expected, strict=True):
            assert part == pytest.approx(same, abs=1e-5)


@pytest.mark.parametrize("units", [(96, 96), (5,)])
def test_parameters_are_those_of_its_layers(units):
    """A GRU of width u has 3 u (inputs + u + 2) parameters in each direction."""
    model = variable_gru_autoencoder(InputSpec((9, 4)), HEAD, recurrent_units=units)

    def stack(inputs, widths):
        total = 0
        for width in widths:
            total, inputs = total + 6 * width * (inputs + width + 2), 2 * width
        return total, inputs

    encoder, width = stack(2, units)
    decoder, last = stack(65, units[::-1])
    assert model.count_params() == encoder + (width + 1) * 64 + decoder + last + 1


def test_its_code_has_64_numbers_by_default():
    model = build_model("variable_gru_autoencoder")
    assert model.get_layer("embedding").output.shape == (None, 64)
    assert model.output.shape == (None, 2)


def test_a_point_counts_by_its_inverse_variance():
    value = np.zeros((1, 4, 1), np.float32)
    rebuilt = np.array([1.0, 3.0, 0.0, np.inf], np.float32).reshape(1, 4, 1)
    error = np.array([0.1, 0.2, 0.1, 0.1], np.float32).reshape(1, 4, 1)
    known = np.array([1, 1, 1, 0], np.float32).reshape(1, 4, 1)
    errors = outputs(WeightedErrors(), [value, rebuilt, error, known])
    assert errors == pytest.approx(np.array([[(100 * 1 + 25 * 9) / 225]]), rel=1e-5)


def test_a_star_without_points_gets_a_finite_answer(short):
    assert all(np.isfinite(part).all() for part in both(short, np.zeros((3, 12, 4), np.float32)))


def test_points_are_put_in_order_of_phase():
    physics = VariablePhysics(inputs=("phased",), cycles=1, maximum_frequency=6.0)
    x = prepare(physics, [star()]).x[0]
    known = x[..., 3] > 0
    assert known.sum() == 120
    assert not x[~known].any()
    assert (x[:, 0] >= 0).all()
    assert 0.9 < x[known, 0].sum() / 120 <= 1
    # It begins in least light: magnitudes are large at both ends, small in the middle.
    phase = np.cumsum(x[known, 0]) / 120
    ends, middle = (phase < 0.1) | (phase > 0.9), abs(phase - 0.5) < 0.1
    assert x[known, 1][ends].mean() > 1 > -0.5 > x[known, 1][middle].mean()


def test_the_first_day_does_not_matter_to_the_order_of_phase():
    physics = VariablePhysics(inputs=("phased",), cycles=1, maximum_frequency=6.0)
    one, later = (prepare(physics, [star(shift=shift)]).x for shift in (0.0, 2_450_000.0))
    assert later == pytest.approx(one, abs=0.02)


def test_without_a_period_there_is_no_point():
    assert not phased(np.ones((9, 5), np.float32), np.nan, 1).any()


@pytest.mark.parametrize(
    ("head", "shape", "values", "message"),
    [
        (Multiclass(("a", "b")), (12, 4), {}, "gives no multiclass answers"),
        (HEAD, (12, 5), {}, "has 5 channels"),
        (HEAD, (12, 4), {"latent_size": 0}, "latent_size 0"),
        (HEAD, (12, 4), {"recurrent_units": ()}, r"recurrent_units \[\]"),
    ],
)
def test_what_does_not_fit_is_refused(head, shape, values, message):
    with pytest.raises(UsageError, match=message):
        variable_gru_autoencoder(InputSpec(shape), head, **values)


def test_other_autoencoders_do_not_rebuild_what_is_told():
    spec = InputSpec((12, 4), {"rebuilt": ["magnitude"]})
    with pytest.raises(UsageError, match="take a model made for it"):
        build_from("autoencoder", spec, HEAD, {})
