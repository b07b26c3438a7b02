"""Every registered model keeps the promises of the zoo."""

from astro_dl.testing import parametrize_with_models
from tests.smaller_models import SMALLER


@parametrize_with_models()
def test_promises(name, check):
    check(**SMALLER.get(name, {}))
