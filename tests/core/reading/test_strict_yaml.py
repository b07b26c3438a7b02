"""YAML without surprises."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from astro_dl.core.errors import UsageError
from astro_dl.core.reading.strict_yaml import read_yaml, read_yaml_file, write_yaml

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text(st.characters(codec="utf-8", exclude_characters="\x85\u2028\u2029"), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text("abcdefgh_.-012", min_size=1, max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
TRICKY = [
    "on",
    "off",
    "yes",
    "no",
    "1e-3",
    "1e3",
    ".5",
    "1:30",
    "0o17",
    "0x1f",
    "null",
    "~",
    "true",
]
TRICKY += ["2015-09-14", "1_000", "-", "", "=", "<<", "+1", ".inf", ".nan", "- a", "a: b", "#c"]


@settings(deadline=None, max_examples=150)
@given(PLAIN)
def test_what_is_written_is_read_back(value):
    assert read_yaml(write_yaml(value)) == value


@pytest.mark.parametrize("text", TRICKY)
def test_texts_that_look_like_other_things_are_read_back_as_texts(text):
    assert read_yaml(write_yaml({"key": text})) == {"key": text}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 1e-3),
        ("1E5", 1e5),
        (".5", 0.5),
        ("5.", 5.0),
        ("-2", -2),
        ("010", 10),
        ("on", "on"),
        ("no", "no"),
        ("true", True),
        ("~", None),
        ("", None),
        ("1:30", "1:30"),
        ("2015-09-14", "2015-09-14"),
        ("[5, 8.5]", [5, 8.5]),
        ("<<: 1", {"<<": 1}),
    ],
)
def test_plain_values_are_those_of_yaml_1_2(text, value):
    read = read_yaml(text)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\na: 2", "line 2, column 1: key 'a' is given twice"),
        ("b: {c: 1, c: 2}", "key 'c' is given twice"),
        ("a: &x [1]\nb: *x", "line 2, column 4: an alias"),
        ("a: [1", "line 1"),
        ("a: !!python/object/apply:os.system [ls]", "could not determine a constructor"),
        ("a: !!binary aGk=", "could not determine a constructor"),
        ("{[1]: 2}", "key is a list or a mapping"),
        ("\x00", "not readable as YAML"),
        ("[" * 1000, "nested deeper than 32 levels"),
        ("1\n---\n2", "expected a single document"),
        ("9" * 5000, "whole number of 5000 digits"),
    ],
)
def test_other_yaml_is_refused_in_one_line(text, message):
    with pytest.raises(UsageError, match=message) as refusal:
        read_yaml(text)
    assert "\n" not in str(refusal.value)


def test_many_keys_are_read_in_time_and_too_many_characters_refused():
    start = time.perf_counter()
    assert len(read_yaml("\n".join(f"key{number}: 1" for number in range(9000)))) == 9000
    with pytest.raises(UsageError, match="at most 131,072 are accepted"):
        read_yaml("\n".join(f"key{number}: 1" for number in range(90_000)))
    assert time.perf_counter() - start < 10


def test_a_file_of_any_size_is_refused_after_its_first_half_megabyte(tmp_path):
    path = tmp_path / "big.yaml"
    with path.open("wb") as file:
        file.write(b"a: 1\n")
        file.truncate(2**33)
    with pytest.raises(UsageError, match=r"big\.yaml: .* at most 131,072"):
        read_yaml_file(path)
