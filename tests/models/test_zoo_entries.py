"""Every registered model keeps the promises of the zoo."""

from astro_dl.testing import parametrize_with_models


@parametrize_with_models()
def test_promises(name, check):
    check()
