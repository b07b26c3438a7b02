"""Ranges of settings: read strictly, and tried on the config before anything is trained."""

import pytest

from astro_dl.core.config import load_config
from astro_dl.core.errors import UsageError
from astro_dl.tuning.ranges import Choices, Interval, parse_range, read_ranges
from tests.toy_training import config


def read(key, value):
    return read_ranges(load_config(config()), {key: value})[key]


@pytest.mark.parametrize(
    ("key", "text", "interval"),
    [
        ("training.learning_rate", "1e-4..1e-2:log", Interval(1e-4, 1e-2, log=True)),
        ("training.batch_size", "16..64", Interval(16, 64, whole=True)),
        ("training.batch_size", "16..64:16", Interval(16, 64, step=16, whole=True)),
        ("training.batch_size", "16..64:log", Interval(16, 64, log=True, whole=True)),
        ("hyperparameters.dropout", "0..0.5:0.1", Interval(0, 0.5, step=0.1)),
        ("training.weight_decay", "0..1", Interval(0, 1)),
    ],
)
def test_the_setting_says_whether_whole_numbers_are_integers(toy_task, key, text, interval):
    assert read(key, text) == interval


def test_choices_may_be_of_any_type_and_come_back_as_they_were(toy_task):
    values = ([8], [16, 8])
    choices = read("hyperparameters.units", list(values))
    assert choices == Choices(values)
    assert [choices.value(label) for label in choices.steps()] == list(values)


def test_a_choice_keeps_its_type():
    choices = Choices((1, True, "1", 1.0, None))
    assert [repr(choices.value(label)) for label in choices.steps()] == [
        "1", "True", "'1'", "1.0", "None",
    ]  # fmt: skip


def test_proposed_numbers_are_short_and_stay_within_the_ends():
    interval = Interval(1.234564e-4, 1e-2, log=True)
    assert interval.value(0.00123456789) == 0.00123457
    assert interval.value(1.234564e-4) == 1.234564e-4


def test_steps_reach_the_upper_end():
    assert Interval(0, 0.3, step=0.1).steps() == [0, 0.1, 0.2, 0.3]
    assert Interval(1, 3, whole=True).steps() == [1, 2, 3]


def test_words_of_the_command_line_are_keys_and_ranges():
    assert parse_range("training.learning_rate=1e-4..1e-2:log") == (
        "training.learning_rate", "1e-4..1e-2:log",
    )  # fmt: skip
    assert parse_range("training.optimizer=[adam, sgd]")[1] == ["adam", "sgd"]
    with pytest.raises(UsageError, match="KEY=RANGE"):
        parse_range("training.learning_rate")


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("data.n_train", "10..20", "can be tuned 'data.n_train'"),
        ("training.monitor", ["val_loss", "val_auc"], "can be tuned 'training.monitor'"),
        ("training", "1..2", "is a section"),
        ("training.learning_rates", "1..2", "unknown key; did you mean 'learning_rate'"),
        ("training.learning_rate", "1e-2..1e-4", "lower end comes first"),
        ("training.learning_rate", "0..1:log", "begins above 0"),
        ("training.learning_rate", "0..1:7", "a step fits between"),
        ("training.learning_rate", "1e-4-1e-2", "accepted: LOW..HIGH"),
        ("training.learning_rate", "a..b", "accepted: LOW..HIGH"),
        ("training.learning_rate", "1..2:lin", "accepted: LOW..HIGH"),
        ("training.learning_rate", 0.1, "accepted: LOW..HIGH"),
        ("training.learning_rate", "-1..1", "accepted: a number > 0"),
        ("training.optimizer", ["adam"], "accepted: LOW..HIGH"),
        ("training.optimizer", ["adam", "adam"], "a value twice"),
        ("training.optimizer", ["adam", "adma"], "'adma' is not accepted"),
    ],
)
def test_a_range_that_cannot_be_tuned_is_refused_by_its_key(toy_task, key, value, message):
    with pytest.raises(UsageError, match=message) as caught:
        read(key, value)
    assert key in str(caught.value)


def test_nothing_to_tune_is_said(toy_task):
    with pytest.raises(UsageError, match="nothing to tune; give ranges"):
        read_ranges(load_config(config()), {})
