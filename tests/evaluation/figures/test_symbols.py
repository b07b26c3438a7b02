"""Figures write quantities as papers do."""

import numpy as np
import pytest
from matplotlib.mathtext import MathTextParser

from astro_dl.core.config import load_config
from astro_dl.core.registry import build_physics, get_task, list_tasks, task_entry
from astro_dl.core.shipped import shipped_configs
from astro_dl.evaluation.figures.posteriors import draw_posterior
from astro_dl.evaluation.figures.residuals import draw_residuals
from astro_dl.evaluation.figures.symbols import symbols_of, with_unit


@pytest.mark.parametrize("name", [name for name in list_tasks() if get_task(name).symbols])
def test_symbols_are_of_targets_and_can_be_drawn(name):
    task = get_task(name)
    configs = [load_config(path) for path in shipped_configs().values()]
    settings = [one.physics for one in configs if one.task == name] + [task_entry(name).small]
    heads = [task.head(build_physics(name, one)) for one in settings]
    assert set(task.symbols) <= {target for head in heads for target in head.names}
    for symbol in task.symbols.values():
        MathTextParser("path").parse(symbol)


def test_targets_without_a_symbol_or_a_task_keep_their_names():
    assert symbols_of({"task": "stellar_parameters"}, ["log_teff", "mine"])[1] == "mine"
    assert symbols_of({"task": "of nobody"}, ["log_teff"]) == ["log_teff"]
    assert symbols_of({}, ["log_teff"]) == ["log_teff"]


def test_units_are_typeset_and_unknown_ones_left():
    assert with_unit("M", "Msun") == r"M [$\mathrm{M_{\odot}}$]"
    assert with_unit("x", "") == "x"
    assert "furlongs" in with_unit("x", "furlongs of mine")


def test_axes_carry_symbols():
    y = np.linspace(0, 1, 50)[:, None]
    residuals = draw_residuals(y, y, ["log_g"], ["dex"], [r"$\log g$"])
    assert residuals.axes[1].get_xlabel().startswith(r"true $\log g$")
    posterior = draw_posterior(np.ones((2, 9)), np.ones(2), ["$q$", "$t$"], ["", "s"])
    assert [axes.get_xlabel() for axes in posterior.axes[2:]] == ["$q$", r"$t$ [$\mathrm{s}$]"]


def test_residuals_of_redshifts_are_over_one_plus_z_whatever_their_symbol():
    y = np.linspace(0, 1, 50)[:, None]
    figure = draw_residuals(y, y, ["redshift"], [""], ["$z$"])
    assert figure.axes[1].get_ylabel() == "(predicted − true) / (1 + true)"
