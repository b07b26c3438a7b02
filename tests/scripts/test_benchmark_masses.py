"""What is told of galaxies beside exact posteriors."""

import numpy as np
import pytest

from astro_dl.science.mass_profile.comparison import Compared


@pytest.mark.parametrize(("near", "told"), [(1, False), (6, True)])
def test_means_of_very_few_galaxies_are_not_told(load_script, near, told):
    rng, n = np.random.default_rng(0), 20
    velocity = np.where(np.arange(n) < near, 6.1, 20.0)
    one, three = rng.random(n), rng.random((n, 3))
    found = Compared(three, velocity, one, one, -one, *[three] * 6, one, one, accuracy=np.empty(0))
    lines = list(load_script("benchmark_masses").worst(found, (6.0, 75.0)))
    assert any(f"gap of {near} near the ends" in line for line in lines) == told
    assert any(f"gap of {n - near} far from the ends" in line for line in lines)
