"""JSON is read as what it says, or refused in one line."""

import pytest

from astro_dl.core.errors import UsageError
from astro_dl.core.reading.strict_json import read_json

BAD = {
    "text of nothing": ("", "not readable"),
    "two values": ("1 2", "not readable"),
    "NaN": ('{"a": NaN}', "NaN is not accepted"),
    "infinity": ('{"a": -Infinity}', "-Infinity is not accepted"),
    "beyond floats": ('{"a": 1e999}', "beyond the range"),
    "whole beyond floats": (f'{{"a": {10**400}}}', "401 digits"),
    "a key twice": ('{"a": 1, "a": 2}', "twice"),
    "deep": ("[" * 40 + "]" * 40, "deeper than 32 levels"),
    "very deep": ("[" * 200_000, "nested too deep"),
    "not UTF-8": (b'{"a": "\xff"}', "UTF-8"),
    "a mark of byte order": ("\ufeff{}", "BOM"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_no_strict_json_is_refused(case):
    text, reason = BAD[case]
    with pytest.raises(UsageError, match=reason) as caught:
        read_json(text)
    assert len(str(caught.value)) < 300


def test_plain_values_are_read():
    text = '{"a": [1, -2.5, true, null, "é"], "b": {}, "c": 12345678901234567890}'
    assert read_json(text.encode()) == {
        "a": [1, -2.5, True, None, "é"],
        "b": {},
        "c": 12345678901234567890,
    }
    assert read_json("[" * 32 + "]" * 32)
    assert read_json("3") == 3
