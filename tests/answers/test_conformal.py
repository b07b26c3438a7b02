"""Sets and intervals hold the truth as often as they say, and prevalences follow Bayes."""

import numpy as np
import pytest

from astro_dl.answers.conformal import (
    CONCENTRATION,
    FEWEST_ASKED,
    ClassSets,
    Intervals,
    LabelSets,
    ShareIntervals,
)
from astro_dl.bundles.guarantees import ScoreTable
from astro_dl.core.errors import UsageError
from astro_dl.distributions.mixture import Mixture
from astro_dl.inference.predictions import Answers

N = 6000


def limits(conformal, answers, y, coverage=0.9):
    scores = conformal.scores(answers, y)
    return {name: ScoreTable.of(one).threshold(coverage) for name, one in scores.items()}


def halves(answers, y):
    """Return the answers and truths of the held-out half, and of the other."""

    def part(rows):
        distribution = answers.distribution
        if distribution is not None:
            distribution = Mixture(*(getattr(distribution, a)[rows] for a in
                                     ("weights", "means", "scales")))  # fmt: skip
        return Answers(answers.logits[rows], answers.values[rows], distribution), y[rows]

    return part(slice(0, N // 2)), part(slice(N // 2, N))


def overconfident_classes(rng, classes=3):
    """Return probabilities that are far too sure, and rare true classes."""
    y = rng.choice(classes, N, p=[0.7, 0.25, 0.05])
    logits = rng.standard_normal((N, classes)) + 1.2 * np.eye(classes)[y]
    p = np.exp(4 * logits)
    return Answers(logits, p / p.sum(axis=1, keepdims=True)), y


def test_every_class_is_covered_however_rare_and_however_wrong_the_probabilities():
    answers, y = overconfident_classes(np.random.default_rng(0))
    known, (new, truth) = halves(answers, y)
    sets = ClassSets(("a", "b", "c"))
    covered = sets.covered(new, truth, limits(sets, *known))[:, 0]
    for one in range(3):
        n = np.sum(truth == one)
        spread = np.sqrt(0.09 / n + 0.09 / np.sum(known[1] == one))
        assert covered[truth == one].mean() == pytest.approx(0.9, abs=4 * spread)


def test_the_column_of_sets_holds_the_classes_that_are_covered():
    sets = ClassSets(("a", "b"))
    answers = Answers(np.zeros(4), np.array([0.05, 0.5, 0.97, np.nan]))
    columns = sets.columns(answers, {"a": 0.6, "b": 0.6})
    assert columns["set"].tolist() == ["a", "a,b", "b", ""]
    assert sets.columns(answers, {"a": 0.2, "b": 0.2})["set"].tolist() == ["a", "", "b", ""]
    everything = sets.columns(answers, {"a": np.inf, "b": 0.2})["set"]
    assert everything.tolist() == ["a", "a", "a,b", ""]


def test_both_answers_to_each_label_are_covered():
    rng = np.random.default_rng(1)
    y = rng.random((N, 2)) < (0.5, 0.1)
    p = 1 / (1 + np.exp(-3 * (rng.standard_normal((N, 2)) + y - 0.5)))
    sets = LabelSets(("spiral", "bar"))
    known, (new, truth) = halves(Answers(p, p), y)
    found = limits(sets, *known)
    covered = sets.covered(new, truth, found)
    for k in range(2):
        for given in (True, False):
            rows = truth[:, k] == given
            assert covered[rows, k].mean() == pytest.approx(0.9, abs=4 * np.sqrt(0.18 / rows.sum()))
    words = sets.columns(new, found)["set_bar"]
    assert set(words.tolist()) <= {"", "yes", "no", "yes,no"}


@pytest.mark.parametrize("told", [True, False])
def test_intervals_cover_though_the_stated_width_is_wrong(told):
    rng = np.random.default_rng(2)
    centre, width = rng.normal(0, 3, (N, 1)), rng.uniform(0.5, 2, (N, 1))
    y = centre + width * rng.standard_t(4, (N, 1))
    gaussian = Mixture(np.ones((N, 1, 1)), centre[..., None], 0.5 * width[..., None])
    answers = Answers(centre, centre, gaussian if told else None)
    known, (new, truth) = halves(answers, y)
    intervals = Intervals(("z",), ("m",))
    found = limits(intervals, *known)
    assert intervals.covered(new, truth, found).mean() == pytest.approx(0.9, abs=0.022)
    columns = intervals.columns(new, found)
    widths = (columns["z_high"] - columns["z_low"]).to_value("m")
    assert (np.ptp(widths) > 0.5) == told


def test_where_nothing_can_be_promised_intervals_are_infinite():
    answers = Answers(np.zeros((2, 1)), np.zeros((2, 1)))
    columns = Intervals(("z",)).columns(answers, {"z": np.inf})
    assert columns["z_low"].tolist() == [-np.inf] * 2
    assert columns["z_high"].tolist() == [np.inf] * 2


def test_another_prevalence_is_what_bayes_makes_of_it():
    rng = np.random.default_rng(3)
    n = 200_000
    y = rng.random(n) < 0.5
    x = rng.standard_normal(n) + y
    p = 1 / (1 + np.exp(-(x - 0.5)))
    known = {"star": 100, "quasar": 100}
    sets = ClassSets(("star", "quasar"))
    found = sets.reweighted(Answers(x, p), known, {"quasar": 0.05}).values
    expected = 0.05 * np.exp(x - 0.5) / (0.95 + 0.05 * np.exp(x - 0.5))
    np.testing.assert_allclose(found, expected, rtol=1e-9)
    by_labels = LabelSets(("quasar",)).reweighted(
        Answers(x, p[:, None]), {"quasar": 100, "not quasar": 100}, {"quasar": 0.05}
    )
    np.testing.assert_allclose(by_labels.values[:, 0], expected, rtol=1e-9)


def test_classes_that_are_not_named_share_the_rest_as_before():
    p = np.full((1, 3), 1 / 3)
    known = {"a": 10, "b": 30, "c": 60}
    found = ClassSets(("a", "b", "c")).reweighted(Answers(p, p), known, {"a": 0.55}).values[0]
    weights = np.array([0.55 / 0.1, 0.15 / 0.3, 0.3 / 0.6])
    np.testing.assert_allclose(found, weights / weights.sum())


@pytest.mark.parametrize(
    ("prior", "said"),
    [
        ({"d": 0.5}, "no class of the prior|class of the prior"),
        ({"a": 1.5}, "accepted: a share"),
        ({"a": 0.7, "b": 0.6}, "leave"),
        ({"a": 0.2, "b": 0.2, "c": 0.2}, "leave"),
    ],
)
def test_priors_that_make_no_sense_are_refused(prior, said):
    p = np.full((1, 3), 1 / 3)
    with pytest.raises(UsageError, match=said):
        ClassSets(("a", "b", "c")).reweighted(Answers(p, p), dict.fromkeys("abc", 5), prior)


def test_a_class_that_was_never_held_out_has_no_prevalence():
    p = np.full((1, 2), 0.5)
    with pytest.raises(UsageError, match="no example of b"):
        ClassSets(("a", "b")).reweighted(Answers(p, p), {"a": 5, "b": 0}, {"a": 0.5})


def test_values_have_no_prevalence():
    with pytest.raises(UsageError, match="no prevalence"):
        Intervals(("z",)).reweighted(
            Answers(np.zeros((1, 1)), np.zeros((1, 1))), {"z": 5}, {"z": 1}
        )


def votes_and_answers(rng, sure):
    """Return votes on two questions, the second not asked of all, and answers too sure of them."""
    alpha = rng.gamma(2.0, 4.0, (N, 5)) + 0.5
    drawn = [rng.gamma(alpha[:, part]) for part in (slice(0, 2), slice(2, 5))]
    shares = [one / one.sum(axis=1, keepdims=True) for one in drawn]
    first = rng.multinomial(40, shares[0])
    second = rng.multinomial(first[:, 1], shares[1])
    whole = np.repeat([alpha[:, :2].sum(axis=1), alpha[:, 2:].sum(axis=1)], [2, 3], axis=0).T
    told = Answers(alpha, alpha / whole, parts={CONCENTRATION: sure * alpha})
    return told, np.concatenate([first, second], axis=1)


def test_shares_of_votes_are_covered_though_the_answers_are_too_sure():
    told, votes = votes_and_answers(np.random.default_rng(7), sure=20.0)

    def part(rows):
        parts = {CONCENTRATION: told.parts[CONCENTRATION][rows]}
        return Answers(told.logits[rows], told.values[rows], parts=parts), votes[rows]

    shares = ShareIntervals(tuple("abcde"), (2, 3))
    known, (new, counted) = part(slice(0, N // 2)), part(slice(N // 2, N))
    found = limits(shares, *known)
    covered = shares.covered(new, counted, found)
    np.testing.assert_allclose(np.nanmean(covered, axis=0), 0.9, atol=0.03)
    asked = counted[:, 1] >= FEWEST_ASKED
    assert (np.isfinite(covered[:, 2:]).all(axis=1) == asked).all()
    columns = shares.columns(new, found)
    share = counted[asked, 2] / counted[asked, 2:].sum(axis=1)
    inside = (columns["f_c_low"][asked] <= share + 1e-6) & (
        share <= columns["f_c_high"][asked] + 1e-6
    )
    assert (inside == (covered[asked, 2] == 1)).mean() > 0.999
    with pytest.raises(UsageError, match="no prevalence"):
        shares.reweighted(new, {}, {"a": 0.5})
    # an answer that is none is no answer in the right, nor one that nobody was asked about
    none = Answers(np.full((1, 5), np.nan), np.full((1, 5), np.nan), parts={
        CONCENTRATION: np.full((1, 5), np.nan)})  # fmt: skip
    everybody = np.full((1, 5), 20)
    assert np.isnan(shares.scores(none, everybody)["a"]).all()
    assert (shares.covered(none, everybody, found) == 0).all()
