import numpy as np

from astro_dl.science.transits.augmentation import augment_views


def views(n=200):
    ramp = np.linspace(-1, 0, 61, dtype=np.float32)
    local = np.tile(ramp, (n, 1))[..., None]
    return {"local": local, "secondary": 2 * local, "scalars": np.zeros((n, 5), np.float32)}


def test_all_views_of_an_example_are_reversed_together():
    x = augment_views(views(), np.random.default_rng(0))
    reversed_ = {
        name: x[name][:, :20, 0].mean(1) > x[name][:, -20:, 0].mean(1)
        for name in ("local", "secondary")
    }
    np.testing.assert_array_equal(reversed_["local"], reversed_["secondary"])
    assert 70 < reversed_["local"].sum() < 130


def test_noise_is_small_beside_the_depth_and_the_argument_stays_as_it_was():
    x, before = views(), views()
    after = augment_views(x, np.random.default_rng(1))
    for name in x:
        np.testing.assert_array_equal(x[name], before[name])
        assert after[name].dtype == np.float32
    noise = np.minimum(
        np.abs(after["local"] - x["local"]).mean((1, 2)),
        np.abs(after["local"] - x["local"][:, ::-1]).mean((1, 2)),
    )
    assert noise.max() < 0.1
    assert np.std(after["scalars"]) < 0.05


def test_a_single_view_is_a_plain_array():
    x = views()["local"]
    found = augment_views(x, np.random.default_rng(2))
    among_others = augment_views({"local": x}, np.random.default_rng(2))["local"]
    np.testing.assert_array_equal(found, among_others)
