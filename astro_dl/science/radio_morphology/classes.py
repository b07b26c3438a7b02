"""Classes of radio galaxies, and the shapes of which a class is drawn."""

from collections.abc import Mapping
from typing import Literal

Scheme = Literal["all", "first", "fr"]

SCHEMES: Mapping[str, tuple[str, ...]] = {
    "all": ("FRI", "FRII", "bent", "compact", "hybrid"),
    "first": ("FRI", "FRII", "compact", "bent"),
    "fr": ("FRI", "FRII"),
}
"""Names of the classes: all of ours, those of the FIRST set, and those of Fanaroff and Riley."""

BENT_SHARE = 0.12
"""Of class FRI where bent sources have no class of their own, as in MiraBest."""
