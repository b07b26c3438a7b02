"""Tables of text."""

import pytest

from astro_dl.core.showing.text_table import markdown_table, text_table

ROWS = [["method", "n", "AUC"], ["network", "12", "0.9"], ["bound", "1,200", ""]]


def test_the_first_column_is_flush_left_and_numbers_are_flush_right():
    assert text_table(ROWS) == (
        "method       n  AUC\n"  #
        "network     12  0.9\n"
        "bound    1,200"
    )


def test_more_columns_can_be_flush_left():
    assert text_table([["*", "a", "what"], [" ", "long", "it is"]], left=3) == (
        "*  a     what\n   long  it is"
    )


def test_no_rows_are_no_text():
    assert text_table([]) == ""


def test_rows_of_other_lengths_are_a_mistake():
    with pytest.raises(ValueError, match="shorter"):
        text_table([["a", "b"], ["c"]])


def test_markdown_has_a_rule_under_the_heading():
    assert markdown_table(ROWS[0], ROWS[1:]).splitlines() == [
        "| method | n | AUC |",
        "| --- | --- | --- |",
        "| network | 12 | 0.9 |",
        "| bound | 1,200 |  |",
    ]
