import numpy as np
import pytest

from astro_dl.science.stars.simulation.atmosphere import one_layer
from astro_dl.science.stars.simulation.blends import (
    ABSORBERS,
    blend_opacity,
    blend_table,
    columns,
    ions_of,
)

NAMES = [one.name for one in ABSORBERS]


def layer(*stars):
    return one_layer(*np.array(stars, float).T)


def test_an_absorber_is_of_unit_strength_in_its_own_star():
    own = layer(*((*one.star, 0.0) for one in ABSORBERS))
    np.testing.assert_allclose(np.diagonal(columns(own, ions_of(own))), 1, rtol=1e-6)


def test_the_table_is_positive_and_bands_lie_where_they_are_known():
    table = blend_table()
    assert (table.opacity >= 0).all()
    assert (np.diff(table.wavelength) > 0).all()
    for one, opacity in zip(ABSORBERS, table.opacity, strict=True):
        assert opacity.max() > 0
        inside = np.any([(low < table.wavelength) & (table.wavelength < high)
                         for low, high in one.ranges], axis=0)  # fmt: skip
        assert not opacity[~inside].any()


# in cooler giants carbon monoxide takes the carbon of CH
@pytest.mark.parametrize(("name", "effective"), [("Fe", 5000), ("CH", 5500), ("TiO", 3600)])
def test_more_metals_absorb_more(name, effective):
    stars = layer(*((effective, 3, one) for one in (-2, -1, 0, 0.5)))
    found = columns(stars, ions_of(stars))[:, NAMES.index(name)]
    assert (np.diff(found) > 0).all()


def test_molecules_are_those_of_cool_stars_and_ions_those_of_warm_ones():
    stars = layer((3300, 1, 0), (4500, 4.6, 0), (5800, 4.4, 0), (7500, 4, 0), (10_000, 4, 0))
    found = dict(zip(range(len(NAMES)), columns(stars, ions_of(stars)).T, strict=True))
    titanium_oxide, hydride = (found[NAMES.index(name)] for name in ("TiO", "MgH"))
    assert (np.diff(titanium_oxide) < 0).all()
    assert titanium_oxide[2] < 0.01 * titanium_oxide[0]
    assert hydride[3] < 0.05 * hydride[1]
    ionised = found[[one.stage for one in ABSORBERS].index(1)]
    assert ionised.argmax() in (2, 3)


def test_hydrides_show_dwarfs():
    stars = layer((4500, 4.6, 0), (4500, 1.5, 0))
    dwarf, giant = columns(stars, ions_of(stars))[:, NAMES.index("MgH")]
    assert dwarf > 1.5 * giant


def test_opacity_adds_absorbers_up_and_ends_with_the_table():
    star = layer((4500, 2, 0))
    wavelength = np.array([3000.0, *blend_table().wavelength[[10, 900]], 9000.0])
    found = blend_opacity(star, ions_of(star), wavelength)[0]
    expected = columns(star, ions_of(star))[0] @ blend_table().opacity[:, [10, 900]]
    np.testing.assert_allclose(found, [0, *expected, 0], rtol=1e-4)
