"""Reports put methods side by side; figures are real files."""

import json

import numpy as np
import pytest
from astropy.table import Table
from PIL import Image
from scipy.special import expit, softmax

from astro_dl.answers.binary import Binary
from astro_dl.answers.multiclass import Multiclass
from astro_dl.answers.regression import Regression
from astro_dl.core.config import EvaluationConfig
from astro_dl.core.errors import UsageError
from astro_dl.core.task import Difficulty
from astro_dl.distributions.mixture import Mixture
from astro_dl.evaluation.figures.common import draw_history, draw_wrong
from astro_dl.evaluation.figures.report import draw_report
from astro_dl.evaluation.predictions import Outcome
from astro_dl.evaluation.report import build_report
from astro_dl.metrics.intervals import estimate

QUICK = EvaluationConfig(bootstrap=10)


def binary_outcome(n=4000, seed=0):
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < 0.4).astype(np.float32)
    snr = np.where(y == 1, rng.uniform(2, 10, n), 0)
    bound = rng.normal(size=n) + snr
    network = 1.5 * (bound + 0.5 * rng.normal(size=n)) - 3
    return Outcome(
        head=Binary(("noise", "signal")),
        y=y,
        scores={"network": network, "matched filter": bound - 1, "bound": bound},
        probabilities=expit(network),
        info=Table({"snr": snr}),
        difficulty=Difficulty("snr", (2, 4, 6, 8, 10), "signal-to-noise ratio"),
        bound="bound",
        about={"model": "toy", "task": "toy_binary", "data": "simulated"},
    )


def class_outcome(n=900):
    rng = np.random.default_rng(1)
    y = rng.integers(0, 3, n)
    p = softmax(rng.normal(size=(n, 3)) + 2 * np.eye(3)[y], axis=1)
    return Outcome(Multiclass(("star", "galaxy", "quasar")), y, {"network": p})


def value_outcome(n=900):
    rng = np.random.default_rng(2)
    y = rng.normal(size=(n, 2))
    predicted = y + 0.1 * rng.normal(size=(n, 2))
    head = Regression(("redshift", "mass"), ("", "Msun"))
    gaussian = Mixture(np.ones((n, 2, 1)), predicted[..., None], np.full((n, 2, 1), 0.1))
    scores = {"network": predicted, "forest": y + 0.2}
    return Outcome(head, y, scores, distributions={"network": gaussian})


OUTCOMES = {"binary": binary_outcome, "multiclass": class_outcome, "regression": value_outcome}
FIGURES = {
    "binary": {
        "roc",
        "precision_recall",
        "confusion",
        "efficiency",
        "reliability",
        "scores",
    },
    "multiclass": {"confusion", "reliability"},
    "regression": {"residuals", "pit", "coverage"},
}


@pytest.mark.parametrize("kind", OUTCOMES)
def test_every_figure_is_a_small_png_with_nothing_cut_off(kind, tmp_path):
    report = build_report(OUTCOMES[kind](), QUICK)
    figures = draw_report(report, tmp_path)
    assert {path.stem for path in figures} == FIGURES[kind]
    for one in figures:
        assert one.stat().st_size < 200_000
        pixels = np.asarray(Image.open(one).convert("L"))
        assert pixels.std() > 5
        # Nothing is cut off: the outermost pixels are background.
        assert (np.concatenate([pixels[0], pixels[-1], pixels[:, 0]]) > 200).all()


def test_figures_are_the_same_each_time(tmp_path):
    report = build_report(class_outcome(), QUICK)
    for one, two in zip(
        draw_report(report, tmp_path / "a"), draw_report(report, tmp_path / "b"), strict=True
    ):
        assert one.read_bytes() == two.read_bytes()


def test_histories_and_wrong_examples_are_drawn_where_there_are_any(tmp_path):
    series = {"x": np.random.default_rng(0).normal(size=(3, 64, 2)), "captions": ["a", "b", "c"]}
    images = {"x": np.random.default_rng(0).random((5, 16, 16, 3)), "captions": list("abcde")}
    history = {"epoch": [1, 2], "loss": [0.7, 0.4], "val_loss": [0.8, np.nan], "seconds": [1, 1]}
    report = build_report(class_outcome(), QUICK, wrong=series)
    names = {path.stem for path in draw_report(report, tmp_path, history)}
    assert {"wrong", "history"} <= names
    assert draw_wrong(**images) is not None
    rows = {"x": np.ones((2, 4)), "captions": ["a", "b"], "contract": {"columns": ["u", "g"]}}
    figure = draw_wrong(**rows)
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["u", "g"]
    assert draw_wrong(np.zeros((0, 4)), []) is None
    assert draw_history({}) is None
    assert draw_history({"epoch": [1.0], "seconds": [3.0]}) is None


def test_a_history_of_several_stages_is_drawn_with_its_epochs_counted_through():
    figure = draw_history({"stage": [1, 1, 2], "epoch": [1, 2, 1], "loss": [0.7, 0.4, 0.3]})
    (panel,) = [axes for axes in figure.axes if axes.axison]
    assert list(panel.lines[0].get_xdata()) == [1, 2, 3]
    assert panel.get_ylabel() == "loss"


def test_the_text_has_methods_side_by_side_with_ratio_and_loss():
    report = build_report(binary_outcome(), QUICK)
    text = report.to_text()
    assert "toy on toy_binary" in text
    assert "4,000 examples" in text
    header = next(line for line in text.splitlines() if "bound" in line)
    assert header.split() == ["network", "matched", "filter", "bound"]
    assert "network / bound" in text
    assert "equivalent loss of signal-to-noise ratio against the bound" in text
    assert "n/a" in text
    assert "100,000 negatives are needed" in text
    assert max(len(line) for line in text.splitlines()) < 130


def test_the_table_has_one_row_per_method_with_intervals():
    report = build_report(binary_outcome(), QUICK)
    assert list(report.table["method"]) == ["network", "matched filter", "bound"]
    row = report.table[0]
    assert row["auc_low"] < row["auc"] < row["auc_high"]
    assert row["tpr_0.1_low"] < row["tpr_0.1"] < row["tpr_0.1_high"]
    assert np.isnan(row["tpr_0.0001"])


@pytest.mark.parametrize("kind", OUTCOMES)
def test_metrics_are_strict_json_and_text_is_printed_for_every_kind(kind):
    report = build_report(OUTCOMES[kind](), QUICK)
    read = json.loads(report.to_json())
    assert read["methods"]["network"] == json.loads(
        json.dumps(report.metrics["methods"]["network"], allow_nan=False)
    )
    assert "network" in str(report)


def test_a_method_below_the_bound_has_a_positive_loss_and_a_shifted_copy_none():
    losses = build_report(binary_outcome(20_000), QUICK).metrics["equivalent_snr_loss"]
    network = [entry["value"] for entry in losses["network"] if entry["value"] is not None]
    assert min(network) > 0.02
    assert {entry["value"] for entry in losses["matched filter"]} <= {0.0, None}


def test_a_tasks_own_metrics_see_every_method():
    def extra(outcome, settings):
        assert settings == QUICK
        return {
            name: {
                "highest": estimate(1.5),
                "bins": [{"from": 0, "to": 2} | estimate(len(outcome.info))],
            }
            for name in outcome.scores
        }

    report = build_report(binary_outcome(), QUICK, extra_metrics=extra)
    assert sorted(report.metrics["task"]) == ["bound", "matched filter", "network"]
    lines = {line.split("  ")[0]: line.split() for line in report.to_text().splitlines()}
    assert lines["highest"][1:] == ["1.5"] * 3
    assert "bins 0 to 2" in lines


def test_the_most_wrong_are_loud_noise_and_missed_easy_signals():
    outcome = binary_outcome()
    indices, captions = outcome.head.most_wrong(outcome, 6)
    score, label = outcome.scores["network"], outcome.y == 1
    assert score[indices[0]] == score[~label].max()
    assert label[indices].tolist() == [False] * 3 + [True] * 3
    assert (outcome.info["snr"][indices[3:]] >= np.median(outcome.info["snr"][label])).all()
    assert "noise" in captions[0]
    assert "snr" in captions[-1]


@pytest.mark.parametrize("kind", ["multiclass", "regression"])
def test_the_most_wrong_are_worse_than_the_rest(kind):
    outcome = OUTCOMES[kind]()
    indices, captions = outcome.head.most_wrong(outcome, 5)
    assert len(set(indices)) == len(captions) == 5
    if kind == "multiclass":
        assert (outcome.scores["network"].argmax(1)[indices] != outcome.y[indices]).all()
    else:
        error = np.abs(outcome.scores["network"] - outcome.y).max(axis=1)
        assert error[indices].min() > np.quantile(error, 0.95)


def test_unfit_outcomes_are_refused():
    outcome = binary_outcome(200)
    with pytest.raises(UsageError, match="'network' are missing"):
        build_report(Outcome(**{**vars(outcome), "scores": {"bound": outcome.y}}))
    wrong = Difficulty("snrs", (1, 2), "x")
    with pytest.raises(UsageError, match="did you mean 'snr'"):
        build_report(Outcome(**{**vars(outcome), "difficulty": wrong}))
    with pytest.raises(UsageError, match="199 values for 200 examples"):
        build_report(Outcome(**{**vars(outcome), "scores": {"network": outcome.y[1:]}}))
