"""Every registered model keeps the promises of the zoo."""

from astro_dl.testing import parametrize_with_models

SMALLER = {
    "gw_resnet": {"hyperparameters": {"templates": 16, "rank": 8, "filters": (8,), "blocks": 1}},
}


@parametrize_with_models()
def test_promises(name, check):
    check(**SMALLER.get(name, {}))
