"""Stars in figures: folded over two periods with the period that was found, bright above."""

from dataclasses import replace

import numpy as np
import pytest
from astropy.table import Table

from astro_dl.observations.irregular_series.series import series_from
from astro_dl.science.variable_stars.figures import draw_examples, draw_stars
from astro_dl.science.variable_stars.inputs import prepare
from astro_dl.science.variable_stars.physics import VariablePhysics

PERIOD, AMPLITUDE = 0.63, 0.4
PHYSICS = VariablePhysics(maximum_frequency=6.0)


def sine(n=150):
    """Return a star that is faintest at time 0, and whose error is small."""
    time = np.sort(np.random.default_rng(0).uniform(0, 90, n))
    time[0] = 0
    value = 15 + AMPLITUDE * np.cos(2 * np.pi * time / PERIOD)
    return series_from("a", time, value, np.full(n, 0.01))


def drawn(physics, info=None, stars=1):
    ready = prepare(physics, [sine()] * stars, always_search=True)
    rows = ready.found
    for name, column in (info or {}).items():
        rows[name] = column
    return draw_examples(physics, ready.x, rows, ["a\nb"] * stars)


def points(axes):
    return np.concatenate([line.lines[0].get_xydata() for line in axes.containers])


@pytest.mark.parametrize("inputs", [("folded", "features"), ("sequence",), ("phased",)])
@pytest.mark.parametrize("cycles", [1, 2])
def test_a_sine_is_seen_twice_with_its_least_light_at_phase_zero(inputs, cycles):
    axes = drawn(replace(PHYSICS, inputs=inputs, cycles=cycles)).axes[0]
    phase, value = points(axes).T
    assert phase.min() < 0.1
    assert 1.9 < phase.max() <= 2.001
    assert value == pytest.approx(np.sqrt(2) * np.cos(2 * np.pi * phase), abs=0.2)
    assert axes.yaxis_inverted()


def test_a_period_that_was_not_found_is_the_true_one_or_none():
    physics = replace(PHYSICS, inputs=("sequence",))
    nothing = np.full(1, np.nan)
    folded = drawn(physics, {"found_period": nothing, "period": [PERIOD]}).axes[0]
    assert points(folded)[:, 0].max() <= 2.001
    assert folded.get_title() == "a\nb\ntrue P = 0.63 d"
    plain = drawn(physics, {"found_period": nothing}).axes[0]
    assert plain.get_xlabel() == "time [d]"
    assert points(plain)[:, 0].max() == pytest.approx(sine().time.max(), rel=1e-4)


def test_titles_tell_name_periods_and_range():
    figure = drawn(PHYSICS, {"star": ["V1"], "period": [2 * PERIOD]})
    name, *_, told = figure.axes[0].get_title().split("\n")
    assert name == "V1"
    periods, _, width = told.rpartition(", range ")
    assert periods == "P = 0.63 d, true 1.26 d"
    # Between the 5th and the 95th percentile of a sine.
    assert float(width.removesuffix(" mag")) == pytest.approx(
        2 * AMPLITUDE * np.cos(0.05 * np.pi), abs=0.02
    )


def test_a_star_without_a_period_says_so():
    ready = prepare(PHYSICS, [series_from("few", np.arange(4.0), np.arange(4.0), np.ones(4))])
    figure = draw_examples(PHYSICS, ready.x, Table(ready.found), ["a"])
    assert [text.get_text() for text in figure.axes[0].texts] == ["no period"]


def test_features_alone_are_no_light_curve():
    assert drawn(replace(PHYSICS, inputs=("features",))) is None


@pytest.fixture
def two_bands(tmp_path):
    rows = Table(names=("id", "time", "mag", "error", "band"), dtype=("U9", *[float] * 3, "U1"))
    star = sine()
    for name in ("V1", "V2"):
        for k, (time, value) in enumerate(zip(star.time, star.value, strict=True)):
            rows.add_row((name, time, value + k % 2, 0.02, "gr"[k % 2]))
    rows.write(tmp_path / "stars.csv")
    return tmp_path / "stars.csv"


def test_stars_of_a_prediction_are_folded_with_a_legend_of_their_bands(
    two_bands, tmp_path, monkeypatch
):
    figures = []
    monkeypatch.setattr(
        "astro_dl.evaluation.figures.style.save_figure",
        lambda figure, path: [figures.append(figure), path][1],
    )
    table = Table({"id": ["V1", "V2"], "period": [PERIOD, np.nan], "label": ["rr_lyrae_c", ""]})
    assert draw_stars(None, [two_bands], table, tmp_path) == [tmp_path / "folded.png"]
    (figure,) = figures
    assert [text.get_text() for text in figure.legends[0].texts] == ["g", "r"]
    axes = figure.axes[0]
    assert axes.get_title() == "V1: rr_lyrae_c\nP = 0.63 d"
    phase, value = points(axes).T
    assert value == pytest.approx(AMPLITUDE * np.cos(2 * np.pi * phase), abs=0.1)
    assert axes.yaxis_inverted()
