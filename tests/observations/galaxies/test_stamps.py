"""Stamps of galaxies against GalSim, against closed forms, and their derivatives."""

import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.observations.galaxies.point_spread import moffat_images
from astro_dl.observations.galaxies.sersic_transform import (
    at_wavenumbers,
    half_light_b,
    transform_rows,
)
from astro_dl.observations.galaxies.stamps import (
    PARAMETERS,
    galaxy_stamps,
    stamp_derivatives,
    star_stamps,
)
from astro_dl.observations.images.sersic import SersicLight

SIZE = 64
GALAXIES = (
    # R_e [pixel], n, e1, e2, x, y, FWHM [pixel], exponent
    (1.5, 0.5, 0.0, 0.0, 0.0, 0.0, 2.5, 3.5),
    (3.0, 1.0, 0.3, -0.1, 0.4, -0.3, 3.0, 3.0),
    (6.0, 2.5, -0.2, 0.3, -0.5, 0.2, 4.0, 4.5),
    (5.0, 4.0, 0.1, 0.2, 0.3, 0.3, 3.5, 2.5),
    (1.2, 6.0, 0.0, 0.4, 0.0, 0.5, 2.8, 3.5),
)


def given(some=GALAXIES):
    radius, index, e1, e2, x, y, fwhm, beta = np.array(some).T
    spread = moffat_images(fwhm, beta, 61, 0.05, -0.02)
    return SersicLight(radius, index, e1, e2, x, y), np.full(len(radius), 100.0), spread


@pytest.mark.parametrize(
    ("index", "closed"),
    [
        (0.5, lambda k: np.exp(-(k**2) / (4 * half_light_b(0.5)))),
        (1.0, lambda k: (1 + (k / half_light_b(1.0)) ** 2) ** -1.5),
    ],
)
def test_the_transform_is_that_of_a_gaussian_and_of_an_exponential_disc(index, closed):
    k = np.geomspace(0.01, 30, 400)
    found = at_wavenumbers(transform_rows(np.array([index])).value, np.log(k)[None])[0]
    assert np.abs(found - closed(k)).max() < 2e-5


def test_an_index_outside_the_table_is_refused():
    with pytest.raises(UsageError, match=r"within 0\.3 and 10"):
        transform_rows(np.array([11.0]))


@pytest.mark.slow
@pytest.mark.oracle
@pytest.mark.parametrize("number", range(len(GALAXIES)))
def test_stamps_are_those_of_galsim(number):
    galsim = pytest.importorskip("galsim")
    radius, index, e1, e2, x, y, fwhm, beta = GALAXIES[number]
    galaxy = galsim.Sersic(index, half_light_radius=radius, flux=100.0).shear(g1=e1, g2=e2)
    moffat = galsim.Moffat(beta, fwhm=fwhm).shear(g1=0.05, g2=-0.02)
    seen = galsim.Convolve(galaxy, moffat).shift(x, y)
    wanted = seen.drawImage(nx=SIZE, ny=SIZE, scale=1.0, dtype=float).array
    light, flux, spread = given(GALAXIES[number : number + 1])
    found = galaxy_stamps(light, flux, spread, SIZE)[0]
    # what of the wings of a Moffat profile is beyond its image is given to the rest of it
    lost = 1 - moffat.drawImage(nx=61, ny=61, scale=1.0, dtype=float).array.sum()
    assert np.abs((1 - lost) * found - wanted).max() < 1e-3 * wanted.max()


def test_all_flux_is_in_a_stamp_that_is_large_enough():
    light, flux, spread = given(GALAXIES[:2])
    assert galaxy_stamps(light, flux, spread, SIZE).sum(axis=(1, 2)) == pytest.approx(
        flux, rel=2e-3
    )


def test_a_star_between_pixels_is_the_point_spread_moved():
    spread = moffat_images(3.0, np.inf, 31)
    x, y = np.array([0.5, 2.5]), np.array([-0.5, 1.5])
    first, moved = star_stamps(x, y, np.array([5.0, 5.0]), spread, 32)
    assert first.sum() == pytest.approx(5.0, rel=1e-4)
    assert np.abs(np.roll(first, (2, 2), (0, 1)) - moved)[4:-4, 4:-4].max() < 1e-5


def test_derivatives_are_the_limits_of_differences():
    light, flux, spread = given(GALAXIES[1:4])
    _, derivatives = stamp_derivatives(light, flux, spread, SIZE)
    step = 1e-4

    def moved(name, by):
        values = dict(vars(light))
        factor = np.exp(by)
        match name:
            case "ln_radius":
                values["effective_radius"] = light.effective_radius * factor
            case "ln_index":
                values["sersic_index"] = light.sersic_index * factor
            case "x" | "y":
                values[f"center_{name}"] = values[f"center_{name}"] + by
            case "e1" | "e2":
                values[name] = values[name] + by
        own = flux * factor if name == "ln_flux" else flux
        return galaxy_stamps(SersicLight(**values), own, spread, SIZE, np.float64)

    for k, name in enumerate(PARAMETERS):
        difference = (moved(name, step) - moved(name, -step)) / (2 * step)
        scale = np.abs(difference).max()
        assert np.abs(derivatives[:, k] - difference).max() < 2e-3 * scale, name
