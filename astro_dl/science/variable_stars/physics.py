"""What simulated variable stars are drawn from, and what networks are given of any star."""

from typing import Annotated, Literal

from astro_dl.core.limits import Bounds, Choice, Count, NonNegative, Positive
from astro_dl.core.schema import checked

INPUTS = ("folded", "sequence", "features", "phased")


@checked
class VariablePhysics:
    """Everything that defines a set of variable stars.

    Parameters
    ----------
    inputs : tuple of str
        What a network is given: ``folded`` (the curve folded with the period that was found),
        ``sequence`` (points in order of time), ``features`` (numbers that describe the curve, see
        `astro_dl.science.variable_stars.features.FEATURES`), ``phased`` (the points of the sequence
        in order of phase). One alone is a plain array.
    colours : bool, default False
        Whether the features end with the colour of the star and the ratio of its amplitudes, where
        it was measured in two bands or more that are known by name, see
        `astro_dl.science.variable_stars.colours.COLOURS`.
    rivals : int, default 0
        Of how many aliases of the period, the best ones, the features tell what they would be with
        each of them, at their end, see `astro_dl.science.variable_stars.features.RIVAL`.
    scheme : {"common", "asas", "crts", "eros"}
        Whose classes are asked for, see `astro_dl.science.variable_stars.classes.SCHEMES`.
    survey : {"asas", "crts", "eros", "ogle", "ztf", "lsst", "any"}
        When and how exactly simulated stars are observed; ``any`` draws a survey for each block.
    bins, cycles : int, defaults 128 and 2
        Bins of the folded curve, and how many periods it, or the order of phase, holds: with two,
        minima of different depth stay apart if half the period was found.
    steps : int, default 200
        Points of a sequence; longer ones are thinned.
    maximum_frequency : float, default 16
        Where the search for periods ends [1/d].
    class_fractions : mapping of str to float
        Share of each class in simulated sets; empty for equal ones.
    noise_scale : float, default 1
        Of the simulated errors.
    signals : bool, default True
        Without, no star varies, whatever its class.
    """

    inputs: Annotated[tuple[str, ...], Choice(INPUTS)] = ("folded", "features")
    colours: bool = False
    rivals: Annotated[int, Bounds(0, 4)] = 0
    scheme: Literal["common", "asas", "crts", "eros"] = "common"
    survey: Literal["asas", "crts", "eros", "ogle", "ztf", "lsst", "any"] = "any"
    bins: Annotated[int, Bounds(8)] = 128
    cycles: Count = 2
    steps: Annotated[int, Bounds(10)] = 200
    maximum_frequency: Positive = 16.0
    class_fractions: dict[str, NonNegative] | None = None
    noise_scale: Positive = 1.0
    signals: bool = True
