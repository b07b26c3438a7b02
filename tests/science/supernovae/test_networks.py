"""Networks that read nights: padding says nothing, and the future is not looked at."""

import keras
import numpy as np
import pytest

from astro_dl.answers.multiclass import Multiclass
from astro_dl.core.task import InputSpec
from astro_dl.science.supernovae.networks import supernova_gru, supernova_tcn

HEAD = Multiclass(("Ia", "Ibc", "II"))
SMALL = {
    supernova_gru: {"recurrent_units": (6, 6)},
    supernova_tcn: {"filters": 8, "dilations": (1, 2)},
}


def built(builder, nights, **options):
    keras.utils.set_random_seed(1)
    return builder(InputSpec((nights, 7)), HEAD, **SMALL[builder], **options)


def light_curves(n=5, nights=12, seed=0):
    x = np.random.default_rng(seed).standard_normal((n, nights, 7)).astype(np.float32)
    for row, length in enumerate((12, 9, 4, 2, 1)):
        x[row, length:] = 0
    return x


@pytest.mark.parametrize("builder", SMALL)
def test_padding_never_changes_an_answer(builder):
    x = light_curves()
    short, long = built(builder, 12), built(builder, 20)
    long.set_weights(short.get_weights())
    padded = np.pad(x, ((0, 0), (0, 8), (0, 0)))
    one, other = (keras.ops.convert_to_numpy(m(v)) for m, v in ((short, x), (long, padded)))
    np.testing.assert_allclose(one, other, atol=1e-6)
    assert np.ptp(one, axis=0).max() > 1e-3


def test_convolutions_see_no_later_night():
    x = light_curves()
    model = built(supernova_tcn, 12)
    inner = keras.Model(model.inputs, model.get_layer("features").output)
    changed = x.copy()
    changed[:, 6:] = np.random.default_rng(1).standard_normal(changed[:, 6:].shape)
    one, other = (keras.ops.convert_to_numpy(inner(v)) for v in (x, changed))
    np.testing.assert_allclose(one[:, :6], other[:, :6], atol=1e-6)
    assert abs(one[0, 6:] - other[0, 6:]).max() > 1e-2
