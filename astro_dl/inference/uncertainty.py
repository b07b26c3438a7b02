"""Ways to tell how sure a network is: its own word, passes with dropout, several networks."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from astro_dl.core.errors import UsageError, unknown_name

if TYPE_CHECKING:
    import keras

Uncertainty = Literal["head", "mc_dropout", "ensemble"]
UNCERTAINTIES = ("head", "mc_dropout", "ensemble")
PASSES = 30


def several_models(
    model: "keras.Model", uncertainty: str | None, passes: int, seed: int
) -> "Sequence[keras.Model]":
    """Return the models, out of one, whose differences tell the uncertainty.

    Parameters
    ----------
    model : keras.Model
        A functional model.
    uncertainty : {"mc_dropout", "ensemble"}
        Passes with active dropout, or the members of a committee.
    passes : int
        With active dropout.
    seed : int
        Of what is dropped.

    Raises
    ------
    UsageError
        If the model has no dropout, or is no committee.
    """
    from astro_dl.models.members import committee_members, with_active_dropout

    if uncertainty not in UNCERTAINTIES:
        raise unknown_name("uncertainty", str(uncertainty), UNCERTAINTIES)
    if uncertainty == "ensemble":
        models = committee_members(model)
        if not models:
            raise UsageError(
                "uncertainty 'ensemble' needs several bundles, as load_pretrained([…]), or a "
                "committee"
            )
        return models
    if passes < 2:
        raise UsageError(f"passes is {passes}; accepted: 2 and above")
    dropping = with_active_dropout(model, seed)
    if dropping is None:
        raise UsageError("uncertainty 'mc_dropout' needs dropout, of which the network has none")
    return (dropping,) * passes
