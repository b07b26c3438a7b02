"""Plain values (from YAML, JSON or a command line) to typed Python values, strictly.

The type hints of frozen dataclasses and of functions are the only schema: what they say is
accepted, everything else is refused by one line that begins with the dotted key, names the value
and says what is accepted.
"""

import inspect
import math
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from numbers import Integral, Real
from typing import (
    Annotated,
    Any,
    Literal,
    TypeVar,
    Union,
    dataclass_transform,
    get_args,
    get_origin,
    get_type_hints,
)

from astro_dl.core.errors import UsageError, did_you_mean
from astro_dl.core.limits import Rule

T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def checked(cls: type[T]) -> type[T]:
    """Make a class a frozen dataclass that accepts only what its type hints say.

    Whether an instance is read from plain values or made directly, its fields are coerced (see
    `coerce`) before the ``__post_init__`` of the class, which is left with what concerns several
    fields.

    Parameters
    ----------
    cls : type
        A class as `dataclasses.dataclass` takes it.

    Raises
    ------
    UsageError
        When an instance is made: for a value that is not accepted, with the field's name.

    Examples
    --------
    >>> from astro_dl.core.limits import Fraction
    >>> @checked
    ... class Physics:
    ...     signal_fraction: Fraction = 0.5
    >>> Physics(signal_fraction=2)  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    UsageError: signal_fraction: 2 is not accepted; accepted: a number ≥ 0 and ≤ 1
    """
    rules_of_several_fields = getattr(cls, "__post_init__", None)

    def __post_init__(self: Any) -> None:
        hints = get_type_hints(cls, include_extras=True)
        for field in fields(self):
            value = coerce(getattr(self, field.name), hints[field.name], field.name)
            object.__setattr__(self, field.name, value)
        if rules_of_several_fields is not None:
            rules_of_several_fields(self)

    cls.__post_init__ = __post_init__  # type: ignore[attr-defined]
    return dataclass(frozen=True)(cls)


def read_dataclass(cls: type[T], values: Mapping[str, Any], where: str = "") -> T:
    """Return an instance of a dataclass made from plain values.

    Parameters
    ----------
    cls : type
        A dataclass; its type hints say what is accepted (see `coerce`). Fields that are
        dataclasses themselves are read from mappings.
    values : mapping
        Field name to plain value; what is missing takes its default.
    where : str, optional
        Dotted key of the mapping, for error messages.

    Raises
    ------
    UsageError
        For an unknown key, a missing value, or a value that is not accepted.
    """
    hints = get_type_hints(cls, include_extras=True)
    accepted = {field.name: field for field in fields(cls) if field.init}  # type: ignore[arg-type]
    read = _read(values, {name: hints[name] for name in accepted}, where)
    for name, field in accepted.items():
        if name not in read and field.default is MISSING and field.default_factory is MISSING:
            raise UsageError(f"{_join(where, name)}: missing; accepted: {describe(hints[name])}")
    try:
        return cls(**read)
    except UsageError as error:
        raise UsageError(f"{where}: {error}" if where else str(error)) from None


def read_keywords(
    function: Callable[..., Any],
    values: Mapping[str, Any],
    where: str = "",
    known: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Return keyword arguments for a function, checked against its type hints.

    Parameters
    ----------
    function : callable
        Its parameters that have defaults or are keyword-only are the accepted names.
    values : mapping
        Argument name to plain value.
    where : str, optional
        Dotted key of the mapping, for error messages.
    known : sequence of str, optional
        The accepted names, where the signature does not tell (a function with ``**options``).

    Raises
    ------
    UsageError
        For an unknown name or a value that is not accepted.
    """
    hints = get_type_hints(function, include_extras=True)
    names = list(keyword_defaults(function)) if known is None else known
    return _read(values, {name: hints.get(name, Any) for name in names}, where)


def check_rules(function: Callable[..., Any], values: Mapping[str, Any]) -> None:
    """Check keyword arguments that may be any objects of Python by what can be said of numbers.

    Parameters
    ----------
    function : callable
        As of `read_keywords`.
    values : mapping
        Argument name to value, accepted by the function; the rules of ``Annotated`` hints must
        admit it.

    Raises
    ------
    UsageError
        For a value that is no number, NaN, or that a rule does not admit.
    """
    hints = get_type_hints(function, include_extras=True)
    for name, value in values.items():
        if isinstance(value, Real) and value != value:
            raise UsageError(f"{name} is nan; accepted: a number")
        if get_origin(hints.get(name)) is Annotated:
            coerce(plain(value), hints[name], name)


def keyword_defaults(function: Callable[..., Any]) -> dict[str, Any]:
    """Return the parameters that have defaults or are keyword-only, with their defaults."""
    return {
        name: None if parameter.default is parameter.empty else parameter.default
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.kind is parameter.KEYWORD_ONLY
        or (
            parameter.kind is parameter.POSITIONAL_OR_KEYWORD
            and parameter.default is not parameter.empty
        )
    }


def takes_any_keyword(function: Callable[..., Any]) -> bool:
    """Return whether a function passes on keyword arguments that it doesn't name."""
    kinds = (one.kind for one in inspect.signature(function).parameters.values())
    return inspect.Parameter.VAR_KEYWORD in kinds


def coerce(value: Any, hint: Any, key: str) -> Any:
    """Return a plain value as the type that a hint asks for.

    Whole floats are integers and integers are floats where that is asked for; lists become tuples.
    A pair of floats, ``tuple[float, float]``, is a range: its lower end comes first.

    Parameters
    ----------
    value : object
        A plain value: None, bool, number, str, list, or mapping.
    hint : type
        ``bool``, ``int``, ``float``, ``str``, ``Literal``, ``Annotated`` with rules of
        `astro_dl.core.limits`,
        ``tuple``, ``list``, ``Sequence``, ``dict``, dataclasses, and unions of these. Other hints
        accept every value.
    key : str
        Dotted key, for error messages.

    Raises
    ------
    UsageError
        If the value is not accepted.
    """
    if is_dataclass(hint) and isinstance(hint, type):
        if isinstance(value, hint):
            return value
        if not isinstance(value, Mapping):
            raise _refusal(value, hint, key)
        return read_dataclass(hint, value, key)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _one_of(value, hint, key)
    if origin is Annotated:
        return _ruled(value, hint, key)
    if origin is Literal:
        if not any(value == one and type(value) is type(one) for one in arguments):
            raise _refusal(value, hint, key)
        return value
    if origin in (tuple, list, Sequence) or hint in (tuple, list):
        return _sequence(value, hint, key)
    if origin in (dict, Mapping) or hint is dict:
        if not isinstance(value, Mapping):
            raise _refusal(value, hint, key)
        of_key, of_value = arguments or (Any, Any)
        return {
            coerce(name, of_key, key): coerce(one, of_value, f"{key}.{name}")
            for name, one in value.items()
        }
    return _scalar(value, hint, key)


def describe(hint: Any) -> str:
    """Return in words what a type hint accepts."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        of_many = get_origin(arguments[0]) in (tuple, list, Sequence)
        parts = [describe(arguments[0]), *(str(note) for note in arguments[1:])]
        return (", " if of_many else " ").join(parts)
    if origin in (Union, types.UnionType):
        return " or ".join(describe(one) for one in arguments)
    if origin is Literal:
        return ", ".join(repr(one) for one in arguments)
    if hint == tuple[float, float]:
        return "a list of two numbers, the lower one first"
    if origin in (tuple, list, Sequence):
        ends = arguments[1:] == (...,) or origin is not tuple
        return f"a list, each {describe(arguments[0])}" if ends else _list_of(arguments)
    if is_dataclass(hint) or origin in (dict, Mapping):
        return "a mapping"
    words: dict[Any, str] = {
        bool: "true or false",
        int: "an integer",
        float: "a number",
        str: "a text",
        type(None): "null",
        list: "a list",
        tuple: "a list",
        dict: "a mapping",
    }
    return words.get(hint, "any value")


def plain(value: Any) -> Any:
    """Return a value with tuples as lists and dataclasses as dicts: what YAML and JSON can hold."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, str) or value is None or isinstance(value, bool):
        return value
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value)
    return [plain(one) for one in value] if hasattr(value, "__iter__") else value


def given(options: Any) -> dict[str, Any]:
    """Return the fields of a data class that say something: neither empty nor None."""
    return {key: value for key, value in vars(options).items() if value not in ("", None)}


def _read(values: Mapping[str, Any], hints: Mapping[str, Any], where: str) -> dict[str, Any]:
    for name in values:
        if name not in hints:
            nearest = did_you_mean(str(name), hints)
            raise UsageError(f"{_join(where, name)}: unknown key{nearest}")
    return {name: coerce(value, hints[name], _join(where, name)) for name, value in values.items()}


def _join(where: str, name: Any) -> str:
    return f"{where}.{name}" if where else str(name)


def _one_of(value: Any, hint: Any, key: str) -> Any:
    for one in get_args(hint):
        try:
            return coerce(value, one, key)
        except UsageError:
            continue
    raise _refusal(value, hint, key)


def _ruled(value: Any, hint: Any, key: str) -> Any:
    base, *notes = get_args(hint)
    try:
        read = coerce(value, base, key)
    except UsageError:
        raise _refusal(value, hint, key) from None
    if not all(note.admits(read) for note in notes if isinstance(note, Rule)):
        raise _refusal(value, hint, key)
    return read


def _sequence(value: Any, hint: Any, key: str) -> Any:
    if isinstance(value, str | Mapping) or not hasattr(value, "__len__"):
        raise _refusal(value, hint, key)
    origin, arguments = get_origin(hint) or hint, get_args(hint)
    if origin is tuple and arguments and arguments[-1] is not ...:
        if len(value) != len(arguments):
            raise _refusal(value, hint, key)
        read = tuple(coerce(one, of, key) for one, of in zip(value, arguments, strict=True))
        if hint == tuple[float, float] and read[0] > read[1]:
            raise _refusal(value, hint, key)
        return read
    element = arguments[0] if arguments else Any
    read = tuple(coerce(one, element, key) for one in value)
    return read if origin is tuple else list(read)


def _scalar(value: Any, hint: Any, key: str) -> Any:
    if hint is type(None) or hint is None:
        fits = value is None
    elif hint is bool or hint is str:
        fits = isinstance(value, hint)
    elif hint is int or hint is float:
        fits = isinstance(value, Real) and not isinstance(value, bool) and _holds(value, hint)
        value = hint(value) if fits else value
    else:
        fits = True
    if not fits:
        raise _refusal(value, hint, key)
    return value


def _holds(value: Any, number: type) -> bool:
    try:
        return math.isfinite(float(value)) and (number is float or value == int(value))
    except OverflowError:
        return False


def _refusal(value: Any, hint: Any, key: str) -> UsageError:
    return UsageError(f"{key}: {_short(value)} is not accepted; accepted: {describe(hint)}")


def _list_of(hints: Sequence[Any]) -> str:
    return f"a list of {len(hints)}: {', '.join(describe(hint) for hint in hints)}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
