"""What objects show of themselves in a terminal and in a notebook, and the figures they return."""

import re

import numpy as np
import pytest
from astropy.table import Table
from matplotlib.figure import Figure

import astro_dl
from astro_dl.cli.verbs.train import what_was_reached
from astro_dl.core.errors import UsageError
from astro_dl.core.shipped import shipped_bundles
from astro_dl.evaluation.report import build_report
from astro_dl.inference.figures import plot_predictions
from astro_dl.info import info
from tests.evaluation.test_report import binary_outcome

LONGEST = 1000


@pytest.fixture(scope="module")
def predictor():
    return astro_dl.load_pretrained("flare_mlp")


@pytest.fixture(scope="module")
def shown(predictor):
    """Return one of each kind of object, by its name."""
    return {
        "bundle": predictor.bundle,
        "config": predictor.bundle.config,
        "examples": astro_dl.simulate("gw_bbh", 2),
        "info of a bundle": info("lens_cnn"),
        "info of a model": info("tess_resnet"),
        "info of a task": info("tess_transit"),
        "predictor": predictor,
        "report": build_report(binary_outcome(500)),
    }


def test_every_object_is_short_as_text_and_a_table_in_a_notebook(shown):
    for name, one in shown.items():
        text, page = repr(one), one._repr_html_()
        assert 0 < len(text) < LONGEST, name
        assert all(len(line) < 200 for line in text.splitlines()), name
        assert page.startswith("<table>"), name
        assert re.sub(r"\s+", "", re.sub(r"<[^>]*>", "", page)).startswith(text.split()[0]), name


def test_every_shipped_config_is_short():
    for name in shipped_bundles():
        assert len(repr(astro_dl.load_config(name))) < LONGEST, name


def test_a_bundle_tells_simulated_from_real(predictor):
    text = repr(astro_dl.load_pretrained("lens_cnn").bundle)
    assert re.search(r"simulated, n = [\d,]+: .*\d", text)
    assert "simulated" not in repr(predictor.bundle)
    assert re.search(r"real, \w+, n = [\d,]+: .*\d", repr(predictor.bundle))


def test_what_is_shown_is_escaped():
    examples = astro_dl.Examples(np.zeros((1, 2)), np.zeros(1), Table({"<b>": [1]}))
    assert "<b>" in repr(examples)
    assert "&lt;b&gt;" in examples._repr_html_()
    assert "<b>" not in examples._repr_html_()


def test_info_is_printed_in_full(shown):
    assert len(str(shown["info of a task"])) > len(repr(shown["info of a task"]))


def test_a_report_returns_its_figures(shown):
    figures = shown["report"].plot()
    assert {"roc", "reliability", "scores"} <= figures.keys()
    assert all(isinstance(one, Figure) for one in figures.values())


def test_a_predictor_returns_a_figure_of_its_table(predictor):
    table = Table({"p_quiet": np.linspace(0, 1, 5), "p_flare": np.linspace(1, 0, 5)})
    assert isinstance(predictor.plot(table), Figure)


def test_values_are_drawn_with_their_deviations_and_without_what_was_withheld():
    table = Table({"z": [0.3, np.nan, 0.1], "z_std": [0.1, np.nan, 0.1]})
    (axes,) = plot_predictions(table, ("z",)).axes
    assert list(axes.lines[0].get_ydata()) == [0.1, 0.3]
    assert axes.collections


def test_a_table_of_something_else_is_no_prediction():
    with pytest.raises(UsageError, match="nothing to plot among the columns a"):
        plot_predictions(Table({"a": [1]}), ("z",))


def test_a_training_ends_by_telling_what_it_reached_and_what_to_type_next(predictor):
    told = what_was_reached(predictor.bundle)
    assert re.search(r"reached loss \S+.* validation examples in epoch \d+ of \d+", told)
    assert told.endswith(f"next: astro-dl evaluate {predictor.bundle.folder}")
