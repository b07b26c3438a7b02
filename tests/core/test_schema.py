"""Typed reading of plain values."""

import pickle
from collections.abc import Sequence
from dataclasses import FrozenInstanceError, dataclass, field, replace
from typing import Annotated, Any, Literal

import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.core.limits import Bounds, Choice, Count, Different, Fraction, Range, Shares
from astro_dl.core.schema import (
    check_rules,
    checked,
    coerce,
    describe,
    plain,
    read_dataclass,
    read_keywords,
)

NAMES = Annotated[tuple[str, ...], Choice(("a", "b"))]


@dataclass(frozen=True)
class Inner:
    size: Count = 1


@dataclass(frozen=True)
class Outer:
    name: str
    kind: Literal["a", "b"] = "a"
    share: Fraction | None = None
    limits: tuple[float, float] = (0.0, 1.0)
    kernels: tuple[int, ...] = (3, 3)
    weights: dict[str, float] = field(default_factory=dict)
    inner: Inner = field(default_factory=Inner)

    def __post_init__(self):
        if self.name == "forbidden":
            raise UsageError("name is 'forbidden'; accepted: another one")


@pytest.mark.parametrize(
    ("value", "hint", "expected"),
    [
        (3.0, int, 3),
        (3, float, 3.0),
        (np.float32(0.5), float, 0.5),
        (np.int64(4), int, 4),
        ([1, 2], tuple[float, float], (1.0, 2.0)),
        ((1, 2), Sequence[int], [1, 2]),
        ([], tuple[int, ...], ()),
        (None, float | None, None),
        (2, float | Sequence[float], 2.0),
        ([2], float | Sequence[float], [2.0]),
        ("x", Any, "x"),
        ({"size": 2}, Inner, Inner(2)),
        ([1, 2], Annotated[Range, Bounds(0, 2), Different()], (1.0, 2.0)),
        ([0.5, 0.2, 0.3], Annotated[tuple[float, ...], Shares(3)], (0.5, 0.2, 0.3)),
        (["b", "a"], NAMES, ("b", "a")),
        (["b"], Annotated[tuple[str, ...], Choice(("a", "b"), ordered=True)], ("b",)),
        (Inner(3), Inner, Inner(3)),
    ],
)
def test_accepted_values_take_the_type_that_is_asked_for(value, hint, expected):
    read = coerce(value, hint, "key")
    assert read == expected
    assert type(read) is type(expected)


@pytest.mark.parametrize(
    ("value", "hint", "accepted"),
    [
        (True, int, "an integer"),
        (1.5, int, "an integer"),
        ("1", float, "a number"),
        (float("nan"), float, "a number"),
        (10**400, float, "a number"),
        (1, bool, "true or false"),
        (0, Count, "an integer ≥ 1"),
        (10**12, Count, "an integer ≥ 1 and ≤ 1e+09"),
        (1.5, Fraction, "a number ≥ 0 and ≤ 1"),
        ([2, 1], tuple[float, float], "the lower one first"),
        ([1], tuple[float, float], "a list of two numbers"),
        ("ab", tuple[str, ...], "a list, each a text"),
        ([1], dict[str, float], "a mapping"),
        ([[1]], tuple[int, ...], "an integer"),
        (1, Literal["a", "b"], "'a', 'b'"),
        ("x", float | None, "a number or null"),
        (3, Inner, "a mapping"),
        (1.0, Annotated[float, Bounds(0, 1, open_high=True)], "a number ≥ 0 and < 1"),
        ([0, 9], Annotated[Range, Bounds(0, 3)], "the lower one first, ≥ 0 and ≤ 3"),
        ([2, 2], Annotated[Range, Different()], "all different"),
        ([0.5, 0.5], Annotated[tuple[float, ...], Shares(3)], "3 of them, ≥ 0, that sum to 1"),
        ([0.6, 0.6, -0.2], Annotated[tuple[float, ...], Shares(3)], "sum to 1"),
        ([0.5, 0.5, 0.5], Annotated[tuple[float, ...], Shares(3)], "sum to 1"),
        (["a", "a"], NAMES, "one or more of a, b, all different"),
        (["c"], NAMES, "one or more of a, b"),
        ([], NAMES, "one or more of a, b"),
        (["b", "a"], Annotated[tuple[str, ...], Choice(("a", "b"), ordered=True)], "in this order"),
    ],
)
def test_refusals_name_key_value_and_what_is_accepted(value, hint, accepted):
    with pytest.raises(UsageError) as refusal:
        coerce(value, hint, "some.key")
    message = str(refusal.value)
    assert message.startswith("some.key")
    assert accepted in message
    assert "\n" not in message


def test_a_long_value_is_shortened_in_the_message():
    with pytest.raises(UsageError) as refusal:
        coerce("x" * 1000, int, "key")
    assert len(str(refusal.value)) < 150


def test_nested_keys_are_dotted_in_the_message():
    with pytest.raises(UsageError, match=r"^top\.inner\.size: 0 is not accepted"):
        read_dataclass(Outer, {"name": "n", "inner": {"size": 0}}, "top")


def test_an_unknown_key_gets_the_nearest_one():
    with pytest.raises(UsageError, match="kernel: unknown key; did you mean 'kernels'"):
        read_dataclass(Outer, {"name": "n", "kernel": [1]})


def test_a_field_without_default_is_required():
    with pytest.raises(UsageError, match="name: missing; accepted: a text"):
        read_dataclass(Outer, {})


def test_refusals_of_the_dataclass_itself_get_the_key():
    with pytest.raises(UsageError, match=r"^top: name is 'forbidden'"):
        read_dataclass(Outer, {"name": "forbidden"}, "top")


@checked
class Limits:
    share: Fraction = 0.5
    limits: Range = (0.0, 1.0)
    kernels: tuple[int, ...] = (3,)

    def __post_init__(self):
        if self.share > self.limits[1]:
            raise UsageError("share is above limits")


@pytest.mark.parametrize(
    "values", [{"share": 2}, {"share": "half"}, {"limits": (2.0, 1.0)}, {"limits": (0.0, 0.1)}]
)
def test_a_checked_class_is_refused_alike_whether_read_or_made(values):
    with pytest.raises(UsageError) as read:
        read_dataclass(Limits, values)
    with pytest.raises(UsageError) as made:
        Limits(**values)
    assert str(made.value) == str(read.value)
    with pytest.raises(UsageError):
        replace(Limits(), **values)


def test_a_checked_class_takes_the_types_of_its_hints_and_is_frozen():
    made = Limits(share=np.float32(0.25), limits=[0, 2], kernels=[5.0])
    assert made == Limits(0.25, (0.0, 2.0), (5,))
    assert type(made.share) is float
    assert type(made.kernels[0]) is int
    with pytest.raises(FrozenInstanceError):
        made.share = 1.0
    assert pickle.loads(pickle.dumps(made)) == made


def test_plain_and_back_is_the_identity():
    made = Outer("n", "b", 0.5, (1.0, 2.0), (5,), {"w": 1.0}, Inner(7))
    assert read_dataclass(Outer, plain(made)) == made


def test_plain_has_no_numpy_values():
    assert plain({"a": np.arange(2), "b": np.float64(0.5)}) == {"a": [0, 1], "b": 0.5}
    assert type(plain(np.float64(0.5))) is float


def function(positional, *, stride_s: float = 0.1, mode: Literal["x", "y"] = "x", **more):
    return positional, stride_s, mode, more


def test_keywords_of_a_function_are_checked_by_its_hints():
    assert read_keywords(function, {"stride_s": 1}) == {"stride_s": 1.0}
    with pytest.raises(UsageError, match="mode: 'z' is not accepted"):
        read_keywords(function, {"mode": "z"})
    with pytest.raises(UsageError, match="stride: unknown key; did you mean 'stride_s'"):
        read_keywords(function, {"stride": 1})


@pytest.mark.parametrize(
    "hint", [int, Count, float | None, tuple[int, ...], tuple[int, str], Inner]
)
def test_every_hint_is_described_in_words(hint):
    assert "<" not in describe(hint)
    assert "typing" not in describe(hint)


def test_numbers_among_objects_are_checked_by_their_rules():
    def function(path, *, draws: Annotated[int, Bounds(1, 10)] = 4, sigma: Any = None):
        """Take anything."""

    check_rules(function, {"draws": np.int64(3), "sigma": object()})
    for values, said in (
        ({"draws": 0}, "draws: 0 is not accepted"),
        ({"draws": 2.5}, "draws: 2.5 is not accepted"),
        ({"sigma": float("nan")}, "sigma is nan"),
        ({"sigma": np.float32("nan")}, "sigma is nan"),
    ):
        with pytest.raises(UsageError, match=said):
            check_rules(function, values)
