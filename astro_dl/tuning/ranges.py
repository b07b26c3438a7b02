"""Ranges of settings: ``1e-4..1e-2:log``, ``16..256``, ``0..0.5:0.1``, or a list of choices."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from astro_dl.core.config import Config, load_config
from astro_dl.core.errors import UsageError, unknown_name
from astro_dl.core.reading.strict_yaml import read_yaml
from astro_dl.models.build import resolve
from astro_dl.training.composed.alternatives import MAY_DIFFER

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

FORMS = "LOW..HIGH, LOW..HIGH:log, LOW..HIGH:STEP, or a list of two values or more"
DIGITS = 6
"""Digits of proposed numbers: as many as a person reads, and a config keeps exactly."""

Label = str | int | float | bool | None


@dataclass(frozen=True)
class Interval:
    """Numbers between two ends, which belong to it.

    Parameters
    ----------
    low, high : float
        The ends.
    log : bool, default False
        Whether equal ratios count the same, not equal differences.
    step : float or None
        Distance of neighbouring values; None for all numbers.
    whole : bool, default False
        Whether integers alone.
    """

    low: float
    high: float
    log: bool = False
    step: float | None = None
    whole: bool = False

    @property
    def ends(self) -> tuple[float, ...]:
        """The values that a config must accept for it to accept all."""
        return (self.low, self.high)

    def distribution(self) -> "BaseDistribution":
        """Return it as Optuna has it."""
        from optuna.distributions import FloatDistribution, IntDistribution

        if self.whole:
            return IntDistribution(int(self.low), int(self.high), self.log, int(self.step or 1))
        return FloatDistribution(self.low, self.high, self.log, self.step)

    def steps(self) -> list[Label]:
        """Return all its values.

        Raises
        ------
        UsageError
            If there are infinitely many.
        """
        step = self.step or (1 if self.whole and not self.log else None)
        if step is None:
            raise UsageError("a grid needs LOW..HIGH:STEP or a list of values")
        count = int((self.high - self.low) / step + 1e-9) + 1
        return [self.value(self.low + step * number) for number in range(count)]

    def value(self, label: Any) -> Any:
        """Return the setting for what was proposed: in few digits, and within the ends."""
        if self.whole:
            return int(label)
        return min(max(float(f"{label:.{DIGITS}g}"), float(self.low)), float(self.high))


@dataclass(frozen=True)
class Choices:
    """One of several values.

    Parameters
    ----------
    values : tuple
        Plain values, of any type.
    """

    values: tuple[Any, ...]

    @property
    def ends(self) -> tuple[Any, ...]:
        """The values that a config must accept for it to accept all."""
        return self.values

    def distribution(self) -> "BaseDistribution":
        """Return it as Optuna has it."""
        from optuna.distributions import CategoricalDistribution

        return CategoricalDistribution(self.steps())

    def steps(self) -> list[Label]:
        """Return all its values as one cell each: lists and mappings as JSON."""
        return [
            one if isinstance(one, Label) else json.dumps(one, sort_keys=True)
            for one in self.values
        ]

    def value(self, label: Any) -> Any:
        """Return the setting for what was proposed."""
        same = [type(one) is type(label) and one == label for one in self.steps()]
        return self.values[same.index(True)]


Range = Interval | Choices


def parse_range(text: str) -> tuple[str, Any]:
    """Return the key and the range of ``"training.learning_rate=1e-4..1e-2:log"``.

    Raises
    ------
    UsageError
        If it is not of the form KEY=RANGE.
    """
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise UsageError(f"range {text!r} is not of the form KEY=RANGE; a RANGE is {FORMS}")
    return key.strip(), read_yaml(value)


def read_ranges(config: Config, given: Mapping[str, Any]) -> dict[str, Range]:
    """Return the ranges of settings, after trying their ends on the config.

    Parameters
    ----------
    config : Config
        What is tuned.
    given : mapping
        By dotted key, a text ``"LOW..HIGH"`` with ``":log"`` or ``":STEP"`` after it, or a list.
        Whole numbers are a range of integers where the setting takes integers only.

    Raises
    ------
    UsageError
        If there is none; or one is not readable, not of a setting that may differ between networks
        that are compared, or has a value that the config refuses.
    """
    if not given:
        raise UsageError(
            "nothing to tune; give ranges in the config, tune: {training.learning_rate: "
            "1e-4..1e-2:log}, or by --range"
        )
    return {key: _checked(config, key, value) for key, value in given.items()}


def _checked(config: Config, key: str, value: Any) -> Range:
    section, _, name = key.partition(".")
    if section not in MAY_DIFFER or key == "training.monitor":
        raise unknown_name("setting that can be tuned", key, MAY_DIFFER)
    if not name and section in ("hyperparameters", "training"):
        raise UsageError(f"tune: {key} is a section; accepted: {key}.NAME")

    def accepts(one: Any) -> None:
        resolve(load_config(config, **{key: one}))

    try:
        found = _read(value)
        if isinstance(found, Interval) and found.whole:
            found = _fractions_too(found, accepts)
        for one in found.ends:
            accepts(one)
    except UsageError as error:
        raise UsageError(f"tune: {key}: {str(error).removeprefix('override: ')}") from None
    return found


def _fractions_too(found: Interval, accepts: Callable[[Any], None]) -> Interval:
    """Return an interval of numbers where the setting takes more than integers."""
    try:
        accepts(found.low + 0.5 * min(1, found.high - found.low))
    except UsageError:
        return found
    return replace(found, whole=False)


def _read(value: Any) -> Range:
    if isinstance(value, str):
        return _interval(value)
    if not isinstance(value, Sequence) or len(value) < 2:
        raise _refusal(value)
    choices = Choices(tuple(value))
    labels = [json.dumps(one) for one in choices.steps()]
    if len(set(labels)) < len(labels):
        raise UsageError(f"{value!r} has a value twice")
    return choices


def _interval(text: str) -> Interval:
    ends, _, kind = text.partition(":")
    parts = ends.split("..")
    step = None if kind in ("", "log") else read_yaml(kind)
    numbers = [*map(read_yaml, parts), *([] if step is None else [step])]
    if len(parts) != 2 or not all(type(one) in (int, float) for one in numbers):
        raise _refusal(text)
    low, high = numbers[:2]
    whole = all(isinstance(one, int) for one in numbers)
    log = kind == "log"
    if not low < high or (step is not None and not 0 < step <= high - low):
        raise UsageError(f"{text!r} is empty; the lower end comes first, and a step fits between")
    if log and low <= 0:
        raise UsageError(f"{text!r}: a logarithmic range begins above 0")
    return Interval(low, high, log, step, whole)


def _refusal(value: Any) -> UsageError:
    return UsageError(f"{value!r} is not accepted; accepted: {FORMS}")
