"""Who is at work is told by signs of life, and what is lost is tried again."""

import time

import pytest

from astro_dl.tuning.board import NUMBER, Heart, Watchman, give_up, read_board

optuna = pytest.importorskip("optuna")


@pytest.fixture
def study():
    return optuna.create_study()


def begin(study, number):
    study.enqueue_trial({}, user_attrs={NUMBER: number})
    return study.ask()


def board(study):
    return read_board(study.get_trials())


def test_the_first_attempt_of_a_number_is_the_one_that_counts(study):
    first, second = begin(study, 0), begin(study, 0)
    assert board(study).open[0].number == first.number
    assert board(study).attempts == {0: [first.number, second.number]}


def test_a_number_that_was_given_up_is_free_and_one_that_was_refused_is_finished(study):
    lost, refused, pruned = begin(study, 0), begin(study, 1), begin(study, 2)
    give_up(study, lost.number)
    give_up(study, lost.number)
    refused.set_user_attr("error", "the loss is not finite")
    study.tell(refused, state=optuna.trial.TrialState.FAIL)
    pruned.report(1.0, 1)
    study.tell(pruned, state=optuna.trial.TrialState.PRUNED)
    assert set(board(study).finished) == {1, 2}
    assert not board(study).open


def test_a_process_is_gone_when_it_was_silent_for_too_long(study):
    now = [0.0]
    watchman = Watchman(10, lambda: now[0])
    alive, dead = begin(study, 0), begin(study, 1)
    study.enqueue_trial({}, user_attrs={NUMBER: 2})
    for second in range(0, 16, 5):
        now[0] = float(second)
        alive.set_user_attr("beat", second)
        gone = [one.number for one in watchman.gone(board(study))]
        assert gone == ([dead.number] if second > 10 else [])


def test_a_heart_beats_until_its_attempt_is_taken_over(study):
    trial = begin(study, 0)
    with Heart(trial, 0.01) as heart:
        time.sleep(0.2)
        assert board(study).open[0].user_attrs["beat"] > 2
        assert not heart.lost.is_set()
        give_up(study, trial.number)
        assert heart.lost.wait(2)
