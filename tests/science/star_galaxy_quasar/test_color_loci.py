"""Colours of stars, galaxies and quasars, and the noise of their measurement."""

import numpy as np
import pytest

from astro_dl.science.star_galaxy_quasar.color_loci import (
    BANDS,
    DEPTH,
    measured,
    simulate_magnitudes,
    spoilt,
)


def colors(kind, n=4000):
    table = simulate_magnitudes(np.full(n, kind), np.random.default_rng(kind))
    magnitudes = np.stack([table[band] for band in BANDS], axis=1)
    return -np.diff(magnitudes, axis=1), np.asarray(table["redshift"])


def test_quasars_have_an_ultraviolet_excess_until_hydrogen_absorbs_it():
    found, redshift = colors(2, 20_000)
    u_g = found[:, 0]
    # Richards et al. (2002): u - g < 0.6 selects quasars of redshift below 2.2.
    assert np.median(u_g[(redshift > 0.5) & (redshift < 2.2)]) == pytest.approx(0.2, abs=0.1)
    assert np.median(u_g[redshift > 3]) > 1.5


def test_galaxies_are_of_two_kinds_divided_at_strateva_s_line():
    found, redshift = colors(1)
    near = redshift < 0.12
    u_r = (found[:, 0] + found[:, 1])[near]
    # Strateva et al. (2001): the two kinds part at u - r = 2.22.
    counts, _ = np.histogram(u_r, [1.4, 2.0, 2.15, 2.35, 2.5, 3.1])
    assert counts[2] / 0.2 < counts[0] / 0.6
    assert counts[2] / 0.2 < counts[4] / 0.6


def test_turn_off_stars_lie_on_the_stellar_locus():
    found, redshift = colors(0)
    near = np.abs(found[:, 1] - 0.45) < 0.05
    # Covey et al. (2007), table 3, g - i = 0.6: r - i = 0.16, i - z = 0.05.
    np.testing.assert_allclose(np.median(found[near, 2:], axis=0), [0.16, 0.05], atol=0.03)
    assert (redshift == 0).all()


def test_spectra_were_taken_of_fainter_blue_stars_and_galaxies_than_red_ones():
    for kind, blue, red in ((0, 0.3, 0.8), (1, 0.4, 0.95)):
        table = simulate_magnitudes(np.full(8000, kind), np.random.default_rng(3))
        g_r, r = np.asarray(table["g"] - table["r"]), np.asarray(table["r"])
        faint, bright = (np.median(r[np.abs(g_r - color) < 0.05]) for color in (blue, red))
        assert faint - bright == pytest.approx(1.0, abs=0.35)


def test_spoilt_magnitudes_are_as_many_as_said_and_each_by_itself():
    magnitudes = np.full((20_000, 5), 17.0)
    off = spoilt(magnitudes, 0.03, np.random.default_rng(0)) != magnitudes
    np.testing.assert_allclose(off.mean(axis=0), 0.03, atol=0.004)
    assert (off.sum(axis=1) >= 2).mean() == pytest.approx(10 * 0.03**2, abs=0.003)
    assert (spoilt(magnitudes, 0.0, np.random.default_rng(0)) == magnitudes).all()


def test_noise_is_as_deep_as_the_survey():
    at_depth = np.tile(DEPTH, (20_000, 1))
    found, errors = measured(at_depth, np.random.default_rng(0))
    # Five standard deviations: a scatter of 20% of the flux.
    scatter = np.std(10 ** (-0.4 * (found - at_depth)), axis=0)
    np.testing.assert_allclose(scatter, 0.2, rtol=0.03)
    np.testing.assert_allclose(np.median(errors, axis=0), 1.0857 / 5, rtol=0.05)
    bright, _ = measured(at_depth - 8, np.random.default_rng(0))
    np.testing.assert_allclose(np.std(bright, axis=0), 0.013, rtol=0.05)


def test_nothing_is_infinite_however_faint():
    found, errors = measured(np.full((1000, 5), 35.0), np.random.default_rng(0))
    assert np.isfinite(found).all()
    # No flux counts as less than 0.3 standard deviations of the sky, five of which are the depth.
    np.testing.assert_allclose(found.max(axis=0), DEPTH + 2.5 * np.log10(5 / 0.3))
    np.testing.assert_allclose(errors.max(axis=0), 1.0857 / 0.3, rtol=1e-3)
    # Noise alone stays below that as often as Φ(0.3) = 0.618 says.
    np.testing.assert_allclose((found == found.max(axis=0)).mean(axis=0), 0.618, atol=0.06)
