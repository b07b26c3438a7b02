"""Classes of variable stars: ours, and those of real sets in terms of what is simulated.

A scheme names its classes in order, each with the kinds of star that it holds and their shares.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Scheme:
    """The classes of a set.

    Parameters
    ----------
    kinds : mapping of str to mapping
        Class to its kinds of star and their shares.
    alike : tuple of str
        Classes whose stars have two minima of nearly one depth in a period: one minimum alone means
        that half of it was found.
    perhaps_alike : tuple of str
        Classes whose second minimum may be as deep, or too shallow to be seen.
    """

    kinds: Mapping[str, Mapping[str, float]]
    alike: tuple[str, ...]
    perhaps_alike: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the classes."""
        return tuple(self.kinds)


SCHEMES: dict[str, Scheme] = {
    "common": Scheme(
        {
            "rr_lyrae_ab": {"rr_ab": 0.7, "rr_ab_blazhko": 0.3},
            "rr_lyrae_c": {"rr_c": 0.85, "rr_d": 0.15},
            "cepheid": {"cepheid": 0.8, "cepheid_overtone": 0.2},
            "type_2_cepheid": {"cepheid_2": 1.0},
            "delta_scuti": {"delta_scuti": 0.6, "delta_scuti_high": 0.4},
            "mira": {"mira": 1.0},
            "semiregular": {"semiregular": 1.0},
            "detached_binary": {"detached": 1.0},
            "semi_detached_binary": {"semi_detached": 1.0},
            "contact_binary": {"contact": 1.0},
            "rotating": {"spotted": 0.6, "chemically_peculiar": 0.2, "ellipsoidal": 0.2},
            "active_nucleus": {"active_nucleus": 1.0},
            "constant": {"constant": 1.0},
        },
        ("contact_binary",),
        ("detached_binary", "semi_detached_binary"),
    ),
    "asas": Scheme(
        {
            "DSCT": {"delta_scuti": 0.6, "delta_scuti_high": 0.4},
            "BCEP": {"beta_cephei": 1.0},
            "RRC": {"rr_c": 0.9, "rr_d": 0.1},
            "RRAB": {"rr_ab": 0.7, "rr_ab_blazhko": 0.3},
            "ACV": {"chemically_peculiar": 1.0},
            "MIRA": {"mira": 1.0},
            "EC": {"contact": 1.0},
            "ESD": {"semi_detached": 1.0},
            "ED": {"detached": 1.0},
        },
        ("EC",),
        ("ESD", "ED"),
    ),
    "crts": Scheme(
        {
            "EW": {"contact": 1.0},
            "EA": {"detached": 1.0},
            "beta_lyrae": {"semi_detached": 1.0},
            "RRab": {"rr_ab": 0.8, "rr_ab_blazhko": 0.2},
            "RRc": {"rr_c": 1.0},
            "RRd": {"rr_d": 1.0},
            "Blazhko": {"rr_ab_blazhko": 1.0},
            "RS_CVn": {"spotted": 1.0},
            "ELL": {"ellipsoidal": 1.0},
            "LPV": {"semiregular": 0.8, "mira": 0.2},
            "HADS": {"delta_scuti_high": 1.0},
            "LADS": {"delta_scuti": 1.0},
            "ACEP": {"cepheid_anomalous": 1.0},
            "Cep_II": {"cepheid_2": 1.0},
            "PCEB": {"post_common_envelope": 1.0},
            "Hump": {"spotted": 1.0},
        },
        ("EW", "ELL"),
        ("EA", "beta_lyrae"),
    ),
    "eros": Scheme(
        {
            "eclipsing": {"detached": 0.5, "semi_detached": 0.3, "contact": 0.2},
            "cepheid": {"cepheid": 0.7, "cepheid_overtone": 0.3},
            "rr_lyrae": {"rr_ab": 0.7, "rr_ab_blazhko": 0.15, "rr_c": 0.15},
            "long_period": {"mira": 0.3, "semiregular": 0.7},
        },
        (),
        ("eclipsing",),
    ),
}
