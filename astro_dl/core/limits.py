"""What values are accepted: types of numbers, ranges and lists, for the hints of dataclasses.

`astro_dl.core.schema` reads them: ``share: Fraction``, ``bins: Annotated[int, Bounds(2, 1000)]``.
A rule says whether it admits a value, and as text what it asks for.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Protocol, runtime_checkable


@runtime_checkable
class Rule(Protocol):
    """What a hint of the form ``Annotated[type, rule]`` adds to the type."""

    def admits(self, value: Any) -> bool:
        """Whether a value of the type is accepted."""
        ...


@dataclass(frozen=True)
class Bounds:
    """Limits of a number, ``Annotated[float, Bounds(0, 1)]``, or of all numbers of a list.

    Parameters
    ----------
    low, high : float
        Least and greatest accepted value.
    open_low, open_high : bool, default False
        Whether ``low`` or ``high`` itself is refused.
    """

    low: float = -math.inf
    high: float = math.inf
    open_low: bool = False
    open_high: bool = False

    def admits(self, value: float | Sequence[float]) -> bool:
        """Whether the value lies, or all values lie, within the limits."""
        values = value if isinstance(value, Sequence) else (value,)
        return all(
            (self.low < one if self.open_low else self.low <= one)
            and (one < self.high if self.open_high else one <= self.high)
            for one in values
        )

    def __str__(self) -> str:
        above = f"{'>' if self.open_low else '≥'} {self.low:g}" if self.low > -math.inf else ""
        below = f"{'<' if self.open_high else '≤'} {self.high:g}" if self.high < math.inf else ""
        return " and ".join(filter(None, (above, below)))


@dataclass(frozen=True)
class Different:
    """A list without repetitions; of a range, that its ends differ."""

    def admits(self, values: Sequence[Any]) -> bool:
        """Whether no two are equal."""
        return len(set(values)) == len(values)

    def __str__(self) -> str:
        return "all different"


@dataclass(frozen=True)
class Shares:
    """Fractions of a whole, ``Annotated[tuple[float, ...], Shares(3)]``.

    Parameters
    ----------
    count : int
        How many.
    """

    count: int

    def admits(self, values: Sequence[float]) -> bool:
        """Whether there are as many, none negative, that sum to one within 1e-5."""
        whole = abs(sum(values) - 1) <= 1e-5
        return len(values) == self.count and min(values) >= 0 and whole

    def __str__(self) -> str:
        return f"{self.count} of them, ≥ 0, that sum to 1"


@dataclass(frozen=True)
class Choice:
    """One or more different names, ``Annotated[tuple[str, ...], Choice(("g", "r", "i"))]``.

    Parameters
    ----------
    names : tuple of str
        The accepted ones.
    ordered : bool, default False
        Whether they must stand in this order.
    """

    names: tuple[str, ...]
    ordered: bool = False

    def admits(self, values: Sequence[str]) -> bool:
        """Whether all are accepted, none twice, and at least one is given."""
        chosen = [name for name in self.names if name in values]
        same = list(values) == chosen if self.ordered else sorted(values) == sorted(chosen)
        return bool(chosen) and same

    def __str__(self) -> str:
        how = "in this order" if self.ordered else "all different"
        return f"one or more of {', '.join(self.names)}, {how}"


Count = Annotated[int, Bounds(1, 10**9)]
"""Of examples, epochs, processes: what is counted one by one has an end."""

Natural = Annotated[int, Bounds(0)]
Seed = Annotated[int, Bounds(0, 2**32 - 1)]
"""What every backend takes."""

Positive = Annotated[float, Bounds(0, open_low=True)]
NonNegative = Annotated[float, Bounds(0)]
Fraction = Annotated[float, Bounds(0, 1)]
Range = tuple[float, float]
"""The lower end first; both may be equal."""

PositiveRange = Annotated[Range, Bounds(0, open_low=True)]

SidePixels = Annotated[int, Bounds(16, 1024)]
"""Of a simulated image: a larger one fits no network's memory."""

PixelArcsec = Annotated[float, Bounds(0.05, 5)]
"""Width of a pixel of images seen through the air: on finer ones the seeing fills the memory."""

MagnitudeRange = Annotated[Range, Bounds(-40, 60)]
"""From what outshines the Sun to what no telescope sees: fluxes stay within what numbers hold."""
